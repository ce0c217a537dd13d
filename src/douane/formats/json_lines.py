"""Records as lines of text, one on each, from a list in a JSON text or from a file of such lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from douane.model.json_paths import Path

from .json_records import RECORD_BYTES_MAX, BadJson, Records


def lines_of_list(blocks: Iterable[bytes], path: Path) -> Iterator[bytes]:
    """The records of the lists at `path`, whole lines of them as the text comes.

    Raises BadJson, NoRecords and CutJson, what came before then being part of it.

    >>> list(lines_of_list([b'[{"a": 1}, {"b"', b': 2}]'], ()))
    [b'{"a": 1}\\n', b'{"b": 2}\\n']
    """
    written: list[bytes] = []
    records = Records(path, written.append)
    for block in blocks:
        records.feed(block)
        yield from written
        written.clear()
    records.finish()


def lines_of_file(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file that has a record on each, as they come. Raises BadJson for one without end.

    >>> list(lines_of_file([b'{"a": 1}\\n{"b"', b': 2}']))
    [b'{"a": 1}\\n', b'{"b": 2}\\n']
    """
    held = b""
    for block in blocks:
        whole, line_break, rest = block.rpartition(b"\n")
        if line_break:
            yield b"%b%b\n" % (held, whole)
            held = rest
        else:
            held += rest
        if len(held) > RECORD_BYTES_MAX:
            raise BadJson(f"a record has more than {RECORD_BYTES_MAX >> 20} MiB")
    if held.strip():
        yield held + b"\n"


def in_pieces(texts: Iterable[bytes], piece_bytes: int) -> Iterator[bytes]:
    """The same lines in pieces of at most `piece_bytes`, or of one line where that is longer."""
    for text in texts:
        start = 0
        while start < len(text):
            end = len(text)
            if end - start > piece_bytes:
                end = text.rfind(b"\n", start, start + piece_bytes) + 1 or text.find(b"\n", start) + 1
            yield text[start:end]
            start = end
