"""POST /account, many at once: got or made, in which order requests are turned away, what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from psycopg.rows import dict_row

from douane.dialects.call import AskedOne
from douane.dialects.door import Reply
from douane.dialects.myunisoft.account_columns import BANK_ACCOUNT, COLUMNS, COMPLEMENTARY_DETAILS, DETAILS
from douane.dialects.myunisoft.account_upsert import upsert_accounts
from douane.errors import Refusal
from douane.model.account_numbers import AccountLengths, completed
from douane.model.ledger_accounts import COMPLEMENTARY_FIELDS, FURTHER_FIELDS
from douane.settings import Settings
from douane.store.accounts import Owner, WantedAccount, get_or_create
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.references import ensure_references

CompanyFactory = Callable[..., Company]
IBAN = "FR7610107001011234567890129"

NOT_POSTED = {
    "is_foreign",
    "tel2",
    "contact_list",
    *(n for n in COMPLEMENTARY_DETAILS if n.startswith("misc_")),
}
EMPTY = {
    **{name: "" for name in COMPLEMENTARY_DETAILS if name not in NOT_POSTED},
    "iban_list": [dict.fromkeys(BANK_ACCOUNT, "")],
}


class Desk:
    """One company's sender: what it asks and what comes back."""

    def __init__(self, database: Database, company: Company) -> None:
        self.database = database
        self.company = company
        self.caller = Caller(1, company.organization_id, company.id, "", "", "myunisoft", "", {})

    def ask_all(self, *bodies: Any) -> list[Reply | Refusal]:
        sent = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in bodies]
        with self.database.connection() as conn:
            return upsert_accounts(conn, Settings(), [AskedOne(self.caller, each) for each in sent])

    def ask(self, body: Any = None, **fields: Any) -> Any:
        """The body of the reply, the code of what was turned away."""
        (answer,) = self.ask_all(fields if body is None else body)
        return answer.body if isinstance(answer, Reply) else answer.code

    def make(self, number: str, **further: Any) -> int:
        with self.database.connection() as conn:
            owner = Owner(self.company.organization_id, self.company.id)
            (made,) = get_or_create(conn, [WantedAccount(owner, number, number, further)])
        assert made is not None
        return made.id

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query).fetchall()

    def run(self, statement: str) -> None:
        with self.database.connection() as conn:
            conn.execute(statement)


@pytest.fixture
def desk(database: Database, company: Company) -> Desk:
    with database.connection() as conn:
        ensure_references(conn, company.organization_id, company.id)
    return Desk(database, company)


@pytest.fixture
def vat(desk: Desk) -> int:
    return int(desk.rows("select id from vat_parameters limit 1")[0]["id"])


# What comes back


def test_the_published_request(desk: Desk) -> None:
    made = desk.ask(account_number="411FOOBAR", label="FOOBAR account")
    assert list(made.items())[1:] == [
        ("account_number", "411FOOBAR"),
        ("label", "FOOBAR account"),
        ("counterpart_account", None),
    ]
    assert desk.ask(account_number="411FOOBAR", label="FOOBAR account") == made


def test_the_published_request_with_everything_empty(desk: Desk) -> None:
    body = {"account_number": "251", "label": "test25", "provider": "", "vat_param_id": ""}
    made = desk.ask({**body, "counterpart_account_id": "", "complementary_info": EMPTY})
    assert list(made.items())[1:] == [
        ("account_number", "251000"),
        ("label", "test25"),
        ("array_counterpart_account", []),
    ]
    assert desk.rows("select details from ledger_accounts") == [{"details": None}]


def test_short_and_long_number_are_one_account(desk: Desk) -> None:
    first, second = desk.ask_all(
        {"account_number": "251", "label": "short"}, {"account_number": "251000", "label": "long"}
    )
    assert isinstance(first, Reply)
    assert first == second
    assert desk.ask(account_number="2510")["account_id"] == first.body["account_id"]  # type: ignore[call-overload]


def test_what_is_there_is_not_changed(desk: Desk) -> None:
    made = desk.ask(account_number="401A", label="A", das_2=True)
    before = desk.rows("select *, xmin::text, ctid::text from ledger_accounts")
    other = {"account_number": "401A", "label": "B", "provider": True}
    assert desk.ask({**other, "complementary_info": {"city": "Lyon"}})["label"] == "A"
    assert desk.ask(account_number="401A") == made
    assert desk.rows("select *, xmin::text, ctid::text from ledger_accounts") == before


def test_a_counterpart(desk: Desk) -> None:
    other = desk.make("606400")
    asked = {"account_number": "401A", "label": "A", "counterpart_account_id": other}
    told = {"account_id": other, "account_number": "606400", "label": "606400"}
    assert desk.ask(asked)["counterpart_account"] == told
    assert desk.ask({**asked, "complementary_info": {}})["array_counterpart_account"] == [
        {**told, "num_ordre": "1", "vat_param": None}
    ]
    assert "counterpart_account" not in desk.ask({**asked, "array_counterpart_account": None})


def test_how_a_counterpart_is_taxed(desk: Desk, vat: int) -> None:
    other = desk.make("606400", vat_parameter_id=vat)
    asked = {"account_number": "401A", "label": "A", "counterpart_account_id": other}
    (line,) = desk.ask({**asked, "complementary_info": {}})["array_counterpart_account"]
    assert line["vat_param"]["vat_param_id"] == vat


def test_unknown_names_are_passed_over(desk: Desk) -> None:
    assert desk.ask(account_number="512", label="Bank", society_id=7, whatever={"a": [1]}) != "GBL10"


def test_every_field_is_kept(desk: Desk, vat: int) -> None:
    types = desk.rows(f"select id from payment_types where company_id = {desk.company.id}")
    complementary = {
        **{name: name for name in EMPTY if name not in {"iban_list", "email", "siren"}},
        **{"siren": "732 829 320", "email": "zoé@example.com", "id_ape": "534", "id_country": 78},
        **{"id_payment_deadline": 3, "payment_type_id": types[0]["id"], "way_type_id": 9},
        "iban_list": [
            {"iban": IBAN, "bic": "CCBPFRPP", "etablissement": "Banque", "rum_date_signature": "2024-01-31"}
        ],
    }
    flags = ("provider", "intraco_account", "btp_autoliquidation", "exoneration", "das_2")
    made = desk.ask(
        {"account_number": "601", "label": "Achats", "vat_param_id": str(vat)}
        | dict.fromkeys(flags, True)
        | {"complementary_info": complementary}
    )
    assert made["account_number"] == "601000"
    (row,) = desk.rows("select * from ledger_accounts")
    assert [name for name, value in row.items() if value is True] == [
        "is_intracommunity",
        "is_reverse_charged",
        "is_exempt",
        "is_service",
        "is_fee_declared",
    ]
    assert row["vat_parameter_id"] == vat
    bank = {"iban": IBAN, "bic": "CCBPFRPP", "bank": "Banque", "mandate_signed_on": "2024-01-31", "id": 1}
    assert row["details"] == {
        COMPLEMENTARY_DETAILS[name].field: value
        for name, value in {**complementary, "id_ape": 534, "iban_list": [bank]}.items()
    }


def test_the_model_knows_every_detail() -> None:
    assert {each.field for each in COMPLEMENTARY_DETAILS.values()} == {
        each.name for each in COMPLEMENTARY_FIELDS
    }
    assert {each.field for each in DETAILS.values()} == {each.name for each in FURTHER_FIELDS}


def test_the_customer_of_an_account(desk: Desk) -> None:
    desk.ask_all(*({"account_number": number, "label": "x"} for number in ("411DUPONT", "411000", "606")))
    rows = desk.rows("select number, customer_code from ledger_accounts order by number")
    assert [tuple(row.values()) for row in rows] == [
        ("411000", None),
        ("411DUPONT", "DUPONT"),
        ("606000", None),
    ]


@pytest.mark.parametrize("lengths", [AccountLengths(8, 10), AccountLengths(6, None, completes=False)])
def test_numbers_are_completed_as_the_model_says(desk: Desk, lengths: AccountLengths) -> None:
    desk.run(
        f"update companies set general_account_length = {lengths.general}, third_party_account_length ="
        f" {lengths.third_party or 'null'}, completes_accounts = {lengths.completes}"
    )
    for number in ("4", "40", "41DUP", "421", "428", "512000000000"):
        assert desk.ask(account_number=number, label="x")["account_number"] == completed(number, lengths)


# Who is turned away, and in which order

NUMBER = {"account_number": "401A", "label": "A"}


def with_info(**info: Any) -> dict[str, Any]:
    return {**NUMBER, "complementary_info": info}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "COMPTE3"),
        ({"account_number": "", "label": ""}, "COMPTE3"),
        ({"account_number": "  ", "label": "x"}, "COMPTE3"),
        ({"account_number": None, "label": "x"}, "COMPTE3"),
        ({"account_number": "411NEW"}, "COMPTE4"),
        ({"account_number": "411NEW", "label": " "}, "COMPTE4"),
        ({"account_number": "AB411"}, "COMPTE4"),
        ({"account_number": "411NEW", "vat_param_id": 9999}, "COMPTE4"),
        ({"account_number": "411NEW", "complementary_info": {"email": "no"}}, "COMPTE4"),
        ({"account_number": "AB411", "label": "x"}, "COMPTE6"),
        ({"account_number": "011", "label": "x"}, "COMPTE6"),
        ({"account_number": "٤11", "label": "x"}, "COMPTE6"),
        ({"account_number": "A" * 30, "label": "x"}, "COMPTE6"),
        ({"account_number": "4" * 21, "label": "x"}, "COMPTE7"),
        ({"account_number": "4" * 20 + "-", "label": "x"}, "COMPTE7"),
        ({"account_number": "411-A", "label": "x"}, "COMPTE1"),
        ({"account_number": "411É", "label": "x", "vat_param_id": 9999}, "COMPTE1"),
        ({"account_number": "411 A", "label": "x"}, "COMPTE1"),
        ({"account_number": "411\0", "label": "x"}, "ERR-BAD-REQUEST"),
        ({**NUMBER, "vat_param_id": 9999, "counterpart_account_id": 9999}, "VATPARAM2"),
        ({**NUMBER, "vat_param_id": 0}, "VATPARAM2"),
        ({**NUMBER, "vat_param_id": 2**70}, "VATPARAM2"),
        ({**NUMBER, "vat_param_id": -1}, "VATPARAM2"),
        ({**with_info(siren="1"), "counterpart_account_id": 9999}, "COMPTE2"),
        ({**NUMBER, "counterpart_account_id": "9" * 40}, "COMPTE2"),
        (with_info(siren="ABC", email="no"), "SOCIETE18"),
        (with_info(siren="12345678"), "SOCIETE1"),
        (with_info(siren="73282932000074"), "SOCIETE1"),
        (with_info(siren="732829321"), "SOCIETE11"),
        (with_info(iban_list=[{"iban": "FR76"}], email="no"), "IBAN1"),
        (with_info(iban_list=[{"iban": IBAN, "bic": "CC"}], email="no"), "IBAN3"),
        (with_info(iban_list=[{"iban": IBAN, "rum": "é"}]), "IBAN4"),
        (with_info(email="no", way_type_id=9999), "GBL12"),
        (with_info(way_type_id=20, payment_type_id=9999), "ROADTYP1"),
        (with_info(payment_type_id=99999, id_payment_deadline=9999), "TYPEPAY1"),
        (with_info(id_payment_deadline=9999), "GBL10"),
        (with_info(misc_doubtful_id=1), "COMPTE10"),
        (with_info(misc_language_id=5), "GBL10"),
        (with_info(is_foreign=True), "ETALON7"),
        (with_info(contact_list=[{"email": "a@b.fr"}]), "COMPTE42"),
    ],
)
def test_turned_away(desk: Desk, body: dict[str, Any], code: str) -> None:
    assert desk.ask(body) == code
    assert not desk.rows("select 1 from ledger_accounts")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"vat_param_id": "x"}, "COMPTE3"),
        ({"account_number": "A1", "label": "A", "vat_param_id": "x"}, "COMPTE6"),
        ({"account_number": "4" * 21, "label": "A", "complementary_info": "x"}, "COMPTE7"),
        ({"account_number": "401A", "complementary_info": {"tel": 1}}, "COMPTE4"),
        (
            {"account_number": "401A", "label": "A", "vat_param_id": 10**9, "complementary_info": []},
            "VATPARAM2",
        ),
        ({"account_number": "401A", "label": "A", "das_2": 1, "counterpart_account_id": 9}, "GBL10"),
        ({"account_number": "401A", "label": "A", "counterpart_account_id": 9, "analytics": 1}, "COMPTE2"),
        ({"account_number": "401A", "label": "A", "complementary_info": {"siren": "x", "tel": 1}}, "GBL10"),
        ({"account_number": "401A", "label": "two\nlines"}, "GBL10"),
    ],
)
def test_what_cannot_be_read_is_told_in_its_turn(desk: Desk, fields: dict[str, Any], code: str) -> None:
    assert desk.ask(fields) == code
    assert desk.rows("select id from ledger_accounts") == []


def test_a_byte_order_mark_is_no_trouble(desk: Desk) -> None:
    (answer,) = desk.ask_all(b'\xef\xbb\xbf{"account_number": "512", "label": "Banque"}')
    assert isinstance(answer, Reply)


def test_a_closed_account(desk: Desk) -> None:
    desk.make("512000")
    desk.run("update ledger_accounts set is_closed = true")
    assert desk.ask(account_number="512", label="x") == "COMPTE32"
    assert desk.ask(account_number="512", label="x", vat_param_id=9999) == "COMPTE32"
    assert desk.ask(account_number="512") == "COMPTE32"


def test_vat_is_for_some_classes_only(desk: Desk, vat: int) -> None:
    codes = [desk.ask(account_number=n, label="x", vat_param_id=vat) for n in ("401A", "512", "101")]
    assert codes == ["COMPTE24"] * 3
    for number in ("215", "606", "707"):
        assert isinstance(desk.ask(account_number=number, label="x", vat_param_id=vat), dict)


def test_counterparts_are_of_some_classes_only(desk: Desk) -> None:
    ids = {number: desk.make(number) for number in ("215000", "512000", "606000", "707000")}

    def codes(number: str) -> list[str]:
        answers = (
            desk.ask(account_number=number, label="x", counterpart_account_id=each) for each in ids.values()
        )
        return [each if isinstance(each, str) else "" for each in answers]

    assert codes("401A") == ["", "COMPTE8", "", ""]
    assert codes("411A") == ["COMPTE9", "COMPTE9", "", ""]
    assert codes("467A") == [""] * 4


def test_a_counterpart_of_somebody_else(desk: Desk, make_company: CompanyFactory) -> None:
    sister = Desk(desk.database, make_company(desk.company.organization, "SISTER"))
    stranger = Desk(desk.database, make_company())
    asked = {"account_number": "401A", "label": "A"}
    assert desk.ask({**asked, "counterpart_account_id": sister.make("606000")}) == "COMPTE5"
    assert desk.ask({**asked, "counterpart_account_id": stranger.make("606000")}) == "COMPTE2"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"account_number": 251, "label": "x"}, "account_number"),
        ({"account_number": ["251"], "label": "x"}, "account_number"),
        ({**NUMBER, "label": True}, "label"),
        ({**NUMBER, "das_2": "true"}, "das_2"),
        ({**NUMBER, "das_2": 1}, "das_2"),
        ({**NUMBER, "vat_param_id": True}, "vat_param_id"),
        ({**NUMBER, "vat_param_id": 1.5}, "vat_param_id"),
        ({**NUMBER, "vat_param_id": "1.5"}, "vat_param_id"),
        ({**NUMBER, "vat_param_id": "²"}, "vat_param_id"),
        ({**NUMBER, "vat_param_id": {"id": 1}}, "vat_param_id"),
        ({**NUMBER, "complementary_info": []}, "complementary_info"),
        ({**NUMBER, "complementary_info": "x"}, "complementary_info"),
        (with_info(city=75), "city"),
        (with_info(iban_list={"iban": IBAN}), "iban_list"),
        (with_info(iban_list=[IBAN]), "iban_list"),
        (with_info(iban_list=[{}] * 1001), "iban_list"),
        (with_info(iban_list=[{"iban": 7}]), "iban"),
    ],
)
def test_a_value_of_another_kind(desk: Desk, fields: dict[str, Any], name: str) -> None:
    (refusal,) = desk.ask_all(fields)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, name in refusal.message) == ("GBL10", True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"\xff",
        b"{",
        b'{"account_number": NaN}',
        b'{"account_number": "\\ud800"}',
        b'{"account_number": "\xed\xa0\x80"}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_no_json_object(desk: Desk, body: bytes) -> None:
    assert desk.ask(body) == "ERR-BAD-REQUEST"


def test_sizes(desk: Desk) -> None:
    assert desk.ask(account_number="4" * 1_000_000, label="x") == "COMPTE7"
    assert desk.ask(account_number="512", label="x" * 1_000_000) == "GBL5"
    assert desk.ask(account_number="512", label="x" * 10_000)["account_number"] == "512000"


# Many at once


def test_each_request_of_a_batch_has_its_own_answer(desk: Desk) -> None:
    answers = desk.ask_all(
        {"account_number": "512", "label": "Bank"},
        b"{",
        {"account_number": "401A"},
        {"account_number": "512", "label": "Other"},
        {"account_number": "606", "label": "x", "vat_param_id": 9999},
        {"account_number": "53", "label": "Cash"},
    )
    told = [each.body["label"] if isinstance(each, Reply) else each.code for each in answers]  # type: ignore[call-overload]
    assert told == ["Bank", "ERR-BAD-REQUEST", "COMPTE4", "Bank", "VATPARAM2", "Cash"]


def test_an_empty_batch(desk: Desk) -> None:
    assert desk.ask_all() == []


def test_companies_of_one_batch_stay_apart(desk: Desk, make_company: CompanyFactory) -> None:
    other = Desk(desk.database, make_company())
    body = json.dumps(NUMBER).encode()
    with desk.database.connection() as conn:
        asked = [AskedOne(desk.caller, body), AskedOne(other.caller, body)]
        first, second = upsert_accounts(conn, Settings(), asked)
    assert isinstance(first, Reply)
    assert first != second
    assert len(desk.rows("select distinct company_id from ledger_accounts")) == 2


def test_many_ask_for_the_same_new_numbers(desk: Desk) -> None:
    senders = 12
    barrier = Barrier(senders)
    numbers = [f"411C{each}" for each in range(20)]

    def ask(sender: int) -> list[Reply | Refusal]:
        mine = numbers[sender:] + numbers[:sender]
        barrier.wait()
        answers = desk.ask_all(*({"account_number": each, "label": f"{sender}"} for each in mine))
        return sorted(answers, key=str)

    with ThreadPoolExecutor(senders) as threads:
        seen = list(threads.map(ask, range(senders)))
    assert all(each == seen[0] for each in seen)
    assert all(isinstance(each, Reply) for each in seen[0])
    assert desk.rows("select count(*), count(distinct id) from ledger_accounts")[0]["count"] == 20


def test_who_waits_for_another_gets_the_others_account(desk: Desk) -> None:
    """The row of another transaction is not in the snapshot of the statement that waited for it."""
    with ThreadPoolExecutor(1) as threads:
        with desk.database.connection() as conn:
            owner = Owner(desk.company.organization_id, desk.company.id)
            (first,) = get_or_create(conn, [WantedAccount(owner, "411A", "first")])
            second = threads.submit(desk.ask, account_number="411A", label="second")
            waits = "select count(*) as n from pg_locks where not granted"
            while not desk.rows(waits)[0]["n"]:
                pass
        assert first is not None
        told = second.result()
    assert (told["account_id"], told["label"]) == (first.id, "first")


def test_a_number_given_up_by_another_is_made(desk: Desk) -> None:
    with ThreadPoolExecutor(1) as threads:
        with desk.database.connection() as conn:
            owner = Owner(desk.company.organization_id, desk.company.id)
            get_or_create(conn, [WantedAccount(owner, "411A", "first")])
            second = threads.submit(desk.ask, account_number="411A", label="second")
            while not desk.rows("select count(*) as n from pg_locks where not granted")[0]["n"]:
                pass
            conn.rollback()
        assert second.result()["label"] == "second"


def test_flags_have_columns() -> None:
    assert {each.field for each in COLUMNS.values()} == {
        *("is_service", "is_intracommunity", "is_reverse_charged", "is_exempt", "is_fee_declared"),
        *("vat_parameter_id", "counterpart_id"),
    }
