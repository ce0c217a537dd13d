"""The partners' calls that post and find an entry, through the real app."""

from __future__ import annotations

import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.myunisoft.access import ACCESS
from douane.model.establishments import Establishment
from douane.model.fiscal_years import FiscalYear
from douane.model.references import PaymentType
from douane.store.database import Database
from douane.store.establishments import add_establishment
from douane.store.fiscal_years import add_year, close_year
from douane.store.journals import change_journal, find_journal
from douane.store.organizations import Company, ensure_company, get_company
from douane.store.references import list_references

DAY = "2026-04-22"
PDF = {"content": b64encode(b"%PDF-1.7").decode(), "name": "Facture.pdf", "type": "application/pdf"}


class Folder:
    """A folder with an open and a closed fiscal year and some accounts, and a partner with its token."""

    def __init__(self, web: TestClient[Any], database: Database) -> None:
        self.web, self.database = web, database
        with database.connection() as conn:
            keys = ACCESS.grant(conn, Wanted("ACME")).keys
            self.company: Company = get_company(conn, "ACME")
            owner = self.owner
            add_year(conn, *owner, FiscalYear(date(2026, 1, 1), date(2026, 12, 31)))
            closed = add_year(conn, *owner, FiscalYear(date(2025, 1, 1), date(2025, 12, 31)))
            close_year(conn, *owner, closed.id, "somebody")
            self.establishment = add_establishment(conn, *owner, Establishment("SIEGE", "Siège")).id
            self.payment_types = {each.code: each.id for each in list_references(conn, PaymentType, *owner)}
        self.headers = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}
        self.accounts = {
            number: self.account(number) for number in ("401000", "607000", "512000", "530000", "411DUPONT")
        }

    @property
    def owner(self) -> tuple[int, int]:
        return self.company.organization_id, self.company.id

    def account(self, number: str, *, owner: tuple[int, int] | None = None, is_closed: bool = False) -> int:
        with self.database.connection() as conn:
            row = conn.execute(
                "insert into ledger_accounts (organization_id, company_id, number, name, is_closed)"
                " values (%s, %s, %s, %s, %s) returning id",
                (*(owner or self.owner), number, number, is_closed),
            ).fetchone()
        assert row is not None
        return int(row[0])

    def diary(self, code: str, **changes: Any) -> int:
        with self.database.connection() as conn:
            journal = find_journal(conn, *self.owner, code=code)
            return change_journal(conn, *self.owner, replace(journal, **changes)).id

    def line(self, number: str, debit: Any, credit: Any, **more: Any) -> dict[str, Any]:
        line = {"account_id": self.accounts[number], "label": "CARREFOUR", "deadline": "2026-05-05"}
        return {**line, "debit": debit, "credit": credit, **more}

    def entry(self, **changes: Any) -> dict[str, Any]:
        """The published example, in this folder."""
        lines = [self.line("607000", 1000, 0, piece="5043"), self.line("401000", 0, 1000, piece2="1484515")]
        body = {
            "entry_list": lines,
            "diary_id": self.diary("01"),
            "date_piece": DAY,
            "etablissement_id": self.establishment,
            "period_to": DAY,
            "period_from": "2026-03-22",
        }
        return {**body, **changes}

    def post(self, body: Any, path: str = "/entry?type=e") -> Any:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.web.post(f"/api/v1{path}", headers=self.headers, **content)

    def refused(self, body: Any, path: str = "/entry?type=e") -> str:
        """The code of the error; nothing is stored."""
        reply = self.post(body, path)
        assert reply.status_code == 400, reply.text
        assert self.rows("select count(*) from entries") == [(0,)]
        assert self.rows("select count(*) from attachments") == [(0,)]
        return str(reply.json()["error"]["code"])

    def rows(self, query: str) -> list[Any]:
        with self.database.connection() as conn:
            return conn.execute(query).fetchall()


@pytest.fixture
def folder(unmetered_web: TestClient[Any], database: Database) -> Folder:
    return Folder(unmetered_web, database)


def test_the_answer_is_the_published_one(folder: Folder) -> None:
    """As the vendor's collection prints it, for both: totals, the journal, each line with its account."""
    body = folder.entry(pj_list=[PDF], comment={"content": "Vu"}, entry_origin_partner_id="QB-1")
    body["entry_list"][1] |= {"pj_list": [PDF | {"name": "b.pdf"}], "debit": 0, "credit": "1000.10"}
    body["entry_list"][0] |= {"debit": 1000.1, "payment_type_id": folder.payment_types["CB"]}
    waiting = folder.post(body, "/entry/temp?type=o").json()
    assert list(waiting) == ["type", "debit_total", "credit_total", "entry_array", "entry_id", "entry_list"]
    assert (waiting["type"], waiting["debit_total"], waiting["credit_total"]) == ("IB", 1000.1, 1000.1)
    (told,) = waiting["entry_array"]
    debited, credited = told.pop("entry_list")
    assert told["diary"] == {"id": folder.diary("01"), "code": "01", "label": "Achats"}
    assert (told["entry_id"], told["date_piece"], told["etablissement_id"], told["comment"]) == (
        waiting["entry_id"],
        DAY,
        folder.establishment,
        True,
    )
    assert [each["name"] for each in told["pj_list"]] == ["Facture.pdf"]
    assert (told["period_from"], told["period_to"], told["transaction_qonto_id"]) == ("2026-03-22", DAY, "")
    assert debited["account"] == {
        "account_id": folder.accounts["607000"],
        "account_number": "607000",
        "label": "607000",
        "counterpart_account": None,
    }
    assert (debited["debit"], debited["credit"], debited["payment_type"]["code"]) == (1000.1, None, "CB")
    assert (credited["debit"], credited["credit"], credited["piece2"]) == (None, 1000.1, "1484515")
    assert [each["name"] for each in credited["pj_list"]] == ["b.pdf"]
    final = folder.post(folder.entry()).json()
    assert (final["type"], final["entry_array"][0]["entry_date"]) == ("E", DAY)


def test_the_published_example_is_stored_line_by_line(folder: Folder) -> None:
    reply = folder.post(folder.entry(comment={"content": "Vu"}, id_source=7))
    assert reply.status_code == 200, reply.text
    entry_id = reply.json()["entry_id"]
    lines = [{"line_entry_id": entry_id * 1_000_000 + number} for number in (1, 2)]
    assert (reply.json()["entry_list"], reply.json()["type"]) == (lines, "E")
    assert folder.rows("select id, entered_on, is_pending, extra->'comment'->>'content' from entries") == [
        (entry_id, date(2026, 4, 22), False, "Vu")
    ]
    stored = folder.rows(
        "select number, debit, credit, label, piece, reference, due_on from entry_lines order by number"
    )
    due = date(2026, 5, 5)
    assert stored == [
        (1, Decimal(1000), Decimal(0), "CARREFOUR", "5043", None, due),
        (2, Decimal(0), Decimal(1000), "CARREFOUR", None, "1484515", due),
    ]


def test_an_entry_of_the_sdk_has_no_deadlines_and_waits(folder: Folder) -> None:
    lines = [
        {
            "credit": 10,
            "debit": 0,
            "account_id": folder.accounts["512000"],
            "label": "CB",
            "payment_type_id": -1,
        },
        {
            "credit": 0,
            "debit": 10,
            "account_id": folder.accounts["607000"],
            "label": "CB",
            "payment_type_id": -1,
        },
    ]
    body = folder.entry(entry_list=lines, pj_list=[], etablissement_id=folder.company.id)
    for path in ("/entry/temp", "/entry/temp?type=o", "/entry?type=o"):
        assert folder.post(body, path).status_code == 200
    assert folder.rows("select is_pending from entries") == [(True,)] * 3


def test_amounts_are_exact(folder: Folder) -> None:
    lines = [
        folder.line("607000", 0.1, 0),
        folder.line("607000", "0.20", ""),
        folder.line("401000", 0, 0.3, currency="chf", value_currency=33.123456),
    ]
    assert folder.post(folder.entry(entry_list=lines)).status_code == 200
    assert folder.rows("select sum(debit), sum(credit) from entry_lines") == [
        (Decimal("0.3"), Decimal("0.3"))
    ]
    assert folder.rows("select currency, currency_amount from entry_lines where number = 3") == [
        ("CHF", Decimal("33.123456"))
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"entry_list": None}, "ECR39"),
        ({"entry_list": []}, "ECR43"),
        ({"entry_list": "lines"}, "ECR4"),
        ({"entry_list": [1]}, "ECR4"),
        ({"date_piece": None}, "ECR6"),
        ({"date_piece": "22/04/2026"}, "ECR6"),
        ({"date_piece": "2026-02-30"}, "ECR6"),
        ({"date_piece": 20260422}, "ECR6"),
        ({"period_from": "soon"}, "ECR5"),
        ({"period_to": "late"}, "ECR7"),
        ({"diary_id": None}, "JOURNAL1"),
        ({"diary_id": 999_999}, "JOURNAL3"),
        ({"diary_id": "x"}, "JOURNAL3"),
        ({"diary_id": 2**40}, "JOURNAL3"),
        ({"etablissement_id": 999_999}, "ECR48"),
        ({"etablissement_id": None}, "ECR48"),
        ({"date_piece": "2025-06-01"}, "ECR9"),
        ({"date_piece": "2030-01-01"}, "ECR10"),
        ({"date_piece": "0001-01-01"}, "ECR10"),
        ({"date_piece": "9999-12-31"}, "ECR10"),
        ({"pj_list": "x"}, "DOCUMENT6"),
        ({"pj_list": [PDF | {"content": "..."}]}, "DOCUMENT6"),
        ({"pj_list": [PDF | {"content": ""}]}, "DOCUMENT6"),
        ({"pj_list": [PDF | {"content": 5}]}, "DOCUMENT6"),
        ({"pj_list": [PDF | {"name": "../../etc/passwd"}]}, "DOCUMENT6"),
        ({"pj_list": [PDF | {"name": "x" * 51}]}, "GBL5"),
        ({"pj_list": [PDF | {"type": "application/x-sh"}]}, "DOCUMENT2"),
        ({"entry_origin_partner_id": "x" * 256}, "GBL5"),
        ({"entry_origin_partner_id": ["x"]}, "GBL10"),
        ({"comment": {"content": "a\0b"}}, "ERR-BAD-REQUEST"),
        ({"a\0": 1}, "ERR-BAD-REQUEST"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(folder: Folder, change: dict[str, Any], code: str) -> None:
    assert folder.refused(folder.entry(**change)) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"debit": 1000, "credit": 1000}, "ECR27"),
        ({"debit": 0}, "ECR21"),
        ({"debit": None}, "ECR21"),
        ({"debit": "many"}, "ECR2"),
        ({"debit": True}, "ECR2"),
        ({"debit": -1000}, "ECR2"),
        ({"debit": 0.0000001}, "ECR2"),
        ({"debit": 1000.1234567}, "ECR2"),
        ({"debit": 10**14}, "ECR2"),
        ({"debit": 10**25}, "ECR2"),
        ({"debit": "NaN"}, "ECR2"),
        ({"debit": []}, "ECR2"),
        ({"debit": 1000.01}, "ECR14"),
        ({"label": " "}, "ECR42"),
        ({"label": None}, "ECR42"),
        ({"label": "x" * 51}, "GBL5"),
        ({"label": "two\nlines"}, "GBL10"),
        ({"piece": "x" * 26}, "GBL5"),
        ({"piece2": "x" * 26}, "GBL5"),
        ({"piece2": {}}, "GBL10"),
        ({"deadline": "2026-04-21"}, "DEADLINE1"),
        ({"deadline": "never"}, "GBL2"),
        ({"account_id": None}, "COMPTE2"),
        ({"account_id": 999_999}, "COMPTE2"),
        ({"account_id": 2**63}, "COMPTE2"),
        ({"account_id": "607000x"}, "COMPTE2"),
        ({"payment_type_id": 999_999}, "TYPEPAY1"),
        ({"payment_type_id": "CB"}, "TYPEPAY1"),
        ({"currency": "EURO"}, "GBL10"),
        ({"value_currency": "much"}, "ECR2"),
        ({"analytique": "axis"}, "ANALYT001"),
        ({"analytique": [{"id_axe": 1, "repartition": 5}]}, "ANALYT001"),
        ({"analytique": [5]}, "ANALYT001"),
        ({"pj_list": [PDF | {"type": None}]}, "DOCUMENT2"),
        ({"pj_list": [5]}, "DOCUMENT6"),
    ],
)
def test_a_line_that_cannot_be_is_refused(folder: Folder, change: dict[str, Any], code: str) -> None:
    body = folder.entry()
    body["entry_list"][0] |= change
    assert folder.refused(body) == code


def test_accounts_of_others_and_closed_ones_are_refused(folder: Folder) -> None:
    with folder.database.connection() as conn:
        sister = ensure_company(conn, "ACME", "SISTER")
        stranger = ensure_company(conn, "GLOBEX", None)
    closed = folder.account("999000", is_closed=True)
    of_sister = folder.account("607000", owner=(sister.organization_id, sister.id))
    of_stranger = folder.account("607000", owner=(stranger.organization_id, stranger.id))
    for account_id, code in ((closed, "COMPTE32"), (of_sister, "COMPTE5"), (of_stranger, "COMPTE2")):
        body = folder.entry()
        body["entry_list"][0]["account_id"] = account_id
        assert folder.refused(body) == code


def test_a_closed_journal_takes_no_entry(folder: Folder) -> None:
    assert folder.refused(folder.entry(diary_id=folder.diary("40"))) == "JOURNAL13"
    closed = folder.diary("02", is_closed=True)
    assert folder.refused(folder.entry(diary_id=closed)) == "JOURNAL2"


@pytest.mark.parametrize(("diary", "account", "code"), [("15", "512000", "ECR36"), ("18", "530000", "ECR37")])
def test_a_final_entry_of_bank_or_cash_has_its_account(
    folder: Folder, diary: str, account: str, code: str
) -> None:
    body = folder.entry(diary_id=folder.diary(diary))
    assert folder.refused(body) == code
    assert folder.post(body, "/entry/temp?type=o").status_code == 200
    body["entry_list"][0]["account_id"] = folder.accounts[account]
    assert folder.post(body).status_code == 200


def test_a_type_of_entry_we_do_not_know_is_refused(folder: Folder) -> None:
    assert folder.refused(folder.entry(), "/entry?type=z") == "ECR17"


def test_documents_are_kept_with_entry_and_line(folder: Folder) -> None:
    body = folder.entry(pj_list=[PDF, PDF | {"name": "b.txt", "type": "TEXT/PLAIN"}])
    body["entry_list"][1]["pj_list"] = [PDF, PDF | {"name": "c.pdf"}]
    assert folder.post(body).status_code == 200
    assert folder.rows("select line_number, name, media_type, content from attachments order by id") == [
        (None, "Facture.pdf", "application/pdf", b"%PDF-1.7"),
        (None, "b.txt", "text/plain", b"%PDF-1.7"),
        (2, "Facture.pdf", "application/pdf", b"%PDF-1.7"),
        (2, "c.pdf", "application/pdf", b"%PDF-1.7"),
    ]
    assert folder.rows("select attachments from entry_lines order by number") == [
        (None,),
        ("Facture.pdf*c.pdf",),
    ]


def test_what_has_no_place_is_kept_as_sent(folder: Folder) -> None:
    section = {"id_section": 1, "code_section": "A", "label_section": "B", "montant": 1000.10, "taux": 100}
    axes = [
        {
            "id_axe": 1,
            "code": "A",
            "label": "B",
            "repartition": [{"id_section": 1, "rate": 100, "amount": 1}],
        },
        {"id_axe": 2, "code_axe": "A", "label_axe": "B", "repartition": [section]},
    ]
    body = folder.entry(json='{"a": 1}', qonto=None)
    body["entry_list"][0] |= {"analytique": axes, "lettrage": "AA", "pointage_aa": "26", "own": {"x": [1]}}
    body["entry_list"][0]["payment_type_id"] = folder.payment_types["CB"]
    assert folder.post(body).status_code == 200
    assert folder.rows("select extra, payment_means from entry_lines where number = 1") == [
        ({"analytique": axes, "lettrage": "AA", "pointage_aa": "26", "own": {"x": [1]}}, "CB")
    ]
    ((extra,),) = folder.rows("select extra from entries")
    assert extra == {
        "json": '{"a": 1}',
        "etablissement_id": folder.establishment,
        "period_to": DAY,
        "period_from": "2026-03-22",
    }


def test_an_entry_is_found_by_its_partner_s_id(folder: Folder) -> None:
    final = folder.post(folder.entry(entry_origin_partner_id="QB-1", json="{}")).json()["entry_id"]
    waits = folder.post(folder.entry(entry_origin_partner_id="QB-2"), "/entry/temp").json()["entry_id"]

    def find(query: str) -> Any:
        return folder.web.get(f"/api/v1/entry/id{query}", headers=folder.headers).json()

    assert find("?id_origin=QB-1") == {"id_entry": final, "type": "ENTRIES", "json_metadata_partners": "{}"}
    assert find("?id_origin=QB-2") == {"id_entry": waits, "type": "ENTRIES_TEMP"}
    assert find("?id_origin=QB-3")["error"]["code"] == "GBL7"
    assert find("")["error"]["code"] == "GBL10"


def test_of_two_entries_of_one_partner_s_id_at_once_one_is_refused(folder: Folder) -> None:
    body = folder.entry(entry_origin_partner_id="QB-1", pj_list=[PDF])
    replies: list[Any] = []
    threads = [threading.Thread(target=lambda: replies.append(folder.post(body))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400]
    assert {reply.json()["error"]["code"] for reply in replies if reply.status_code == 400} == {"GBL6"}
    assert folder.rows("select count(*) from entries") == [(1,)]
    assert folder.rows("select count(*) from entry_lines") == [(2,)]
    assert folder.rows("select count(*) from attachments") == [(1,)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a": 1e999999999}',
    ],
)
def test_a_body_that_is_no_object_is_refused(folder: Folder, body: bytes) -> None:
    assert folder.refused(body) == "ERR-BAD-REQUEST"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@budget(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["label", "debit", "account_id", "deadline", "pj_list", "analytique", "own"]),
    value=ANYTHING,
)
def test_no_value_of_a_line_is_our_failure(folder: Folder, name: str, value: Any) -> None:
    body = folder.entry()
    body["entry_list"][0][name] = value
    assert folder.post(body).status_code in {200, 400}


@budget(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["entry_list", "date_piece", "diary_id", "etablissement_id", "pj_list", "json", "own"]
    ),
    value=ANYTHING,
)
def test_no_value_of_an_entry_is_our_failure(folder: Folder, name: str, value: Any) -> None:
    assert folder.post(folder.entry(**{name: value})).status_code in {200, 400}


def test_an_entry_has_its_bounds(folder: Folder) -> None:
    lines = [folder.line("607000", 1, 0), folder.line("401000", 0, 1)]
    assert folder.refused(folder.entry(entry_list=lines * 5001)) == "ECR4"
    assert folder.refused(folder.entry(pj_list=[PDF] * 1001)) == "DOCUMENT6"


@pytest.mark.parametrize("name", ["..", ".", "a/b.pdf", "a\\b.pdf", "a*b.pdf"])
def test_a_document_has_a_name_of_its_own(folder: Folder, name: str) -> None:
    assert folder.refused(folder.entry(pj_list=[PDF | {"name": name}])) == "DOCUMENT6"


def test_an_empty_type_is_none(folder: Folder) -> None:
    assert folder.post(folder.entry(), "/entry?type=").json()["type"] == "E"


def test_large_entries_are_posted_at_once(folder: Folder) -> None:
    large = PDF | {"content": b64encode(bytes(2_000_000)).decode()}
    bodies = [folder.entry(pj_list=[large]) for _ in range(5)]
    with ThreadPoolExecutor(5) as senders:
        assert {reply.status_code for reply in senders.map(folder.post, bodies)} == {200}
