"""Where the records of a piece of delimited text start and end, and which of them are rows.

A physical line that reads as a row by itself is that row. Any other line with an odd number of quotes may
open a record that goes on until the next line with an odd number of them. The lines between are one
record when together they are strict and none of them reads as a row by itself. Such a line is taken for
text only when the record is a row whose every cell is quoted: a row of a sender who quotes every cell could
not stand inside one. So a stray quote costs its own line, and each line is looked at a bounded
number of times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .csv_arrays import Marks, Numbers, bounds_of_lines, series, texts_between, where_matching
from .csv_grammar import Grammar

JOINED_LINES_MAX = 1000


@dataclass(frozen=True)
class Records:
    """Consecutive records: their bytes, where each starts, and what it is.

    `starts` are offsets into `data`, with one more for the end; `lines` are physical lines of the file.
    A record is a row, blank, or neither: a line that must be repaired or rejected.
    """

    data: bytes
    starts: Numbers
    lines: Numbers
    rows: Marks
    blanks: Marks

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def texts(self) -> Any:
        """The records, each with its line end, as an Arrow array."""
        return texts_between(self.data, self.starts)


def cut(data: bytes, first_line: int, grammar: Grammar, is_last: bool) -> tuple[Records, int]:
    """The records of `data`, which is whole lines, and how many lines they take.

    The lines that are left belong to a record that may go on after `data`; none are when `is_last`.
    """
    lines = _lines(data, first_line, grammar)
    if (lines.rows | lines.blanks).all():
        return lines, len(lines)
    odd = _odd_lines(lines, grammar.layout.quote)
    opens, closes, are_rows = _joins(lines, odd, grammar)
    taken = len(lines)
    if not is_last and len(odd) and odd[-1] not in closes[-1:] and _may_go_on(lines, odd[-1], grammar):
        taken = int(odd[-1])
    return _joined(lines, opens, closes, are_rows, taken), taken


def _lines(data: bytes, first_line: int, grammar: Grammar) -> Records:
    """Each physical line as a record."""
    starts = bounds_of_lines(data)
    texts = series(texts_between(data, starts))
    rows = where_matching(texts, grammar.row) & (np.diff(starts) <= grammar.limits.line_bytes_max + 1)
    blanks = np.zeros(len(rows), np.bool_)
    if grammar.width == 1 or not rows.all():
        blanks = where_matching(texts, grammar.blank)
    lines = np.arange(first_line, first_line + len(rows), dtype=np.int64)
    return Records(data, starts, lines, rows & ~blanks, blanks)


def _odd_lines(lines: Records, quote: str) -> Numbers:
    """The indices of the lines that hold an odd number of quotes."""
    if not quote:
        return np.zeros(0, np.int64)
    quotes = np.flatnonzero(np.frombuffer(lines.data, np.uint8) == ord(quote))
    counts = np.diff(np.searchsorted(quotes, lines.starts))
    return np.flatnonzero(counts & 1)


def _joins(lines: Records, odd: Numbers, grammar: Grammar) -> tuple[Numbers, Numbers, Marks]:
    """The first and the last line of each record that takes several lines, and whether it is a row."""
    opens, closes = odd[:-1], odd[1:]
    are_records, are_rows = np.zeros((2, len(opens)), np.bool_)
    for part in (slice(0, None, 2), slice(1, None, 2)):
        # Neighbouring pairs share a line, so that only every second pair fits into one array of texts.
        are_records[part], are_rows[part] = _readable(lines, opens[part], closes[part], grammar)
        if are_records[::2].all():
            break
    taken = _every_second(are_records)
    return opens[taken], closes[taken], are_rows[taken]


def _readable(lines: Records, opens: Numbers, closes: Numbers, grammar: Grammar) -> tuple[Marks, Marks]:
    """Which of the line ranges, no two of which overlap, are records, and which of those are rows."""
    if not len(opens):
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    bounds = np.column_stack([lines.starts[opens], lines.starts[closes + 1]])
    fits = np.diff(bounds).ravel() <= grammar.limits.line_bytes_max + 1
    fits &= closes - opens < JOINED_LINES_MAX
    before = np.concatenate([[0], np.cumsum(lines.rows)])
    holds_rows = before[closes] > before[opens]
    texts = series(texts_between(lines.data, bounds.ravel())).gather_every(2)
    rows = where_matching(texts, grammar.row)
    rows &= fits & (~holds_rows | where_matching(texts, grammar.quoted_row))
    records = rows | (fits & ~holds_rows & where_matching(texts, grammar.record))
    return records, rows


def _every_second(marks: Marks) -> Marks:
    """The first, third, ... of each run of true marks: a line that closes a record opens no other."""
    places = np.arange(len(marks))
    follow = np.zeros(len(marks), np.bool_)
    follow[1:] = marks[:-1]
    firsts = np.maximum.accumulate(np.where(marks & ~follow, places, 0))
    chosen: Marks = marks & ((places - firsts) & 1 == 0)
    return chosen


def _may_go_on(lines: Records, opening: int, grammar: Grammar) -> bool:
    """Whether a record that opens at this line could still close after the last line."""
    size = lines.starts[-1] - lines.starts[opening]
    return bool(len(lines) - opening < JOINED_LINES_MAX and size <= grammar.limits.line_bytes_max)


def _joined(lines: Records, opens: Numbers, closes: Numbers, are_rows: Marks, taken: int) -> Records:
    """The first `taken` lines, with those from each of `opens` to its partner in `closes` as one record."""
    steps = np.zeros(len(lines) + 1, np.int8)
    steps[opens + 1] += 1
    steps[closes + 1] -= 1
    kept = np.cumsum(steps[:-1]) == 0
    kept[taken:] = False
    rows = lines.rows.copy()
    rows[opens] = are_rows
    starts = np.append(lines.starts[:-1][kept], lines.starts[taken])
    return Records(lines.data, starts, lines.lines[kept], rows[kept], lines.blanks[kept])
