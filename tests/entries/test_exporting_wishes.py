"""The FEC of a year has what we put into its entries, all establishments, and no drafts."""

from __future__ import annotations

from typing import Any

from douane.store.database import Database
from douane.store.exporting import COLUMNS, entry_lines_of_year
from douane.store.organizations import Company


def line(number: str, account: str, debit: str, credit: str, **more: str) -> dict[str, str]:
    return {
        "journal_code": "VE",
        "journal_name": "Ventes",
        "entry_number": number,
        "entered_on": "2024-01-15",
        "account_number": account,
        "account_name": "Compte",
        "label": "Facture",
        "debit": debit,
        "credit": credit,
    } | more


def test_an_export_is_whole(send_lines: Any, add_sirets: Any, company: Company, database: Database) -> None:
    works, head_office = add_sirets(company)
    sold = [
        [line("1", "411000", amount, "0", siret=siret), line("1", "706000", "0", amount, siret=siret)]
        for siret, amount in ((works, "10"), (head_office, "20"))
    ]
    draft = [line("2", "411000", "30", "0", is_draft="1"), line("2", "706000", "0", "30")]
    unbalanced = [line("3", "411000", "40", "0", auxiliary_number="DUPONT")]
    wishes = {"balances_on": "471000", "waiting_third_party": "ATTENTE"}
    receipt = send_lines([*sold[0], *sold[1], *draft, *unbalanced], **wishes)
    assert receipt["counts"]["added"] == 7
    with database.connection() as conn:
        (year_id,) = conn.execute("select id from fiscal_years").fetchall()[0]
        (rows,) = entry_lines_of_year(conn, company.organization_id, company.id, year_id)
    found = [dict(zip(COLUMNS, each, strict=True)) for each in rows]
    told = [
        (
            each["number"],
            each["account_number"],
            each["auxiliary_number"],
            float(each["debit"]),
            float(each["credit"]),
        )
        for each in found
    ]
    assert told == [
        ("1", "411000", None, 10, 0),
        ("1", "706000", None, 0, 10),
        ("1", "411000", None, 20, 0),
        ("1", "706000", None, 0, 20),
        ("3", "411000", "ATTENTE", 40, 0),
        ("3", "471000", None, 0, 40),
    ]
