"""`douane grant` for a dialect of two secrets: what it prints, and what that opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from douane.dialects.myunisoft.access import authenticate
from douane.model.fiscal_years import FiscalYear
from douane.settings import Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.fiscal_years import add_year
from douane.store.organizations import ensure_company, list_companies

Grant = Callable[..., tuple[int, str, str]]


@pytest.fixture
def grant(command: Grant, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Grant:
    """Runs `douane grant myunisoft --organization ACME` and more; gives exit code and what it printed."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def run(*words: str, dialect: str = "myunisoft") -> tuple[int, str, str]:
        return command("grant", dialect, "--organization", "ACME", *words)

    return run


def caller(database: Database, keys: dict[str, str], society: str = "") -> Caller:
    headers = {"x-third-party-secret": keys["secret"], "authorization": f"Bearer {keys['token']}"}
    return authenticate(database, {**headers, "society-id": society}, True)


@pytest.mark.parametrize(("words", "company"), [((), "ACME"), (("--company", "C1"), "C1")])
def test_in_json_it_is_secret_and_token_alone(
    grant: Grant, database: Database, words: tuple[str, ...], company: str
) -> None:
    code, out, err = grant(*words, "--json")
    assert (code, err) == (0, "")
    keys = json.loads(out)
    assert list(keys) == ["secret", "token"]
    assert caller(database, keys).company == company
    assert not caller(database, keys).opens_all


def test_a_firms_token_opens_every_company(grant: Grant, database: Database) -> None:
    keys = json.loads(grant("--firm", "--json")[1])
    with database.connection() as conn:
        company = ensure_company(conn, "ACME", "C9")
    found = caller(database, keys, str(company.id))
    assert (found.company, found.company_id, found.opens_all) == ("C9", company.id, True)


def test_a_firm_has_no_company_of_its_own(grant: Grant, database: Database) -> None:
    code, _, err = grant("--firm", "--company", "C1")
    assert code == 1
    assert "--company or --firm, not both" in err
    with database.connection() as conn:
        assert list_companies(conn) == []


def test_it_tells_the_society_id_and_what_to_do_next(grant: Grant, database: Database) -> None:
    _, out, _ = grant("--company", "C1")
    with database.connection() as conn:
        company = ensure_company(conn, "ACME", "C1")
    assert out.startswith("secret  acme-")
    assert f"The society-id of C1 is {company.id}.\n" in out
    assert "C1 has no fiscal year yet: douane year add 2026 --company C1\n" in out
    with database.connection() as conn:
        year = FiscalYear(date(2026, 1, 1), date(2026, 12, 31))
        add_year(conn, company.organization_id, company.id, year)
    assert "fiscal year" not in grant("--company", "C1")[1]


def test_credentials_of_one_company_are_never_a_firms(grant: Grant) -> None:
    code, _, err = grant("--firm", dialect="mydso")
    assert code == 1
    assert "opens one company, never all of ACME" in err
