"""GET /account and /account/entries: what is listed, what of it, and the exact amounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from douane.dialects.call import Asked, AskedOne
from douane.dialects.myunisoft.account_calls import get_account, list_accounts
from douane.dialects.myunisoft.account_entries import list_entry_lines
from douane.dialects.myunisoft.account_upsert import upsert_accounts
from douane.errors import Refusal
from douane.settings import Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.references import ensure_references

CompanyFactory = Callable[..., Company]


class Reader:
    """One company's sender: what it asks, and the answers as they go out, read back with exact numbers."""

    def __init__(self, database: Database, company: Company) -> None:
        self.database = database
        self.company = company
        self.caller = Caller(1, company.organization_id, company.id, "", "", "myunisoft", "", {})

    def get(self, call: Any, **query: object) -> Any:
        with self.database.connection() as conn:
            sent = {name: str(value) for name, value in query.items()}
            try:
                reply = call(Asked(conn, self.caller, Settings(), sent))
            except Refusal as refusal:
                return refusal.code
        return json.loads(msgspec.json.encode(reply.body), parse_float=str)

    def accounts(self, **query: object) -> Any:
        return self.get(list_accounts, **query)

    def lines(self, **query: object) -> Any:
        return self.get(list_entry_lines, **query)

    def make(self, number: str, label: str = "x", **fields: Any) -> int:
        body = json.dumps({"account_number": number, "label": label, **fields}).encode()
        with self.database.connection() as conn:
            (answer,) = upsert_accounts(conn, Settings(), [AskedOne(self.caller, body)])
        assert not isinstance(answer, Refusal), answer.code
        assert isinstance(answer.body, dict)
        return int(answer.body["account_id"])

    def one(self, query: str, **values: object) -> Any:
        scope = {"organization_id": self.company.organization_id, "company_id": self.company.id}
        with self.database.connection() as conn:
            row = conn.execute(query, {**scope, **values}).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None

    def year(self, starts_on: str, ends_on: str, is_closed: bool = False) -> int:
        return int(
            self.one(
                "insert into fiscal_years (organization_id, company_id, starts_on, ends_on, is_closed) values"
                " (%(organization_id)s, %(company_id)s, %(starts_on)s, %(ends_on)s, %(closed)s) returning id",
                starts_on=starts_on,
                ends_on=ends_on,
                closed=is_closed,
            )
        )

    def post(self, year: int, day: str, *lines: tuple[int, str, str], **more: object) -> int:
        """Post an entry; a line is an account, a debit and a credit."""
        entry = self.one(
            "insert into entries"
            " (organization_id, company_id, fiscal_year_id, journal_id, entered_on, is_pending)"
            " select organization_id, company_id, %(year)s, id, %(day)s, %(pending)s from journals"
            " where organization_id = %(organization_id)s and company_id = %(company_id)s"
            " and type = %(type)s limit 1 returning id",
            year=year,
            day=day,
            pending=more.pop("is_pending", False),
            type=more.pop("type", "sales"),
        )
        columns = ["account_id", "debit", "credit", *more]
        for number, line in enumerate(lines, 1):
            self.one(
                "insert into entry_lines (organization_id, company_id, entry_id, number, entered_on,"
                f" {', '.join(columns)}) values (%(organization_id)s, %(company_id)s, %(entry)s, %(number)s,"
                f" %(day)s, {', '.join(f'%({name})s' for name in columns)}) returning 1",
                entry=entry,
                number=number,
                day=day,
                **dict(zip(columns, (*line, *more.values()), strict=True)),
            )
        return int(entry)


@pytest.fixture
def make_reader(database: Database, make_company: CompanyFactory) -> Callable[..., Reader]:
    def make(**named: str) -> Reader:
        company = make_company(**named)
        with database.connection() as conn:
            ensure_references(conn, company.organization_id, company.id)
        return Reader(database, company)

    return make


@pytest.fixture
def reader(make_reader: Callable[..., Reader]) -> Reader:
    return make_reader()


# The chart of accounts


def test_briefly(reader: Reader) -> None:
    ids = {number: reader.make(number, label) for number, label in (("606", "Achats"), ("101", "Capital"))}
    assert reader.accounts(mode=1) == reader.accounts() == reader.accounts(mode="", q="", limit="")
    assert reader.accounts() == [
        {"account_id": ids["101"], "account_number": "101000", "label": "Capital"},
        {"account_id": ids["606"], "account_number": "606000", "label": "Achats"},
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"q": "411"}, ["411000", "411A", "411b"]),
        ({"q": "11"}, []),
        ({"q": "411B"}, ["411b"]),
        ({"q": "CLIENT"}, ["411000", "411A", "411b"]),
        ({"q": "100%"}, ["411A"]),
        ({"q": "%"}, ["411A"]),
        ({"q": "_"}, ["411b"]),
        ({"q": "\\"}, []),
        ({"limit": 2}, ["411000", "411A"]),
        ({"limit": 0}, []),
        ({"q": "x" * 10_001}, "GBL5"),
        ({"limit": -1}, "GBL10"),
        ({"limit": "many"}, "GBL10"),
        ({"limit": "٣"}, "GBL10"),
        ({"mode": 3}, "GBL10"),
    ],
)
def test_which_are_found(reader: Reader, query: dict[str, Any], numbers: Any) -> None:
    for number, label in (("411A", "client 100%"), ("411b", "client_b"), ("411000", "Clients")):
        reader.make(number, label)
    found = reader.accounts(**query)
    assert numbers == (found if isinstance(found, str) else [each["account_number"] for each in found])


def test_fully(reader: Reader) -> None:
    vat = reader.one("select id from vat_parameters where company_id = %(company_id)s order by code limit 1")
    purchases = reader.make("606400", "Fournitures", vat_param_id=vat)
    supplier = reader.make("401A", "Fournisseur", das_2=True, provider=True, counterpart_account_id=purchases)
    told = reader.accounts(mode=2)
    assert (told["rows_number"], told["pages_number"]) == (2, 1)
    first, second = told["account_array"]
    vat_param = second["vat_param"]
    counterpart = {"account_id": purchases, "account_number": "606400", "label": "Fournitures"}
    assert list(first.items()) == [
        ("row_number", 1),
        ("account_id", supplier),
        ("account_number", "401A"),
        ("label", "Fournisseur"),
        ("solde", 0),
        ("sens", ""),
        ("comment", ""),
        ("intraco", False),
        ("btp_autoliquidation", False),
        ("presta", True),
        ("exoneration", False),
        ("das_2", True),
        ("closed", False),
        ("blocked", False),
        ("vat_param", None),
        ("counterpart_account", counterpart),
        ("array_counterpart_account", [{**counterpart, "num_ordre": "1", "vat_param": vat_param}]),
        ("complementary_informations", None),
    ]
    assert vat_param["vat_param_id"] == vat
    assert second["array_counterpart_account"] is None


def test_pages_of_the_chart(reader: Reader) -> None:
    for number in ("101", "411A", "411B", "411C", "512"):
        reader.make(number)
    told = reader.accounts(mode=2, begin_by="411", limit=2, offset=2)
    assert (told["rows_number"], told["pages_number"]) == (3, 2)
    assert [(each["row_number"], each["account_number"]) for each in told["account_array"]] == [(3, "411C")]
    assert reader.accounts(mode=2, begin_by="%", sort_="")["rows_number"] == 0


def test_one_account_fully(reader: Reader) -> None:
    reader.make("101")
    wanted = reader.make("512")
    (found,) = reader.accounts(mode=2, account_id=wanted)["account_array"]
    assert found["account_id"] == wanted
    assert reader.accounts(mode=2, account_id=2**70)["account_array"] == []
    assert reader.accounts(mode=2, account_id="x") == "GBL10"


def test_complementary_information_is_read_under_other_names(reader: Reader) -> None:
    info = {
        **{"repetition_index": "B", "way_type_id": 9, "id_ape": 534, "id_payment_deadline": 3},
        **{"city": "Lyon", "iban_list": [{"iban": "FR7610107001011234567890129"}]},
    }
    account = reader.make("401A", complementary_info=info)
    (listed,) = reader.accounts(mode=2)["account_array"]
    alone = reader.get(get_account, account_id=account, details="true")
    told = listed["complementary_informations"]
    assert alone["complementary_informations"] == told
    assert not {"repetition_index", "way_type_id", "id_ape"} & told.keys()
    assert told["indice_repetition"] == "B"
    assert told["city"] == "Lyon"
    assert told["typevoie"] == {"lib": "Rue", "id_type_voie": 9}
    assert told["way_type"] == {"way_type_id": 9, "label": "Rue"}
    assert told["ape"]["id"] == 534
    assert told["payment_deadline"] == {
        **{"id_payment_deadline": 3, "label": "30 jours fin de mois", "number_of_days": 30},
        **{"end_month": True, "day_number": None},
    }
    assert told["id_payment_deadline"] == 3
    (bank,) = told["iban_list"]
    assert (bank["iban"], bank["id_iban_compte_tiers"]) == ("FR7610107001011234567890129", 1)


def test_one_account_alone(reader: Reader) -> None:
    account = reader.make("401A", exoneration=True)
    told = reader.get(get_account, account_id=account)
    assert (told["account_number"], told["exoneration"]) == ("401A", True)
    assert told["society_id"] == reader.company.id
    assert told["complementary_informations"] is None
    assert reader.get(get_account, account_id=account + 1) == "COMPTE2"
    assert reader.get(get_account) == "GBL10"
    assert reader.get(get_account, account_id=account, details="perhaps") == "GBL10"


def test_others_see_nothing(reader: Reader, make_reader: Callable[..., Reader]) -> None:
    account = reader.make("411A")
    for other in (make_reader(), make_reader(organization=reader.company.organization, code="SISTER")):
        assert other.accounts() == []
        assert other.accounts(mode=2)["account_array"] == []
        assert other.get(get_account, account_id=account) == "COMPTE2"
        assert other.lines(account_id=account) == "COMPTE2"


# Balances and entry lines


@pytest.fixture
def posted(reader: Reader) -> tuple[int, int]:
    """A customer's account and one of sales, with entries of two years."""
    customer, sales = reader.make("411A", "Client A"), reader.make("707", "Ventes")
    before = reader.year("2023-01-01", "2023-12-31", is_closed=True)
    now = reader.year("2024-01-01", "2024-12-31")
    reader.year("2025-01-01", "2025-12-31")
    reader.post(before, "2023-05-01", (customer, "9999.99", "0"), (sales, "0", "9999.99"))
    reader.post(now, "2024-01-31", (customer, "0.1", "0"), (sales, "0", "0.1"), label="F1", lettering="AAA")
    reader.post(
        now, "2024-02-29", (customer, "0.2", "0"), (sales, "0", "0.2"), piece="P2", due_on="2024-03-30"
    )
    reader.post(now, "2024-03-01", (customer, "5", "0"), (sales, "0", "5"), is_pending=True)
    return customer, sales


def test_balances_are_of_the_latest_year_and_exact(reader: Reader, posted: tuple[int, int]) -> None:
    told = reader.accounts(mode=2)["account_array"]
    assert [(each["solde"], each["sens"]) for each in told] == [("0.3", "D"), ("0.3", "C")]


def test_the_lines_of_an_account(reader: Reader, posted: tuple[int, int]) -> None:
    customer, _ = posted
    told = reader.lines(account_id=customer)
    assert told == reader.lines(account_no="411A")
    lines = told.pop("list_entries_line")
    assert told == {
        **{"rows_number": 3, "pages_number": 1, "total_debit": "10000.29", "total_credit": 0},
        "thisAccount": {"id": customer, "number": "411A", "label": "Client A"},
    }
    assert [(each["date"], each["debit"], each["credit"], each["closed"]) for each in lines] == [
        ("2023-05-01", "9999.99", None, True),
        ("2024-01-31", "0.1", None, False),
        ("2024-02-29", "0.2", None, False),
    ]
    last = lines[2]
    assert last["entry_line_id"] == last["entry_id"] * 1_000_000 + 1
    assert (last["piece"], last["deadline"], last["solde"]) == ("P2", "2024-03-30", "0.2")
    assert (lines[1]["lettrage"], lines[1]["label"], lines[0]["label"]) == ("AAA", "F1", "")
    assert (last["is_an"], last["diary_code"], last["pj_list"]) == (False, "02", [])


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"search_date": '{"start_date":"20240101","end_date":"20241231"}'}, ["01-31", "02-29"]),
        ({"search_date": '{"start_date":"2024-02-01"}'}, ["02-29"]),
        ({"search_date": "{}"}, ["05-01", "01-31", "02-29"]),
        ({"lettering": "true"}, ["01-31"]),
        ({"lettering": "false"}, ["05-01", "02-29"]),
        ({"sort": '{"column":"debit","direction":"asc"}'}, ["01-31", "02-29", "05-01"]),
        ({"sort": '{"column":"date","direction":"desc"}'}, ["02-29", "01-31", "05-01"]),
        ({"limit": 1, "offset": 1}, ["01-31"]),
        ({"limit": 10, "offset": 10}, []),
        ({"entry_types": "", "search_date": ""}, ["05-01", "01-31", "02-29"]),
        ({"search_date": "2024"}, "GBL10"),
        ({"search_date": '{"start_date":"20240230"}'}, "GBL2"),
        ({"search_date": '{"start_date":20240131}'}, "GBL2"),
        ({"search_date": "[" * 50_00}, "GBL10"),
        ({"sort": '{"column":"debit; drop table"}'}, "GBL10"),
        ({"sort": '{"column":["debit"]}'}, "GBL10"),
        ({"sort": '{"direction":[1]}'}, "GBL10"),
        ({"lettering": "perhaps"}, "GBL10"),
        ({"offset": -1}, "GBL10"),
    ],
)
def test_which_lines(reader: Reader, posted: tuple[int, int], query: dict[str, Any], days: Any) -> None:
    told = reader.lines(account_id=posted[0], **query)
    assert days == (
        told if isinstance(told, str) else [each["date"][5:] for each in told["list_entries_line"]]
    )


def test_pages_of_lines(reader: Reader, posted: tuple[int, int]) -> None:
    told = reader.lines(account_no="411", limit=2)
    assert (told["rows_number"], told["pages_number"], len(told["list_entries_line"])) == (3, 2, 2)


def test_lines_of_several_accounts(reader: Reader, posted: tuple[int, int]) -> None:
    reader.make("411B")
    told = reader.lines(account_no="41")
    assert told["rows_number"] == 3
    assert "thisAccount" not in told


def test_no_account(reader: Reader) -> None:
    assert reader.lines(account_no="411A") == "COMPTE2"
    assert reader.lines(account_id=1) == "COMPTE2"
    assert reader.lines(account_id=2**70) == "COMPTE2"
    assert reader.lines(account_id="x") == "GBL10"
    assert reader.lines() == reader.lines(account_id="", account_no="") == "GBL10"


def test_documents_of_a_line(reader: Reader, posted: tuple[int, int]) -> None:
    entry = reader.lines(account_id=posted[0])["list_entries_line"][1]["entry_id"]
    for line, name in ((None, "whole.pdf"), (1, "first.pdf"), (2, "other.pdf")):
        reader.one(
            "insert into attachments (organization_id, company_id, entry_id, line_number, name, content)"
            " values (%(organization_id)s, %(company_id)s, %(entry)s, %(line)s, %(name)s, '') returning 1",
            entry=entry,
            line=line,
            name=name,
        )
    documents = reader.lines(account_id=posted[0])["list_entries_line"][1]["pj_list"]
    assert [each["name"] for each in documents] == ["whole.pdf", "first.pdf"]
