"""Dates, cell by cell."""

from datetime import date

import polars as pl
import pytest

from douane.model.kinds import Kind
from douane.pipeline.values import Convention, Proof, Reading, read

DAY, MONTH = Convention.DAY_FIRST, Convention.MONTH_FIRST


def read_one(cell: str | None, convention: Convention | None = None, *, final: bool = False) -> Reading:
    return read(Kind.DATE, pl.Series([cell], dtype=pl.String), convention=convention, final=final)


@pytest.mark.parametrize(
    ("cell", "day", "proofs"),
    [
        ("2026-12-31", "2026-12-31", Proof.NONE),
        (" 20261231 ", "2026-12-31", Proof.NONE),
        ("2026/12/31", "2026-12-31", Proof.NONE),
        ("2026.12.31", "2026-12-31", Proof.NONE),
        ("2026-1-2", "2026-01-02", Proof.NONE),
        ("2024-02-29", "2024-02-29", Proof.NONE),
        ("1900-01-01", "1900-01-01", Proof.NONE),
        ("2999-12-31", "2999-12-31", Proof.NONE),
        ("2026-12-31 00:00:00", "2026-12-31", Proof.NONE),
        ("2026-12-31T00:00:00", "2026-12-31", Proof.NONE),
        ("2026-12-31T00:00:00.000Z", "2026-12-31", Proof.NONE),
        ("2026-12-31T00:00:00+00:00", "2026-12-31", Proof.NONE),
        ("20261231 00:00:00", "2026-12-31", Proof.NONE),
        ("13/04/2026", "2026-04-13", Proof.DAY_FIRST),
        ("13/4/2026", "2026-04-13", Proof.DAY_FIRST),
        ("04/13/2026", "2026-04-13", Proof.MONTH_FIRST),
        ("31-12-2026", "2026-12-31", Proof.DAY_FIRST),
        ("31.12.2026", "2026-12-31", Proof.DAY_FIRST),
        ("31/12/2026 00:00:00", "2026-12-31", Proof.DAY_FIRST),
        ("04/04/2026", "2026-04-04", Proof.NONE),
        ("31-DEC-22", "2022-12-31", Proof.NONE),
        ("31-dec-2022", "2022-12-31", Proof.NONE),
        ("31DEC2022", "2022-12-31", Proof.NONE),
        ("1 JAN 69", "1969-01-01", Proof.NONE),
        ("01-JAN-68", "2068-01-01", Proof.NONE),
        ("01-JAN-00", "2000-01-01", Proof.NONE),
        ("31 déc. 2022", "2022-12-31", Proof.NONE),
        ("31 de\u0301cembre 2022", "2022-12-31", Proof.NONE),
        ("15 août 2022", "2022-08-15", Proof.NONE),
        ("15-AOU-22", "2022-08-15", Proof.NONE),
        ("3 FÉVR. 2022", "2022-02-03", Proof.NONE),
        ("3 juin 2022", "2022-06-03", Proof.NONE),
        ("3 juil. 2022", "2022-07-03", Proof.NONE),
        ("1er mai 2022", "2022-05-01", Proof.NONE),
        ("4 September 2022", "2022-09-04", Proof.NONE),
    ],
)
@pytest.mark.parametrize("convention", [None, DAY, MONTH])
def test_plain_dates(cell: str, day: str, proofs: Proof, convention: Convention | None) -> None:
    reading = read_one(cell, convention)
    assert reading.values.to_list() == [date.fromisoformat(day)]
    assert reading.values.dtype == pl.Date
    assert (reading.codes, reading.undecided, reading.proofs) == (None, None, proofs)


@pytest.mark.parametrize("cell", ["03/04/2026", "3-4-2026", "03.04.2026", "03/04/2026 00:00:00"])
def test_what_could_mean_two_days(cell: str) -> None:
    reading = read_one(cell)
    assert (reading.values.to_list(), reading.codes, reading.proofs) == ([None], None, Proof.NONE)
    assert reading.undecided is not None
    assert reading.undecided.to_list() == [True]
    for convention, day in ((DAY, date(2026, 4, 3)), (MONTH, date(2026, 3, 4))):
        settled = read_one(cell, convention, final=True)
        assert (settled.values.to_list(), settled.codes, settled.undecided) == ([day], None, None)
    final = read_one(cell, final=True)
    assert final.codes is not None
    assert (final.values.to_list(), final.codes.to_list(), final.undecided) == (
        [None],
        ["ambiguous-date"],
        None,
    )


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "20261301",
        "00000000",
        "1899-12-31",
        "3000-01-01",
        "+2026-01-01",
        "31/02/2026",
        "13/13/2026",
        "31/12/26",
        "03/04/1826",
        "31/12-2026",
        "2026-12/31",
        "12/2026",
        "202612",
        "2026-12-31 10:00:00",
        "2026-12-31 00:00:01",
        "2026-12-31x",
        "２０２６-12-31",
        "３１-DEC-22",
        "31-FOO-22",
        "31-MARCHE-22",
        "30-FEB-22",
        "31-DEC-122",
        "46387",
        "today",
        "-",
    ],
)
@pytest.mark.parametrize("convention", [None, DAY, MONTH])
def test_faults(cell: str, convention: Convention | None) -> None:
    reading = read_one(cell, convention)
    assert reading.codes is not None
    assert (reading.values.to_list(), reading.codes.to_list(), reading.undecided) == (
        [None],
        ["not-a-date"],
        None,
    )
    assert reading.proofs is Proof.NONE


def test_a_mixed_column_keeps_its_order() -> None:
    cells = pl.Series(["2026-01-31", None, "x", "03/04/2026", "", "31/01/2026", "01/31/2026", "x"])
    reading = read(Kind.DATE, cells)
    last = date(2026, 1, 31)
    assert reading.values.to_list() == [last, None, None, None, None, last, last, None]
    assert reading.codes is not None
    assert reading.codes.to_list() == [None, None, "not-a-date", None, None, None, None, "not-a-date"]
    assert reading.undecided is not None
    assert reading.undecided.arg_true().to_list() == [3]
    assert reading.proofs == Proof.DAY_FIRST | Proof.MONTH_FIRST
