"""The partners' calls about journals, through the real app."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects import DIALECTS
from douane.dialects.access import Wanted
from douane.dialects.myunisoft.access import ACCESS
from douane.dialects.myunisoft.folder_calls import CALLS
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import Company, get_company
from douane.web.app import create_app

SUCCESS = {"code": "Success", "message": ""}


class Partner:
    """A partner with a token of one folder."""

    def __init__(self, web: TestClient[Any], database: Database, organization: str) -> None:
        self.web, self.database = web, database
        with database.connection() as conn:
            keys = ACCESS.grant(conn, Wanted(organization)).keys
            self.company: Company = get_company(conn, organization)
        self.headers = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.web.request(method, f"/api/v1{path}", headers=self.headers, json=body)

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """The code of the error."""
        reply = self.ask(method, path, body)
        assert reply.status_code == 400, reply.text
        return str(reply.json()["error"]["code"])

    def account(self, number: str, *, is_closed: bool = False) -> int:
        """A new ledger account's id."""
        with self.database.connection() as conn:
            row = conn.execute(
                "insert into ledger_accounts (organization_id, company_id, number, name, is_closed)"
                " values (%s, %s, %s, %s, %s) returning id",
                (self.company.organization_id, self.company.id, number, f"Compte {number}", is_closed),
            ).fetchone()
        assert row is not None
        return int(row[0])

    def enter(self, diary_id: int) -> None:
        """Something in a journal."""
        with self.database.connection() as conn:
            conn.execute(
                "insert into entries (organization_id, company_id, fiscal_year_id, journal_id, entered_on)"
                " values (%s, %s, 1, %s, '2026-01-01')",
                (self.company.organization_id, self.company.id, diary_id),
            )

    def diaries(self) -> dict[str, Any]:
        return {each["code"]: each for each in self.ask("GET", "/diary").json()}


@pytest.fixture
def web(database: Database, settings: Settings) -> Iterator[TestClient[Any]]:
    dialects = {**DIALECTS, "myunisoft": replace(DIALECTS["myunisoft"], calls=CALLS)}
    app = create_app(database, replace(settings, rate_requests_max=0), dialects=dialects)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def partner(web: TestClient[Any], database: Database) -> Partner:
    return Partner(web, database, "ACME")


def test_a_new_folder_lists_the_usual_journals(partner: Partner) -> None:
    listed = partner.ask("GET", "/diary").json()
    assert [each["code"] for each in listed][:6] == ["01", "02", "03", "09", "15", "18"]
    assert listed[0] == {
        "code": "01",
        "name": "Achats",
        "closed": False,
        "account": None,
        "blocked": False,
        "diary_id": listed[0]["diary_id"],
        "diary_type_id": 1,
        "diary_type_code": "ACH",
        "diary_type_name": "Achat",
    }


def test_a_journal_is_created_changed_closed_and_removed(partner: Partner) -> None:
    bank, other = partner.account("512100"), partner.account("512200")
    body = {"code": "BQ1", "name": "Banque\u00a01", "diary_type_id": 3, "diary_account_id": bank}
    reply = partner.ask("POST", "/diary", body)
    assert reply.status_code == 200
    diary_id = reply.json()["diary_id"]
    assert reply.json() == {"diary_id": diary_id}
    assert partner.diaries()["BQ1"]["account"] == {"id": bank, "label": "Compte 512100", "number": "512100"}
    change = {"name": "Nouveau", "diary_type_id": 5, "diary_account_id": other, "closed": True}
    assert partner.ask("PUT", f"/diary?id={diary_id}", change).json() == SUCCESS
    changed = partner.diaries()["BQ1"]
    assert (changed["name"], changed["diary_type_code"], changed["closed"]) == ("Nouveau", "OD", True)
    assert partner.ask("PUT", f"/diary?id={diary_id}", {"closed": False}).json() == SUCCESS
    assert partner.diaries()["BQ1"] == {**changed, "closed": False, "blocked": False}
    assert partner.ask("DELETE", "/diary", {"diary": [diary_id]}).json() == SUCCESS
    assert "BQ1" not in partner.diaries()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": None}, "JOURNAL6"),
        ({"code": "  "}, "JOURNAL6"),
        ({"code": "X"}, "JOURNAL22"),
        ({"code": "TESTS"}, "JOURNAL22"),
        ({"code": {}}, "GBL10"),
        ({"code": "A\tB"}, "GBL10"),
        ({"code": "A\u200b"}, "GBL10"),
        ({"code": "01"}, "GBL6"),
        ({"name": ""}, "GBL25"),
        ({"name": None}, "GBL25"),
        ({"name": "x" * 201}, "GBL5"),
        ({"diary_type_id": None}, "GBL10"),
        ({"diary_type_id": 99}, "GBL10"),
        ({"diary_type_id": "one"}, "GBL10"),
        ({"diary_type_id": 10**30}, "GBL10"),
        ({"diary_account_id": 999_999}, "COMPTE2"),
        ({"diary_account_id": -5}, "COMPTE2"),
        ({"diary_account_id": True}, "COMPTE2"),
    ],
)
def test_a_journal_that_cannot_be_is_refused(partner: Partner, change: dict[str, Any], code: str) -> None:
    body = {"code": "NEW", "name": "Nouveau", "diary_type_id": 1} | change
    before = partner.diaries()
    assert partner.refused("POST", "/diary", body) == code
    assert partner.diaries() == before


def test_the_account_of_a_journal_is_the_folder_s_own_and_free(
    partner: Partner, web: TestClient[Any], database: Database
) -> None:
    closed, bank = partner.account("512900", is_closed=True), partner.account("512100")
    body = {"code": "BQ1", "name": "Banque", "diary_type_id": 3}
    assert partner.refused("POST", "/diary", body | {"diary_account_id": closed}) == "COMPTE32"
    assert partner.ask("POST", "/diary", body | {"diary_account_id": bank}).status_code == 200
    again = body | {"code": "BQ2", "diary_account_id": bank}
    assert partner.refused("POST", "/diary", again) == "JOURNAL8"
    foreign = Partner(web, database, "GLOBEX").account("512000")
    assert partner.refused("POST", "/diary", again | {"diary_account_id": foreign}) == "COMPTE2"


def test_a_journal_with_entries_stays_and_keeps_its_type(partner: Partner) -> None:
    purchases, opening = partner.diaries()["01"]["diary_id"], partner.diaries()["40"]["diary_id"]
    partner.enter(purchases)
    partner.enter(opening)
    spare = partner.diaries()["03"]["diary_id"]
    assert partner.refused("DELETE", "/diary", {"diary": [spare, purchases]}) == "JALTPS02"
    assert "03" in partner.diaries()
    assert partner.refused("PUT", f"/diary?id={purchases}", {"diary_type_id": 3}) == "JOURNAL16"
    assert partner.refused("PUT", f"/diary?id={opening}", {"diary_type_id": 5}) == "JOURNAL14"


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", "/diary", {"name": "x"}, "GBL8"),
        ("PUT", "/diary?id=", {"name": "x"}, "GBL8"),
        ("PUT", "/diary?id=999999", {"name": "x"}, "JOURNAL3"),
        ("PUT", "/diary?id=abc", {"name": "x"}, "JOURNAL3"),
        ("PUT", f"/diary?id={10**30}", {"name": "x"}, "JOURNAL3"),
        ("DELETE", "/diary", {}, "GBL8"),
        ("DELETE", "/diary", {"diary": []}, "GBL8"),
        ("DELETE", "/diary", {"diary": [None]}, "GBL8"),
        ("DELETE", "/diary", {"diary": [999999]}, "JOURNAL3"),
        ("DELETE", "/diary", {"diary": [[1]]}, "JOURNAL3"),
        ("DELETE", "/diary", [1], "ERR-BAD-REQUEST"),
        ("POST", "/diary", None, "ERR-BAD-REQUEST"),
    ],
)
def test_a_journal_that_is_not_there_is_refused(
    partner: Partner, method: str, path: str, body: Any, code: str
) -> None:
    assert partner.refused(method, path, body) == code


def test_a_closing_is_true_or_false(partner: Partner) -> None:
    diary_id = partner.diaries()["01"]["diary_id"]
    assert partner.refused("PUT", f"/diary?id={diary_id}", {"closed": "yes"}) == "GBL10"


def test_another_folder_s_journals_are_out_of_reach(
    partner: Partner, web: TestClient[Any], database: Database
) -> None:
    foreign = Partner(web, database, "GLOBEX").diaries()["01"]["diary_id"]
    assert partner.refused("DELETE", "/diary", {"diary": [foreign]}) == "JOURNAL3"
    assert partner.refused("PUT", f"/diary?id={foreign}", {"name": "x"}) == "JOURNAL3"


def test_of_two_creations_of_one_code_at_once_one_is_refused(partner: Partner) -> None:
    replies: list[Any] = []

    def create() -> None:
        replies.append(partner.ask("POST", "/diary", {"code": "NEW", "name": "N", "diary_type_id": 1}))

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400]
    assert {reply.json()["error"]["code"] for reply in replies if reply.status_code == 400} == {"GBL6"}
