"""The entry lines of a TRA as rows, and a fault for each line that is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from .csv import Piece
from .csv_arrays import Marks
from .fixed_faults import are_blank, are_spoiled, faults_of
from .fixed_lines import Lines
from .tra_amounts import CODINGS, coding, needs_rate, rate, with_amounts
from .tra_documents import BESIDE, are_documents, are_owners, names_of, with_documents
from .tra_header import are_starred, count_ignored, with_dates
from .tra_layout import Layout
from .unreadable import FAULT_SCHEMA, shown

DERIVED = ("entry_number", "amount", "currency_amount", "currency", "document")
"""The labels of what is worked out from a line, besides its own cells."""

SHORTEST = 151
ENTRY_TYPES = ("X", "H")
CODE = "not-an-entry-line"
DATE = "^[0-9]{4}-?[0-9]{2}-?[0-9]{2}$"
LENGTH, LINE, TEXT = "length ", "line ", "text "  # beside labels, none of which ends with a blank


@dataclass
class Counts:
    """What is passed over, by id for parameter records; and the documents that were named."""

    ignored: dict[str, int] = field(default_factory=dict)
    documents: int = 0


@dataclass(frozen=True)
class Reader:
    """How the lines of one file are read; `counts` grow with every piece."""

    layout: Layout
    decimals: int
    line_bytes_max: int
    counts: Counts
    charset: str = "UTF-8"

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns of the rows."""
        return (*(each.label for each in self.layout), *DERIVED)

    def piece(self, lines: Lines) -> Piece:
        """The rows and the faults among `lines`; blank lines, parameter records and documents are neither."""
        passed = self._passed(lines)
        lines = lines.taken(~passed) if passed.any() else lines
        spoiled = are_spoiled(lines, self.line_bytes_max)
        documents = are_documents(lines) & ~spoiled
        is_row = ~(spoiled | documents)
        entries = lines.taken(is_row) if not is_row.all() else lines
        rows = with_dates(entries.cells(self.layout), self.layout)
        bad = _bad(rows, entries)
        names = names_of(lines.taken(documents), lines.numbers[are_owners(lines)])
        faults = [_astray(names)]
        if spoiled.any():
            faults.append(faults_of(lines.taken(spoiled), self.charset, self.line_bytes_max))
        numbers = pl.Series(entries.numbers)
        if bad.any():
            faults.append(_told(rows.filter(bad), entries.taken(bad.to_numpy())))
            rows, numbers = rows.filter(~bad), numbers.filter(~bad)
        return self._made(rows, numbers, names, pl.concat(faults).sort("line"))

    def _passed(self, lines: Lines) -> Marks:
        """Which lines count nowhere: blank ones, and parameter records, which are counted by id."""
        starred = are_starred(lines)
        if starred.any():
            count_ignored(lines.taken(starred), self.counts.ignored)
        return starred | are_blank(lines)

    def _made(
        self, rows: pl.DataFrame, numbers: pl.Series, names: pl.DataFrame, faults: pl.DataFrame
    ) -> Piece:
        self.counts.documents += names.drop_nulls().height
        number = pl.col("numero_piece")
        rows = with_amounts(rows, self.decimals).with_columns(
            entry_number=pl.when(number.str.contains("[^0]")).then(number).otherwise("reference_interne")
        )
        return Piece(
            rows=with_documents(rows, numbers, names).select(self.labels),
            lines=numbers.cast(pl.UInt32),
            faults=faults,
            received=rows.height + faults.height,
        )


def _checks(rows: pl.DataFrame) -> dict[str, pl.Expr]:
    """What makes a line no entry line, by what is told of it."""
    kind, date = pl.col("type_compte"), pl.col("date")
    is_entry = ~kind.is_in(BESIDE).fill_null(False)
    checks = {
        "position 4 holds no date": ~date.str.contains(DATE).fill_null(False),
        "position 14 holds no account": pl.col("general").is_null(),
        "position 31 holds no line type": ~kind.is_in((*ENTRY_TYPES, *BESIDE)).fill_null(True),
        "position 130 holds neither D nor C": is_entry & ~pl.col("sens").is_in(("D", "C")).fill_null(False),
        f"it ends before position {SHORTEST}": is_entry & (pl.col(LENGTH) < SHORTEST),
        "position 173 holds no coding of amounts": is_entry & ~coding().is_in(CODINGS),
    }
    if rows.select(needs_rate().any()).item():
        told = "position 163 holds no rate for the amount in currency"
        checks[told] = is_entry & needs_rate() & rate().is_null()
    return checks


def _bad(rows: pl.DataFrame, lines: Lines) -> pl.Series:
    """Which rows are no entry lines."""
    frame = rows.with_columns(pl.Series(LENGTH, lines.lengths))
    return frame.select(pl.any_horizontal(_checks(rows).values())).to_series()


def _told(rows: pl.DataFrame, lines: Lines) -> pl.DataFrame:
    """The faults of rows that are no entry lines: the first check that each fails."""
    details = pl.coalesce(pl.when(check).then(pl.lit(told)) for told, check in _checks(rows).items())
    frame = rows.with_columns(
        pl.Series(LENGTH, lines.lengths), pl.Series(LINE, lines.numbers), lines.texts.alias(TEXT)
    )
    return frame.select(
        pl.col(LINE).alias("line"), value=shown(pl.col(TEXT)), code=pl.lit(CODE), detail=details
    ).cast(FAULT_SCHEMA)


def _astray(names: pl.DataFrame) -> pl.DataFrame:
    """The faults of documents that belong to no line, or have no name."""
    if names.is_empty():
        return pl.DataFrame(schema=FAULT_SCHEMA)
    no_owner = pl.col("owner").is_null()
    detail = pl.when(no_owner).then(pl.lit("it names a document, but no entry line stands before it"))
    lost = names.filter(no_owner | pl.col("name").is_null())
    return lost.select(
        "line",
        value="name",
        code=pl.lit(CODE),
        detail=detail.otherwise(pl.lit("position 84 holds no path of a document")),
    ).cast(FAULT_SCHEMA)
