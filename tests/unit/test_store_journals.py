"""The journals of a company."""

import threading
from dataclasses import replace

import pytest

from douane.errors import Refusal
from douane.model.journals import DEFAULT_JOURNALS, JOURNAL_TYPES, Journal
from douane.store.database import Database
from douane.store.journals import (
    add_journal,
    change_journal,
    find_journal,
    has_entries_without,
    list_journals,
    remove_journal,
)
from douane.store.organizations import Company


def owner(company: Company) -> tuple[int, int]:
    return company.organization_id, company.id


def code_of(error: pytest.ExceptionInfo[Refusal]) -> str:
    return error.value.code


def test_a_company_begins_with_the_default_journals(database: Database, company: Company) -> None:
    with database.connection() as conn:
        journals = list_journals(conn, *owner(company))
    assert [replace(each, id=0) for each in journals] == list(DEFAULT_JOURNALS)
    assert {each.type for each in DEFAULT_JOURNALS} <= set(JOURNAL_TYPES)


def test_a_journal_is_added_changed_and_removed(database: Database, company: Company) -> None:
    with database.connection() as conn:
        added = add_journal(conn, *owner(company), Journal("BQ2", "Seconde banque", "bank"))
        changed = change_journal(conn, *owner(company), replace(added, name="Épargne", is_closed=True))
        assert find_journal(conn, *owner(company), code="BQ2") == changed
        assert (changed.name, changed.is_closed, changed.id) == ("Épargne", True, added.id)
        remove_journal(conn, *owner(company), added.id)
        with pytest.raises(Refusal) as caught:
            find_journal(conn, *owner(company), id=added.id)
    assert code_of(caught) == "unknown-record"


def test_a_code_is_taken_once(database: Database, company: Company) -> None:
    with database.connection() as conn, pytest.raises(Refusal) as caught:
        add_journal(conn, *owner(company), Journal("01", "Encore"))
    assert code_of(caught) == "code-taken"


def test_of_two_additions_at_once_one_is_refused(database: Database, company: Company) -> None:
    outcomes: list[str] = []

    def add() -> None:
        try:
            with database.connection() as conn:
                outcomes.append(add_journal(conn, *owner(company), Journal("NEW", "Neuf")).code)
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NEW", *["code-taken"] * 7]


def test_a_journal_with_entries_stays(database: Database, company: Company) -> None:
    with database.connection() as conn:
        journal = find_journal(conn, *owner(company), code="01")
        conn.execute(
            "insert into entries (organization_id, company_id, fiscal_year_id, journal_id, entered_on)"
            " values (%s, %s, 1, %s, '2026-01-01')",
            (*owner(company), journal.id),
        )
        assert has_entries_without(conn, *owner(company), journal.id, ["51"])
        with pytest.raises(Refusal) as caught:
            remove_journal(conn, *owner(company), journal.id)
    assert code_of(caught) == "record-in-use"


def test_the_journals_of_others_cannot_be_reached(
    database: Database, company: Company, make_company: object
) -> None:
    assert callable(make_company)
    other = make_company(company.organization, "OTHER")
    with database.connection() as conn:
        foreign = find_journal(conn, *owner(other), code="01")
        for attempt in (
            lambda: find_journal(conn, *owner(company), id=foreign.id),
            lambda: remove_journal(conn, *owner(company), foreign.id),
            lambda: change_journal(conn, *owner(company), foreign),
        ):
            with pytest.raises(Refusal) as caught:
                attempt()
            assert code_of(caught) == "unknown-record"


@pytest.mark.parametrize(
    "journal",
    [
        Journal("", "Name"),
        Journal(" A", "Name"),
        Journal("A\0", "Name"),
        Journal("x" * 65, "Name"),
        Journal("A", ""),
        Journal("A", "two\nlines"),
        Journal("A", "x" * 201),
        Journal("A", "Name", "nothing"),
    ],
)
def test_an_impossible_journal_is_refused(database: Database, company: Company, journal: Journal) -> None:
    with database.connection() as conn, pytest.raises(Refusal) as caught:
        add_journal(conn, *owner(company), journal)
    assert code_of(caught) == "bad-record"
