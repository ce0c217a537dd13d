"""What holds for every cell: printed values read back, pieces read like the whole, one outcome per cell."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from douane.model.identifiers import is_siret, is_vat_number
from douane.model.kinds import Kind
from douane.pipeline.values import Convention, Proof, Reading, read

AMOUNTS = st.decimals(Decimal(-(10**14) + 1), Decimal(10**14 - 1), places=6).map(lambda each: each + 0)
DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
CONVENTIONS = st.sampled_from([None, *Convention])
CHOICES = ("FAC", "AVO")

CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.text("0123456789 .,-+/\u00a0\u202f", max_size=18),
    st.from_regex(r"[0-9]{1,3}[.,][0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](19|20)[0-9]{2}", fullmatch=True),
    st.from_regex(r"(FR|DE|BE|IT|XX)[0-9A-Z]{8,11}", fullmatch=True),
    st.from_regex(r"[0-9]{14}", fullmatch=True),
    st.sampled_from(
        ["FR", "ZZ", "France", "EUR", "a@b.fr", "FAC", "nf", "1", "0", "1 200,50", "2026-12-31", "31-DEC-22"]
    ),
)
COLUMNS = st.lists(CELLS, max_size=20)


def as_read(cell: str, kind: Kind, convention: Convention | None = None) -> object:
    reading = read(kind, pl.Series([cell]), convention=convention, final=True)
    assert reading.codes is None, (cell, reading.codes)
    return reading.values[0]


def printed(amount: Decimal, decimal: str, thousands: str, zeros: int = 0) -> str:
    whole, decimals = f"{amount:,.6f}".split(".")
    return whole.replace(",", thousands) + decimal + decimals + "0" * zeros


@given(
    AMOUNTS,
    st.sampled_from(".,"),
    st.sampled_from(["", " ", "\u00a0", "\u202f", "other"]),
    st.integers(0, 30),
)
def test_amounts_of_six_decimals_read_back(amount: Decimal, decimal: str, thousands: str, zeros: int) -> None:
    other = "." if decimal == "," else ","
    cell = printed(amount, decimal, thousands.replace("other", other), zeros)
    assert as_read(cell, Kind.AMOUNT) == amount
    assert as_read(cell.rstrip("0").rstrip(decimal), Kind.AMOUNT, Convention(decimal)) == amount


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.integers(0, 5), st.sampled_from(".,"), st.booleans())
def test_amounts_in_short_form_read_back(
    digits: int, places: int, decimal: str, is_plus_written: bool
) -> None:
    amount = Decimal(digits).scaleb(-places)
    cell = f"{amount:+f}" if is_plus_written else f"{amount:f}"
    assert as_read(cell.replace(".", decimal), Kind.AMOUNT, Convention(decimal)) == amount
    assert (
        as_read(
            cell.replace("0.", ".", 1) if abs(amount) < 1 else cell, Kind.AMOUNT, Convention.POINT_DECIMAL
        )
        == amount
    )


MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
MONTHS_IN_FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
PLAIN_FORMS: list[Callable[[date], str]] = [
    lambda day: day.isoformat(),
    lambda day: day.isoformat().replace("-", ""),
    lambda day: day.isoformat().replace("-", "/"),
    lambda day: day.isoformat() + " 00:00:00",
    lambda day: day.isoformat() + "T00:00:00.000Z",
    lambda day: f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}",
    lambda day: f"{day.day} {MONTHS_IN_FRENCH[day.month - 1]} {day.year}",
]


@given(DAYS, st.sampled_from(PLAIN_FORMS), CONVENTIONS.filter(lambda each: each in (None, "dmy", "mdy")))
def test_days_in_plain_form_read_back(
    day: date, form: Callable[[date], str], convention: Convention | None
) -> None:
    assert as_read(form(day), Kind.DATE, convention) == day


@given(DAYS, st.sampled_from("/-."), st.booleans())
def test_days_by_convention_read_back(day: date, separator: str, is_padded: bool) -> None:
    first, second = (f"{day.day:02}", f"{day.month:02}") if is_padded else (str(day.day), str(day.month))
    assert as_read(separator.join([first, second, str(day.year)]), Kind.DATE, Convention.DAY_FIRST) == day
    assert as_read(separator.join([second, first, str(day.year)]), Kind.DATE, Convention.MONTH_FIRST) == day


@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)))
def test_days_with_two_digits_of_the_year_read_back(day: date) -> None:
    assert as_read(f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year % 100:02}", Kind.DATE) == day


def read_column(kind: Kind, cells: list[str | None], convention: Convention | None, final: bool) -> Reading:
    column = pl.Series(cells, dtype=pl.String)
    return read(kind, column, convention=convention, choices=CHOICES, value_map={"NF": "FAC"}, final=final)


def outcomes(reading: Reading) -> list[tuple[object, ...]]:
    nulls = pl.Series([None] * len(reading.values))
    undecided = nulls if reading.undecided is None else reading.undecided
    parts = [reading.values, reading.codes, reading.details, undecided.fill_null(False), reading.warnings]
    return list(zip(*(nulls if each is None else each for each in parts), strict=True))


@given(st.sampled_from(Kind), COLUMNS, CONVENTIONS, st.booleans())
def test_a_cell_has_one_outcome(
    kind: Kind, cells: list[str | None], convention: Convention | None, final: bool
) -> None:
    for cell, outcome in zip(cells, outcomes(read_column(kind, cells, convention, final)), strict=True):
        value, code, detail, is_undecided, warning = outcome
        is_empty = cell is None or not cell.strip()
        assert (value is not None) + (code is not None) + bool(is_undecided) == (0 if is_empty else 1), cell
        assert detail is None or code is not None
        assert warning is None or value is not None
        assert not (is_undecided and final)


@given(st.sampled_from(Kind), COLUMNS, CONVENTIONS, st.integers(0, 20))
def test_pieces_read_like_the_whole(
    kind: Kind, cells: list[str | None], convention: Convention | None, cut: int
) -> None:
    whole = read_column(kind, cells, convention, False)
    pieces = [read_column(kind, part, convention, False) for part in (cells[:cut], cells[cut:])]
    assert outcomes(whole) == outcomes(pieces[0]) + outcomes(pieces[1])
    assert whole.proofs == pieces[0].proofs | pieces[1].proofs


@given(st.sampled_from(Kind), st.lists(CELLS, max_size=8), CONVENTIONS, st.integers(1, 60), st.booleans())
def test_cells_read_the_same_however_often_they_stand_there(
    kind: Kind, cells: list[str | None], convention: Convention | None, times: int, is_run: bool
) -> None:
    once = read_column(kind, cells, convention, False)
    places = [place for place in range(len(cells)) for _ in range(times)]
    if not is_run:
        places = [place for _ in range(times) for place in range(len(cells))]
    often = read_column(kind, [cells[place] for place in places], convention, False)
    alone = outcomes(once)
    assert outcomes(often) == [alone[place] for place in places]
    assert often.proofs == once.proofs


@given(COLUMNS)
def test_a_proven_column_has_one_meaning_per_cell(cells: list[str | None]) -> None:
    undecided = read_column(Kind.AMOUNT, [f"{each}" for each in cells], None, False)
    settled = read_column(Kind.AMOUNT, [f"{each}" for each in cells], Convention.COMMA_DECIMAL, True)
    kept = undecided.values.is_not_null()
    assert undecided.values.filter(kept).to_list() == settled.values.filter(kept).to_list()
    assert undecided.proofs == settled.proofs
    assert undecided.proofs in Proof.COMMA_DECIMAL | Proof.POINT_DECIMAL


SIRENS = st.integers(0, 10**8 - 1).map(lambda each: f"{each:08}" + luhn.calc_check_digit(f"{each:08}"))
OFFICES = st.integers(0, 10**5 - 1).map(lambda each: f"{each:05}")
SIRETS = st.one_of(
    st.builds(str.__add__, SIRENS, OFFICES),
    OFFICES.map(lambda each: "356000000" + each),
    SIRENS.map(lambda each: each + "0001" + luhn.calc_check_digit(each + "0001")),
    st.integers(0, 10**14 - 1).map(lambda each: f"{each:014}"),
)


@given(st.lists(SIRETS, min_size=1, max_size=30))
def test_sirets_agree_with_stdnum(numbers: list[str]) -> None:
    values = read(Kind.SIRET, pl.Series(numbers)).values
    assert values.is_not_null().to_list() == [is_siret(each) for each in numbers]


def french(siren: str, error: int) -> str:
    return f"FR{(int(siren + '12') + error) % 97:02}{siren}"


MONACO = st.integers(0, 10**6 - 1).map(lambda each: f"{each:09}")
FRENCH = st.builds(french, st.one_of(SIRENS, MONACO), st.sampled_from([0, 0, 1]))
OTHERS = st.from_regex(r"[A-Z]{2}[0-9A-Z+*]{2,14}", fullmatch=True)


@given(st.lists(st.one_of(FRENCH, OTHERS), min_size=1, max_size=20))
def test_vat_numbers_agree_with_stdnum(numbers: list[str]) -> None:
    reading = read(Kind.VAT, pl.Series(numbers))
    warned = [False] * len(numbers) if reading.warnings is None else reading.warnings.is_not_null().to_list()
    assert warned == [not is_vat_number(each) for each in numbers]
