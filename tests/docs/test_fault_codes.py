"""Every fault and warning of the catalogue can happen: for each a file that makes it, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from douane.dialects.carry_out import import_run as carry_out
from douane.dialects.loop.import_json.dates import ISO_DAY
from douane.dialects.loop.import_json.entries import read_json_entries
from douane.dialects.native.fec import FEC as COLUMNS
from douane.formats.fec import read_fec
from douane.formats.fec_check import check_fec
from douane.formats.fec_columns import OFFICIAL
from douane.formats.tra import read_tra
from douane.model.builtin_mappings import DJUST
from douane.model.catalogue import FAULTS, WARNINGS
from douane.model.custom_fields import CustomField
from douane.model.mapping import Declarations
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import Intake
from douane.pipeline.report import receipt_of
from douane.pipeline.run import import_run
from douane.settings import Limits
from douane.store.custom_fields import put_custom_field
from douane.store.database import Database
from douane.store.organizations import Company, company_of
from douane.store.runs import NewRun, create_run

ITEM = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax"


@dataclass(frozen=True)
class Case:
    """A file for a door that has one fault or warning, on `line`; `before` was sent to the same door."""

    door: str
    text: str | bytes
    line: int
    before: str = ""


def items(*lines: str, more: str = "") -> str:
    return "\n".join((ITEM + more, *lines)) + "\n"


def item(kind: str = "FAC", issued: str = "2026-01-15", amount: str = "100,00") -> str:
    return f"{kind};1;C1;{issued};2026-02-15;{amount}"


def client(label: str, value: str) -> Case:
    return Case("clients", f"client_code;client_business_name;{label}\nC1;One;{value}\n", 2)


KEYED = "client_code;client_business_name;client_unique_key\n"
PERSON = "client_code;contact_lastname"

CASES: dict[str, Case] = {
    "column-count": Case("items", items(item() + ";7"), 2),
    "bad-quoting": Case("items", items(item(), 'FAC;"1;C1;2026-01-15;2026-02-15;1'), 3),
    "bytes-outside-charset": Case("contacts", PERSON.encode() + b"\nC1;Caf\xe9\n", 2),
    "nul-character": Case("contacts", f"{PERSON}\nC1;Ro\0y\n", 2),
    "unit-separator": Case("contacts", f"{PERSON}\nC1;Ro\x1fy\n", 2),
    "line-too-long": Case("contacts", f"{PERSON}\nC1;{'x' * 20_000}\n", 2),
    "missing-value": Case("contacts", f"{PERSON}\nC1; \n", 2),
    "text-too-long": Case("contacts", f"{PERSON}\nC1;{'x' * 10_001}\n", 2),
    "not-an-amount": Case("items", items(item(amount="100 EUR")), 2),
    "too-many-decimals": Case("items", items(item(amount="1.1234567")), 2),
    "amount-too-large": Case("items", items(item(amount="123456789012345")), 2),
    "ambiguous-amount": Case("items", items(item(amount="1,200")), 2),
    "not-a-date": Case("items", items(item(issued="2026-02-30")), 2),
    "ambiguous-date": Case("items", items(item(issued="03/04/2026")), 2),
    "not-a-flag": client("client_blocked", "2"),
    "unknown-choice": Case("contacts", f"{PERSON};contact_role\nC1;Roy;boss\n", 2),
    "unknown-item-type": Case("items", items(item("NF")), 2),
    "not-an-email": client("client_email", "nobody"),
    "unknown-currency": Case("items", items(item() + ";FRF", more=";item_currency"), 2),
    "unknown-country-code": client("client_address_country", "XX"),
    "siret-format": client("client_siret", "73282932000"),
    "siret-checksum": client("client_siret", "73282932000075"),
    "unknown-customer": Case("contacts", f"{PERSON}\nC9;Roy\n", 2),
    "duplicate-key": Case("items", items(item(), item(amount="7")), 3),
    "ambiguous-match": Case(
        "contacts",
        f"{PERSON}\nC1;Roy\n",
        2,
        before=f"{PERSON};contact_unique_key\nC1;Roy;K1\nC1;Roy;K2\n",
    ),
    "taken-identity": Case("clients", f"{KEYED}C9;Nine;U1\nC1;One;U1\n", 2, before=f"{KEYED}C1;One;U1\n"),
    "vat-format": client("client_vat", "FR00732829320"),
    "unknown-country": client("client_address_country", "Atlantis"),
}

FEC = "|".join(OFFICIAL)
POSTED = "VE|Ventes|1|20240131|411000|Clients|C1|Dupont|F1|20240130|Facture|12,50|0,00|AB|20240301|20241231||"

CHECKED: dict[str, str] = {
    "decimal-point": POSTED.replace("12,50", "12.50"),
    "thousands-separator": POSTED.replace("12,50", "1 012,50"),
    "not-a-fec-amount": POSTED.replace("12,50", "12 EUR"),
    "not-a-fec-date": POSTED.replace("20240131", "20241331"),
    "blank-line": "",
    "missing-column": "",
    "column-separator": "",
    "account-number-start": POSTED.replace("411000", "C411"),
    "both-sides": POSTED.replace("0,00", "3,00"),
    "neither-side": POSTED.replace("12,50", ""),
    "unlikely-year": POSTED.replace("20240130", "18240130"),
    "expected-value": POSTED.replace("20241231", ""),
}
"""Lines of a FEC with one finding that only the check of a FEC has."""

CHECKED_HEADERS = {
    "blank-line": f"\n{FEC}",
    "missing-column": FEC.replace("CompteLib", "Libelle"),
    "column-separator": FEC.replace("|", ";"),
}


SIRET = "73282932000074"
OWED = POSTED
SOLD = POSTED.replace("411000|Clients|C1|Dupont", "706000|Ventes||").replace("12,50|0,00", "0,00|12,50")
"""With OWED a balanced entry."""
NEXT = (OWED.replace("|1|", "|2|"), SOLD.replace("|1|", "|2|"))


MADE_YEARS = EntryWishes(makes_years=True)


@dataclass(frozen=True)
class Entered:
    """Lines of a FEC of which each has the fault, `also` others; `before` and `statement` came before."""

    lines: tuple[str, ...]
    wishes: EntryWishes = MADE_YEARS
    before: tuple[str, ...] = ()
    statement: str = ""
    also: tuple[str, ...] = ()


CLOSE = "update {} set is_closed = true where company_id = %s"
TWICE = """
    insert into entries (organization_id, company_id, key, fiscal_year_id, journal_id, entered_on)
    select organization_id, company_id, key, fiscal_year_id, journal_id, entered_on
    from entries
    where company_id = %s
"""

ENTERED: dict[str, Entered] = {
    "entry-unbalanced": Entered((OWED,)),
    "entry-rejected": Entered((OWED, SOLD.replace("706000", "")), also=("missing-value",)),
    "no-fiscal-year": Entered((OWED, SOLD), EntryWishes()),
    "other-fiscal-year": Entered((OWED, SOLD), EntryWishes(makes_years=True, year_id=2**31 - 1)),
    "fiscal-year-closed": Entered(NEXT, before=(OWED, SOLD), statement=CLOSE.format("fiscal_years")),
    "several-fiscal-years": Entered((OWED, SOLD.replace("20240131", "20250131"))),
    "unknown-journal": Entered((OWED.replace("Ventes", ""), SOLD.replace("Ventes", "", 1))),
    "journal-closed": Entered(NEXT, before=(OWED, SOLD), statement=CLOSE.format("journals")),
    "unknown-ledger-account": Entered(
        (OWED.replace("Clients", ""), SOLD.replace("706000|Ventes", "706000|")),
    ),
    "ledger-account-closed": Entered(NEXT, before=(OWED, SOLD), statement=CLOSE.format("ledger_accounts")),
    "not-an-account-number": Entered(
        (OWED.replace("411000", "A11"), SOLD.replace("706000", "A06")),
        EntryWishes(makes_years=True, is_strict=True),
    ),
    "two-sided-line": Entered(
        (OWED.replace("0,00", "12,50"),), EntryWishes(makes_years=True, is_strict=True)
    ),
    "outside-period": Entered(
        (OWED, SOLD), EntryWishes(makes_years=True, period=(date(2025, 1, 1), date(2025, 12, 31)))
    ),
    "opening-entry-unwanted": Entered(
        (OWED.replace("VE|", "AN|"), SOLD.replace("VE|", "AN|")),
        EntryWishes(makes_years=True, takes_openings=False),
    ),
    "unknown-establishment": Entered(
        (OWED, SOLD),
        EntryWishes(makes_years=True, prepare=lambda lines: lines.with_columns(siret=pl.lit(SIRET))),
    ),
    "ambiguous-entry": Entered(
        (OWED.replace("12,50", "13,50"), SOLD.replace("12,50", "13,50")), before=(OWED, SOLD), statement=TWICE
    ),
    "not-an-entry-line": Entered((), also=("not-an-entry-line",)),
    "not-a-json-row": Entered((), also=("not-a-json-row",)),
}

WARNED: dict[str, Entered] = {
    "entry-balanced-by-us": Entered((OWED,), EntryWishes(makes_years=True, balances_on="471000")),
    "third-party-waiting": Entered(
        (OWED, SOLD), EntryWishes(makes_years=True, waiting_third_party="ATTENTE")
    ),
}
"""Lines of a FEC that are stored with a warning at the first one."""


@dataclass(frozen=True)
class Accounts:
    """A list of accounts whose object on `line` has one fault or warning; `before` was imported already."""

    objects: tuple[dict[str, Any], ...]
    line: int = 1
    before: tuple[dict[str, Any], ...] = ()
    also: tuple[str, ...] = ()


def address(name: str = "X1", **fields: Any) -> dict[str, Any]:
    place = {"addressCountry": "France", "addressCity": "Paris", "addressZipCode": "75001"}
    told = {"addressExternalId": name, "addressFullName": "One", "addressStreetName": "1 rue de la Paix"}
    return {**told, **place, **fields}


def account(name: str, *addresses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    told = {"accountName": name, "companyRegistrationName": name, "businessRegistrationNumber": name}
    return {"accountExternalId": name, **told, "address": list(addresses), **fields}


A1 = account("A1", address())
MOVED = address(addressCity="Lyon")

ACCOUNTS: dict[str, Accounts] = {
    "unknown-tag": Accounts((account("A1", address(), customerTagExternalId="gold"),)),
    "unknown-custom-field": Accounts((account("A1", address(), colour="red"),)),
    "not-a-web-address": Accounts((account("A1", address(), picture="a picture"),)),
    "unknown-account": Accounts(({"accountExternalId": "A1", "inactive": True},)),
    "account-deleted": Accounts((A1,), before=(A1, {"accountExternalId": "A1", "deleted": True})),
    "other-external-id": Accounts((account("C1", address()),)),
    "account-rejected": Accounts((A1, {**A1, "deleted": "perhaps"}), also=("not-a-flag",)),
    "address-not-linked": Accounts(
        ({"accountExternalId": "A1", "address": [{"addressExternalId": "X2", "unlinkAddress": True}]},),
        before=(A1,),
    ),
    "address-changed-and-linked": Accounts((account("A2", MOVED),), before=(A1,)),
    "address-told-otherwise": Accounts((account("A1", address(), MOVED),)),
    "account-told-otherwise": Accounts((A1, {**A1, "accountName": "Two"}), line=2),
}
"""Lists of accounts by a mapping that rejects unknown tags and reads a custom field that nobody knows."""

CLIENT = "client_code;client_business_name;client_unique_key\nC1;One;U1\n"


def test_each_code_of_the_catalogue_has_its_case() -> None:
    cases = (CASES, CHECKED, ENTERED, WARNED, ACCOUNTS)
    assert {code for each in cases for code in each} == FAULTS.keys() | WARNINGS.keys()


@pytest.mark.parametrize("code", CASES)
def test_a_file_makes_the_code(code: str, sender_with_customer: Any) -> None:
    case = CASES[code]
    if case.before:
        assert sender_with_customer.send(case.door, case.before)["faults_total"] == 0
    receipt = sender_with_customer.send(case.door, case.text)
    told = receipt["faults"] + receipt["warnings"]
    assert [(each["line"], each["code"]) for each in told] == [(case.line, code)]
    assert receipt["counts"]["rejected"] == receipt["faults_total"] == int(code in FAULTS)
    assert told[0]["hint"] == (FAULTS | WARNINGS)[code].hint
    assert is_a_sentence(told[0]["message"])


@pytest.mark.parametrize("code", CHECKED)
def test_a_fec_makes_the_code(code: str) -> None:
    text = f"{CHECKED_HEADERS.get(code, FEC)}\n{CHECKED[code]}".rstrip("\n")
    verdict = check_fec(iter([text.encode()]), Limits())
    assert verdict.counts == {code: 1}
    (told,) = verdict.findings.to_dicts()
    assert told["is_warning"] == (code in WARNINGS)
    assert is_a_sentence((FAULTS | WARNINGS)[code].template.format(**told))


@pytest.mark.parametrize("code", [each for each in ENTERED if ENTERED[each].lines])
def test_an_entry_makes_the_code(code: str, gateway: Any, sender: Any) -> None:
    case = ENTERED[code]
    company = company_of_login(gateway.database, sender.auth[0])
    if case.before:
        assert enter(gateway, company, case.before, MADE_YEARS)["faults_total"] == 0
    if case.statement:
        with gateway.database.connection() as conn:
            conn.execute(case.statement, [company.id])
    receipt = enter(gateway, company, case.lines, case.wishes)
    assert receipt["counts"]["rejected"] == len(case.lines)
    assert {each["code"] for each in receipt["faults"]} == {code, *case.also}
    told = next(each for each in receipt["faults"] if each["code"] == code)
    assert told["hint"] == FAULTS[code].hint
    assert is_a_sentence(told["message"])


@pytest.mark.parametrize("code", WARNED)
def test_an_entry_makes_the_warning(code: str, gateway: Any, sender: Any) -> None:
    case = WARNED[code]
    company = company_of_login(gateway.database, sender.auth[0])
    receipt = enter(gateway, company, case.lines, case.wishes)
    assert receipt["counts"]["added"] == len(case.lines)
    assert [(each["line"], each["code"]) for each in receipt["warnings"]] == [(2, code)]
    assert receipt["warnings"][0]["hint"] == WARNINGS[code].hint
    assert is_a_sentence(receipt["warnings"][0]["message"])


@pytest.mark.parametrize("code", ACCOUNTS)
def test_an_account_makes_the_code(code: str, gateway: Any, sender: Any, tmp_path: Path) -> None:
    case = ACCOUNTS[code]
    company = company_of_login(gateway.database, sender.auth[0])
    with gateway.database.connection() as conn:
        picture = CustomField("account", "picture", "Picture", "media")
        put_custom_field(conn, company.organization_id, picture)
    for number, each in enumerate(case.before):
        told = send_accounts(gateway, company, tmp_path / f"before-{number}", [each])
        assert told["faults_total"] == 0
    assert sender.send("clients", CLIENT)["counts"]["added"] == 1
    receipt = send_accounts(gateway, company, tmp_path / "file", list(case.objects))
    told = receipt["faults"] + receipt["warnings"]
    assert {each["code"] for each in told} == {code, *case.also}
    (seen,) = [each for each in told if each["code"] == code]
    assert seen["line"] == case.line
    assert seen["hint"] == (FAULTS | WARNINGS)[code].hint
    assert is_a_sentence(seen["message"])


def send_accounts(gateway: Any, company: Company, file: Path, objects: list[Any]) -> dict[str, Any]:
    """The receipt of a list of accounts."""
    file.write_text(json.dumps(objects))
    mapping = DJUST.as_json()
    mapping["accounts"] = {"unknown_tags": "reject"}
    mapping["columns"] += [{"field": "custom.colour", "path": "$.colour"}]
    new = NewRun(
        organization_id=company.organization_id,
        company_id=company.id,
        dialect="djust",
        door="accounts",
        upload_name="accounts.json",
        upload_bytes=file.stat().st_size,
        upload_digest="",
        upload_path=str(file),
        requested_by="a test",
        declarations={"mapping": mapping},
    )
    with gateway.database.connection() as conn:
        run = create_run(conn, new)
    ended = carry_out(gateway.database, gateway.settings, run)
    with gateway.database.connection() as conn:
        return receipt_of(conn, ended)


def test_a_line_of_a_tra_makes_its_code() -> None:
    header = f"***S5CLIJRLETE{'':19}011"
    (piece,) = read_tra(iter([f"{header}\nVTE not a date\n".encode()]), Limits()).table.pieces
    (told,) = piece.faults.to_dicts()
    assert told["code"] == "not-an-entry-line"
    assert is_a_sentence(FAULTS["not-an-entry-line"].template.format(**told))


def test_an_object_of_a_json_list_makes_its_code() -> None:
    body = b'{"data": {"ecritures": [null, {"debit": {"amount": 1}}]}}'
    (piece,) = read_json_entries(ISO_DAY, {}, iter([body]), Limits(), len(body)).pieces
    (told,) = piece.faults.to_dicts()
    assert (told["code"], told["line"]) == ("not-a-json-row", 1)
    assert is_a_sentence(FAULTS["not-a-json-row"].template.format(**told))


def company_of_login(database: Database, login: str) -> Company:
    """The company that a credential opens."""
    with database.connection() as conn:
        row = conn.execute("select company_id from credentials where login = %s", [login]).fetchone()
        assert row is not None
        return company_of(conn, row[0])


def enter(gateway: Any, company: Company, lines: tuple[str, ...], wishes: EntryWishes) -> dict[str, Any]:
    """The receipt of a FEC imported with these wishes."""
    path = gateway.settings.data / "entered.txt"
    path.write_text("\n".join((FEC, *lines)), encoding="utf-8")
    new = NewRun(
        organization_id=company.organization_id,
        company_id=company.id,
        dialect="native",
        door="fec",
        upload_name=path.name,
        upload_bytes=path.stat().st_size,
        upload_digest="",
        upload_path=str(path),
        requested_by="a test",
    )
    intake = Intake(
        COLUMNS,
        read=read_fec,
        declarations=Declarations(decimal_sign=","),
        entry_wishes=lambda conn, documents: wishes,
    )
    with gateway.database.connection() as conn:
        run = create_run(conn, new)
    ended = import_run(gateway.database, gateway.settings, run, intake)
    with gateway.database.connection() as conn:
        return receipt_of(conn, ended)


def is_a_sentence(message: str) -> bool:
    """Whether nothing in it is left to fill, and nothing was filled with nothing."""
    return message == message.strip() and not any(each in message for each in ("{", "}", "  ", "()"))
