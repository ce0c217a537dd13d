"""The tax administration's verdict: what is an error, what a warning, and what it overlooks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from douane.errors import Refusal
from douane.formats.fec_check import Verdict, check_fec
from douane.formats.fec_columns import OFFICIAL
from douane.settings import Limits

HEADER = "|".join(OFFICIAL)
LINE = "VE|Ventes|1|20240131|411000|Clients|C1|Dupont|F1|20240130|Facture 1|12,50|0,00|AB|20240301|20241231||"
SIDED = HEADER.replace("Debit|Credit", "Montant|Sens")


def line(**cells: str) -> str:
    """The sample line with other cells."""
    return "|".join(cells.get(name, cell) for name, cell in zip(OFFICIAL, LINE.split("|"), strict=True))


def check(*lines: str, size: int = 1 << 20, limits: Limits | None = None) -> Verdict:
    data = "\n".join(lines).encode()
    blocks: Iterator[bytes] = (data[start : start + size] for start in range(0, len(data), size))
    return check_fec(blocks, limits or Limits(), size)


def found(*lines: str) -> list[tuple[Any, ...]]:
    """Line, field and code of each finding."""
    return check(*lines).findings.select("line", "field", "code").rows()


def test_a_lawful_file_has_no_findings() -> None:
    verdict = check(HEADER, LINE, line(Debit="0,00", Credit="12,50"))
    assert verdict.findings.is_empty()
    assert (verdict.errors, verdict.warnings, verdict.lines) == (0, 0, 2)
    assert (verdict.debit, verdict.credit, verdict.difference) == (Decimal("12.5"), Decimal("12.5"), 0)


@pytest.mark.parametrize(
    "text",
    ["12", "12,", ",5", "+12,5", "-12,50", "12,50-", "12,50+", "1,5E3", "000000000001437,12", "12,3456789"],
)
def test_amounts_that_are_taken(text: str) -> None:
    assert found(HEADER, line(Debit=text)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12.50", "decimal-point"),
        ("1234.567", "decimal-point"),
        (".5", "decimal-point"),
        ("12.50-", "decimal-point"),
        ("1 234,50", "thousands-separator"),
        ("1\u00a0234,50", "thousands-separator"),
        ("1'234", "thousands-separator"),
        ("1.234,50", "thousands-separator"),
        ("1,234.50", "thousands-separator"),
        ("1,234,567", "thousands-separator"),
        ("12 EUR", "not-a-fec-amount"),
        ("a.b", "not-a-fec-amount"),
        ("--1", "not-a-fec-amount"),
        (",", "not-a-fec-amount"),
    ],
)
@pytest.mark.parametrize("field", ["Debit", "Montantdevise"])
def test_amounts_that_are_not(field: str, text: str, code: str) -> None:
    assert found(HEADER, line(**{field: text})) == [(2, field, code)]


@pytest.mark.parametrize(
    "text", ["31/01/2024", "31.01.2024", "31012024", "2024-01-31", "20240231", "31/02/2024", "20240131 10:00"]
)
def test_dates_that_are_taken(text: str) -> None:
    assert found(HEADER, line(EcritureDate=text, DateLet=text)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("20241301", "not-a-fec-date"),
        ("20240132", "not-a-fec-date"),
        ("32/01/2024", "not-a-fec-date"),
        ("2024", "not-a-fec-date"),
        ("31-DEC-24", "not-a-fec-date"),
        ("18991231", "unlikely-year"),
        ("31/12/2100", "unlikely-year"),
    ],
)
@pytest.mark.parametrize("field", ["EcritureDate", "ValidDate"])
def test_dates_that_are_not(field: str, text: str, code: str) -> None:
    assert found(HEADER, line(**{field: text})) == [(2, field, code)]


def test_a_date_of_zeros_is_overlooked_where_none_is_needed() -> None:
    zeros = "00000000"
    lines = [line(DateLet=zeros), line(DateLet=""), line(EcritureDate=zeros)]
    assert found(HEADER, *lines) == [(4, "EcritureDate", "not-a-fec-date")]


@pytest.mark.parametrize("field", ["EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib"])
def test_mandatory_values(field: str) -> None:
    assert found(HEADER, line(**{field: "  "})) == [(2, field, "missing-value")]


@pytest.mark.parametrize("field", ["JournalCode", "JournalLib", "PieceRef", "PieceDate", "ValidDate"])
def test_expected_values(field: str) -> None:
    verdict = check(HEADER, line(**{field: ""}))
    assert verdict.findings.row(0)[1:] == (field, None, "expected-value", None, True)
    assert (verdict.errors, verdict.warnings) == (0, 1)


def test_account_numbers() -> None:
    assert found(HEADER, line(CompteNum="411DUPONT"), line(CompteNum="41A")) == [
        (3, "CompteNum", "account-number-start")
    ]


def test_one_side_and_one_only() -> None:
    lines = [line(Debit="1", Credit="2"), line(Debit=""), line(Debit="x", Credit="2"), line(Debit="-1")]
    assert found(HEADER, *lines) == [
        (2, "Debit", "both-sides"),
        (3, "Debit", "neither-side"),
        (4, "Debit", "not-a-fec-amount"),
    ]


def test_an_amount_with_its_side() -> None:
    sides = ["D", "+1", "c", "-1", "X", ""]
    verdict = check(SIDED, *(line(Credit=side) for side in sides), line(Debit="0,00", Credit="C"))
    assert verdict.findings.select("line", "field", "value", "code", "detail").rows() == [
        (6, "Sens", "X", "unknown-choice", "D, +1, C, -1"),
        (7, "Sens", None, "missing-value", "D, +1, C, -1"),
        (8, "Montant", "0,00", "neither-side", None),
    ]
    assert (verdict.debit, verdict.credit) == (25, 25)


def test_lines_that_are_no_rows() -> None:
    shifted = line(EcritureLib="a|b")
    verdict = check("", HEADER, LINE, "", shifted, line(CompteLib="\x1f"), "  ")
    assert verdict.findings.select("line", "code").rows() == [
        (1, "blank-line"),
        (4, "blank-line"),
        (5, "column-count"),
        (6, "unit-separator"),
        (7, "blank-line"),
    ]
    assert verdict.lines == 3


def test_what_is_overlooked() -> None:
    padded = LINE.replace("|", " \0| ").replace("Clients", "Clients\u00a0SA") + "\r"
    verdict = check(f"{HEADER}|", f"{padded}|")
    assert verdict.findings.is_empty()
    assert verdict.has_trailing_separator
    assert not check(HEADER, LINE).has_trailing_separator


@pytest.mark.parametrize("name", ["COMPTE LIB", "LibelleCompte"])
def test_columns_that_are_not_found(name: str) -> None:
    assert found(HEADER.replace("CompteLib", name), LINE) == [(1, "CompteLib", "missing-column")]


def test_columns_in_any_case_and_order() -> None:
    names = [name.upper() for name in reversed(OFFICIAL)]
    cells = "|".join(reversed(LINE.split("|")))
    assert found("|".join(names).replace("ECRITURE", "Écriture"), cells) == []
    assert found(HEADER.replace("CompAux", "CompteAux"), LINE) == []
    assert found(HEADER.replace("Idevise", "IdDevise"), LINE) == [(1, "Idevise", "missing-column")]
    assert found(HEADER.replace("Credit", "Solde"), LINE) == [(1, "Credit", "missing-column")]


def test_separators() -> None:
    text = [HEADER.replace("|", "\t"), LINE.replace("|", "\t")]
    assert found(*text) == []
    assert found(*(each.replace("\t", ";") for each in text)) == [(1, None, "column-separator")]


def test_few_findings_are_kept_and_all_are_counted() -> None:
    lines = [line(Debit="1.5")] * 50
    verdict = check(HEADER, *lines, size=100, limits=Limits(exception_lines_max=7))
    assert verdict.counts == {"decimal-point": 50}
    assert verdict.findings["line"].to_list() == list(range(2, 9))


def test_what_is_no_fec_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        check("code;name", "1;2")
    assert caught.value.code == "no-header"
    assert "code;name" in caught.value.message
