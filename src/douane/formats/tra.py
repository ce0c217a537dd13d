"""TRA, Cegid's exchange file of fixed width: header, parameter records and entry lines, read and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from douane.settings import Limits

from .csv import CHUNK_BYTES, Piece, Table
from .csv_lines import whole_lines
from .fixed_faults import are_blank, faults_of
from .fixed_lines import Lines, lines_of
from .tra_documents import LINES_MAX, are_owners
from .tra_header import Head, TraHeader, are_starred, take_head
from .tra_lines import Counts, Reader
from .tra_write import write_tra

__all__ = ["LINE_BYTES_MAX", "TraFile", "TraHeader", "read_tra", "write_tra"]

LINE_BYTES_MAX = 8 * 1024
"""No line of a TRA has more than 1,407 positions."""

DECIMALS = 2


@dataclass(frozen=True)
class TraFile:
    """A TRA as read so far.

    `parameters` has a frame of text columns for each parameter record it holds, by id: the codes of
    `tra_layout.PARAMETERS`. `table` has a row for each line of types blank, X, H, A, O and V; its labels
    are those of `tra_layout.ENTRY_LINES` and then, worked out from the line:
    `entry_number` (the piece number, or the internal reference when there is none), `amount` (in euro or
    the folder's currency), `currency_amount` and `currency` (null when the line gives none), `document`
    (the names of its documents, joined by `*`). Dates are YYYY-MM-DD. Lines of type G name the documents
    of the line before; like blank lines they are not `received`, unless they are faults.
    """

    header: TraHeader
    parameters: dict[str, pl.DataFrame]
    table: Table
    counts: Counts

    @property
    def ignored(self) -> dict[str, int]:
        """How many parameter records were passed over, by id: unknown ones, and those behind entry lines."""
        return self.counts.ignored

    @property
    def documents(self) -> int:
        """How many documents the pieces taken so far name."""
        return self.counts.documents


def read_tra(blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES) -> TraFile:
    """The TRA in `blocks`, which are UTF-8 and may end anywhere.

    Refusals: no-header, upload-too-large (parameter records). Faults: not-an-entry-line,
    bytes-outside-charset, nul-character, unit-separator, line-too-long.
    """
    line_bytes_max = min(limits.line_bytes_max, LINE_BYTES_MAX)
    head = take_head(whole_lines(blocks, line_bytes_max, chunk_bytes), line_bytes_max)
    counts = Counts(dict(head.ignored))
    reader = Reader(head.header.layout, _decimals(head.parameters), line_bytes_max, counts)
    return TraFile(head.header, head.parameters, Table(reader.labels, _pieces(head, reader)), counts)


def _decimals(parameters: dict[str, pl.DataFrame]) -> int:
    """How many decimals the folder's currency has."""
    told = parameters["PS5"]["decimales"][0] if "PS5" in parameters else None
    return int(told) if told and told in "0123456" else DECIMALS


def _pieces(head: Head, reader: Reader) -> Iterator[Piece]:
    """The unreadable lines of the head, then the lines below it."""
    for lines in head.unreadable:
        if len(lines):
            yield _unreadable(lines, reader)
    held, line = b"", head.line
    for chunk in head.rest:
        lines = lines_of(held + chunk, line)
        count = _settled(lines)
        held = lines.data[lines.starts[count] :] if count < len(lines) else b""
        line += count
        if count:
            yield reader.piece(lines.taken(slice(count)))
    if held:
        yield reader.piece(lines_of(held, line))


def _unreadable(lines: Lines, reader: Reader) -> Piece:
    rows = pl.DataFrame(schema=dict.fromkeys(reader.labels, pl.String))
    faults = faults_of(lines, reader.charset, reader.line_bytes_max)
    return Piece(rows, pl.Series(dtype=pl.UInt32), faults, len(lines))


def _settled(lines: Lines) -> int:
    """How many lines come before the last one that may still get a document from lines that follow."""
    last = lines.taken(slice(max(0, len(lines) - LINES_MAX), None))
    owners = (are_owners(last) & ~are_starred(last) & ~are_blank(last)).nonzero()[0]
    return len(lines) - len(last) + int(owners[-1]) if len(owners) else len(lines)
