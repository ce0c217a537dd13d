"""From blocks of bytes to pieces of whole lines, in memory that no line can blow up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from douane.errors import Refusal
from douane.settings import MEBIBYTE, Limits

from .csv_arrays import bounds_of_lines, chosen, texts_between

CHUNK_BYTES = 4 * MEBIBYTE
"""Smaller blocks are gathered to this size; larger ones are taken as they come."""

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


def skip_lines(chunks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The pieces of whole lines without the first `count` lines."""
    while count:
        chunk = next(chunks, b"")
        bounds = bounds_of_lines(chunk)
        taken = min(count, len(bounds) - 1)
        yield chunk[bounds[taken] :]
        count = count - taken if chunk else 0
    yield from chunks


def read_lines(
    blocks: Iterator[bytes], limits: Limits, wanted: Iterable[int], chunk_bytes: int = CHUNK_BYTES
) -> Iterator[tuple[int, str]]:
    """The `wanted` physical lines as they were sent: line number, and text without its line end.

    The text is cut when it is longer than a line may be.
    """
    left, first = np.unique(np.fromiter(wanted, np.int64)), 1
    for chunk in whole_lines(blocks, limits.line_bytes_max, chunk_bytes):
        if not len(left):
            return
        bounds = bounds_of_lines(chunk)
        numbers = np.arange(first, first + len(bounds) - 1)
        found = np.isin(numbers, left)
        texts = chosen(texts_between(chunk, bounds), found).to_pylist()
        for number, text in zip(numbers[found].tolist(), texts, strict=True):
            yield number, text.rstrip("\r\n").encode()[: limits.line_bytes_max].decode(errors="ignore")
        first += len(numbers)
        left = left[left >= first]


def nothing_below(lines_skipped: int) -> Refusal:
    """The refusal of a file without a header that has only blank lines below those that are skipped."""
    message = f"The file has nothing below the {lines_skipped} lines that are skipped."
    return Refusal("empty-upload", message, "Skip fewer lines, or send at least one row.")


def _thinned(lines: bytes) -> Iterator[bytes]:
    """The lines in pieces of no more than LINES_MAX, for what is kept of a line may outweigh a short line."""
    if np.count_nonzero(np.frombuffer(lines, np.uint8) == ord("\n")) <= LINES_MAX:
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
