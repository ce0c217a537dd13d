"""What every reader of cells gives back, and the conventions by which an ambiguous cell is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, StrEnum

import numpy as np
import polars as pl

SAMPLE = 100
"""How many cells show how a column is written."""


class Convention(StrEnum):
    """How a sender writes amounts or dates; the values are those of a credential's declarations."""

    COMMA_DECIMAL = ","
    POINT_DECIMAL = "."
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class Proof(Flag):
    """The conventions that the plain cells of one column prove."""

    NONE = 0
    COMMA_DECIMAL = 1
    POINT_DECIMAL = 2
    DAY_FIRST = 4
    MONTH_FIRST = 8


_PROVEN = {
    Proof.COMMA_DECIMAL: Convention.COMMA_DECIMAL,
    Proof.POINT_DECIMAL: Convention.POINT_DECIMAL,
    Proof.DAY_FIRST: Convention.DAY_FIRST,
    Proof.MONTH_FIRST: Convention.MONTH_FIRST,
}


def settle(declared: Convention | None, proofs: Proof) -> Convention | None:
    """The convention of a column: the declared one, else the one that all its proofs agree on."""
    return declared if declared is not None else _PROVEN.get(proofs)


@dataclass(frozen=True)
class Reading:
    """A column of cells as read; every series has one entry per cell, in order.

    `values` is typed (String, Decimal(20,6), Date or Boolean) and null where the cell is empty, faulty
    or undecided. `codes` (String) is the fault of a faulty cell and `details` (String) what fills
    {detail} in its template. `undecided` (Boolean) marks cells that could mean two things while no
    convention is known. `warnings` (String) is the code of a doubtful cell that keeps its value. Each
    of these four is None when no cell needs it. `proofs` are the conventions that the cells prove.
    """

    values: pl.Series
    codes: pl.Series | None = None
    details: pl.Series | None = None
    undecided: pl.Series | None = None
    proofs: Proof = Proof.NONE
    warnings: pl.Series | None = None


def stripped(cells: pl.Series) -> pl.Series:
    """The cells without blanks at their ends (any Unicode white space), null when nothing is left."""
    bare = cells.str.strip_chars()
    empty = bare.str.len_bytes() == 0
    return bare.set(empty, None) if empty.any() else bare


def where(mask: pl.Series, text: str) -> pl.Series | None:
    """`text` where `mask` is true and null elsewhere; None when it is true nowhere."""
    if not mask.any():
        return None
    return pl.select(pl.when(mask).then(pl.lit(text))).to_series()


def checked(cells: pl.Series, fine: pl.Series, code: str, detail: str | None = None) -> Reading:
    """A reading of text that keeps the `fine` cells as they are and gives `code` to the others."""
    if fine.all():
        return Reading(cells)
    faulty = ~fine
    details = None if detail is None else where(faulty, detail)
    return Reading(cells.set(faulty, None), where(faulty, code), details)


def overlay(plain: Reading, at: pl.Series, rest: Reading) -> Reading:
    """`plain` with the cells at the positions `at`, null in it, as `rest` reads them."""
    length = len(plain.values)
    return Reading(
        plain.values.scatter(at, rest.values),
        codes=_spread(rest.codes, at, length),
        details=_spread(rest.details, at, length),
        undecided=_spread(rest.undecided, at, length),
        proofs=plain.proofs | rest.proofs,
        warnings=_spread(rest.warnings, at, length),
    )


def read_once(cells: pl.Series, reader: Callable[[pl.Series], Reading]) -> Reading:
    """The reading of columns that repeat few texts: `reader` sees each of them once; none may be null."""
    distinct = cells.unique()
    numbers = pl.int_range(len(distinct), dtype=pl.UInt32, eager=True)
    return _repeated(reader(distinct), cells.replace_strict(distinct, numbers, return_dtype=pl.UInt32))


def read_runs(cells: pl.Series, reader: Callable[[pl.Series], Reading]) -> Reading:
    """The reading of columns whose cells are often like the one before: `reader` sees each run once."""
    if 2 * len(cells.head(SAMPLE).rle()) > SAMPLE:
        return reader(cells)
    runs = cells.rle().struct.unnest()
    numbers = np.arange(runs.height, dtype=np.uint32)
    return _repeated(reader(runs["value"]), pl.Series(np.repeat(numbers, runs["len"].to_numpy())))


def read_filled(cells: pl.Series, dtype: pl.DataType, reader: Callable[[pl.Series], Reading]) -> Reading:
    """The reading of columns, of this type, that may be empty for the most part: `reader` sees the rest."""
    if 2 * cells.null_count() < len(cells):
        return reader(cells)
    there = cells.is_not_null().arg_true()
    nothing = Reading(pl.repeat(None, len(cells), dtype=dtype, eager=True))
    return nothing if there.is_empty() else overlay(nothing, there, reader(cells.gather(there)))


def _repeated(once: Reading, at: pl.Series) -> Reading:
    """The reading whose cells are those of `once` at these places."""
    return Reading(
        once.values.gather(at),
        codes=_gathered(once.codes, at),
        details=_gathered(once.details, at),
        undecided=_gathered(once.undecided, at),
        proofs=once.proofs,
        warnings=_gathered(once.warnings, at),
    )


def _gathered(part: pl.Series | None, at: pl.Series) -> pl.Series | None:
    return None if part is None else part.gather(at)


def _spread(part: pl.Series | None, at: pl.Series, length: int) -> pl.Series | None:
    if part is None:
        return None
    filler = False if part.dtype == pl.Boolean else None
    return pl.repeat(filler, length, dtype=part.dtype, eager=True).scatter(at, part)
