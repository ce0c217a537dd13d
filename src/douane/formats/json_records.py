"""Records of a JSON text, one on each line: cut out as the text comes, whatever its size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np

from douane.model.json_paths import Path

from .json_cut import COMMA, STEPS, signs
from .json_outside import BadJson, CutJson, NoRecords, Outside, in_words
from .json_values import without_halves

__all__ = ["RECORD_BYTES_MAX", "BadJson", "CutJson", "NoRecords", "Records"]

RECORD_BYTES_MAX = 16 << 20
GUESSES = 2
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")


class Records:
    """Takes a JSON text block by block and gives to `write` the records in the lists at `path`.

    Each record goes on a line of its own, as it was sent but for the line breaks in it, and for halves of
    surrogate pairs, which are no characters. Memory is bounded by a block and the largest record. `feed` and
    `finish` raise BadJson when the text is no JSON, NoRecords when there is no list at the path, and CutJson
    when the text ends too early; what was written by then is part of it.

    >>> lines = []
    >>> records = Records(("data",), lines.append)
    >>> records.feed(b'{"data": [{"a": 1}, {"a"')
    >>> records.feed(b': 2}], "next": 2}')
    >>> records.finish(), records.count, b"".join(lines)
    ({'data': [], 'next': 2}, 2, b'{"a": 1}\\n{"a": 2}\\n')
    """

    def __init__(self, path: Path, write: Callable[[bytes], object]) -> None:
        self.count = 0
        self._write = write
        self._outside = Outside(path)
        self._list: _List | None = None

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the text."""
        rest: bytes | None = block
        while rest:
            if self._list is None:
                rest = self._outside.feed(rest)
                self._list = None if rest is None else _List(self._emit)
            else:
                rest = self._list.feed(rest)
                self._list = self._list if rest is None else None

    def finish(self) -> Any:
        """The text as a value, its lists of records empty, once all of it was fed."""
        if self._list is not None:
            raise CutJson("it ends in the middle of the records")
        return self._outside.value()

    def _emit(self, records: list[msgspec.Raw]) -> None:
        if records:
            self.count += len(records)
            text = b"\n".join((*records, b""))
            if text.count(b"\n") > len(records) or b"\r" in text:
                # In a text of JSON no line break stands as it is: it is one between its parts.
                text = b"\n".join((*(bytes(each).translate(_LINE_BREAKS) for each in records), b""))
            self._write(text)


class _List:
    """One list of records; `emit` takes as many of them as are complete."""

    def __init__(self, emit: Callable[[list[msgspec.Raw]], None]) -> None:
        self._emit = emit
        self._held = bytearray()
        self._is_behind_comma = False
        self._seen, self._depth, self._is_inside_text = 0, 0, False

    def feed(self, block: bytes) -> bytes | None:
        """What stands from the bracket on that closes the list, None before there is one."""
        self._held += block
        self._guess(b"},", 1)
        if self._guess(b"]", 0):
            return bytes(self._held)
        last_comma, end = self._look()
        if end >= 0:
            self._give(end, _mended(_inside(self._held, end)), is_last=True)
            return bytes(self._held)
        if last_comma >= 0:
            self._give(last_comma, _mended(_inside(self._held, last_comma)), is_last=False)
        if len(self._held) > RECORD_BYTES_MAX:
            raise BadJson(f"a record has more than {RECORD_BYTES_MAX >> 20} MiB")
        return None

    def _guess(self, sign: bytes, offset: int) -> bool:
        """Cut at one of the last places of the sign: what is a list of JSON up to there can be cut there.

        To look for the place where nothing else is meant takes ten times as long.
        """
        place = len(self._held)
        for _ in range(GUESSES):
            place = self._held.rfind(sign, 0, place)
            if place < 0:
                return False
            with suppress(BadJson):
                end = place + offset
                self._give(end, _decoded(_inside(self._held, end)), is_last=sign == b"]")
                return True
        return False

    def _look(self) -> tuple[int, int]:
        """Where the last comma between records stands, and the bracket that closes the list; -1 for none."""
        new = bytes(self._held[self._seen :])
        slashes = len(new) - len(new.rstrip(b"\\"))
        new = new[: len(new) - slashes % 2]
        block = np.frombuffer(new, np.uint8)
        places, self._is_inside_text = signs(block, self._is_inside_text)
        after = self._depth + np.cumsum(STEPS[block[places]], dtype=np.int64)
        start, self._seen = self._seen, self._seen + len(new)
        if not len(after):
            return -1, -1
        self._depth = int(after[-1])
        ends = np.flatnonzero(after < 0)
        if len(ends):
            return -1, int(places[ends[0]]) + start
        commas = places[(after == 0) & (block[places] == COMMA)]
        return (int(commas[-1]) + start if len(commas) else -1), -1

    def _give(self, end: int, records: list[msgspec.Raw], *, is_last: bool) -> None:
        if not records and (self._is_behind_comma or not is_last):
            raise BadJson("a record is missing beside a comma")
        self._emit(records)
        self._is_behind_comma = not is_last
        del self._held[: end if is_last else end + 1]
        self._forget()

    def _forget(self) -> None:
        """What is held has not been looked at."""
        self._seen, self._depth, self._is_inside_text = 0, 0, False


def _inside(held: bytearray, end: int) -> bytes:
    """What is held up to `end`, as a list; copied once, as it may be the largest part of a text."""
    with memoryview(held) as view:
        return b"".join((b"[", view[:end], b"]"))


def _mended(whole: bytes) -> list[msgspec.Raw]:
    """The records, also those that hold half a character, by which no other one is hurt. Raises BadJson."""
    try:
        return _decoded(whole)
    except BadJson:
        mended = without_halves(whole)
        if mended == whole:
            raise
        return _decoded(mended)


def _decoded(whole: bytes) -> list[msgspec.Raw]:
    """The records in a list. Raises BadJson."""
    try:
        if not whole.isascii():
            whole.decode("utf-8")
        return _LIST.decode(whole)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadJson(in_words(error)) from error
