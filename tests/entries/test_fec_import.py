"""A FEC becomes entries: grouped, balanced, whole or not at all, and the same again changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest

from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import Company

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate"
    "|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def line(
    number: str = "1",
    account: str = "411000",
    debit: str = "0,00",
    credit: str = "0,00",
    *,
    journal: str = "VE",
    day: str = "20240115",
    auxiliary: str = "",
    label: str = "Facture",
    journal_name: str = "Ventes",
    account_name: str = "Compte",
) -> str:
    names = f"{account}|{account_name}|{auxiliary}|{auxiliary and 'Tiers'}"
    return f"{journal}|{journal_name}|{number}|{day}|{names}|F{number}|{day}|{label}|{debit}|{credit}|||||"


def fec(*lines: str) -> str:
    return "\r\n".join((HEADER, *lines)) + "\r\n"


def entry(number: str = "1", amount: str = "120,00", **more: Any) -> list[str]:
    return [
        line(number, "411000", amount, auxiliary="DUPONT", **more),
        line(number, "706000", credit=amount, **more),
    ]


def counts(receipt: dict[str, Any], table: str = "entry_lines") -> dict[str, int]:
    return {name: number for name, number in receipt["tables"].get(table, {}).items() if number}


def codes(receipt: dict[str, Any]) -> dict[str, list[int]]:
    told: dict[str, list[int]] = {}
    for fault in receipt["faults"]:
        told.setdefault(fault["code"], []).append(fault["line"])
    return told


def test_lines_become_entries_with_what_they_hang_on(send_entries: Any, entry_lines: Any) -> None:
    receipt = send_entries(fec(*entry("1"), *entry("2", "60,50")))
    assert receipt["state"] == "succeeded"
    assert receipt["grouping"] == "journal, number, day"
    assert counts(receipt) == {"received": 4, "added": 4}
    assert counts(receipt, "entries") == {"received": 2, "added": 2}
    assert counts(receipt, "ledger_accounts") == {"received": 3, "added": 3}
    assert counts(receipt, "journals") == {"received": 1, "added": 1}
    assert counts(receipt, "fiscal_years") == {"received": 1, "added": 1}
    first, second, *_ = entry_lines()
    assert (first["journal"], first["entry"], first["account"], first["auxiliary"]) == (
        "VE",
        "1",
        "411000",
        "DUPONT",
    )
    assert (first["debit"], first["credit"], first["place"]) == (120, 0, 1)
    assert (second["account"], second["auxiliary"], second["credit"], second["place"]) == (
        "706000",
        None,
        120,
        2,
    )
    assert first["entry_id"] == second["entry_id"]


def test_the_same_file_again_changes_nothing(send_entries: Any, entry_lines: Any) -> None:
    text = fec(*entry("1"), *entry("2"))
    send_entries(text)
    before = entry_lines()
    receipt = send_entries(text)
    assert counts(receipt) == {"received": 4, "unchanged": 4}
    assert entry_lines() == before


def test_the_same_entries_written_otherwise_are_unchanged(send_entries: Any, entry_lines: Any) -> None:
    send_entries(fec(*entry("1", "120,00")))
    receipt = send_entries(fec(*entry("1", "+0000120,000")).replace("|", "\t"))
    assert counts(receipt) == {"received": 2, "unchanged": 2}
    assert counts(receipt, "entries") == {"received": 1, "unchanged": 1}


def test_an_entry_with_other_lines_is_updated_and_its_image_kept(
    send_entries: Any, entry_lines: Any, database: Database
) -> None:
    send_entries(fec(*entry("1"), *entry("2")))
    ids = {each["entry"]: each["entry_id"] for each in entry_lines()}
    changed = [
        line("2", "411000", "100,00", auxiliary="DUPONT"),
        line("2", "706000", credit="80,00"),
        line("2", "445710", credit="20,00"),
    ]
    receipt = send_entries(fec(*entry("1"), *changed))
    assert counts(receipt) == {"received": 5, "unchanged": 2, "updated": 3}
    assert counts(receipt, "entries") == {"received": 2, "unchanged": 1, "updated": 1}
    now = [each for each in entry_lines() if each["entry"] == "2"]
    assert {each["entry_id"] for each in now} == {ids["2"]}
    assert [each["account"] for each in now] == ["411000", "706000", "445710"]
    with database.connection() as conn:
        ((image,),) = conn.execute("select image from before_images where action = 'updated'").fetchall()
    assert image["number"] == "2"
    assert [each["debit"] + each["credit"] for each in image["lines"]] == [120, 120]


def test_an_entry_out_of_balance_is_rejected_alone(send_entries: Any, entry_lines: Any) -> None:
    bad = [line("2", "411000", "100,00"), line("2", "706000", credit="90,00")]
    receipt = send_entries(fec(*entry("1"), *bad, *entry("3")))
    assert counts(receipt) == {"received": 6, "added": 4, "rejected": 2}
    assert codes(receipt) == {"entry-unbalanced": [4, 5]}
    assert receipt["faults"][0]["message"] == "The entry's debit less its credit is 10, not 0"
    assert {each["entry"] for each in entry_lines()} == {"1", "3"}


def test_a_bad_line_takes_its_entry_with_it_and_says_so(send_entries: Any, entry_lines: Any) -> None:
    bad = [line("2", "411000", "100,00"), line("2", "706000", credit="90,00"), line("2", "", credit="10,00")]
    receipt = send_entries(fec(*entry("1"), *bad))
    assert counts(receipt) == {"received": 5, "added": 2, "rejected": 3}
    assert codes(receipt) == {"entry-rejected": [4, 5], "missing-value": [6]}


def test_a_shifted_line_leaves_its_entry_out_of_balance(send_entries: Any) -> None:
    receipt = send_entries(fec(*entry("1"), line("2", "411000", "5,00"), line("2", credit="5,00") + "|x|y|z"))
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}
    assert codes(receipt) == {"entry-unbalanced": [4], "column-count": [5]}


@pytest.mark.parametrize("rows_at_once", [1, 3, 200_000])
def test_lines_of_an_entry_may_stand_apart(
    send_entries: Any, entry_lines: Any, settings: Settings, rows_at_once: int
) -> None:
    lines = [*entry("1"), *entry("2", "7,00"), *entry("3", "9,00")]
    apart = fec(*lines[::2], *lines[1::2])
    receipt = send_entries(apart, settings=replace(settings, gathered_rows_max=rows_at_once))
    assert counts(receipt) == {"received": 6, "added": 6}
    assert sorted(Counter(each["entry_id"] for each in entry_lines()).values()) == [2, 2, 2]
    assert counts(send_entries(fec(*lines))) == {"received": 6, "unchanged": 6}


PURCHASE = {"journal": "AC"}
NEXT_DAY = {"day": "20240116"}
OVER_TWO_DAYS = [
    line("1", "411000", "5,00"),
    line("1", "706000", credit="5,00", **NEXT_DAY),
    line("1", "401000", "6,00", **PURCHASE, **NEXT_DAY),
    line("1", "601000", credit="6,00", **PURCHASE),
]
OVER_TWO_JOURNALS = [
    line("1", "411000", "5,00"),
    line("1", "706000", credit="5,00", **PURCHASE, **NEXT_DAY),
    line("2", "401000", "6,00", **PURCHASE),
    line("2", "601000", credit="6,00", **NEXT_DAY),
]
NUMBERED_BY_LINE = [
    line("1", "411000", "5,00"),
    line("2", "706000", credit="5,00"),
    line("3", "401000", "6,00", **NEXT_DAY),
    line("4", "601000", credit="6,00", **NEXT_DAY),
]


@pytest.mark.parametrize(
    ("lines", "grouping"),
    [
        (OVER_TWO_DAYS, "journal, number"),
        (OVER_TWO_JOURNALS, "number"),
        (NUMBERED_BY_LINE, "journal, day"),
    ],
)
def test_the_grouping_is_the_first_by_which_all_balances(
    send_entries: Any, lines: list[str], grouping: str
) -> None:
    receipt = send_entries(fec(*lines))
    assert receipt["grouping"] == grouping
    assert counts(receipt) == {"received": 4, "added": 4}
    assert counts(receipt, "entries") == {"received": 2, "added": 2}
    assert counts(send_entries(fec(*lines))) == {"received": 4, "unchanged": 4}


def test_numbers_that_are_all_zero_group_by_day(send_entries: Any) -> None:
    lines = [*entry("0"), *entry("0", day="20240116")]
    receipt = send_entries(fec(*lines))
    assert counts(receipt, "entries") == {"received": 2, "added": 2}


def test_without_any_balance_the_entries_that_do_not_are_rejected(send_entries: Any) -> None:
    receipt = send_entries(fec(line("1", debit="5,00"), line("2", debit="6,00"), *entry("3", day="20240301")))
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}
    assert codes(receipt) == {"entry-unbalanced": [2, 3]}


def test_a_date_that_could_mean_two_days_waits_for_its_witness(send_entries: Any, entry_lines: Any) -> None:
    lines = [*entry("1", day="03/04/2024"), *entry("2", day="25/04/2024")]
    receipt = send_entries(fec(*lines))
    assert counts(receipt) == {"received": 4, "added": 4}
    assert {each["entered_on"] for each in entry_lines()} == {date(2024, 4, 3), date(2024, 4, 25)}


def test_without_a_witness_it_is_rejected(send_entries: Any) -> None:
    receipt = send_entries(fec(*entry("1", day="03/04/2024")))
    assert counts(receipt) == {"received": 2, "rejected": 2}
    assert set(codes(receipt)) == {"ambiguous-date"}


def test_a_closed_year_takes_nothing(send_entries: Any, database: Database) -> None:
    send_entries(fec(*entry("1")))
    with database.connection() as conn:
        conn.execute("update fiscal_years set is_closed = true")
    receipt = send_entries(fec(*entry("2")))
    assert codes(receipt) == {"fiscal-year-closed": [2, 3]}


def test_years_are_made_by_the_closing_day_in_the_name(send_entries: Any, database: Database) -> None:
    send_entries(
        fec(*entry("1", day="20230801"), *entry("2", day="20240201")), name="732829320FEC20240630.txt"
    )
    with database.connection() as conn:
        years = conn.execute("select starts_on, ends_on from fiscal_years order by 1").fetchall()
    assert years == [(date(2023, 7, 1), date(2024, 6, 30))]


def test_a_year_that_is_made_fits_between_the_others(
    send_entries: Any, database: Database, company: Company
) -> None:
    with database.connection() as conn:
        conn.execute(
            "insert into fiscal_years (organization_id, company_id, starts_on, ends_on)"
            " values (%s, %s, '2024-01-01', '2024-03-31'), (%s, %s, '2025-01-01', '2025-12-31')",
            [company.organization_id, company.id] * 2,
        )
    receipt = send_entries(fec(*entry("1", day="20240601")))
    assert counts(receipt) == {"received": 2, "added": 2}
    with database.connection() as conn:
        years = conn.execute("select starts_on, ends_on from fiscal_years order by 1").fetchall()
    assert (date(2024, 4, 1), date(2024, 12, 31)) in years


def test_a_journal_that_the_file_does_not_name_must_be_known(send_entries: Any) -> None:
    receipt = send_entries(fec(*entry("1", journal="ZZ", journal_name="")))
    assert codes(receipt) == {"unknown-journal": [2, 3]}


def test_a_file_of_another_siren_is_refused(send_entries: Any, database: Database, company: Company) -> None:
    with database.connection() as conn:
        conn.execute("update companies set siren = '732829320' where id = %s", [company.id])
    receipt = send_entries(fec(*entry()), name="552100554FEC20241231.txt")
    assert receipt["refusal"]["code"] == "other-siren"


def test_a_dry_run_counts_and_stores_nothing(send_entries: Any, entry_lines: Any, database: Database) -> None:
    receipt = send_entries(fec(*entry()), dry_run=True)
    assert counts(receipt) == {"received": 2, "added": 2}
    assert entry_lines() == []
    with database.connection() as conn:
        assert conn.execute("select count(*) from fiscal_years").fetchone() == (0,)


def test_repeated_lines_are_kept(send_entries: Any, entry_lines: Any) -> None:
    twice = [line("1", "411000", "60,00"), line("1", "411000", "60,00"), line("1", "706000", credit="120,00")]
    assert counts(send_entries(fec(*twice))) == {"received": 3, "added": 3}
    assert len(entry_lines()) == 3
    assert counts(send_entries(fec(*twice))) == {"received": 3, "unchanged": 3}


def test_entries_of_another_company_do_not_count(
    send_entries: Any, entry_lines: Any, company: Company, make_company: Any
) -> None:
    other = make_company()
    text = fec(*entry("1"))
    send_entries(text)
    assert counts(send_entries(text, company=other)) == {"received": 2, "added": 2}
    assert len(entry_lines()) == len(entry_lines(other)) == 2


def test_the_customer_of_an_auxiliary_is_found_when_there_is_one(
    send_entries: Any, database: Database, company: Company
) -> None:
    send_entries(fec(*entry()))
    with database.connection() as conn:
        assert conn.execute("select count(*) from ledger_account_customers").fetchone() == (0,)
        conn.execute(
            "insert into customers (organization_id, company_id, key, run_id, code)"
            " values (%s, %s, gen_random_uuid(), 0, 'DUPONT')",
            [company.organization_id, company.id],
        )
        assert conn.execute("select count(*) from ledger_account_customers").fetchone() == (1,)


def test_two_imports_at_once_store_an_entry_once(
    send_entries: Any, entry_lines: Any, database: Database
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    text = fec(*(each for number in range(50) for each in entry(str(number))))
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: send_entries(text), range(4)))
    assert sorted(counts(each).get("added", 0) for each in receipts) == [0, 0, 0, 100]
    assert len(entry_lines()) == 100


def test_an_account_made_meanwhile_does_not_fail_the_run(
    send_entries: Any, database: Database, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from douane.store.posting import Posting

    asked = Posting.accounts
    made: list[int] = []

    def with_another(self: Posting) -> Any:
        found = asked(self)
        if not made:
            made.append(1)
            with psycopg.connect(database.url) as conn:
                conn.execute(
                    "insert into ledger_accounts (organization_id, company_id, number, name)"
                    " values (%s, %s, '411000', 'Elsewhere')",
                    [company.organization_id, company.id],
                )
        return found

    monkeypatch.setattr(Posting, "accounts", with_another)
    assert counts(send_entries(fec(*entry()))) == {"received": 2, "added": 2}


@pytest.mark.parametrize("closed", ["fiscal_years", "journals", "ledger_accounts"])
def test_what_stands_in_closed_books_may_be_sent_again(
    send_entries: Any, entry_lines: Any, database: Database, closed: str
) -> None:
    text = fec(*entry("1"), *entry("2"))
    send_entries(text)
    with database.connection() as conn:
        conn.execute(f"update {closed} set is_closed = true")
    before = entry_lines()
    assert counts(send_entries(text)) == {"received": 4, "unchanged": 4}
    changed = send_entries(fec(*entry("1", "7,00"), *entry("2")))
    assert counts(changed) == {"received": 4, "unchanged": 2, "rejected": 2}
    assert entry_lines() == before


def test_rejected_entries_are_counted_too(send_entries: Any) -> None:
    unknown = [line("3", "580000", "5,00", account_name=""), line("3", "706000", credit="5,00")]
    receipt = send_entries(fec(*entry("1"), line("2", debit="5,00"), *unknown))
    assert counts(receipt) == {"received": 5, "added": 2, "rejected": 3}
    assert counts(receipt, "entries") == {"received": 3, "added": 1, "rejected": 2}


def test_names_and_fingerprints_of_stored_entries_stay_what_they_were(
    send_entries: Any, database: Database
) -> None:
    send_entries(fec(*entry("1")))
    with database.connection() as conn:
        stored = conn.execute("select key::text, fingerprint from entries").fetchall()
    # Part of the schema: with others, every file that was imported would be added a second time.
    assert stored == [("fc1fdb3e-f1be-3464-357a-c6a2331063bc", 8733207852017309372)]
