"""Reading a FEC: every oddity that real exports have, and what is said of lines that are no rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from douane.dialects.native.fec import FEC
from douane.errors import Refusal
from douane.formats.csv import Table
from douane.formats.csv_lines import read_lines
from douane.formats.fec import read_fec
from douane.formats.fec_columns import OFFICIAL
from douane.model.kinds import Kind
from douane.pipeline.decode import decode
from douane.pipeline.map import map_labels
from douane.pipeline.values import Convention, read
from douane.settings import Limits

HEADER = "|".join(OFFICIAL)
LINE = "VE|Ventes|1|20240131|411000|Clients|C1|Dupont|F1|20240130|Facture 1|12,50|0,00|AB|20240301|20241231||"
CELLS = tuple(each or None for each in LINE.split("|"))


def blocks(text: str | bytes, size: int = 1 << 20) -> Iterator[bytes]:
    data = text if isinstance(text, bytes) else text.encode()
    return (data[start : start + size] for start in range(0, len(data), size))


def table(text: str | bytes, size: int = 1 << 20, limits: Limits | None = None) -> Table:
    return read_fec(blocks(text, size), limits or Limits(), size)


def rows(text: str | bytes) -> list[tuple[Any, ...]]:
    pieces = list(table(text).pieces)
    assert not any(piece.faults.height for piece in pieces)
    return [row for piece in pieces for row in piece.rows.rows()]


def faults(text: str | bytes, limits: Limits | None = None) -> list[tuple[Any, ...]]:
    return [fault for piece in table(text, limits=limits).pieces for fault in piece.faults.rows()]


def line(**cells: str) -> str:
    """The sample line with other cells."""
    return "|".join(cells.get(name, cell) for name, cell in zip(OFFICIAL, LINE.split("|"), strict=True))


def column(name: str, *values: str) -> list[str | None]:
    """The cells of one column as read."""
    text = "\n".join([HEADER, *(line(**{name: value}) for value in values)])
    return [row[OFFICIAL.index(name)] for row in rows(text)]


def values(kind: Kind, cells: list[str | None]) -> list[Any]:
    reading = read(kind, pl.Series(cells, dtype=pl.String), convention=Convention.COMMA_DECIMAL, final=True)
    assert reading.codes is None
    return reading.values.to_list()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_every_line_end_is_one(end: str, last: str, tmp_path: Path) -> None:
    path = tmp_path / "fec.txt"
    path.write_bytes((end.join([HEADER, LINE, LINE]) + (end if last else "")).encode())
    pieces = list(read_fec(decode(path, "", "", Limits()), Limits()).pieces)
    assert [row for piece in pieces for row in piece.rows.rows()] == [CELLS, CELLS]
    assert [each for piece in pieces for each in piece.lines] == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-1", "cp850"])
def test_the_charsets_of_real_exports(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "fec.txt"
    path.write_bytes(f"{HEADER}\n{line(CompteLib='Société')}".encode(encoding))
    (piece,) = read_fec(decode(path, encoding, "", Limits()), Limits()).pieces
    assert piece.rows["CompteLib"].to_list() == ["Société"]


@pytest.mark.parametrize("separator", ["\t", "|", ";", ","])
def test_separators(separator: str) -> None:
    text = f"{HEADER}\n{line(Debit='12', Credit='0')}".replace("|", separator)
    assert rows(text)[0][:3] == CELLS[:3]


def test_a_tab_comes_before_a_bar() -> None:
    text = f"{HEADER}\n{line(EcritureLib='a|b')}".replace("|", "\t").replace("a\tb", "a|b")
    assert rows(text)[0][10] == "a|b"


def test_a_quote_is_a_sign_like_any_other() -> None:
    assert column("EcritureLib", '"Chez Paul', 'Chez "Paul"', '""', '"') == [
        '"Chez Paul',
        'Chez "Paul"',
        '""',
        '"',
    ]


def test_columns_in_any_order_case_and_spelling() -> None:
    names = ("ecriture_num", " JOURNALCODE ", "CompteLIB", "CompteAuxNum", "IdDevise", "Écrituredate")
    text = "|".join((*names, "MontantDevise", "MONTANT", "sens", "RefInterne", "PJ")) + "\n" + "|" * 10
    assert table(text).labels == (
        *("EcritureNum", "JournalCode", "CompteLib", "CompAuxNum", "Idevise", "EcritureDate"),
        *("Montantdevise", "Montant", "Sens", "RefInterne", "PieceJointe"),
    )


def test_cash_accounting_has_four_more() -> None:
    more = "DateRglt|ModeRglt|NatOp|IdClient"
    pieces = list(table(f"{HEADER}|{more}\n{LINE}|00000000|CB|Vente|7").pieces)
    assert pieces[0].rows.row(0)[18:] == (None, "CB", "Vente", "7")


@pytest.mark.parametrize(("header_tail", "tail"), [("|", "|"), ("|", ""), ("", "|"), (" | ", " | ")])
def test_a_separator_at_the_end(header_tail: str, tail: str) -> None:
    assert rows(f"{HEADER}{header_tail}\n\n{LINE}{tail}\n{LINE}") == [CELLS, CELLS]


def test_a_shifted_line_costs_that_line() -> None:
    shifted = line(EcritureLib="a|b")
    assert faults(f"{HEADER}\n{LINE}\n{shifted}\n{LINE}\n{LINE[3:]}") == [
        (3, shifted, "column-count", "defined=18, found=19"),
        (5, LINE[3:], "column-count", "defined=18, found=17"),
    ]
    assert faults(f"{HEADER}|\n{LINE}\n{shifted}") == [(3, shifted, "column-count", "defined=18, found=19")]


def test_blank_lines_are_not_received_but_counted() -> None:
    (piece,) = table(f"\n {HEADER}\n\n  \t\n{LINE}\n\n").pieces
    assert (piece.lines.to_list(), piece.received) == ([5], 1)


def test_blanks_nul_and_no_break_spaces() -> None:
    text = f" {HEADER.replace('|', ' | ')}\n{LINE.replace('|', chr(0xA0) + '|' + chr(0))}  "
    assert rows(text) == [CELLS]
    assert column("CompteLib", "Dupont\u00a0SA", "\0", " \t ", "a\rb") == ["Dupont SA", None, None, "a b"]


@pytest.mark.parametrize("size", [1, 3, 64])
def test_blocks_may_end_anywhere(size: int) -> None:
    text = f"{HEADER}\n\n{line(CompteLib='é' + chr(0xA0) + 'è')}\r\n{LINE}|\n\0{LINE}"
    pieces = list(table(text, size).pieces)
    assert [each for piece in pieces for each in piece.lines] == [3, 5]
    assert [row[5] for piece in pieces for row in piece.rows.rows()] == ["é è", "Clients"]
    assert [fault[0] for piece in pieces for fault in piece.faults.rows()] == [4]


def test_lines_that_hold_what_no_text_may() -> None:
    limits = Limits(line_bytes_max=300)
    bad = [line(CompteLib="a\x1fb"), line(CompteLib="\ufdd0"), line(CompteLib="x" * 300)]
    found = faults("\n".join([HEADER, *bad, LINE]), limits)
    assert [(fault[0], fault[2], fault[3]) for fault in found] == [
        (2, "unit-separator", None),
        (3, "bytes-outside-charset", "UTF-8"),
        (4, "line-too-long", "300"),
    ]
    assert "\ufffd" in found[1][1]


AMOUNTS = {
    "+000000069,40": "69.4",
    "0000000069,60": "69.6",
    " 000000000001437,12": "1437.12",
    "-000000000001437,12": "-1437.12",
    ",000": "0",
    "100-": "-100",
    "12.5 -": "-12.5",
    "100+": "100",
    "- 3,5": "-3.5",
    "1.234": "1.234",
    "1234.5": "1234.5",
    ".5": "0.5",
    "1,234": "1.234",
    "12,": "12",
    "1 437,12": "1437.12",
    "1.437,12": "1437.12",
    "1,437.12": "1437.12",
    "1.234.567": "1234567",
    "1,5E3": "1500",
    "1.25e+01": "12.5",
    "-2,5E-2": "-0.025",
    "0E0": "0",
    "0": "0",
}


def test_amounts() -> None:
    assert values(Kind.AMOUNT, column("Debit", *AMOUNTS, "", "  ")) == [
        *(Decimal(each) for each in AMOUNTS.values()),
        None,
        None,
    ]


def test_what_is_no_amount_stays_as_it_is() -> None:
    texts = ["abc", "1e", "E5", "--1", "1E999", "1,2,3x", "12,00-5"]
    assert column("Credit", *texts) == texts


DATES = {
    "20240131": date(2024, 1, 31),
    "31012024": date(2024, 1, 31),
    "31/01/2024": date(2024, 1, 31),
    "31-01-2024": date(2024, 1, 31),
    "31.01.2024": date(2024, 1, 31),
    "2024-01-31": date(2024, 1, 31),
    "2024/01/31": date(2024, 1, 31),
    "20240131 10:15:00": date(2024, 1, 31),
    "2024-01-31T10:15:00.5Z": date(2024, 1, 31),
    "31/01/2024 10:15": date(2024, 1, 31),
    "20240131101500": date(2024, 1, 31),
    "20012012": date(2012, 1, 20),
}


@pytest.mark.parametrize("name", ["EcritureDate", "PieceDate"])
def test_dates(name: str) -> None:
    assert values(Kind.DATE, column(name, *DATES)) == list(DATES.values())


def test_a_date_of_zeros_is_none_where_none_is_needed() -> None:
    zeros = ["00000000", "0", "00/00/0000", "0000-00-00"]
    assert column("DateLet", *zeros, "") == [None] * 5
    assert column("EcritureDate", *zeros) == zeros


def test_a_day_that_could_be_a_month_is_not_guessed() -> None:
    cells = column("PieceDate", "03/04/2024", "03042024")
    assert cells == ["03/04/2024", "03/04/2024"]
    reading = read(Kind.DATE, pl.Series(cells), final=True)
    assert reading.codes is not None
    assert reading.codes.to_list() == ["ambiguous-date", "ambiguous-date"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code;name\n1;2\n", "no-header"),
        ("\n \n", "no-header"),
        (HEADER.replace("|", '","'), "no-header"),
        (f"{HEADER}|Debit\n", "repeated-label"),
        (f"{HEADER}|CompteAuxNum\n", "repeated-label"),
        (f"{HEADER}|x|X\n", "repeated-label"),
        (HEADER.replace("CompteLib", ""), "missing-label"),
        (f"{HEADER}|{'x' * 200}", "long-label"),
        (HEADER + "".join(f"|x{number}" for number in range(1000)), "too-many-columns"),
    ],
)
def test_refused_headers(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        table(text)
    assert caught.value.code == code


def test_the_mapping_takes_the_labels() -> None:
    plan = map_labels(table(HEADER).labels, FEC)
    assert (len(plan.columns), plan.extras) == (18, ())
    assert {each.field for each in FEC.columns} <= FEC.table.by_name.keys()


def test_sides() -> None:
    sides = next(each.choices for each in FEC.columns if each.label == "Sens")
    reading = read(
        Kind.CHOICE, pl.Series(["d", "+1", "C", "-1"]), choices=("debit", "credit"), value_map=sides
    )
    assert reading.values.to_list() == ["debit", "debit", "credit", "credit"]


def test_lines_as_they_were_sent() -> None:
    text = f"{HEADER}\r\n{LINE}\0\r\n\n{LINE[3:]} \n{LINE}"
    found = list(read_lines(blocks(text, 9), Limits(), [1, 4, 2], 9))
    assert found == [(1, HEADER), (2, f"{LINE}\0"), (4, f"{LINE[3:]} ")]
