"""From blocks of bytes to pieces of whole lines, in memory that no line can blow up."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_CHARACTER = 4
LINES_MAX = 1 << 18


def whole_lines(blocks: Iterator[bytes], line_bytes_max: int, chunk_bytes: int) -> Iterator[bytes]:
    """Pieces of UTF-8 text of about `chunk_bytes` that each end with a newline; smaller where lines are many.

    The last line gets a newline if it lacks one. A line that is longer than `line_bytes_max` may come
    out cut, but is still longer than that.
    """
    start, is_cut = b"", False
    for block in _gathered(blocks, chunk_bytes):
        end = block.rfind(b"\n") + 1
        if end:
            yield from _thinned(start + block[block.index(b"\n") if is_cut else 0 : end])
            start, is_cut = _cut(block[end:], line_bytes_max)
        elif not is_cut:
            start, is_cut = _cut(start + block, line_bytes_max)
    if start:
        yield start + b"\n"


def _thinned(lines: bytes) -> Iterator[bytes]:
    """The lines in pieces of no more than LINES_MAX, for what is kept of a line may outweigh a short line."""
    if lines.count(b"\n") <= LINES_MAX:
        yield lines
        return
    start = 0
    while start < len(lines):
        end = (lines.rfind(b"\n", start, start + LINES_MAX) + 1) or (lines.index(b"\n", start) + 1)
        yield lines[start:end]
        start = end


def _cut(line: bytes, line_bytes_max: int) -> tuple[bytes, bool]:
    """The start of a line that is not complete yet, and whether some of it was thrown away."""
    end = line_bytes_max + LONGEST_CHARACTER
    if len(line) <= end:
        return line, False
    while line[end] & 0xC0 == 0x80:
        end -= 1
    return line[:end], True


def _gathered(blocks: Iterator[bytes], chunk_bytes: int) -> Iterator[bytes]:
    """Small blocks joined to blocks of at least `chunk_bytes`."""
    waiting: list[bytes] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= chunk_bytes:
            yield b"".join(waiting)
            waiting, size = [], 0
    if size:
        yield b"".join(waiting)
