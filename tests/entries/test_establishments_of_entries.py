"""Entries belong to establishments: by the SIRET of their lines, and what one has is no other's."""

from __future__ import annotations

from typing import Any

import pytest

from douane.store.database import Database
from douane.store.organizations import Company

HEAD_OFFICE, WORKS = "73282932000074", "73282932000017"
STRANGE = "73282932000025"
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


def places(stored: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """SIRET and number of each stored entry."""
    return sorted({each["entry_id"]: (each["siret"], each["entry"]) for each in stored}.values())


def test_an_entry_belongs_to_the_establishment_that_its_lines_name(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company
) -> None:
    sirets = add_sirets(company)
    lines = [
        *entry("1", siret=WORKS),
        *entry("2", siret=f" {HEAD_OFFICE[:9]} {HEAD_OFFICE[9:]}"),
        *entry("3"),
    ]
    wishes = {"establishments": sirets, "establishment_id": sirets[HEAD_OFFICE]}
    assert counts(send_lines(lines, **wishes)) == {"received": 6, "added": 6}
    assert places(stored_lines()) == [(WORKS, "1"), (HEAD_OFFICE, "2"), (HEAD_OFFICE, "3")]
    assert counts(send_lines(lines, **wishes)) == {"received": 6, "unchanged": 6}


def test_lines_of_one_number_and_day_are_an_entry_for_each_establishment(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company
) -> None:
    mixed = [*entry("1", "10.00", siret=WORKS), *entry("1", "20.00", siret=HEAD_OFFICE)]
    mixed = [mixed[0], mixed[2], mixed[1], mixed[3]]
    wishes = {"establishments": add_sirets(company)}
    receipt = send_lines(mixed, **wishes)
    assert counts(receipt, "entries") == {"received": 2, "added": 2}
    assert places(stored_lines()) == [(WORKS, "1"), (HEAD_OFFICE, "1")]
    assert counts(send_lines(mixed, **wishes)) == {"received": 4, "unchanged": 4}
    changed = send_lines(entry("1", "25.00", siret=HEAD_OFFICE), **wishes)
    assert counts(changed) == {"received": 2, "updated": 2}
    assert {(each["siret"], int(each["debit"] + each["credit"])) for each in stored_lines()} == {
        (WORKS, 10),
        (HEAD_OFFICE, 25),
    }


def test_no_establishment_balances_for_another(send_lines: Any, add_sirets: Any, company: Company) -> None:
    lines = [line("1", "5.00", siret=WORKS), line("1", credit="5.00", siret=HEAD_OFFICE)]
    receipt = send_lines(lines, establishments=add_sirets(company))
    assert codes(receipt) == {"entry-unbalanced": [2, 3]}


def test_an_unknown_establishment_is_told_with_its_siret(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company
) -> None:
    lines = [*entry("1", siret=STRANGE), *entry("2", siret=WORKS)]
    receipt = send_lines(lines, establishments=add_sirets(company))
    assert codes(receipt) == {"unknown-establishment": [2, 3]}
    fault = receipt["faults"][0]
    assert (fault["field"], fault["value"]) == ("siret", STRANGE)
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}
    assert counts(receipt, "entries") == {"received": 2, "added": 1, "rejected": 1}


def test_a_company_without_establishments_knows_no_siret(send_lines: Any) -> None:
    assert codes(send_lines(entry("1", siret=WORKS))) == {"unknown-establishment": [2, 3]}


def test_a_line_whose_siret_is_none_rejects_the_entries_it_may_be_of(
    send_lines: Any, add_sirets: Any, company: Company
) -> None:
    broken = [line("1", "5.00", siret=WORKS), line("1", credit="5.00", siret="12")]
    other = entry("1", siret=HEAD_OFFICE, entered_on="2024-01-16")
    receipt = send_lines([*broken, *other], establishments=add_sirets(company), balances_on="471000")
    assert codes(receipt) == {"entry-rejected": [2], "siret-format": [3]}
    assert counts(receipt) == {"received": 4, "added": 2, "rejected": 2}


@pytest.mark.parametrize("updates_known", [True, False])
def test_what_was_sent_without_an_establishment_is_not_added_again(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company, updates_known: bool
) -> None:
    send_lines(entry("1"))
    head_office = add_sirets(company)[HEAD_OFFICE]
    wishes = {"establishment_id": head_office, "updates_known": updates_known}
    assert counts(send_lines(entry("1"), **wishes)) == {"received": 2, "unchanged": 2}
    changed = counts(send_lines(entry("1", "20.00"), **wishes))
    assert changed == {"received": 2, "updated" if updates_known else "added": 2}
    if updates_known:
        assert places(stored_lines()) == [(HEAD_OFFICE, "1")]


def test_a_file_that_names_no_establishment_leaves_that_of_the_stored_entry(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company, database: Database
) -> None:
    sirets = add_sirets(company)
    send_lines(entry("1"), establishment_id=sirets[WORKS])
    assert counts(send_lines(entry("1"))) == {"received": 2, "unchanged": 2}
    assert counts(send_lines(entry("1", "20.00"))) == {"received": 2, "updated": 2}
    assert places(stored_lines()) == [(WORKS, "1")]
    with database.connection() as conn:
        kept = conn.execute("select image ->> 'establishment_id' from before_images").fetchall()
    assert kept == [(str(sirets[WORKS]),)]


def test_which_of_two_establishments_is_meant_is_not_guessed(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company
) -> None:
    for amount, establishment_id in zip(("10.00", "20.00"), add_sirets(company).values(), strict=True):
        send_lines(entry("1", amount), establishment_id=establishment_id)
    before = stored_lines()
    assert codes(send_lines(entry("1", "30.00"))) == {"ambiguous-entry": [2, 3]}
    assert counts(send_lines(entry("1", "20.00"))) == {"received": 2, "unchanged": 2}
    assert stored_lines() == before


@pytest.mark.parametrize("is_reversed", [False, True])
def test_two_entries_never_become_one(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company, is_reversed: bool
) -> None:
    send_lines(entry("1", "1.00"))
    both = [entry("1", "10.00", siret=WORKS), entry("1", "20.00", siret=HEAD_OFFICE)]
    lines = [each for lines in (reversed(both) if is_reversed else both) for each in lines]
    receipt = send_lines(lines, establishments=add_sirets(company))
    assert counts(receipt) == {"received": 4, "updated": 2, "added": 2}
    assert places(stored_lines()) == [(WORKS, "1"), (HEAD_OFFICE, "1")]


def test_entries_of_all_establishments_go_with_the_year_they_are_replaced_in(
    send_lines: Any, stored_lines: Any, add_sirets: Any, company: Company, database: Database
) -> None:
    sirets = add_sirets(company)
    send_lines([*entry("1", siret=WORKS), *entry("1", siret=HEAD_OFFICE)], establishments=sirets)
    with database.connection() as conn:
        (year_id,) = conn.execute("select id from fiscal_years").fetchall()[0]
    wishes = {"establishments": sirets, "year_id": year_id, "replaces_year": True}
    receipt = send_lines(entry("1", siret=WORKS), **wishes)
    assert counts(receipt) == {"received": 2, "unchanged": 2, "removed": 2}
    assert places(stored_lines()) == [(WORKS, "1")]
