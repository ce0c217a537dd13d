"""The verdict on a TRA without a database: what is wrong with which line, which entries do not balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from douane.settings import Limits

from .csv import CHUNK_BYTES, Piece
from .tra import read_tra
from .tra_amounts import NUMBER, decimal
from .tra_documents import BESIDE
from .tra_header import TraHeader

FINDINGS = pl.Schema(
    {
        "line": pl.UInt32,
        "field": pl.String,
        "value": pl.String,
        "code": pl.String,
        "detail": pl.String,
        "is_warning": pl.Boolean,
    }
)
ENTRY = ("journal", "date", "entry_number")
DATES = ("date", "echeance")
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
CENTS = pl.Decimal(38, 6)
SUMS = pl.Schema(dict.fromkeys(ENTRY, pl.String()) | {"line": pl.UInt32(), "debit": CENTS, "credit": CENTS})
NOTHING = Decimal(0)


@dataclass(frozen=True)
class TraVerdict:
    """What a check found.

    `findings` has one row per finding, by line, the code being a fault's of the catalogue; `lines` counts
    what was received; `debit` and `credit` are the totals of all readable entry lines. `unbalanced` has
    journal, date, entry_number, line (the first), debit, credit of each entry that does not balance, and
    `entries` counts all.
    """

    header: TraHeader
    findings: pl.DataFrame
    lines: int
    entries: int
    debit: Decimal
    credit: Decimal
    unbalanced: pl.DataFrame


def tra_check(blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES) -> TraVerdict:
    """The verdict on the TRA in `blocks`, UTF-8 that may end anywhere. Refusals are those of `read_tra`."""
    file = read_tra(blocks, limits, chunk_bytes)
    found: list[pl.DataFrame] = [pl.DataFrame(schema=FINDINGS)]
    sums: list[pl.DataFrame] = []
    lines = 0
    for piece in file.table.pieces:
        lines += piece.received
        found += _found(piece)
        sums.append(_summed(_amounts(piece)))
    entries = _totals(sums)
    unbalanced = entries.filter(pl.col("debit") != pl.col("credit"))
    return TraVerdict(
        header=file.header,
        findings=pl.concat([*found, _unbalanced(unbalanced)]).sort("line", maintain_order=True),
        lines=lines,
        entries=entries.height,
        debit=_total(entries["debit"]),
        credit=_total(entries["credit"]),
        unbalanced=unbalanced,
    )


def _amounts(piece: Piece) -> pl.DataFrame:
    """The entry lines with `line`, `debit` and `credit`."""
    value = decimal(pl.col("amount")).cast(CENTS).fill_null(0)
    is_entry = ~pl.col("type_compte").is_in(BESIDE).fill_null(False)
    return (
        piece.rows.with_columns(piece.lines.alias("line"))
        .filter(is_entry)
        .with_columns(
            debit=pl.when(pl.col("sens") == "D").then(value).otherwise(NOTHING).cast(CENTS),
            credit=pl.when(pl.col("sens") == "C").then(value).otherwise(NOTHING).cast(CENTS),
        )
    )


def _found(piece: Piece) -> list[pl.DataFrame]:
    """The findings about single lines."""
    rows = piece.rows.with_columns(piece.lines.alias("line"))
    amount = pl.col("amount")
    found = [
        piece.faults.with_columns(field=pl.lit(None, pl.String)),
        _told(rows, "journal", "missing-value", pl.col("journal").is_null()),
        _told(rows, "amount", "not-an-amount", amount.is_not_null() & ~amount.str.contains(NUMBER)),
    ]
    found += [_told(rows, label, "not-a-date", ~pl.col(label).str.contains(DAY)) for label in DATES]
    return [each.with_columns(is_warning=False).select(FINDINGS.names()).cast(FINDINGS) for each in found]


def _told(rows: pl.DataFrame, label: str, code: str, is_wrong: pl.Expr) -> pl.DataFrame:
    return rows.filter(is_wrong).select(
        "line",
        field=pl.lit(label),
        value=label,
        code=pl.lit(code),
        detail=pl.lit(None, pl.String),
    )


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """One row for each entry: its first line, its debit and its credit."""
    return lines.group_by(ENTRY).agg(pl.col("line").min(), pl.col("debit").sum(), pl.col("credit").sum())


def _totals(sums: list[pl.DataFrame]) -> pl.DataFrame:
    """One row for each entry of all pieces, by line."""
    return _summed(pl.concat([pl.DataFrame(schema=SUMS), *sums])).sort("line")


def _total(amounts: pl.Series) -> Decimal:
    return Decimal(str(amounts.sum()))


def _unbalanced(entries: pl.DataFrame) -> pl.DataFrame:
    """A finding for each entry that does not balance, on its first line."""
    difference = pl.col("debit") - pl.col("credit")
    return entries.select(
        "line",
        field=pl.lit(None, pl.String),
        value="entry_number",
        code=pl.lit("entry-unbalanced"),
        detail=difference.cast(pl.String),
        is_warning=False,
    ).cast(FINDINGS)
