"""Sends files of entries through the whole pipeline into a real database, and reads back what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import dict_row

from douane.dialects.carry_out import import_run
from douane.formats.csv import Layout
from douane.model.entry_lines import ENTRY_LINES
from douane.model.establishments import Establishment
from douane.model.mapping import Column, Declarations, Mapping
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import Intake
from douane.pipeline.report import receipt_of
from douane.pipeline.run import import_run as run_import
from douane.settings import Settings
from douane.store.database import Database
from douane.store.establishments import add_establishment
from douane.store.organizations import Company
from douane.store.runs import Run

HEAD_OFFICE, WORKS = "73282932000074", "73282932000017"
"""Two establishments of one company."""

SendEntries = Callable[..., dict[str, Any]]
Books = Callable[..., list[dict[str, Any]]]

LINES = """
    select j.code as journal, e.number as entry, l.entered_on, a.number as account, x.number as auxiliary,
        l.label, l.debit, l.credit, l.piece, e.id as entry_id, l.number as place
    from entry_lines as l
    join entries as e on e.company_id = l.company_id and e.id = l.entry_id
    join journals as j on j.company_id = e.company_id and j.id = e.journal_id
    join ledger_accounts as a on a.company_id = l.company_id and a.id = l.account_id
    left join ledger_accounts as x on x.company_id = l.company_id and x.id = l.auxiliary_id
    where l.company_id = %s
    order by l.entered_on, j.code, e.number, l.number
"""


@pytest.fixture
def send_entries(
    database: Database, settings: Settings, company: Company, make_run: Callable[..., Run]
) -> SendEntries:
    """`send_entries(text, door="fec", dialect="native", name=...)` imports a file and gives its receipt."""

    def send(
        text: str | bytes,
        *,
        door: str = "fec",
        dialect: str = "native",
        name: str = "entries.txt",
        dry_run: bool = False,
        company: Company = company,
        settings: Settings = settings,
        **options: str,
    ) -> dict[str, Any]:
        asked = {"options": options, "upload_name": name, "is_dry_run": dry_run}
        ended = import_run(database, settings, make_run(company, dialect, door, text, **asked))
        with database.connection() as conn:
            return receipt_of(conn, ended)

    return send


@pytest.fixture
def entry_lines(database: Database, company: Company) -> Books:
    """`entry_lines()` gives the company's lines with the codes of what they hang on, in order."""

    def lines(of: Company = company) -> list[dict[str, Any]]:
        with database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(LINES, [of.id]).fetchall()

    return lines


LINE_FIELDS = tuple(each.name for each in ENTRY_LINES.fields if each.name not in {"amount", "side"})
PLAIN = Mapping("plain", ENTRY_LINES, tuple(Column(name, name) for name in LINE_FIELDS))
"""Files whose labels are the fields themselves."""

STORED = """
    select coalesce(s.siret, '') as siret, j.code as journal, e.number as entry, e.entered_on, e.is_pending,
        a.number as account, x.number as auxiliary, l.label, l.debit, l.credit, l.line, l.extra,
        e.id as entry_id, l.number as place
    from entry_lines as l
    join entries as e on e.company_id = l.company_id and e.id = l.entry_id
    join journals as j on j.company_id = e.company_id and j.id = e.journal_id
    join ledger_accounts as a on a.company_id = l.company_id and a.id = l.account_id
    left join ledger_accounts as x on x.company_id = l.company_id and x.id = l.auxiliary_id
    left join establishments as s on s.company_id = e.company_id and s.id = e.establishment_id
    where l.company_id = %s
    order by j.code, e.number, l.entered_on, siret, e.id, l.number
"""


@pytest.fixture
def send_lines(
    database: Database, settings: Settings, company: Company, make_run: Callable[..., Run]
) -> SendEntries:
    """`send_lines(lines, makes_years=True, ...)` imports lines, each a dict of fields, with these wishes."""

    def send(
        lines: list[dict[str, str]],
        *,
        company: Company = company,
        settings: Settings = settings,
        dry_run: bool = False,
        **wishes: Any,
    ) -> dict[str, Any]:
        labels = [name for name in LINE_FIELDS if any(name in each for each in lines)]
        rows = [";".join(each.get(name, "") for name in labels) for each in lines]
        run = make_run(company, "native", "fec", "\n".join((";".join(labels), *rows)), is_dry_run=dry_run)
        wished = EntryWishes(**{"makes_years": True, **wishes})
        layout = Layout(delimiter=";")
        intake = Intake(
            PLAIN, layout, declarations=Declarations(decimal_sign="."), entry_wishes=lambda *_: wished
        )
        ended = run_import(database, settings, run, intake)
        with database.connection() as conn:
            return receipt_of(conn, ended)

    return send


@pytest.fixture
def stored_lines(database: Database, company: Company) -> Books:
    """`stored_lines()` gives the company's lines with what they and their entries say, in order."""

    def lines(of: Company = company) -> list[dict[str, Any]]:
        with database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(STORED, [of.id]).fetchall()

    return lines


@pytest.fixture
def add_sirets(database: Database) -> Callable[[Company], dict[str, int]]:
    """`add_sirets(company)` gives the company two establishments; their ids by SIRET, the main one first."""

    def add(company: Company) -> dict[str, int]:
        with database.connection() as conn:
            made = [
                add_establishment(
                    conn,
                    company.organization_id,
                    company.id,
                    Establishment(code=code, name=code, siret=siret),
                )
                for code, siret in (("HEAD", HEAD_OFFICE), ("WORKS", WORKS))
            ]
        return {str(each.siret): each.id for each in made}

    return add
