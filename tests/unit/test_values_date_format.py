"""Dates of a column whose format was told, and the formats that may be told."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from douane.model.catalogue import FAULTS
from douane.model.date_formats import date_format_of, is_date_format
from douane.model.kinds import Kind
from douane.pipeline.values import Convention, Reading, read


def read_all(cells: list[str | None], date_format: str) -> Reading:
    return read(Kind.DATE, pl.Series(cells, dtype=pl.String), date_format=date_format)


@pytest.mark.parametrize(
    ("date_format", "cell", "day"),
    [
        ("dd/mm/yyyy", "03/04/2026", "2026-04-03"),
        ("mm/dd/yyyy", "03/04/2026", "2026-03-04"),
        ("DD/MM/YYYY", " 03/04/2026 ", "2026-04-03"),
        ("jj/mm/aaaa", "03/04/2026", "2026-04-03"),
        ("JJMMAA", "030426", "2026-04-03"),
        ("ddmmyy", "311299", "1999-12-31"),
        ("ddmmyy", "010168", "2068-01-01"),
        ("ddmmyy", "010169", "1969-01-01"),
        ("yymmdd", "000229", "2000-02-29"),
        ("ddmmyyyy", "29022024", "2024-02-29"),
        ("yyyymmdd", "20260403", "2026-04-03"),
        ("yyyy-mm-dd", "2026-04-03", "2026-04-03"),
        ("d/m/yyyy", "3/4/2026", "2026-04-03"),
        ("d/m/yyyy", "03/04/2026", "2026-04-03"),
        ("d/m/yy", "3/12/26", "2026-12-03"),
        ("dd.mm.yyyy", "03.04.2026", "2026-04-03"),
        ("dd. mm. yyyy", "03. 04. 2026", "2026-04-03"),
        ("dd mm yyyy", "03 04 2026", "2026-04-03"),
        ("dd/mm-yyyy", "03/04-2026", "2026-04-03"),
        ("yyyy[mm]dd", "2026[04]03", "2026-04-03"),
        ("dd/mm/yyyy", "03/04/2026 00:00:00", "2026-04-03"),
        ("dd/mm/yyyy", "01/01/1900", "1900-01-01"),
        ("dd/mm/yyyy", "31/12/2999", "2999-12-31"),
    ],
)
def test_dates_written_as_was_told(date_format: str, cell: str, day: str) -> None:
    reading = read_all([cell], date_format)
    assert reading == Reading(reading.values)
    assert reading.values.to_list() == [date.fromisoformat(day)]
    assert reading.values.dtype == pl.Date


@pytest.mark.parametrize(
    ("date_format", "cell"),
    [
        ("dd/mm/yyyy", "2026-04-03"),
        ("dd/mm/yyyy", "20260403"),
        ("dd/mm/yyyy", "3/4/2026"),
        ("dd/mm/yyyy", "03/04/26"),
        ("dd/mm/yyyy", "03-04-2026"),
        ("dd/mm/yyyy", "13/13/2026"),
        ("dd/mm/yyyy", "30/02/2026"),
        ("dd/mm/yyyy", "00/01/2026"),
        ("dd/mm/yyyy", "31/12/1899"),
        ("dd/mm/yyyy", "01/01/3000"),
        ("dd/mm/yyyy", "03/04/20266"),
        ("dd/mm/yyyy", "03/04/2026 12:00:00"),
        ("dd/mm/yyyy", "03/04/2026\n1"),
        ("dd/mm/yyyy", "٠٣/٠٤/٢٠٢٦"),
        ("dd/mm/yyyy", "+3/04/2026"),
        ("dd.mm.yyyy", "03/04/2026"),
        ("dd.mm.yyyy", "03x04x2026"),
        ("d/m/yy", "3/4/2026"),
        ("ddmmyy", "31122026"),
        ("ddmmyy", "3 1226"),
        ("ddmmyy", "000000"),
    ],
)
def test_dates_written_otherwise(date_format: str, cell: str) -> None:
    reading = read_all([cell], date_format)
    assert reading.values.to_list() == [None]
    assert reading.codes is not None
    assert reading.details is not None
    assert reading.codes.to_list() == ["not-a-date"]
    shown = {"value": cell, "detail": reading.details[0]}
    assert FAULTS["not-a-date"].template.format(**shown) == f"{cell} is not a date written {date_format}"


def test_a_column_keeps_its_order_and_its_empty_cells() -> None:
    cells = ["03/04/2026", None, "2026-04-03", " ", "04/04/2026", "2026-04-03", "03/04/2026"]
    reading = read_all(cells, "dd/mm/yyyy")
    third, fourth = date(2026, 4, 3), date(2026, 4, 4)
    assert reading.values.to_list() == [third, None, None, None, fourth, None, third]
    assert reading.codes is not None
    assert reading.codes.to_list() == [None, None, "not-a-date", None, None, "not-a-date", None]


@pytest.mark.parametrize("cells", [[], [None], [None, " "]])
def test_columns_without_a_date(cells: list[str | None]) -> None:
    reading = read_all(cells, "dd/mm/yyyy")
    assert reading == Reading(reading.values)
    assert reading.values.to_list() == [None] * len(cells)
    assert reading.values.dtype == pl.Date


def test_the_format_goes_before_a_convention_and_other_kinds_have_none() -> None:
    cells = pl.Series(["03/04/2026"])
    told = read(Kind.DATE, cells, convention=Convention.MONTH_FIRST, date_format="dd/mm/yyyy")
    assert told.values.to_list() == [date(2026, 4, 3)]
    assert read(Kind.TEXT, cells, date_format="yyyymmdd").values.to_list() == ["03/04/2026"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dd/mm",
        "yyyy",
        "dd/mm/yyy",
        "ddd/mm/yyyy",
        "dd/mm/dd",
        "dd/mm/yyyy/",
        " dd/mm/yyyy",
        "dmyyyy",
        "d/myyyy",
        "ddm/yyyy",
        "dd0mm0yyyy",
        "dd----mm/yyyy",
        "dd/mm/yyyy hh:mm",
        "dd-mmm-yyyy",
        "%d/%m/%Y",
        "dj/mm/yyyy",
        "dd\nmm\nyyyy",
        "ddémméyyyy",
    ],
)
def test_what_is_no_format(text: str) -> None:
    assert not is_date_format(text)
    with pytest.raises(ValueError, match="is no date format; expected one such as dd/mm/yyyy"):
        date_format_of(text)
