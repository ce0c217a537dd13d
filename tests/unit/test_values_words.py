"""Text, flags, choices, e-mail, currencies and countries, cell by cell."""

import polars as pl
import pytest

from douane.model.catalogue import FAULTS
from douane.model.catalogue.row_codes import ROW_WARNINGS
from douane.model.kinds import Kind
from douane.pipeline.values import Reading, read

ITEM_TYPES = ("AVO", "DPA", "FAC", "ODI", "RGL", "TRT")


def listed(part: pl.Series | None) -> list[str | None] | None:
    return None if part is None else part.to_list()


def read_one(kind: Kind, cell: str) -> Reading:
    return read(kind, pl.Series([cell]))


@pytest.mark.parametrize("kind", list(Kind))
def test_empty_columns(kind: Kind) -> None:
    for cells in ([], [None, None], ["", "  ", "\u00a0"]):
        reading = read(kind, pl.Series(cells, dtype=pl.String), choices=("A",))
        assert reading.values.null_count() == len(reading.values) == len(cells)
        assert (reading.codes, reading.details, reading.undecided, reading.warnings) == (None,) * 4


@pytest.mark.parametrize("kind", list(Kind))
def test_reading_leaves_the_cells_alone(kind: Kind) -> None:
    cells = pl.Series([" 1,200 ", "x", None, "FR", "1"])
    read(kind, cells, choices=("A",), value_map={"x": "y"})
    assert cells.to_list() == [" 1,200 ", "x", None, "FR", "1"]


def test_text() -> None:
    longest = "é" * 10_000
    reading = read(Kind.TEXT, pl.Series([' Wong, "Kit"\tLeung \u00a0', "007", longest, longest + "x"]))
    assert reading.values.to_list() == ['Wong, "Kit"\tLeung', "007", longest, None]
    assert listed(reading.codes) == [None, None, None, "text-too-long"]
    assert listed(reading.details) == [None, None, None, "10,000"]


def test_flag() -> None:
    reading = read(Kind.FLAG, pl.Series(["1", "0", " TRUE", "False", "yes", "NO", "Oui", "non", "2", None]))
    assert reading.values.to_list() == [True, False] * 4 + [None, None]
    assert reading.values.dtype == pl.Boolean
    assert listed(reading.codes) == [None] * 8 + ["not-a-flag", None]
    assert read(Kind.FLAG, pl.Series(["1", None])).codes is None


def test_choice() -> None:
    reading = read(Kind.CHOICE, pl.Series(["FAC", " avo ", "NF", None]), choices=ITEM_TYPES)
    assert reading.values.to_list() == ["FAC", "AVO", None, None]
    assert listed(reading.codes) == [None, None, "unknown-choice", None]
    assert listed(reading.details) == [None, None, "AVO, DPA, FAC, ODI, RGL, TRT", None]


def test_value_map() -> None:
    cells = pl.Series(["NF", "ncc", "FAC", "RA", "XX", None])
    value_map = {"NF": "FAC", "NCC": "AVO", "RA": "nothing listed"}
    reading = read(Kind.CHOICE, cells, choices=ITEM_TYPES, value_map=value_map)
    assert reading.values.to_list() == ["FAC", "AVO", "FAC", None, None, None]
    assert listed(reading.codes) == [None, None, None, "unknown-choice", "unknown-choice", None]
    flags = read(Kind.FLAG, pl.Series(["X", "0"]), value_map={"x": "1"})
    assert flags.values.to_list() == [True, False]


@pytest.mark.parametrize(
    "address",
    [
        "name@example.com",
        "first.last+tag@sub.example.co.uk",
        "o'brien@example.ie",
        "rené@exämple.fr",
        "用户@例子.广告",
        "x@xn--exmple-cua.fr",
        "a" * 64 + "@example.com",
        "1@2.fr",
    ],
)
def test_good_email(address: str) -> None:
    reading = read_one(Kind.EMAIL, f" {address} ")
    assert (reading.values.to_list(), reading.codes) == ([address], None)


@pytest.mark.parametrize(
    "address",
    [
        "name",
        "name@",
        "@example.com",
        "name@example",
        "name@example..com",
        "name@-example.com",
        "name@example-.com",
        "name@.example.com",
        "a b@example.com",
        "a@b.fr;c@d.fr",
        "a@b.fr, c@d.fr",
        "a@b@c.fr",
        "Name <name@example.com>",
        "mailto:name@example.com",
        "name@exam_ple.com",
        "name@" + "a" * 64 + ".com",
        "a@" + "b.fr" * 100,
    ],
)
def test_bad_email(address: str) -> None:
    reading = read_one(Kind.EMAIL, address)
    assert (reading.values.to_list(), listed(reading.codes)) == ([None], ["not-an-email"])


def test_currency() -> None:
    good = ["EUR", " usd ", "XOF", "CHF", "HRK", "CLF", "TRY"]
    reading = read(Kind.CURRENCY, pl.Series(good))
    assert (reading.values.to_list(), reading.codes) == ([each.strip().upper() for each in good], None)
    bad = read(Kind.CURRENCY, pl.Series(["€", "EURO", "FRF", "XXX", "ZZZ", "E"]))
    assert (bad.values.null_count(), listed(bad.codes)) == (6, ["unknown-currency"] * 6)


def test_country() -> None:
    cells = [
        "FR",
        "fr",
        "FRA",
        "UK",
        "XK",
        "France",
        "allemagne",
        "ÉTATS-UNIS",
        "Etats Unis",
        "Deutschland",
        "日本",
    ]
    reading = read(Kind.COUNTRY, pl.Series([*cells, " Côte d'Ivoire ", "Hong Kong", "Россия", "Myanmar"]))
    assert reading.values.to_list() == [*cells, "Côte d'Ivoire", "Hong Kong", "Россия", "Myanmar"]
    assert (reading.codes, reading.warnings) == (None, None)


def test_unknown_country() -> None:
    reading = read(Kind.COUNTRY, pl.Series(["XX", "EU", "xx", "Atlantis", "FR", None]))
    assert reading.values.to_list() == [None, None, "xx", "Atlantis", "FR", None]
    assert listed(reading.codes) == ["unknown-country-code"] * 2 + [None] * 4
    assert listed(reading.warnings) == [None, None, "unknown-country", "unknown-country", None, None]


def test_every_code_is_in_the_catalogue() -> None:
    cells = pl.Series(["?", "ZZ", "1,200", "03/04/2026", "1.1234567", "1" * 20, "1" * 14, "a" * 10_001])
    readings = [read(kind, cells, choices=("A",), final=True) for kind in Kind]
    codes = {code for each in readings if each.codes is not None for code in each.codes.drop_nulls()}
    warnings = {code for each in readings if each.warnings is not None for code in each.warnings.drop_nulls()}
    assert len(codes) == 14
    assert codes <= FAULTS.keys()
    assert warnings == {each.code for each in ROW_WARNINGS}


def test_words_that_differ_in_case_alone_are_one_word_of_which_the_first_counts() -> None:
    words = {"NF": "FAC", "nf": "AVO"}
    assert read(Kind.TEXT, pl.Series(["nf", "NF"]), value_map=words).values.to_list() == ["FAC", "FAC"]
