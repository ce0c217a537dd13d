"""What the tax administration finds wrong with the cells of a FEC, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from .fec_columns import AMOUNTS, DATES, EXPECTED, MANDATORY, SIDES
from .fec_sides import CREDIT, DEBIT
from .fec_values import LAWFUL_AMOUNT, NO_DATE

_POINTED = r"^[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *[+-]?$"
_HEAD, _DECIMALS = "^[+-]?[0-9]{1,3}", "[0-9]* *[+-]?$"
_GROUPED = "|".join(
    (
        rf"{_HEAD}(?:[ '\u2019\u202f][0-9]{{3}})+(?:[.,]{_DECIMALS}| *[+-]?$)",
        rf"{_HEAD}(?:\.[0-9]{{3}})+,{_DECIMALS}",
        rf"{_HEAD}(?:,[0-9]{{3}})+\.{_DECIMALS}",
        rf"{_HEAD}(?:(?:\.[0-9]{{3}}){{2,}}|(?:,[0-9]{{3}}){{2,}})$",
    )
)

_DAY, _MONTH, _BETWEEN, _TIME = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "[-/.]?", "(?:[T ].*)?$"
_YEAR_FIRST = f"^([0-9]{{4}}){_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}{_TIME}"
_DAY_FIRST = f"^{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}([0-9]{{4}}){_TIME}"
_LIKELY_YEAR = "^(?:19|20)"
_ACCOUNT = "^[0-9]{3}"


@dataclass(frozen=True)
class Rule:
    """`code`, over the cells, is the code of what is wrong with `field` of a line; null where nothing is."""

    field: str
    code: pl.Expr
    detail: str | None = None


def rules_for(labels: tuple[str, ...]) -> list[Rule]:
    """The rules about the columns of a file with these labels."""
    return [rule for rule in _rules() if rule.field in labels]


def _rules() -> Iterator[Rule]:
    for field in MANDATORY:
        yield Rule(field, _where(pl.col(field).is_null(), "missing-value"))
    for field in EXPECTED:
        yield Rule(field, _where(pl.col(field).is_null(), "expected-value"))
    yield Rule("CompteNum", _where(~_has("CompteNum", _ACCOUNT), "account-number-start"))
    for field in DATES:
        yield Rule(field, _date(field))
    for field in AMOUNTS:
        yield Rule(field, _amount(field))
    yield from _sides()


def _sides() -> Iterator[Rule]:
    """Debit and Credit, or Montant and Sens."""
    has_debit, has_credit = pl.col(DEBIT) != 0, pl.col(CREDIT) != 0
    both, neither = has_debit & has_credit, ~has_debit & ~has_credit
    codes = pl.coalesce(_where(both, "both-sides"), _where(neither, "neither-side"))
    yield Rule("Debit", codes)
    side = pl.col("Sens").str.to_uppercase()
    known = pl.coalesce(
        _where(side.is_null(), "missing-value"), _where(~side.is_in(list(SIDES)), "unknown-choice")
    )
    yield Rule("Sens", known, ", ".join(SIDES))
    yield Rule("Montant", _where(neither & side.is_in(list(SIDES)), "neither-side"))


def _date(field: str) -> pl.Expr:
    cell = pl.col(field)
    year = pl.coalesce(cell.str.extract(_YEAR_FIRST), cell.str.extract(_DAY_FIRST))
    is_none = pl.lit(False) if field in MANDATORY else cell.str.contains(NO_DATE)
    return (
        pl.when(cell.is_null() | is_none)
        .then(None)
        .when(year.is_null())
        .then(pl.lit("not-a-fec-date"))
        .when(~year.str.contains(_LIKELY_YEAR))
        .then(pl.lit("unlikely-year"))
    )


def _amount(field: str) -> pl.Expr:
    return (
        pl.when(pl.col(field).is_null() | _has(field, LAWFUL_AMOUNT))
        .then(None)
        .when(_has(field, _GROUPED))
        .then(pl.lit("thousands-separator"))
        .when(_has(field, _POINTED))
        .then(pl.lit("decimal-point"))
        .otherwise(pl.lit("not-a-fec-amount"))
    )


def _has(field: str, pattern: str) -> pl.Expr:
    return pl.col(field).str.contains(pattern)


def _where(condition: pl.Expr, code: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(code))
