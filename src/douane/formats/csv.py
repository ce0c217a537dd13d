"""Delimited text with a header: its rows as tables, its unreadable lines as faults, its records as sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from douane.settings import Limits

from .csv_arrays import Marks, chosen, series
from .csv_cells import in_order, read_rows
from .csv_grammar import Grammar, Layout
from .csv_header import REASON_LABEL, Header, take_header
from .csv_headerless import take_columns
from .csv_lines import CHUNK_BYTES, skip_lines, whole_lines
from .csv_plain import plain_rows
from .csv_records import Records, cut
from .csv_repair import faults, judged, repaired
from .outside import signs_in
from .unreadable import FAULT_SCHEMA

__all__ = ["CHUNK_BYTES", "REASON_LABEL", "Layout", "Piece", "Table", "read_records", "read_table"]


@dataclass(frozen=True)
class Piece:
    """Some consecutive records, blank ones left out.

    `rows` has one String column per label, with null for an empty cell, and `lines` (UInt32) the physical
    line where each row starts. `faults` has `line`, `value`, `code`, `detail`. `received` counts both.
    """

    rows: pl.DataFrame
    lines: pl.Series
    faults: pl.DataFrame
    received: int


@dataclass(frozen=True)
class Table:
    """The labels of the header, stripped and in lower case, and the rows, read as they are asked for."""

    labels: tuple[str, ...]
    pieces: Iterator[Piece]


def read_table(
    blocks: Iterator[bytes], layout: Layout, limits: Limits, chunk_bytes: int = CHUNK_BYTES
) -> Table:
    """The table in `blocks`, which are UTF-8 and may end anywhere.

    Refusals: no-header, missing-label, repeated-label, too-many-columns, long-label; without a header
    empty-upload, too-many-columns. Unreadable lines are faults: column-count, bad-quoting,
    bytes-outside-charset, nul-character, unit-separator, line-too-long.
    """
    header, grammar, chunks = _opened(blocks, layout, limits, chunk_bytes)
    return Table(header.labels, _pieces(chunks, header, grammar))


def read_records(
    blocks: Iterator[bytes],
    layout: Layout,
    limits: Limits,
    wanted: Iterable[int],
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[tuple[int, str]]:
    """The header if there is one, then the records that start at the `wanted` lines: line number, and text.

    The text is as sent, without its line end, and cut when it is longer than a line may be. Records start and
    end where `read_table` says.
    """
    header, grammar, chunks = _opened(blocks, layout, limits, chunk_bytes)
    if layout.has_header:
        yield header.line, header.text
    left = np.unique(np.fromiter(wanted, np.int64))
    for each in _records(chunks, header.line + 1, grammar):
        if not len(left):
            return
        found = np.isin(each.lines, left)
        for line, text in zip(each.lines[found].tolist(), each.texts.filter(found).to_pylist(), strict=True):
            yield line, _as_sent(text, limits)
        left = left[left > each.lines[-1]] if len(each) else left


def _as_sent(text: str, limits: Limits) -> str:
    text = text.removesuffix("\n").removesuffix("\r")
    return text.encode()[: limits.line_bytes_max].decode(errors="ignore")


def _opened(
    blocks: Iterator[bytes], layout: Layout, limits: Limits, chunk_bytes: int
) -> tuple[Header, Grammar, Iterator[bytes]]:
    """The header, the grammar of the lines below it, and pieces of these lines."""
    chunks = skip_lines(whole_lines(blocks, limits.line_bytes_max, chunk_bytes), layout.lines_skipped)
    header, rest = (take_header if layout.has_header else take_columns)(chunks, layout, limits)
    return header, Grammar(layout, limits, len(header.columns), header.has_tail), rest


def _records(chunks: Iterator[bytes], line: int, grammar: Grammar) -> Iterator[Records]:
    """All records, from `line` on; what a chunk leaves open is looked at again with the next one."""
    held = b""
    for chunk in chunks:
        records, taken = cut(held + chunk, line, grammar, is_last=False)
        held, line = records.data[records.starts[-1] :], line + taken
        yield records
    yield cut(held, line, grammar, is_last=True)[0]


def _pieces(chunks: Iterator[bytes], header: Header, grammar: Grammar) -> Iterator[Piece]:
    """The rows and the faults of all chunks; nothing is left open by lines that are plainly rows."""
    held, line = b"", header.line + 1
    for chunk in chunks:
        rows = None if held else plain_rows(chunk, header, grammar)
        if rows is not None:
            yield _plain_piece(rows, line)
            line += rows.height
            continue
        records, taken = cut(held + chunk, line, grammar, is_last=False)
        held, line = records.data[records.starts[-1] :], line + taken
        if len(records):
            yield _piece(records, header, grammar)
    records, _ = cut(held, line, grammar, is_last=True)
    if len(records):
        yield _piece(records, header, grammar)


def _plain_piece(rows: pl.DataFrame, line: int) -> Piece:
    """The piece of rows that take a line each, the first of them `line`."""
    lines = pl.int_range(line, line + rows.height, dtype=pl.UInt32, eager=True)
    return Piece(rows, lines, pl.DataFrame(schema=FAULT_SCHEMA), rows.height)


def _piece(records: Records, header: Header, grammar: Grammar) -> Piece:
    """The rows and the faults among `records`."""
    good = records.rows & ~_spoiled(records)
    bad = ~(good | records.blanks)
    parts = [read_rows(records.lines[good], chosen(records.texts, good), header, grammar)]
    verdicts = judged(records.lines[bad], series(chosen(records.texts, bad)), grammar)
    if bad.any():
        parts += repaired(verdicts, header, grammar)
    lines, rows = in_order(parts, header.labels)
    return Piece(
        rows=rows,
        lines=pl.Series(lines, dtype=pl.UInt32),
        faults=faults(verdicts, grammar),
        received=len(records) - int(records.blanks.sum()),
    )


def _spoiled(records: Records) -> Marks:
    """Which records hold a character that no row may hold."""
    spoiled = np.zeros(len(records), np.bool_)
    for sign in signs_in(records.data):
        spoiled |= series(records.texts).str.contains(sign, literal=True).to_numpy()
    return spoiled
