"""The columns of a delimited file without a header: as many as its first well-formed record has cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain

from douane.errors import Refusal
from douane.model.catalogue import REFUSALS
from douane.settings import Limits

from .csv_grammar import Layout, cells_of
from .csv_header import Header
from .csv_lines import nothing_below
from .csv_records import JOINED_LINES_MAX

LONG_LINES_MAX = 4
"""How many of the longest lines the first record is looked for in; shorter ones JOINED_LINES_MAX."""


def column_label(position: int) -> str:
    """The label of a column that no header names; positions count from 1.

    >>> column_label(3)
    'column 3'
    """
    return f"column {position}"


def take_columns(chunks: Iterator[bytes], layout: Layout, limits: Limits) -> tuple[Header, Iterator[bytes]]:
    """What stands for the header, on the last line that is skipped, and the pieces of whole lines again.

    Refusals: empty-upload, too-many-columns.
    """
    held: list[bytes] = []
    lines = _first_lines(_lines(chunks, held), layout, limits)
    if not lines:
        raise nothing_below(layout.lines_skipped)
    width = _width(lines, layout)
    if width > limits.columns_max:
        message = f"The first record has {width} values; a file may have {limits.columns_max} columns."
        raise Refusal("too-many-columns", message, REFUSALS["too-many-columns"].hint)
    columns = tuple(map(column_label, range(1, width + 1)))
    return Header(layout.lines_skipped, "", columns, has_tail=False), chain(held, chunks)


def _lines(chunks: Iterator[bytes], held: list[bytes]) -> Iterator[bytes]:
    """The lines; the pieces they were taken from are kept in `held`."""
    for chunk in chunks:
        held.append(chunk)
        yield from BytesIO(chunk)


def _first_lines(lines: Iterator[bytes], layout: Layout, limits: Limits) -> list[str]:
    """Some lines from the first on that is not blank; an empty text alone when all of them are too long."""
    found, size, is_blank = [], 0, True
    for line in lines:
        text = line.decode().rstrip("\r\n")
        if not text.replace(layout.delimiter, "x").strip():
            continue
        is_blank = False
        # Where a line that is too long was cut must make no difference.
        size += min(len(line), limits.line_bytes_max + 2)
        if len(line) <= limits.line_bytes_max + 1:
            found.append(text)
        if len(found) == JOINED_LINES_MAX or size > LONG_LINES_MAX * limits.line_bytes_max:
            break
    return found or ([] if is_blank else [""])


def _width(lines: list[str], layout: Layout) -> int:
    """How many cells the first well-formed record has, or the first line if none is well-formed."""
    cells = cells_of(layout)
    well_formed = re.compile(f"(?:{cells.strict}{cells.delimiter})*{cells.strict}")
    for text in _candidates(lines, layout.quote):
        if well_formed.fullmatch(text):
            return len(re.findall(cells.strict + cells.delimiter, text + layout.delimiter))
    return lines[0].count(layout.delimiter) + 1


def _candidates(lines: list[str], quote: str) -> Iterator[str]:
    """Each line, and behind a line with an odd number of quotes all up to the next such line."""
    for at, line in enumerate(lines):
        yield line
        if quote and line.count(quote) % 2:
            ends = (end for end in range(at + 1, len(lines)) if lines[end].count(quote) % 2)
            yield "\n".join(lines[at : next(ends, at) + 1])
