"""PUT /account and /account/contact: who may, what is replaced, which numbers may change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import dict_row

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.dialects.myunisoft.account_calls import get_account
from douane.dialects.myunisoft.account_changes import change_account, change_contacts
from douane.errors import Refusal
from douane.settings import Settings
from douane.store.accounts import Owner, WantedAccount, get_or_create
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.organizations import Company

CompanyFactory = Callable[..., Company]


class Firm:
    """A firm's sender in one of its companies."""

    def __init__(self, database: Database, company: Company, opens_all: bool = True) -> None:
        self.database = database
        self.company = company
        scope = company.organization_id, company.id
        self.caller = Caller(1, *scope, "", "", "myunisoft", "", {}, opens_all)

    def ask(self, call: Callable[[Asked], Reply], body: Any, **query: str) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with self.database.connection() as conn:
                return call(Asked(conn, self.caller, Settings(), query, sent)).body
        except Refusal as refusal:
            return refusal.code

    def change(self, account_id: Any, **fields: Any) -> Any:
        return self.ask(change_account, {"account_id": account_id, **fields})

    def make(self, number: str, name: str = "x") -> int:
        with self.database.connection() as conn:
            owner = Owner(self.company.organization_id, self.company.id)
            (made,) = get_or_create(conn, [WantedAccount(owner, number, name)])
        assert made is not None
        return made.id

    def row(self, account_id: int) -> dict[str, Any]:
        with self.database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            query = "select * from ledger_accounts where id = %s"
            (row,) = cursor.execute(query, [account_id]).fetchall()
        return row

    def run(self, statement: str) -> None:
        with self.database.connection() as conn:
            conn.execute(statement)  # type: ignore[arg-type]


@pytest.fixture
def firm(database: Database, company: Company) -> Firm:
    return Firm(database, company)


def test_everything_is_replaced(firm: Firm) -> None:
    account = firm.make("401A", "Old")
    first = firm.change(account, account_number="401A", label="New", das_2=True, analytics=True)
    assert first == {
        **{"account_id": account, "account_number": "401A", "label": "New", "counterpart_account": None}
    }
    row = firm.row(account)
    assert (row["name"], row["is_fee_declared"], row["details"]) == ("New", True, {"has_analytics": True})
    wide = firm.change(account, label="Newer", ocr_threshold=0.5, complementary_info={"city": "Lyon"})
    assert wide["array_counterpart_account"] == []
    row = firm.row(account)
    assert (row["name"], row["number"], row["is_fee_declared"]) == ("Newer", "401A", False)
    assert row["details"] == {"recognition_threshold": 0.5, "address_city": "Lyon"}
    firm.change(account, account_number="401A")
    assert (firm.row(account)["name"], firm.row(account)["details"]) == ("Newer", None)


def test_a_new_number_is_completed_and_names_its_customer(firm: Firm) -> None:
    account = firm.make("411A")
    assert firm.change(account, account_number="512")["account_number"] == "512000"
    assert firm.row(account)["customer_code"] is None
    assert firm.change(account, account_number="411DUPONT")["account_number"] == "411DUPONT"
    assert firm.row(account)["customer_code"] == "DUPONT"


def test_a_token_of_one_company_may_not(firm: Firm) -> None:
    account = firm.make("401A")
    assert Firm(firm.database, firm.company, opens_all=False).change(account, label="x") == "DROIT2"


def test_accounts_of_others(firm: Firm, make_company: CompanyFactory) -> None:
    sister = Firm(firm.database, make_company(firm.company.organization, "SISTER"))
    stranger = Firm(firm.database, make_company())
    for call in (change_account, change_contacts):
        seen = [
            firm.ask(call, {"account_id": other.make("401A"), "label": "y", "contact_list": []})
            for other in (sister, stranger)
        ]
        assert seen == ["COMPTE5", "COMPTE2"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"account_id": None, "label": "x"}, "GBL8"),
        ({"account_id": "", "label": "x"}, "GBL8"),
        ({"account_id": 2**70, "label": "x"}, "COMPTE2"),
        ({"account_id": [1], "label": "x"}, "GBL10"),
        ({}, "COMPTE3"),
        ({"account_number": "A11"}, "COMPTE6"),
        ({"account_number": "4" * 21}, "COMPTE7"),
        ({"account_number": "411 A"}, "COMPTE1"),
        ({"account_number": "512"}, "GBL6"),
        ({"label": "x", "vat_param_id": 9999}, "VATPARAM2"),
        ({"label": "x", "complementary_info": {"email": "no"}}, "GBL12"),
    ],
)
def test_turned_away(firm: Firm, fields: dict[str, Any], code: str) -> None:
    account = firm.make("401A")
    firm.make("512")
    before = firm.row(account)
    assert firm.change(**{"account_id": account, **fields}) == code
    assert firm.row(account) == before


def test_no_json(firm: Firm) -> None:
    for call in (change_account, change_contacts):
        assert firm.ask(call, b"[") == "ERR-BAD-REQUEST"


def test_entries_keep_a_number(firm: Firm) -> None:
    account = firm.make("401A")
    scope = f"{firm.company.organization_id}, {firm.company.id}"
    tenant = "organization_id, company_id"
    firm.run(f"insert into fiscal_years values ({scope}, 1, '2024-01-01', '2024-12-31')")
    firm.run(
        f"insert into entries ({tenant}, id, fiscal_year_id, journal_id, entered_on)"
        f" values ({scope}, 1, 1, 1, '2024-01-01')"
    )
    firm.run(
        f"insert into entry_lines ({tenant}, entry_id, number, account_id, entered_on, debit, credit)"
        f" values ({scope}, 1, 1, {account}, '2024-01-01', 1, 0)"
    )
    assert firm.change(account, account_number="401B")["account_number"] == "401B"
    firm.run("update entry_lines set lettering = 'A'")
    assert firm.change(account, account_number="401C") == "COMPTE16"
    firm.run("update fiscal_years set is_closed = true")
    assert firm.change(account, account_number="401C") == "COMPTE18"
    assert firm.change(account, account_number="401B", label="y")["label"] == "y"


def test_contacts_are_replaced(firm: Firm) -> None:
    account = firm.make("411A")
    firm.change(account, label="x", complementary_info={"city": "Lyon"})
    doe = {"tel1": "0655547180", "tel2": "", "email": "john.doe@unknown.com", "lastname": "Doe"}
    asked = {"account_id": account, "contact_list": [{**doe, "id_contact_compte_tiers": 7}, doe]}
    told = firm.ask(change_contacts, asked)["contact_list"]
    assert [(each["id_contact_compte_tiers"], each["ordre"]) for each in told] == [(7, 1), (8, 2)]
    read = firm.ask(get_account, b"", account_id=str(account), details="true")
    assert read["complementary_informations"]["contact_list"] == told
    assert read["complementary_informations"]["city"] == "Lyon"
    assert firm.ask(change_contacts, {"account_id": account, "contact_list": []})["contact_list"] == []
    assert firm.row(account)["details"] == {"address_city": "Lyon", "contacts": []}


@pytest.mark.parametrize(
    ("contacts", "code"),
    [
        (None, "GBL10"),
        ("", "GBL10"),
        ({}, "GBL10"),
        (["x"], "GBL10"),
        ([{"email": "a@b.fr"}], "COMPTE42"),
        ([{"lastname": "Doe", "email": "no"}], "GBL12"),
    ],
)
def test_no_contacts(firm: Firm, contacts: Any, code: str) -> None:
    account = firm.make("411A")
    assert firm.ask(change_contacts, {"account_id": account, "contact_list": contacts}) == code
