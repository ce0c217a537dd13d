"""Files that are odd, or hostile: nothing of them is stored by halves, twice, or somewhere else."""

from __future__ import annotations

import random
import string
from dataclasses import replace
from typing import Any

import pytest

from douane.settings import Settings
from douane.store.database import Database

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate"
    "|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def line(number: str = "1", debit: str = "", credit: str = "", **more: str) -> str:
    cells = {"journal": "VE", "name": "Ventes", "day": "20240115", "account": "411000", "aux": ""} | more
    third = f"{cells['aux']}|{cells['aux'] and 'Tiers'}"
    head = f"{cells['journal']}|{cells['name']}|{number}|{cells['day']}|{cells['account']}|Compte|{third}"
    return f"{head}|F1|{cells.get('piece_day', cells['day'])}|Facture|{debit}|{credit}|||||"


def entry(number: str = "1", amount: str = "10,00", **more: str) -> list[str]:
    return [line(number, amount, **more), line(number, credit=amount, **more)]


def fec(*lines: str) -> str:
    return "\n".join((HEADER, *lines))


def codes(receipt: dict[str, Any]) -> dict[str, list[int]]:
    told: dict[str, list[int]] = {}
    for fault in receipt["faults"]:
        told.setdefault(fault["code"], []).append(fault["line"])
    return told


def test_a_journal_may_be_named_by_a_line_that_is_rejected(send_entries: Any, entry_lines: Any) -> None:
    unbalanced = [line("1", "10,00"), line("1", credit="9,00")]
    receipt = send_entries(fec(*unbalanced, *entry("2", name="")))
    assert codes(receipt) == {"entry-unbalanced": [2, 3]}
    assert {(each["journal"], each["entry"]) for each in entry_lines()} == {("VE", "2")}


@pytest.mark.parametrize("what", ["journal", "account", "aux"])
def test_a_code_that_no_index_holds_is_too_long(send_entries: Any, what: str) -> None:
    signs = random.Random(1).choices(string.ascii_letters + string.digits, k=9000)
    receipt = send_entries(fec(*entry(**{what: "411" + "".join(signs)})))
    assert codes(receipt) == {"text-too-long": [2, 3]}


def test_no_line_gets_into_a_closed_year_by_another_entry(send_entries: Any, database: Database) -> None:
    send_entries(fec(*entry("0", day="20230601")))
    with database.connection() as conn:
        conn.execute("update fiscal_years set is_closed = true")
    lines = [line("1", "5,00", day="20240105"), line("1", credit="5,00", day="20230605")]
    receipt = send_entries(fec(*lines, *entry("2", day="20240105")))
    assert receipt["grouping"] == "journal, number"
    assert codes(receipt) == {"several-fiscal-years": [2, 3]}


def test_an_entry_of_which_lines_are_lost_is_rejected_though_the_others_balance(send_entries: Any) -> None:
    lost = [line("1", "7,00") + "|x", line("1", credit="7,00") + "|x"]
    first, last = entry("1")
    receipt = send_entries(fec(first, *lost, last, *entry("2")))
    assert codes(receipt) == {"entry-rejected": [2, 5], "column-count": [3, 4]}
    assert receipt["counts"]["added"] == 2


def test_a_line_lost_between_two_entries_is_nobodys(send_entries: Any) -> None:
    receipt = send_entries(fec(*entry("1"), "x", *entry("2")))
    assert codes(receipt) == {"column-count": [4]}
    assert receipt["counts"]["added"] == 4


@pytest.mark.parametrize("lines_at_once", [1, 2, 3])
def test_a_lost_line_is_found_where_a_batch_ends(
    send_entries: Any, settings: Settings, lines_at_once: int
) -> None:
    first, last = entry("1")
    size = lines_at_once * len(first)
    receipt = send_entries(fec(first, line() + "|x", last), settings=replace(settings, block_bytes=size))
    assert codes(receipt) == {"entry-rejected": [2, 4], "column-count": [3]}


def test_an_amount_counts_beside_columns_of_zeros(send_entries: Any, entry_lines: Any) -> None:
    lines = [line("1", "0,00", "0,00") + "|5,00|D", line("1", "0,00", "") + "|5,00|C"]
    send_entries("\n".join((HEADER + "|Montant|Sens", *lines)))
    assert [(each["debit"], each["credit"]) for each in entry_lines()] == [(5, 0), (0, 5)]


def test_a_number_that_is_wrong_once_does_not_make_one_entry_of_a_day(send_entries: Any) -> None:
    sound = [each for number in range(50) for each in entry(str(number))]
    receipt = send_entries(fec(*sound, line("x", "5,00"), line("y", credit="5,00")))
    assert receipt["grouping"] == "journal, number, day"
    assert receipt["counts"]["added"] == 100
    assert codes(receipt) == {"entry-unbalanced": [102, 103]}
    corrected = send_entries(fec(*sound, *entry("z")))
    assert (corrected["counts"]["unchanged"], corrected["counts"]["added"]) == (100, 2)


def test_the_same_text_that_means_another_day_changes_the_entry(
    send_entries: Any, database: Database
) -> None:
    for witness, day in (("25/04/2024", "2024-04-03"), ("04/25/2024", "2024-03-04")):
        lines = [*entry("1", piece_day="03/04/2024"), *entry("2", piece_day=witness)]
        assert send_entries(fec(*lines))["state"] == "succeeded"
        with database.connection() as conn:
            days = conn.execute(
                "select distinct piece_on::text from entry_lines where entry_id = 1"
            ).fetchall()
        assert days == [(day,)]
    assert send_entries(fec(*lines))["counts"]["unchanged"] == 4


def test_a_line_of_another_journal_than_its_entry_keeps_it_beside(
    send_entries: Any, database: Database
) -> None:
    lines = [line("1", "5,00"), line("1", credit="5,00", journal="OD"), line("2", "6,00", journal="OD")]
    lines.append(line("2", credit="6,00"))
    assert send_entries(fec(*lines))["grouping"] == "number"
    with database.connection() as conn:
        extra = conn.execute("select extra from entry_lines order by entry_id, number").fetchall()
    assert extra == [(None,), ({"journal_code": "OD"},), (None,), ({"journal_code": "VE"},)]
