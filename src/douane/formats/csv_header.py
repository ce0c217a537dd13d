"""The header of a delimited file: its first line that is not blank, and the labels in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from douane.errors import Refusal
from douane.model.catalogue import REFUSALS
from douane.model.refusing import refusal
from douane.settings import Limits

from .csv_grammar import Layout, cells_of
from .outside import FORBIDDEN, OUTSIDE

REASON_LABEL = "douane_reason"
"""The column we add to the file of rejected lines; it is ignored when that file comes back."""

INK = re.compile(rb"\S")


@dataclass(frozen=True)
class Header:
    """`line` is its physical line, `text` the line as sent, `columns` its labels, REASON_LABEL among them.

    Labels are stripped and in lower case. `has_tail` says that a delimiter ended the line.
    """

    line: int
    text: str
    columns: tuple[str, ...]
    has_tail: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels whose cells are read."""
        return tuple(label for label in self.columns if label != REASON_LABEL)


def take_header(chunks: Iterator[bytes], layout: Layout, limits: Limits) -> tuple[Header, Iterator[bytes]]:
    """The header, and the pieces of whole lines that follow it; the lines to skip are gone from `chunks`.

    Refusals: no-header, missing-label, repeated-label, too-many-columns.
    """
    line, raw, rest = _first_line(chunks, layout.lines_skipped)
    if len(raw) > limits.line_bytes_max + 1:
        raise _no_header(f"Line {line}, the header, is longer than {limits.line_bytes_max} bytes.")
    text = raw.decode().rstrip("\r\n")
    columns = _labels(text, line, layout)
    has_tail = len(columns) > 1 and not columns[-1]
    header = Header(line, text, tuple(columns[:-1] if has_tail else columns), has_tail)
    _check(header, limits)
    return header, rest


def _first_line(chunks: Iterator[bytes], lines_skipped: int) -> tuple[int, bytes, Iterator[bytes]]:
    """The number and the bytes of the first line that is not blank, and what follows it."""
    line = lines_skipped + 1
    for chunk in chunks:
        start = 0
        while start < len(chunk):
            text = INK.search(chunk, start)
            first = chunk.rfind(b"\n", start, text.start() if text else len(chunk)) + 1 or start
            line += chunk.count(b"\n", start, first)
            start = chunk.find(b"\n", first) + 1 or len(chunk)
            if chunk[first:start].decode().strip():
                return line, chunk[first:start], chain([chunk[start:]], chunks)
            line += chunk.count(b"\n", first, start)
    if lines_skipped:
        raise _no_header(f"The file has no header line below the {lines_skipped} lines that are skipped.")
    raise refusal("no-header")


def _labels(text: str, line: int, layout: Layout) -> list[str]:
    """The cells of the header, stripped and in lower case."""
    if any(sign in text for sign in (OUTSIDE, *FORBIDDEN)):
        raise _no_header(f"Line {line}, the header, is not {layout.charset} text.")
    cells = cells_of(layout)
    if not re.fullmatch(f"(?:{cells.strict}{cells.delimiter})*{cells.strict}", text):
        raise _no_header(f"The quotes of line {line}, the header, do not pair up.")
    found = re.findall(f"({cells.strict}){cells.delimiter}", text + layout.delimiter)
    return [_label(cell, layout.quote) for cell in found]


def _label(cell: str, quote: str) -> str:
    if quote and cell.startswith(quote):
        cell = cell[1:-1].replace(quote * 2, quote)
    return cell.strip().lower()


def _check(header: Header, limits: Limits) -> None:
    if len(header.columns) > limits.columns_max:
        raise refusal("too-many-columns", str(len(header.columns)))
    longest = max(header.columns, key=len)
    if len(longest) > limits.label_length_max:
        raise refusal("long-label", longest)
    if "" in header.columns:
        raise refusal("missing-label", str(header.columns.index("") + 1))
    seen: set[str] = set()
    for label in header.labels:
        if label.casefold() in seen:
            raise refusal("repeated-label", label)
        seen.add(label.casefold())
    if not seen:
        raise refusal("no-header")


def _no_header(message: str) -> Refusal:
    return Refusal("no-header", message, REFUSALS["no-header"].hint)
