"""TRA: the verdict on a file without a database."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from douane.formats.tra import TraHeader, write_tra
from douane.formats.tra_check import FINDINGS, TraVerdict, tra_check
from douane.model.catalogue import FAULTS
from douane.settings import Limits

SOUND = {"journal": "VTE", "date": "2024-01-31", "general": "411000", "codage": "E--", "type_ecriture": "N"}


def verdict(*lines: dict[str, str]) -> TraVerdict:
    """The verdict on lines with these cells beside those of SOUND."""
    labels = {label for each in lines for label in each} | SOUND.keys()
    frame = pl.DataFrame([SOUND | each for each in lines], schema=dict.fromkeys(sorted(labels), pl.String))
    return tra_check(iter(write_tra(TraHeader(), {}, [frame], "utf-8")), Limits())


def debit(amount: str, number: str = "1", **cells: str) -> dict[str, str]:
    return {"sens": "D", "montant1": amount, "numero_piece": number, **cells}


def credit(amount: str, number: str = "1", **cells: str) -> dict[str, str]:
    return debit(amount, number, **cells) | {"sens": "C"}


def found(told: TraVerdict) -> list[tuple[int, str | None, str]]:
    assert told.findings.schema == FINDINGS
    assert set(told.findings["code"]) <= FAULTS.keys()
    return told.findings.select("line", "field", "code").rows()


def test_entries_that_balance() -> None:
    told = verdict(debit("120,00"), credit("100,00"), credit("20.00"), debit("7", "2"), credit("7", "2"))
    assert found(told) == []
    assert (told.lines, told.entries, told.debit, told.credit) == (5, 2, Decimal(127), Decimal(127))


def test_entries_that_do_not_balance() -> None:
    told = verdict(debit("120,00"), credit("120,01"), debit("1", "2"), credit("1", "2"), debit("5", "3"))
    assert found(told) == [(2, None, "entry-unbalanced"), (6, None, "entry-unbalanced")]
    assert told.findings["detail"].to_list() == ["-0.010000", "5.000000"]
    assert told.unbalanced.select("journal", "date", "entry_number", "line").rows() == [
        ("VTE", "2024-01-31", "1", 2),
        ("VTE", "2024-01-31", "3", 6),
    ]


def test_an_entry_may_stand_apart_and_is_of_one_day() -> None:
    other = {"date": "2024-02-01"}
    told = verdict(debit("1"), debit("2", **other), credit("1"), credit("2", **other))
    assert (found(told), told.entries) == ([], 2)


def test_lines_beside_the_ledger_are_not_summed() -> None:
    told = verdict(debit("1"), debit("1", type_compte="A"), credit("1"))
    assert (found(told), told.lines, told.debit) == ([], 3, Decimal(1))


def test_values_that_are_none() -> None:
    told = verdict(debit("ten", journal=""), credit("0", journal="", date="30022024", echeance="x"))
    assert found(told) == [
        (2, "journal", "missing-value"),
        (2, "amount", "not-an-amount"),
        (3, "journal", "missing-value"),
        (3, "date", "not-a-date"),
        (3, "echeance", "not-a-date"),
    ]


def test_faults_of_lines_are_told() -> None:
    told = verdict(debit("1"), credit("1"), debit("1", sens="X"))
    assert found(told) == [(4, None, "not-an-entry-line")]
    assert told.lines == 3


def test_a_file_without_lines() -> None:
    told = tra_check(iter([b"***S5EXPJRLSTD"]), Limits())
    assert (told.lines, told.entries, told.debit, told.credit) == (0, 0, Decimal(0), Decimal(0))
    assert found(told) == []
