"""Amounts, cell by cell."""

from decimal import Decimal

import polars as pl
import pytest

from douane.model.kinds import Kind
from douane.pipeline.values import Convention, Proof, Reading, read, settle

COMMA, POINT = Convention.COMMA_DECIMAL, Convention.POINT_DECIMAL


def read_one(cell: str | None, convention: Convention | None = None, *, final: bool = False) -> Reading:
    return read(Kind.AMOUNT, pl.Series([cell], dtype=pl.String), convention=convention, final=final)


@pytest.mark.parametrize(
    ("cell", "amount", "proofs"),
    [
        ("1200", "1200", Proof.NONE),
        ("0", "0", Proof.NONE),
        ("-0", "0", Proof.NONE),
        ("1 200,00", "1200", Proof.COMMA_DECIMAL),
        ("1200.00123", "1200.00123", Proof.POINT_DECIMAL),
        ("6 580,10", "6580.10", Proof.COMMA_DECIMAL),
        ("6\u00a0580,10", "6580.10", Proof.COMMA_DECIMAL),
        ("6\u202f580,10", "6580.10", Proof.COMMA_DECIMAL),
        ("\u00a0 1200 \t", "1200", Proof.NONE),
        (".5", "0.5", Proof.POINT_DECIMAL),
        ("-.5", "-0.5", Proof.POINT_DECIMAL),
        (",500", "0.5", Proof.COMMA_DECIMAL),
        ("+12", "12", Proof.NONE),
        ("-1 200", "-1200", Proof.NONE),
        ("1 200,000", "1200", Proof.COMMA_DECIMAL),
        ("1 200.000", "1200", Proof.POINT_DECIMAL),
        ("1.200.300", "1200300", Proof.COMMA_DECIMAL),
        ("1,200,300", "1200300", Proof.POINT_DECIMAL),
        ("1,200.50", "1200.50", Proof.POINT_DECIMAL),
        ("1.200,50", "1200.50", Proof.COMMA_DECIMAL),
        ("1,200.500", "1200.5", Proof.POINT_DECIMAL),
        ("-1.200.300,5", "-1200300.5", Proof.COMMA_DECIMAL),
        ("1200,000", "1200", Proof.COMMA_DECIMAL),
        ("0,500", "0.5", Proof.COMMA_DECIMAL),
        ("-0.500", "-0.5", Proof.POINT_DECIMAL),
        ("1,2000", "1.2", Proof.COMMA_DECIMAL),
        ("1.1234560000", "1.123456", Proof.POINT_DECIMAL),
        ("99999999999999.999999", "99999999999999.999999", Proof.POINT_DECIMAL),
        ("99999999999999.9999990", "99999999999999.999999", Proof.POINT_DECIMAL),
        ("-99999999999999,9999990", "-99999999999999.999999", Proof.COMMA_DECIMAL),
        ("00000000000000000012.50", "12.5", Proof.POINT_DECIMAL),
        ("0" * 10_000 + "1." + "0" * 10_000, "1", Proof.POINT_DECIMAL),
        ("99 999 999 999 999,5", "99999999999999.5", Proof.COMMA_DECIMAL),
    ],
)
def test_plain_amounts(cell: str, amount: str, proofs: Proof) -> None:
    reading = read_one(cell)
    assert reading.values.to_list() == [Decimal(amount)]
    assert reading.values.dtype == pl.Decimal(20, 6)
    assert (reading.codes, reading.undecided, reading.proofs) == (None, None, proofs)


@pytest.mark.parametrize("convention", [COMMA, POINT])
@pytest.mark.parametrize(
    ("cell", "amount"), [("1200.50", "1200.50"), ("1200,50", "1200.50"), ("1.200.300", "1200300")]
)
def test_a_declared_sign_leaves_plain_amounts_alone(cell: str, amount: str, convention: Convention) -> None:
    assert read_one(cell, convention).values.to_list() == [Decimal(amount)]


@pytest.mark.parametrize(
    ("cell", "by_comma", "by_point"),
    [
        ("1,200", "1.2", "1200"),
        ("-1,200", "-1.2", "-1200"),
        ("123.456", "123456", "123.456"),
        ("001,200", "1.2", "1200"),
    ],
)
def test_what_could_mean_two_things(cell: str, by_comma: str, by_point: str) -> None:
    reading = read_one(cell)
    assert reading.values.to_list() == [None]
    assert reading.codes is None
    assert reading.undecided is not None
    assert reading.undecided.to_list() == [True]
    assert reading.proofs is Proof.NONE
    assert read_one(cell, COMMA, final=True).values.to_list() == [Decimal(by_comma)]
    assert read_one(cell, POINT, final=True).values.to_list() == [Decimal(by_point)]
    final = read_one(cell, final=True)
    assert final.codes is not None
    assert final.codes.to_list() == ["ambiguous-amount"]
    assert (final.undecided, final.values.to_list()) == (None, [None])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1e3", "not-an-amount"),
        ("12-", "not-an-amount"),
        ("(5)", "not-an-amount"),
        ("€5", "not-an-amount"),
        ("5€", "not-an-amount"),
        ("1.2.3", "not-an-amount"),
        ("--1", "not-an-amount"),
        ("+-1", "not-an-amount"),
        ("-", "not-an-amount"),
        ("+", "not-an-amount"),
        (".", "not-an-amount"),
        (",", "not-an-amount"),
        ("-.", "not-an-amount"),
        ("5.", "not-an-amount"),
        ("5,", "not-an-amount"),
        ("1,,2", "not-an-amount"),
        ("1.2,3.4", "not-an-amount"),
        ("12,34,567", "not-an-amount"),
        ("1234,567.0", "not-an-amount"),
        ("1,2345.6", "not-an-amount"),
        ("0x10", "not-an-amount"),
        ("1_0", "not-an-amount"),
        ("٣", "not-an-amount"),
        ("１２", "not-an-amount"),
        ("NaN", "not-an-amount"),
        ("inf", "not-an-amount"),
        ("-inf", "not-an-amount"),
        ("1/2", "not-an-amount"),
        ("12abc", "not-an-amount"),
        ("0.200.300", "not-an-amount"),
        ("1,200.300,4", "not-an-amount"),
        ("1 20", "not-an-amount"),
        ("1  200", "not-an-amount"),
        ("- 1200", "not-an-amount"),
        ("1 200.300,5", "not-an-amount"),
        ("1234 567", "not-an-amount"),
        ("1 200,5 0", "not-an-amount"),
        ("1200\n", ""),
        ("12\n00", "not-an-amount"),
        ("1.1234567", "too-many-decimals"),
        ("0.0000005", "too-many-decimals"),
        ("99999999999999.9999999", "too-many-decimals"),
        ("123456789012345", "amount-too-large"),
        ("123 456 789 012 345,5", "amount-too-large"),
        ("100.000.000.000.000,1", "amount-too-large"),
        ("9" * 10_000, "amount-too-large"),
    ],
)
def test_faults(cell: str, code: str) -> None:
    reading = read_one(cell, final=True)
    assert (reading.codes.to_list() if reading.codes is not None else [""]) == [code]
    assert (reading.values.null_count() == 1) == bool(code)


def test_a_mixed_column_keeps_its_order() -> None:
    cells = pl.Series(["12", None, "x", "1,200", " ", "1 200,5", "1.2345678"])
    reading = read(Kind.AMOUNT, cells)
    assert reading.values.to_list() == [Decimal(12), None, None, None, None, Decimal("1200.5"), None]
    assert reading.codes is not None
    assert reading.codes.to_list() == [None, None, "not-an-amount", None, None, None, "too-many-decimals"]
    assert reading.undecided is not None
    assert reading.undecided.to_list() == [False, False, False, True, False, False, False]
    assert reading.proofs == Proof.COMMA_DECIMAL | Proof.POINT_DECIMAL


@pytest.mark.parametrize(
    ("declared", "proofs", "settled"),
    [
        (None, Proof.NONE, None),
        (None, Proof.COMMA_DECIMAL, COMMA),
        (None, Proof.POINT_DECIMAL, POINT),
        (None, Proof.COMMA_DECIMAL | Proof.POINT_DECIMAL, None),
        (POINT, Proof.COMMA_DECIMAL, POINT),
        (None, Proof.DAY_FIRST, Convention.DAY_FIRST),
        (None, Proof.DAY_FIRST | Proof.MONTH_FIRST, None),
        (Convention("mdy"), Proof.DAY_FIRST | Proof.MONTH_FIRST, Convention.MONTH_FIRST),
    ],
)
def test_settle(declared: Convention | None, proofs: Proof, settled: Convention | None) -> None:
    assert settle(declared, proofs) is settled
