"""What a sender may wish of entries: what is made for them, balanced, left waiting, final, or turned away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from douane.model.account_numbers import AccountLengths
from douane.pipeline.entries.wishes import Making
from douane.store.database import Database

COUNTED = ("added", "updated", "unchanged", "rejected")
Line = dict[str, str]


def line(number: str = "1", debit: str = "0.00", credit: str = "0.00", **more: str) -> Line:
    plain = {
        "journal_code": "VE",
        "journal_name": "Ventes",
        "entry_number": number,
        "entered_on": "2024-01-15",
        "account_number": "411000" if float(debit) else "706000",
        "account_name": "Compte",
        "label": f"Facture {number}",
        "debit": debit,
        "credit": credit,
    }
    return plain | more


def entry(number: str = "1", amount: str = "10.00", **more: str) -> list[Line]:
    return [line(number, amount, **more), line(number, credit=amount, **more)]


def counts(receipt: dict[str, Any], table: str = "entry_lines") -> dict[str, int]:
    """What is not 0 of the counts of a table, which add up."""
    found = receipt["tables"].get(table, dict.fromkeys(COUNTED, 0) | {"received": 0})
    assert found["received"] == sum(found[each] for each in COUNTED)
    return {name: number for name, number in found.items() if number}


def codes(receipt: dict[str, Any], kind: str = "faults") -> dict[str, list[int]]:
    told: dict[str, list[int]] = {}
    for each in receipt[kind]:
        told.setdefault(each["code"], []).append(each["line"])
    return told


NAMELESS = {"journal_name": "", "account_name": ""}


@pytest.mark.parametrize(
    ("wished", "names", "told"),
    [
        (Making.NONE, {}, "unknown-journal"),
        (Making.NAMED, NAMELESS, "unknown-journal"),
        (Making.NAMED, {}, None),
        (Making.ALL, NAMELESS, None),
    ],
)
def test_journals_are_made_as_wished(
    send_lines: Any, stored_lines: Any, wished: Making, names: Line, told: str | None
) -> None:
    receipt = send_lines(entry(**names), makes_journals=wished, makes_accounts=Making.ALL)
    assert codes(receipt) == ({told: [2, 3]} if told else {})
    assert counts(receipt) == {"received": 2, "rejected" if told else "added": 2}
    assert len(stored_lines()) == (0 if told else 2)


@pytest.mark.parametrize(
    ("wished", "names", "told"),
    [
        (Making.NONE, {}, "unknown-ledger-account"),
        (Making.NAMED, NAMELESS, "unknown-ledger-account"),
        (Making.NAMED, {}, None),
        (Making.ALL, NAMELESS, None),
    ],
)
def test_accounts_are_made_as_wished(
    send_lines: Any, database: Database, wished: Making, names: Line, told: str | None
) -> None:
    receipt = send_lines(entry(**names), makes_accounts=wished, makes_journals=Making.ALL)
    assert codes(receipt) == ({told: [2, 3]} if told else {})
    with database.connection() as conn:
        made = conn.execute("select number, name from ledger_accounts order by number").fetchall()
    called = "Compte" if names == {} else None
    assert made == ([] if told else [(each, called or each) for each in ("411000", "706000")])


def test_a_journal_without_a_name_is_called_by_its_code(send_lines: Any, database: Database) -> None:
    lines = [*entry("1", journal_name=""), *entry("2"), *entry("3", **NAMELESS, journal_code="X1")]
    receipt = send_lines(lines, makes_journals=Making.ALL, makes_accounts=Making.ALL)
    assert counts(receipt, "journals") == {"received": 2, "added": 2}
    with database.connection() as conn:
        journals = conn.execute("select code, name, type from journals where run_id is not null").fetchall()
    assert sorted(journals) == [("VE", "Ventes", "general"), ("X1", "X1", "general")]


def test_third_parties_may_be_made_where_accounts_may_not(send_lines: Any) -> None:
    lines = [line("1", "5.00", account_number="411DUPONT"), line("1", credit="5.00", account_number="401X")]
    assert counts(send_lines(lines, makes_accounts=Making.NONE))["rejected"] == 2
    assert counts(send_lines(lines, makes_accounts=Making.NONE, makes_third_parties=True))["added"] == 2


@pytest.mark.parametrize("lacking", ["journal_code", "entered_on", "account_number"])
def test_a_line_that_lacks_what_an_entry_needs_is_told(send_lines: Any, lacking: str) -> None:
    broken = entry("1", **{lacking: ""})
    receipt = send_lines([*broken, *entry("2")], makes_journals=Making.ALL, makes_accounts=Making.ALL)
    assert codes(receipt) == {"missing-value": [2, 3]}
    assert receipt["faults"][0]["field"] == lacking
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}


@pytest.mark.parametrize("updates_known", [True, False])
def test_unknown_third_parties_wait_until_they_are_known(
    send_lines: Any, stored_lines: Any, database: Database, company: Any, updates_known: bool
) -> None:
    lines = entry(auxiliary_number="DUPONT", auxiliary_name="Dupont SA")
    wishes = {"waiting_third_party": "ATTENTE", "updates_known": updates_known}
    receipt = send_lines(lines, **wishes)
    assert codes(receipt, "warnings") == {"third-party-waiting": [2, 3]}
    assert receipt["warnings"][0]["message"] == "There is no third party DUPONT; the line waits on ATTENTE"
    found = stored_lines()
    assert [each["auxiliary"] for each in found] == ["ATTENTE", "ATTENTE"]
    assert found[0]["extra"] == {"auxiliary_number": "DUPONT", "auxiliary_name": "Dupont SA"}
    again = send_lines(lines, **wishes)
    assert counts(again) == {"received": 2, "unchanged": 2}
    assert again["warnings_total"] == 2
    with database.connection() as conn:
        conn.execute(
            "insert into ledger_accounts (organization_id, company_id, number, name, is_auxiliary)"
            " values (%s, %s, 'DUPONT', 'Dupont SA', true)",
            [company.organization_id, company.id],
        )
    assert counts(send_lines(lines, **wishes)) == {"received": 2, "updated": 2}
    found = stored_lines()
    assert [(each["auxiliary"], each["extra"]) for each in found] == [("DUPONT", None), ("DUPONT", None)]
    assert counts(send_lines(lines, **wishes)) == {"received": 2, "unchanged": 2}


def test_an_entry_out_of_balance_gets_a_line_that_is_none_of_the_file(
    send_lines: Any, stored_lines: Any
) -> None:
    lines = [line("1", "12.50", piece="F1"), *entry("2"), line("3", credit="0.05")]
    receipt = send_lines(lines, balances_on="471000")
    assert counts(receipt) == {"received": 4, "added": 4}
    assert counts(receipt, "entries") == {"received": 3, "added": 3}
    assert receipt["balanced"] == 2
    assert codes(receipt, "warnings") == {"entry-balanced-by-us": [2, 5]}
    assert [each["message"] for each in receipt["warnings"]] == [
        "The entry's debit less its credit was 12.5; a line on the account 471000 balances it",
        "The entry's debit less its credit was -0.05; a line on the account 471000 balances it",
    ]
    ours = [each for each in stored_lines() if each["line"] is None]
    assert [(each["entry"], each["account"], each["debit"], each["credit"]) for each in ours] == [
        ("1", "471000", 0, Decimal("12.5")),
        ("3", "471000", Decimal("0.05"), 0),
    ]
    assert [(each["place"], each["label"]) for each in ours] == [(2, "Facture 1"), (2, "Facture 3")]


def test_the_same_again_is_unchanged_and_what_was_missing_takes_the_place_of_our_line(
    send_lines: Any, stored_lines: Any
) -> None:
    broken, wishes = [line("1", "10.00")], {"balances_on": "471000"}
    send_lines(broken, **wishes)
    again = send_lines(broken, **wishes)
    assert (counts(again), again["balanced"]) == ({"received": 1, "unchanged": 1}, 1)
    respelled = send_lines([line("1", "10.0")], **wishes)
    assert counts(respelled) == {"received": 1, "unchanged": 1}
    elsewhere = send_lines(broken, balances_on="472000")
    assert counts(elsewhere) == {"received": 1, "updated": 1}
    assert [each["account"] for each in stored_lines()] == ["411000", "472000"]
    whole = send_lines(entry("1"), **wishes)
    assert counts(whole) == {"received": 2, "updated": 2}
    assert "balanced" not in whole
    assert [each["account"] for each in stored_lines()] == ["411000", "706000"]


@pytest.mark.parametrize("closed", ["fiscal_years", "journals"])
def test_what_we_balanced_may_be_sent_again_once_its_books_are_closed(
    send_lines: Any, stored_lines: Any, database: Database, closed: str
) -> None:
    send_lines([line("1", "10.00")], balances_on="471000")
    before = stored_lines()
    with database.connection() as conn:
        conn.execute(f"update {closed} set is_closed = true")
    receipt = send_lines([line("1", "10.00")], balances_on="472000", updates_known=False)
    assert counts(receipt) == {"received": 1, "unchanged": 1}
    assert stored_lines() == before


def test_where_nothing_is_updated_what_we_balanced_is_not_added_again(
    send_lines: Any, stored_lines: Any
) -> None:
    wishes = {"updates_known": False}
    send_lines([line("1", "10.00")], balances_on="471000", **wishes)
    again = send_lines([line("1", "10.00")], balances_on="471000", **wishes)
    assert counts(again) == {"received": 1, "unchanged": 1}
    elsewhere = send_lines([line("1", "10.00")], balances_on="472000", **wishes)
    assert counts(elsewhere) == {"received": 1, "updated": 1}
    assert [each["account"] for each in stored_lines()] == ["411000", "472000"]
    assert counts(send_lines(entry("1"), **wishes)) == {"received": 2, "added": 2}


def test_an_entry_of_which_a_line_is_rejected_is_not_balanced(send_lines: Any, stored_lines: Any) -> None:
    lines = [line("1", "10.00"), line("1", credit="ten", account_number="706000"), *entry("2")]
    receipt = send_lines(lines, balances_on="471000")
    assert codes(receipt) == {"entry-rejected": [2], "not-an-amount": [3]}
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}
    assert "balanced" not in receipt


def test_what_cannot_be_stored_is_not_told_as_balanced(send_lines: Any) -> None:
    lines = [line("1", "10.00", account_number="999", account_name="")]
    receipt = send_lines(lines, balances_on="471000")
    assert codes(receipt) == {"unknown-ledger-account": [2]}
    assert counts(receipt) == {"received": 1, "rejected": 1}
    assert (receipt["warnings_total"], receipt.get("balanced")) == (0, None)


@pytest.mark.parametrize("obstacle", ["it may not be made", "it is closed"])
def test_an_account_that_cannot_be_posted_on_balances_nothing(
    send_lines: Any, database: Database, obstacle: str
) -> None:
    send_lines([*entry("1"), *entry("2", account_number="471000")])
    wishes = {"balances_on": "472000", "makes_accounts": Making.NONE}
    if obstacle == "it is closed":
        wishes = {"balances_on": "471000"}
        with database.connection() as conn:
            conn.execute("update ledger_accounts set is_closed = true where number = '471000'")
    receipt = send_lines([line("3", "10.00")], **wishes)
    assert codes(receipt) == {"entry-unbalanced": [2]}


def test_the_balancing_account_is_completed_like_the_others(send_lines: Any, stored_lines: Any) -> None:
    send_lines([line("1", "10.00")], balances_on="471", lengths=AccountLengths(general=8))
    assert [each["account"] for each in stored_lines()] == ["411000", "47100000"]


def test_many_entries_are_balanced_each_by_its_own_line(
    send_lines: Any, stored_lines: Any, settings: Any
) -> None:
    lines = [line(str(number), f"{number}.00") for number in range(1, 200)]
    shuffled = [*lines[100:], *lines[:100], line("1", "1.00")]
    receipt = send_lines(shuffled, balances_on="471000")
    assert counts(receipt) == {"received": 200, "added": 200}
    assert receipt["balanced"] == 199
    assert sum(each["debit"] - each["credit"] for each in stored_lines()) == 0


def test_a_draft_is_pending_until_it_is_sent_as_final(
    send_lines: Any, stored_lines: Any, database: Database
) -> None:
    draft = [*entry("1", is_draft="1"), *entry("2", is_draft="0"), line("3", "5.00", is_draft="1")]
    receipt = send_lines([*draft, line("3", credit="5.00")])
    assert counts(receipt) == {"received": 6, "added": 6}
    assert {(each["entry"], each["is_pending"]) for each in stored_lines()} == {
        ("1", True),
        ("2", False),
        ("3", True),
    }
    assert counts(send_lines([*draft, line("3", credit="5.00")])) == {"received": 6, "unchanged": 6}
    # A file that does not say leaves what is stored; the lines are the same in another spelling.
    assert counts(send_lines(entry("1", "10.0"))) == {"received": 2, "unchanged": 2}
    assert {each["is_pending"] for each in stored_lines() if each["entry"] == "1"} == {True}
    final = send_lines(entry("1", is_draft="non"))
    assert counts(final) == {"received": 2, "updated": 2}
    assert {each["is_pending"] for each in stored_lines() if each["entry"] == "1"} == {False}
    with database.connection() as conn:
        images = conn.execute("select image ->> 'is_pending' from before_images").fetchall()
    assert images == [("true",)]


def test_entries_outside_the_period_are_told_and_no_year_is_made_for_them(
    send_lines: Any, database: Database
) -> None:
    period = (date(2024, 1, 1), date(2024, 1, 31))
    lines = [*entry("1", entered_on="2024-01-31"), *entry("2", entered_on="2023-12-31")]
    receipt = send_lines(lines, period=period)
    assert codes(receipt) == {"outside-period": [4, 5]}
    assert receipt["faults"][0]["value"] == "2023-12-31"
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}
    with database.connection() as conn:
        assert conn.execute("select count(*) from fiscal_years").fetchone() == (1,)


def test_the_day_that_is_outside_is_told(send_lines: Any) -> None:
    period = (date(2024, 1, 1), date(2024, 1, 31))
    lines = [line("1", "5.00"), line("1", credit="5.00", entered_on="2024-02-01"), *entry("2")]
    receipt = send_lines(lines, period=period)
    assert receipt["grouping"] == "journal, number"
    assert [(each["line"], each["value"]) for each in receipt["faults"]] == [
        (2, "2024-02-01"),
        (3, "2024-02-01"),
    ]


def test_opening_entries_may_be_unwanted(send_lines: Any) -> None:
    # Every company begins with a journal 40 for them.
    by_flag = [line("2", "5.00", is_opening="1"), line("2", credit="5.00")]
    lines = [*entry("1", journal_code="an"), *by_flag, *entry("3", journal_code="40"), *entry("4")]
    receipt = send_lines(lines, takes_openings=False)
    assert codes(receipt) == {"opening-entry-unwanted": [2, 3, 4, 5, 6, 7]}
    assert counts(receipt) == {"received": 8, "added": 2, "rejected": 6}
    assert counts(send_lines(lines)) == {"received": 8, "added": 6, "unchanged": 2}


def test_a_dry_run_tells_the_same_and_stores_nothing(send_lines: Any, stored_lines: Any) -> None:
    lines = [line("1", "10.00", auxiliary_number="DUPONT")]
    wishes = {"balances_on": "471000", "waiting_third_party": "ATTENTE"}
    seen, done = (send_lines(lines, dry_run=dry_run, **wishes) for dry_run in (True, False))
    assert (seen["tables"], seen["warnings"]) == (done["tables"], done["warnings"])
    assert len(stored_lines()) == 2
