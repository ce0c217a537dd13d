"""Files that a person's mapping describes become entries, or customers, as the mapping says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from douane.dialects.carry_out import import_run
from douane.dialects.native.mapped import MAPPED, MAPPING
from douane.model.builtin_mappings import IMPORTPERSO
from douane.pipeline.report import receipt_of
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import Run

Sent = Callable[..., dict[str, Any]]
Books = Callable[..., list[dict[str, Any]]]

HEAD_OFFICE = "73282932000074"
USUAL = """\
Journal;Date;N° pièce;Compte;Tiers;Libellé;Débit;Crédit;Échéance;Zone
VE;03/04/2026;F1;411000;DUPONT;Facture 1;1.200,00;;03/05/2026;Nord
VE;03/04/2026;F1;707000;;Facture 1;;1000,00;;
VE;03/04/2026;F1;445710;;Facture 1;;200;;
BQ;2026-04-10;R1;512000;;Chèque;1 200,00;;;
BQ;10/04/2026;R1;411000;DUPONT;Chèque;;"1200,00";;
"""

FIXED: dict[str, Any] = {
    "name": "OLD",
    "table": "entry_lines",
    "layout": {"kind": "fixed", "date_format": "ddmmyy", "decimal_sign": "."},
    "columns": [
        {
            "field": "journal_code",
            "start": 1,
            "width": 2,
            "values": {"V": "VE", "A": "HA"},
            "other_values": "reject",
        },
        {"field": "entered_on", "start": 3, "width": 6},
        {"field": "account_number", "start": 9, "width": 6, "prefixes": {"C": "411", "F": "401"}},
        {"field": "side", "start": 15, "width": 1},
        {"field": "amount", "start": 16, "width": 8},
        {"field": "label", "start": 24, "width": 10, "default": "Sans libellé"},
    ],
    "entries": {"makes_accounts": "all", "makes_journals": "all"},
}
OLD = """\
V 030426C00001D  120.00Facture 1
V 030426707000C  100.00
V 030426445710C   20.00Facture 1
"""


@pytest.fixture
def send(database: Database, settings: Settings, company: Company, make_run: Callable[..., Run]) -> Sent:
    """`send(text, mapping, **declared)` imports a file by a mapping, and gives its receipt."""

    def sent(
        text: str | bytes, mapping: dict[str, Any], *, dry_run: bool = False, **declared: Any
    ) -> dict[str, Any]:
        asked = {"declarations": {MAPPING: mapping, **declared}, "is_dry_run": dry_run}
        ended = import_run(database, settings, make_run(company, "native", MAPPED, text, **asked))
        with database.connection() as conn:
            return receipt_of(conn, ended)

    return sent


def counts(receipt: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in receipt["counts"].items() if number}


def faults(receipt: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(each["line"], each["field"], each["value"], each["code"]) for each in receipt["faults"]]


def test_the_usual_export_needs_no_mapping_of_ones_own(send: Sent, stored_lines: Books) -> None:
    receipt = send(USUAL, IMPORTPERSO.as_json())
    assert (receipt["state"], counts(receipt)) == ("succeeded", {"received": 5, "added": 5})
    lines = stored_lines()
    assert [(each["journal"], str(each["entered_on"]), each["account"]) for each in lines] == [
        ("BQ", "2026-04-10", "512000"),
        ("BQ", "2026-04-10", "411000"),
        ("VE", "2026-04-03", "411000"),
        ("VE", "2026-04-03", "707000"),
        ("VE", "2026-04-03", "445710"),
    ]
    assert [str(each["debit"]) for each in lines][:3] == ["1200.000000", "0.000000", "1200.000000"]
    assert [each["auxiliary"] for each in lines].count("DUPONT") == 2
    assert lines[2]["extra"] == {"zone": "Nord"}
    assert counts(send(USUAL, IMPORTPERSO.as_json())) == {"received": 5, "unchanged": 5}


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("JOURNAL;date;N° PIECE;compte;montant;SENS", "VE;03/04/2026;F1;{account};120,00;{side}"),
        (
            "Code journal;Date écriture;Numero de piece;N° compte;Montant",
            "VE;03/04/2026;F1;{account};{sign}120,00",
        ),
        ("Journal;Date;Piece;Compte;Debit;Credit", "VE;03/04/2026;F1;{account};{debit};{credit}"),
    ],
)
def test_amounts_come_with_sides_with_signs_or_in_two_columns(
    send: Sent, stored_lines: Books, header: str, line: str
) -> None:
    debit = line.format(account="411000", side="D", sign="", debit="120,00", credit="")
    credit = line.format(account="707000", side="c", sign="-", debit="", credit="120,00")
    receipt = send("\n".join((header, debit, credit)), IMPORTPERSO.as_json())
    assert counts(receipt) == {"received": 2, "added": 2}
    assert [(str(each["debit"]), str(each["credit"])) for each in stored_lines()] == [
        ("120.000000", "0.000000"),
        ("0.000000", "120.000000"),
    ]


def test_a_file_without_amounts_is_refused(send: Sent) -> None:
    receipt = send("Journal;Date;Compte;Solde\nVE;03/04/2026;411000;1\n", IMPORTPERSO.as_json())
    assert receipt["refusal"] == {
        "code": "required-label",
        "message": "The header lacks Débit and Crédit or Montant; it has journal, date, compte, solde.",
        "hint": "Add the required columns.",
    }


def test_a_file_of_fixed_width(send: Sent, stored_lines: Books) -> None:
    receipt = send(OLD, FIXED)
    assert (receipt["faults"], counts(receipt)) == ([], {"received": 3, "added": 3})
    lines = stored_lines()
    assert [(each["journal"], each["account"], each["label"]) for each in lines] == [
        ("VE", "41100001", "Facture 1"),
        ("VE", "707000", "Sans libellé"),
        ("VE", "445710", "Facture 1"),
    ]
    assert {str(each["entered_on"]) for each in lines} == {"2026-04-03"}
    assert counts(send(OLD, FIXED)) == {"received": 3, "unchanged": 3}


def test_faults_name_what_was_sent(send: Sent) -> None:
    text = OLD.replace("V 030426C", "X 0304A6C")
    assert [each for each in faults(send(text, FIXED)) if each[0] == 1] == [
        (1, "characters 1-2", "X", "unknown-choice"),
        (1, "characters 3-8", "0304A6", "not-a-date"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"constants": {"journal_name": "Ventes", "journal_code": "OD"}}, {"received": 3, "added": 3}),
        ({"name": "OTHER"}, {"received": 3, "unchanged": 3}),
        ({"constants": {"journal_code": "VE", "label": "Reprise"}}, {"received": 3, "updated": 3}),
        ({"constants": {"journal_code": "VE", "reference": "x"}}, {"received": 3, "updated": 3}),
        ({"extras": "ignore"}, {"received": 3, "updated": 3}),
    ],
)
def test_what_a_mapping_says_now_is_what_counts(
    send: Sent, change: dict[str, Any], expected: dict[str, int]
) -> None:
    text = "N;Jour;Cpte;D;C;Zone\n1;03/04/26;411;120;;N\n1;03/04/26;707;;100;N\n1;03/04/26;445;;20;N\n"
    names = {"N": "entry_number", "Jour": "entered_on", "Cpte": "account_number", "D": "debit", "C": "credit"}
    mapping = {
        "name": "M",
        "table": "entry_lines",
        "layout": {"date_format": "dd/mm/yy"},
        "columns": [{"label": label, "field": field} for label, field in names.items()],
        "constants": {"journal_code": "VE"},
        "entries": {"makes_accounts": "all", "makes_journals": "all"},
    }
    assert counts(send(text, mapping)) == {"received": 3, "added": 3}
    assert counts(send(text, mapping)) == {"received": 3, "unchanged": 3}
    assert counts(send(text, mapping | change)) == expected


def test_a_file_without_a_header_goes_by_position(send: Sent, stored_lines: Books) -> None:
    mapping = {
        "name": "M",
        "table": "entry_lines",
        "layout": {"header": False, "skip_lines": 1, "delimiter": "|", "quote": "", "encoding": "cp1252"},
        "columns": [
            {"position": 2, "field": "journal_code"},
            {"position": 1, "field": "entered_on"},
            {"position": 4, "field": "account_number"},
            {"position": 5, "field": "amount"},
            {"position": 6, "field": "label", "default": "-"},
        ],
        "entries": {"makes_accounts": "all", "makes_journals": "all"},
    }
    text = 'Export du 03/04\n2026-04-03|VE|x|411000|5,00|Dû "net"\n2026-04-03|VE|x|707000|-5,00|\n'
    receipt = send(text.encode("cp1252"), mapping)
    assert counts(receipt) == {"received": 2, "added": 2}
    lines = stored_lines()
    assert [each["label"] for each in lines] == ['Dû "net"', "-"]
    assert [each["line"] for each in lines] == [2, 3]
    assert lines[0]["extra"] == {"column 3": "x"}


def test_what_is_asked_for_without_a_format_is_settled_by_the_run(send: Sent) -> None:
    mapping = IMPORTPERSO.as_json() | {"layout": {}}
    text = "Journal;Date;Compte;Montant\nVE;03/04/2026;411000;1,200\nVE;03/04/2026;707000;-1,200\n"
    receipt = send(text, mapping, dry_run=True)
    assert {code for *_, code in faults(receipt)} == {"ambiguous-amount", "ambiguous-date"}
    receipt = send(text, mapping, date_order="mdy", decimal_sign=",")
    assert counts(receipt) == {"received": 2, "added": 2}


def test_an_entry_belongs_to_the_establishment_that_it_names(
    send: Sent, company: Company, add_sirets: Callable[[Company], dict[str, int]], stored_lines: Books
) -> None:
    add_sirets(company)
    text = "Journal;Date;Compte;Montant;SIRET\nVE;2026-04-03;411;5;{0}\nVE;2026-04-03;707;-5;{0}\n"
    text = text.format(HEAD_OFFICE)
    assert counts(send(text, IMPORTPERSO.as_json())) == {"received": 2, "added": 2}
    assert {each["siret"] for each in stored_lines()} == {HEAD_OFFICE}


def test_other_tables_are_filled_too(send: Sent, database: Database, company: Company) -> None:
    mapping = {
        "name": "CLIENTS",
        "table": "customers",
        "extras": "ignore",
        "columns": [
            {"label": "Code", "field": "code"},
            {"label": "Bloqué", "field": "is_blocked", "values": {"Actif": "0", "Bloqué": "1"}},
        ],
        "constants": {"address_country": "FR"},
    }
    text = "Code;Bloqué;Zone\nA;actif;1\nB;BLOQUÉ;2\n;actif;3\n"
    receipt = send(text, mapping)
    assert counts(receipt) == {"received": 3, "added": 2, "rejected": 1}
    assert faults(receipt) == [(4, "code", None, "missing-value")]
    with database.connection() as conn:
        columns = "code, is_blocked, address_country, extra"
        rows = conn.execute(
            f"select {columns} from customers where company_id = %s order by code", [company.id]
        ).fetchall()
    assert rows == [("A", False, "FR", None), ("B", True, "FR", None)]
    assert counts(send(text, mapping))["unchanged"] == 2
    assert counts(send(text, mapping | {"constants": {"address_country": "BE"}}))["updated"] == 2


def test_rows_that_hang_on_a_customer_may_all_hang_on_one(send: Sent) -> None:
    customers = {"name": "C", "table": "customers", "columns": [{"label": "Code", "field": "code"}]}
    contacts = {
        "name": "K",
        "table": "contacts",
        "columns": [
            {"label": "Nom", "field": "last_name"},
            {"label": "Rôle", "field": "role", "default": "buyer"},
        ],
        "constants": {"customer": "A"},
    }
    send("Code\nA\n", customers)
    assert counts(send("Nom;Rôle\nRoy;\nDiaz;manager\n", contacts)) == {"received": 2, "added": 2}
    receipt = send("Nom;Rôle\nRoy;\n", contacts | {"constants": {"customer": "B"}})
    assert faults(receipt) == [(2, "customer", "B", "unknown-customer")]


def test_a_mapping_of_ten_thousand_words_and_prefixes(send: Sent) -> None:
    words = {f"w{number}": f"VE{number % 7}" for number in range(3000)}
    prefixes = {f"{number:05}": f"7{number % 10}" for number in range(10_000)}
    mapping = IMPORTPERSO.as_json()
    by_field = {each["field"]: each for each in mapping["columns"]}
    by_field["journal_code"]["values"] = words
    by_field["account_number"]["prefixes"] = prefixes
    rows = (f"w{n};2026-04-03;{n};{n % 10_000:05}0;{sign}1" for n in range(2000) for sign in ("", "-"))
    receipt = send("Journal;Date;N° écriture;Compte;Montant\n" + "\n".join(rows), mapping)
    assert counts(receipt) == {"received": 4000, "added": 4000}


PIECES = "Journal;Date;Pièce;Compte;Débit;Crédit\n"


def sale(piece: str, amount: int) -> str:
    return f"VE;31/01/2026;{piece};411000;{amount};\nVE;31/01/2026;{piece};707000;;{amount}\n"


PAYMENT = "BQ;31/01/2026;R1;512000;30;\nBQ;31/01/2026;F0;411000;;30\n"
"""A payment whose lines have pieces of their own: the bank's, and that of the invoice."""


def test_pieces_number_the_entries_of_a_file_without_numbers(send: Sent, stored_lines: Books) -> None:
    mapping = IMPORTPERSO.as_json()
    send(PIECES + sale("F1", 10) + sale("F2", 20), mapping)
    later = PIECES + PAYMENT + sale("F2", 20) + sale("F3", 30) + sale("F1", 10)
    assert counts(send(later, mapping)) == {"received": 8, "added": 4, "unchanged": 4}
    assert counts(send(later, mapping)) == {"received": 8, "unchanged": 8}
    entries = {each["entry_id"]: (each["journal"], each["entry"]) for each in stored_lines()}
    assert sorted(entries.values()) == [("BQ", "F0"), ("VE", "F1"), ("VE", "F2"), ("VE", "F3")]


def test_a_piece_out_of_balance_costs_its_own_lines_alone(send: Sent) -> None:
    bad = "VE;31/01/2026;F9;411000;40;\nVE;31/01/2026;F9;707000;;39\n"
    receipt = send(PIECES + sale("F1", 10) + bad + PAYMENT, IMPORTPERSO.as_json())
    assert counts(receipt) == {"received": 6, "added": 4, "rejected": 2}
    assert [(line, code) for line, _, _, code in faults(receipt)] == [
        (4, "entry-unbalanced"),
        (5, "entry-unbalanced"),
    ]


def test_numbers_are_not_joined_as_pieces_are(send: Sent) -> None:
    text = (PIECES + PAYMENT + sale("F1", 10) + sale("F2", 20)).replace("Pièce", "N° écriture")
    receipt = send(text, IMPORTPERSO.as_json())
    assert counts(receipt) == {"received": 6, "added": 4, "rejected": 2}


def test_a_row_whose_name_is_emptied_by_the_mapping_lacks_it(send: Sent) -> None:
    code = {"label": "code", "field": "code", "default": "none", "values": {"none": "", "x": " "}}
    customers = {"name": "C", "table": "customers", "columns": [code, {"label": "name", "field": "name"}]}
    receipt = send("code;name\n;Al\nx;Bo\nA1;Cy\n", customers)
    assert counts(receipt) == {"received": 3, "added": 1, "rejected": 2}
    assert faults(receipt) == [(2, "code", "none", "missing-value"), (3, "code", "x", "missing-value")]


def test_a_column_that_became_required_is_so_for_rows_that_are_stored(send: Sent) -> None:
    def customers(**more: Any) -> dict[str, Any]:
        columns = [{"label": "code", "field": "code"}, {"label": "name", "field": "name", **more}]
        return {"name": "C", "table": "customers", "columns": columns}

    text = "code;name\nA1;\nA2;Bo\n"
    assert counts(send(text, customers())) == {"received": 2, "added": 2}
    assert counts(send(text, customers(required=True))) == {"received": 2, "unchanged": 1, "rejected": 1}


def test_one_place_may_fill_two_fields_under_two_labels(send: Sent, database: Database) -> None:
    place = {"start": 1, "width": 3}
    columns = [{"field": "code", **place}, {"field": "name", "label": "again", **place}]
    customers = {"name": "C", "table": "customers", "layout": {"kind": "fixed"}, "columns": columns}
    assert counts(send("A01x\nA02\n", customers)) == {"received": 2, "added": 2}
    with database.connection() as conn:
        stored = conn.execute("select code, name from customers order by code").fetchall()
    assert stored == [("A01", "A01"), ("A02", "A02")]
