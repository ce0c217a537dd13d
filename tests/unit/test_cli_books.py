"""The commands about the books of a company: its own settings, fiscal years, journals, places and lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from douane.store.database import Database
from douane.store.organizations import ensure_company

Douane = Callable[..., tuple[int, str, str]]
SIREN = "732829320"
FEC = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|Debit|Credit\n"
    "VE|Ventes|1|20240315|411000|Clients|5,00|\nVE|Ventes|1|20240315|706000|Ventes|0|5,00\n"
)


@pytest.fixture
def acme(database: Database) -> None:
    """ACME has NORTH and SOUTH."""
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")
        ensure_company(conn, "ACME", "SOUTH")


@pytest.fixture
def north(douane: Douane, acme: None) -> Douane:
    """Runs a command about NORTH."""
    return lambda *words: douane(*words, "--company", "NORTH")


@pytest.fixture
def posted(north: Douane, written: Callable[..., str]) -> None:
    """NORTH has an entry in 2024 in the journal VE."""
    assert north("import", written(FEC, "export.fec"))[0] == 0


def listed(north: Douane, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(north(*words, "--json")[1])
    return rows


# --- companies


@pytest.mark.usefixtures("acme")
def test_a_company_is_added_and_changed_with_its_account_lengths(douane: Douane) -> None:
    code, out, _ = douane("company", "add", "ACME", "EAST", "--general-length", "8", "--json")
    assert code == 0
    assert json.loads(out)["general_account_length"] == 8
    words = ["--siren", SIREN, "--third-party-length", "10", "--no-completion", "--name", "Est"]
    assert douane("company", "change", "ACME", "EAST", *words)[0] == 0
    east = next(each for each in json.loads(douane("company", "list", "--json")[1]) if each["code"] == "EAST")
    assert east == {
        "organization": "ACME",
        "code": "EAST",
        "name": "Est",
        "siren": SIREN,
        "is_default": False,
        "general_account_length": 8,
        "third_party_account_length": 10,
        "completes_accounts": False,
    }
    words = ["--siren", "", "--third-party-length", "0", "--completion"]
    told = json.loads(douane("company", "change", "ACME", "EAST", *words, "--json")[1])
    assert told["siren"] is None
    assert told["third_party_account_length"] is None
    assert (told["completes_accounts"], told["general_account_length"]) == (True, 8)


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--siren", "1"], "'1' is not a SIREN"),
        (["--general-length", "0"], "An account number has 1 to 20 characters, not 0."),
        (["--general-length", "21"], "An account number has 1 to 20 characters, not 21."),
        (["--name", ""], "The name is no text"),
        (["--siren", "552100554"], "Establishment 001 has the SIRET 73282932000074"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(douane: Douane, words: list[str], said: str) -> None:
    douane("establishment", "add", "001", "--siret", "73282932000074", "--company", "NORTH")
    before = douane("company", "list")[1]
    code, out, err = douane("company", "change", "ACME", "NORTH", *words)
    assert (code, out) == (1, "")
    assert said in err
    assert douane("company", "list")[1] == before


# --- fiscal years


def test_fiscal_years_are_added_closed_opened_and_removed(north: Douane) -> None:
    assert north("year", "list")[1].startswith("There is no fiscal year yet")
    assert north("year", "add", "2024")[1] == "Added the fiscal year 2024-01-01..2024-12-31.\n"
    words = ["--from", "2025-01-01", "--to", "2026-06-30"]
    assert json.loads(north("year", "add", *words, "--json")[1])["months"] == 18
    code, out, _ = north("year", "close", "2024")
    assert (code, out) == (0, "Closed the fiscal year 2024-01-01..2024-12-31.\n")
    first, second = listed(north, "year", "list")
    assert (first["is_closed"], second["is_closed"]) == (True, False)
    assert first["closed_by"].endswith("at the command line")
    assert "2026-06-30" in north("year", "list")[1]
    assert north("year", "close", "2024")[0] == north("year", "remove", "2024")[0] == 1
    assert north("year", "open", "2024")[0] == 0
    assert north("year", "remove", "2025-01-01..2026-06-30")[0] == 0
    (left,) = listed(north, "year", "list")
    assert (left["is_closed"], left["closed_by"]) == (False, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "A fiscal year is a calendar year, or has both --from and --to."),
        (["add", "2024", "--from", "2024-01-01"], "has both --from and --to"),
        (["add", "--from", "2024-01-01"], "has both --from and --to"),
        (["add", "--from", "2024-01-01", "--to", "31/12/2024"], "'31/12/2024' is not a day"),
        (["add", "--from", "2024-12-31", "--to", "2024-01-01"], "before it starts"),
        (["add", "24"], "'24' is not a year; expected 1900 to 2999."),
        (["add", "9" * 5000], "is not a year"),
        (["add", "2023"], "Days of it belong to the fiscal year 2023-07-01 to 2024-06-30."),
        (["close", "2022"], "There is no fiscal year '2022'; there is 2023-07-01..2024-06-30, 2024-07-01.."),
        (["remove", "2024"], "Several fiscal years close in 2024: 2023-07-01..2024-06-30 and 2024-07-01.."),
    ],
)
def test_a_wrong_year_is_refused(north: Douane, words: list[str], said: str) -> None:
    north("year", "add", "--from", "2023-07-01", "--to", "2024-06-30")
    north("year", "add", "--from", "2024-07-01", "--to", "2024-12-31")
    code, out, err = north("year", *words)
    assert (code, out) == (1, "")
    assert said in err


@pytest.mark.usefixtures("posted")
def test_a_closed_year_takes_no_entries_and_a_full_one_stays(
    north: Douane, written: Callable[..., str]
) -> None:
    assert "has entries" in north("year", "remove", "2024")[2]
    north("year", "close", "2024")
    code, out, _ = north("import", written(FEC.replace("|1|", "|2|"), "export.fec"))
    assert code == 4
    assert "fiscal-year-closed" in out
    assert north("year", "open", "2024")[0] == 0
    assert north("import", written(FEC.replace("|1|", "|2|"), "export.fec"))[0] == 0


@pytest.mark.usefixtures("posted")
def test_the_years_of_another_company_are_its_own(north: Douane, douane: Douane) -> None:
    assert json.loads(douane("year", "list", "--company", "SOUTH", "--json")[1]) == []
    assert douane("year", "close", "2024", "--company", "SOUTH")[0] == 1


# --- journals


@pytest.mark.usefixtures("posted")
def test_journals_are_added_changed_and_removed(north: Douane) -> None:
    words = ["--name", "Banque", "--type", "bank", "--counterpart", "411000"]
    told = json.loads(north("journal", "add", "BQ", *words, "--json")[1])
    bank = {"code": "BQ", "name": "Banque", "type": "bank", "counterpart": "411000", "is_closed": False}
    assert told == bank
    assert bank in listed(north, "journal", "list")
    assert north("journal", "change", "BQ", "--closed", "--counterpart", "")[1] == "Changed journal BQ.\n"
    changed = next(each for each in listed(north, "journal", "list") if each["code"] == "BQ")
    assert changed == {**bank, "counterpart": None, "is_closed": True}
    assert north("journal", "remove", "BQ")[0] == 0
    assert "BQ" not in {each["code"] for each in listed(north, "journal", "list")}


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "VE"], "There is a journal VE already."),
        (["add", "X", "--type", "trousers"], "'trousers' is no type; there are: purchases"),
        (["add", "X", "--counterpart", "999"], "There is no ledger account '999'."),
        (["add", " "], "is no code"),
        (["change", "X", "--closed"], "There is no journal X."),
        (["remove", "X"], "There is no journal X."),
        (["remove", "VE"], "has entries"),
    ],
)
def test_a_wrong_journal_is_refused(north: Douane, words: list[str], said: str) -> None:
    code, out, err = north("journal", *words)
    assert (code, out) == (1, "")
    assert said in err


# --- establishments


def test_establishments_are_added_listed_and_removed(north: Douane) -> None:
    assert north("establishment", "list")[1] == "There is no establishment yet.\n"
    words = ["--siret", "732 829 320 00074", "--street", "1 rue A", "--postal-code", "69001"]
    told = json.loads(north("establishment", "add", "001", *words, "--city", "Lyon", "--json")[1])
    assert (told["siret"], told["is_main"], told["address_city"]) == ("73282932000074", True, "Lyon")
    assert north("establishment", "add", "002", "--main")[0] == 0
    assert [(each["code"], each["is_main"]) for each in listed(north, "establishment", "list")] == [
        ("002", True),
        ("001", False),
    ]
    changed = json.loads(north("establishment", "change", "001", "--main", "--city", "Paris", "--json")[1])
    assert (changed["siret"], changed["is_main"], changed["address_city"]) == (
        "73282932000074",
        True,
        "Paris",
    )
    assert [each["code"] for each in listed(north, "establishment", "list")] == ["001", "002"]
    assert "There is no establishment 009." in north("establishment", "change", "009", "--city", "Paris")[2]
    assert north("establishment", "remove", "002")[1] == "Removed establishment 002.\n"
    assert "There is no establishment 002." in north("establishment", "remove", "002")[2]
    assert "is no SIRET" in north("establishment", "add", "003", "--siret", "1")[2]


# --- lists


@pytest.mark.parametrize(
    ("name", "row", "change", "key"),
    [
        ("ways", {"id": 77, "name": "Sentier"}, {"name": "Sente"}, "id"),
        (
            "payment-deadlines",
            {"id": 7, "name": "60 j", "days": 60, "is_end_of_month": True, "day_of_month": 10},
            {"day_of_month": None},
            "id",
        ),
        ("payment-types", {"code": "TRT", "name": "Traite"}, {"name": "Traite acceptée"}, "code"),
        (
            "vat-parameters",
            {
                "code": "99",
                "rate": "19.60",
                "type_id": 1,
                "exigibility_id": None,
                "deductible_account": "445660",
                "collected_account": "445710",
                "is_blocked": False,
            },
            {"is_blocked": True},
            "code",
        ),
    ],
)
def test_a_row_of_a_list_is_set_changed_and_removed(
    north: Douane, name: str, row: dict[str, Any], change: dict[str, Any], key: str
) -> None:
    def words(values: dict[str, Any]) -> list[str]:
        return [f"{field}={'' if value is None else value}" for field, value in values.items()]

    before = listed(north, "reference", "list", name)
    assert north("reference", "set", name, *words(row))[0] == 0
    assert row in listed(north, "reference", "list", name)
    code, out, _ = north("reference", "set", name, *words({key: row[key], **change}), "--json")
    assert code == 0
    assert row[key] == json.loads(out)[key]
    assert {**row, **change} in listed(north, "reference", "list", name)
    assert north("reference", "remove", name, str(row[key]))[0] == 0
    assert listed(north, "reference", "list", name) == before
    assert "There is no" in north("reference", "remove", name, str(row[key]))[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ways", "name=Sentier"], "a new one also needs id=..."),
        (["ways", "id=x", "name=Sentier"], "id is 'x'; expected a number."),
        (["ways", "id=-1", "name=Sentier"], "it goes from 0 to"),
        (["ways", "colour=red"], "expected id=..., name=..."),
        (["payment-types", "id=7"], "expected code=..., name=..."),
        (["payment-types", "code"], "expected code=..., name=..."),
        (["vat-parameters", "code=01", "rate=much"], "rate is 'much'; expected a percentage."),
        (["vat-parameters", "code=01", "rate=NaN"], "The rate is NaN"),
        (["vat-parameters", "code=01", "is_blocked=perhaps"], "expected yes or no."),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(north: Douane, words: list[str], said: str) -> None:
    code, out, err = north("reference", "set", *words)
    assert (code, out) == (1, "")
    assert said in err


def test_an_account_is_closed_to_new_entries_and_opened_again(
    north: Douane, posted: None, written: Callable[..., str]
) -> None:
    assert "411000" in north("account", "list", "--start", "41")[1]
    code, told, _ = north("account", "close", "411000", "--json")
    assert (code, json.loads(told)["is_closed"]) == (0, True)
    more = written(FEC.replace("|1|", "|2|"), "more.fec")
    code, told, _ = north("import", more)
    assert code == 4
    assert "ledger-account-closed" in told
    assert north("account", "open", "411000")[1] == "Account 411000 is open.\n"
    assert north("import", more)[0] == 0


def test_an_account_that_is_not_there_is_told(north: Douane, posted: None) -> None:
    code, _, problem = north("account", "close", "999")
    assert code == 1
    assert "999" in problem
    assert north("account", "list", "--start", "9")[1] == "There is no such account.\n"
