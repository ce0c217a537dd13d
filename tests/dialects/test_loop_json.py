"""importJson from the call to the books: entries, options, establishments, documents, and what is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg.rows import dict_row

from douane.dialects.carry_out import import_run
from douane.fetch.deposits import fetch_deposit
from douane.model.establishments import Establishment
from douane.settings import Settings
from douane.store.establishments import add_establishment
from douane.store.runs import Run

CONTEXT = {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T23:59:59.999Z"}
SECOND_SIRET = "07955542100035"
DAY = "2026-01-31T00:00:00.000Z"


def line(compte: str, debit: Any = None, credit: Any = None, **more: Any) -> dict[str, Any]:
    """One line of a sale, as a client writes it."""
    sent: dict[str, Any] = {"date": DAY, "journal": "VE", "compte": compte, "libelle": "Facture n° 12"}
    if debit is not None:
        sent["debit"] = {"amount": debit}
    if credit is not None:
        sent["credit"] = {"amount": credit}
    return sent | {"refPiece": "F12"} | more


SALE = (line("411000", 120.5, tiers="DUPONT"), line("706000", credit=120.5))


def body(*entries: Any, context: Any = CONTEXT, siret: str | None = None, **options: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"contexte": context, "options": options, "ecritures": list(entries)}
    return {"codeIbs": "CEGID003", "SIRET": siret, "data": data}


@dataclass(frozen=True)
class Importer:
    """A sender whose requests are carried out at once."""

    loop: Any
    settings: Settings

    def imported(self, sent: Any, **query: str) -> Run:
        """The run of a request that is taken, as it ended."""
        reply = self.loop.post("importJson", sent, params=query)
        run = self.loop.run(reply)
        return import_run(self.loop.database, self.settings, run, take_deposit=fetch_deposit)

    def status(self, run: Run) -> dict[str, Any]:
        status: dict[str, Any] = self.loop.status(str(run.request_id))
        return status

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with self.loop.database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, {"company": self.loop.company.id}).fetchall()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The stored lines with their journal, accounts and entry."""
        return self.rows(LINES)


LINES = """
    select l.*, e.number as entry_number, e.establishment_id, e.is_pending, j.code as journal,
        a.number as account, x.number as auxiliary
    from entry_lines as l
    join entries as e on e.id = l.entry_id and e.company_id = l.company_id
    join journals as j on j.id = e.journal_id
    join ledger_accounts as a on a.id = l.account_id
    left join ledger_accounts as x on x.id = l.auxiliary_id
    where l.company_id = %(company)s
    order by l.line, e.id
"""


@pytest.fixture
def importer(loop: Any, settings: Settings) -> Importer:
    return Importer(loop, settings)


def test_a_request_is_recorded_and_its_entries_come_later(importer: Importer) -> None:
    reply = importer.loop.post("importJson", body(*SALE))
    waiting = importer.loop.run(reply)
    assert (waiting.state, waiting.door, waiting.is_async) == ("waiting", "importJson", True)
    assert importer.status(waiting)["status"] == 1
    ended = import_run(importer.loop.database, importer.settings, waiting)
    assert importer.status(ended)["status"] == 3
    assert importer.status(ended)["counts"]["added"] == 2
    first, second = importer.lines
    assert (first["account"], first["auxiliary"], first["debit"]) == ("411000", "DUPONT", Decimal("120.5"))
    assert (second["account"], second["credit"]) == ("706000", Decimal("120.5"))
    assert {each["entered_on"] for each in importer.lines} == {date(2026, 1, 31)}
    assert {(each["journal"], each["entry_number"], each["piece"]) for each in importer.lines} == {
        ("VE", "F12", "F12")
    }
    assert {each["establishment_id"] for each in importer.lines} == {importer.loop.establishment.id}


def test_every_published_value_has_its_place(importer: Importer) -> None:
    full = line(
        "411000",
        journalLib="Ventes",
        compteLib="Clients",
        tiers="DUPONT",
        reference="CDE-17",
        dateJustif="2026-01-30",
        dateEcheance="2026-02-28",
        dateLettrage="2026-02-05",
        codeLettrage="AB",
        modePaiement=5,
        commentaire="À rappeler",
        debCutOff="2026-01-01",
        finCutOff="2026-12-31",
        axeAna=[{"code": "PARIS", "part": 0.5}],
        lot="L1",
        type=1,
        inconnu={"x": 1},
    )
    full["debit"] = {"amount": 100, "currency": "USD", "currencyAmount": 108.123, "currencyRate": 1.08123}
    importer.imported(body(full, line("706000", credit=100)))
    stored = importer.lines[0]
    assert stored["piece_on"] == date(2026, 1, 30)
    assert stored["due_on"] == date(2026, 2, 28)
    assert (stored["lettering"], stored["lettered_on"]) == ("AB", date(2026, 2, 5))
    assert (stored["reference"], stored["payment_means"]) == ("CDE-17", "VIRT")
    assert (stored["currency"], stored["currency_amount"]) == ("USD", Decimal("108.123"))
    assert stored["extra"] == {
        "commentaire": "À rappeler",
        "debCutOff": "2026-01-01",
        "finCutOff": "2026-12-31",
        "axeAna": '[{"code":"PARIS","part":0.5}]',
        "lot": "L1",
        "type": "1",
        "currencyRate": "1.08123",
        "autres": '{"inconnu":{"x":1}}',
    }
    names = importer.rows("select number, name from ledger_accounts where company_id = %(company)s")
    assert {"number": "411000", "name": "Clients"} in names


def test_the_same_entries_again_change_nothing(importer: Importer) -> None:
    importer.imported(body(*SALE))
    again = importer.imported(body(*SALE))
    assert importer.status(again)["counts"]["unchanged"] == 2
    assert len(importer.lines) == 2


def test_a_preview_stores_nothing(importer: Importer) -> None:
    ended = importer.imported(body(*SALE), dry_run="true")
    assert importer.status(ended)["counts"]["added"] == 2
    assert importer.lines == []


def test_amounts_are_exact(importer: Importer) -> None:
    sent = """{"codeIbs": "CEGID003", "data": {"contexte": {"from": "2026-01-01", "to": "2026-12-31"},
        "ecritures": [
        {"date": "2026-01-31", "journal": "VE", "compte": 411000, "debit": {"amount": 12345678901234.123456}},
        {"date": "2026-01-31", "journal": "VE", "compte": "4111", "debit": {"amount": 1.234}},
        {"date": "2026-01-31", "journal": "VE", "compte": "4112", "debit": {"amount": 1E+3}},
        {"date": "2026-01-31", "journal": "VE", "compte": "7060", "credit": {"amount": 12345678902235.357456}}
        ]}}"""
    importer.imported(sent.encode())
    assert [each["debit"] - each["credit"] for each in importer.lines] == [
        Decimal("12345678901234.123456"),
        Decimal("1.234"),
        Decimal(1000),
        Decimal("-12345678902235.357456"),
    ]


@pytest.mark.parametrize(
    ("amount", "option", "kept"),
    [
        ("1200,50", {}, "1200.50"),
        ("1 200.50", {}, "1200.50"),
        ("1.200", {"separatorDecimal": ","}, "1200"),
        ("1,200", {"separatorDecimal": ","}, "1.2"),
        ("1.200", {"separatorDecimal": "."}, "1.2"),
        (1.25, {"separatorDecimal": ","}, "1.25"),
        (1.125, {"separatorDecimal": ","}, "1.125"),
        (-5, {}, "-5"),
    ],
)
def test_amounts_that_are_texts_have_the_separator_that_is_told(
    amount: Any, option: dict[str, str], kept: str, importer: Importer
) -> None:
    importer.imported(body(line("411000", amount), line("706000", credit=amount), **option))
    assert importer.lines[0]["debit"] == Decimal(kept)


def test_an_amount_that_could_mean_two_things_is_not_guessed(importer: Importer) -> None:
    ended = importer.imported(body(line("411000", "1,200"), line("706000", credit="1,200")))
    assert {each["code"] for each in importer.status(ended)["errors"]} == {"ambiguous-amount"}


@pytest.mark.parametrize(
    ("sent", "date_format", "kept"),
    [
        ("2026-03-04", None, date(2026, 3, 4)),
        ("20260304", None, date(2026, 3, 4)),
        ("2026-03-04T00:00:00+02:00", None, date(2026, 3, 4)),
        ("2026-03-03T23:00:00.000Z", None, date(2026, 3, 4)),
        ("2026-07-03T22:00:00.000Z", None, date(2026, 7, 4)),
        ("2026-03-04T09:30:00Z", None, date(2026, 3, 4)),
        ("03/04/2026", "MM/DD/YYYY", date(2026, 3, 4)),
        ("04/03/2026", "JJ/MM/AAAA", date(2026, 3, 4)),
        ("040326", "ddmmyy", date(2026, 3, 4)),
        ("2026-03-04T00:00:00.000Z", "dd/mm/yyyy", date(2026, 3, 4)),
    ],
)
def test_dates_are_iso_or_as_the_option_says(
    sent: str, date_format: str | None, kept: date, importer: Importer
) -> None:
    lines = [{**each, "date": sent} for each in SALE]
    importer.imported(body(*lines, formatDate=date_format))
    assert {each["entered_on"] for each in importer.lines} == {kept}


@pytest.mark.parametrize(
    ("sent", "date_format"),
    [
        ("03/04/2026", None),
        ("25/12/2026", "MM/DD/YYYY"),
        ("2026-02-30", None),
        ("2026-07-03T22:30:00.000Z", "dd/mm/yyyy"),
        ("2026-07-03T22:30:00.000Z", None),
        (46000, None),
        (True, None),
    ],
)
def test_a_date_that_is_none_is_told(sent: Any, date_format: str | None, importer: Importer) -> None:
    lines = [{**each, "date": sent} for each in SALE]
    ended = importer.imported(body(*lines, formatDate=date_format))
    status = importer.status(ended)
    assert status["status"] == 4
    found = [(each["line"], each["field"], each["code"]) for each in status["errors"]]
    assert found == [(1, "date", "not-a-date"), (2, "date", "not-a-date")]
    assert importer.lines == []


def test_an_entry_out_of_balance_fails_unless_told_otherwise(importer: Importer) -> None:
    odd = (SALE[0], line("706000", credit=100))
    refused = importer.imported(body(*odd))
    assert importer.status(refused)["errors"][0]["code"] == "entry-unbalanced"
    assert importer.lines == []
    balanced = importer.imported(body(*odd, failOnUnbalanced=False))
    assert importer.status(balanced)["status"] == 3
    assert sorted((each["account"], each["debit"] - each["credit"]) for each in importer.lines) == [
        ("411000", Decimal("120.5")),
        ("471000", Decimal("-20.5")),
        ("706000", Decimal(-100)),
    ]


def test_an_entry_out_of_balance_may_be_left_out(importer: Importer) -> None:
    odd = line("411000", 7, refPiece="F13")
    ended = importer.imported(body(*SALE, odd, failOnUnbalanced=False, balanceAuto=False))
    status = importer.status(ended)
    assert (status["status"], status["counts"]["added"], status["counts"]["rejected"]) == (4, 2, 1)
    assert [(each["line"], each["code"]) for each in status["errors"]] == [(3, "entry-unbalanced")]


def test_the_difference_goes_to_the_default_account(importer: Importer) -> None:
    odd = (SALE[0], line("706000", credit=100))
    importer.imported(body(*odd, failOnUnbalanced=False, defaultCompte=478000))
    assert {each["account"] for each in importer.lines} == {"411000", "706000", "478000"}


def test_what_an_entry_lacks_comes_from_the_options(importer: Importer) -> None:
    bare = [{name: each[name] for name in each if name not in {"journal", "refPiece"}} for each in SALE]
    del bare[1]["compte"]
    importer.imported(
        body(
            *bare,
            defaultJournalId="OD",
            defaultCompte="708000",
            comptesRules={"411": "4110", "41": "40"},
            createPieceRef=True,
        )
    )
    assert [(each["account"], each["journal"], each["piece"]) for each in importer.lines] == [
        ("4110000", "OD", "OD20260131"),
        ("708000", "OD", "OD20260131"),
    ]


@pytest.mark.parametrize(
    ("option", "code"),
    [("createNewJournaux", "unknown-journal"), ("createNewComptes", "unknown-ledger-account")],
)
def test_what_must_not_be_made_is_told(option: str, code: str, importer: Importer) -> None:
    ended = importer.imported(body(*SALE, **{option: False}))
    assert code in {each["code"] for each in importer.status(ended)["errors"]}


def test_third_parties_that_must_not_be_made_wait(importer: Importer) -> None:
    ended = importer.imported(body(*SALE, createNewTiers=False))
    assert importer.status(ended)["status"] == 3
    assert importer.lines[0]["auxiliary"] == "ATTENTE"


def test_entries_outside_the_context_are_told_unless_there_are_several_periods(importer: Importer) -> None:
    context = {"from": "2026-02-01T00:00:00.000Z", "to": "2026-02-28T00:00:00.000Z"}
    ended = importer.imported(body(*SALE, context=context))
    assert {each["code"] for each in importer.status(ended)["errors"]} == {"outside-period"}
    ended = importer.imported(body(*SALE, context=None, multiPeriode=True))
    assert importer.status(ended)["status"] == 3


@pytest.mark.parametrize("named", ["type", "typeMouvement"])
def test_types_make_drafts_and_openings(named: str, importer: Importer) -> None:
    draft = [{**each, named: 7} for each in SALE]
    importer.imported(body(*draft))
    assert {each["is_pending"] for each in importer.lines} == {True}
    opening = [{**each, named: "5", "refPiece": "AN1"} for each in SALE]
    ended = importer.imported(body(*opening, aNouveaux=False))
    assert {each["code"] for each in importer.status(ended)["errors"]} == {"opening-entry-unwanted"}
    assert importer.status(importer.imported(body(*opening)))["status"] == 3


def test_a_budget_is_not_kept(importer: Importer) -> None:
    ended = importer.imported(body(*({**each, "type": 6} for each in SALE)))
    assert {each["code"] for each in importer.status(ended)["errors"]} == {"not-a-json-row"}
    assert "budget" in importer.status(ended)["errors"][0]["message"]


def test_entries_are_of_the_establishments_that_their_lines_name(importer: Importer) -> None:
    company = importer.loop.company
    with importer.loop.database.connection() as conn:
        place = Establishment("NORD", "Nord", SECOND_SIRET)
        second = add_establishment(conn, company.organization_id, company.id, place)
    there = [{**each, "SIRET": SECOND_SIRET} for each in SALE]
    importer.imported(body(*SALE, *there, siret="07955542100027"))
    assert [each["establishment_id"] for each in importer.lines] == [
        *[importer.loop.establishment.id] * 2,
        *[second.id] * 2,
    ]
    assert len({each["entry_id"] for each in importer.lines}) == 2


def test_a_means_of_payment_that_is_none_is_told(importer: Importer) -> None:
    ended = importer.imported(body({**SALE[0], "modePaiement": 12}, SALE[1]))
    told = importer.status(ended)["errors"][0]
    assert (told["line"], told["field"], told["value"], told["code"]) == (
        1,
        "modePaiement",
        "12",
        "unknown-choice",
    )


def test_documents_come_from_the_deposits(importer: Importer) -> None:
    uri = deposited(importer, "F12.pdf", b"%PDF-1.7 twelve")
    other = deposited(importer, "F12.pdf", b"%PDF-1.7 another twelve")
    named = {**SALE[0], "fichier": {"uri": uri}}, {**SALE[1], "fichier": {"uri": f"/{other}"}}
    ended = importer.imported(body(*named))
    assert importer.status(ended)["status"] == 3
    names = [f"{each.split('/')[0]} F12.pdf" for each in (uri, other)]
    assert [each["attachments"] for each in importer.lines] == names
    stored = importer.rows("select name, content from attachments where company_id = %(company)s")
    assert {each["name"]: each["content"] for each in stored} == {
        names[0]: b"%PDF-1.7 twelve",
        names[1]: b"%PDF-1.7 another twelve",
    }


def test_a_document_that_nobody_deposited_is_told(importer: Importer) -> None:
    uri = f"{uuid4()}/F12.pdf"
    reply = importer.loop.post("importJson", body(SALE[0], {**SALE[1], "fichier": {"uri": uri}}))
    told = importer.loop.told(reply)
    assert told == f"Le fichier joint {uri} n'a pas été déposé : écriture numéro 2."
    empty = importer.loop.get("getFileUrlDeposit", filename="F12.pdf").json()["uri"]
    reply = importer.loop.post("importJson", body({**SALE[0], "fichier": {"uri": empty}}, SALE[1]))
    assert empty in importer.loop.told(reply)


def deposited(importer: Importer, name: str, content: bytes) -> str:
    """The URI of a file that was deposited."""
    place = importer.loop.get("getFileUrlDeposit", filename=name).json()
    address = place["depositUrl"].split("/deposits/")[1]
    reply = importer.loop.web.put(f"/deposits/{address}", content=content)
    assert reply.status_code == 201, reply.text
    return str(place["uri"])


def test_what_comes_with_an_entry_does_not_change_what_it_is(importer: Importer) -> None:
    payment = [
        line("512000", 30, journal="BQ", refPiece="R1"),
        line("411000", credit=30, journal="BQ", refPiece="F0"),
    ]
    importer.imported(body(*SALE))
    run = importer.imported(body(*payment, *SALE))
    counts = importer.status(run)["counts"]
    assert (counts["added"], counts["unchanged"]) == (2, 2)
    assert {each["entry_number"] for each in importer.lines} == {"F0", "F12"}
