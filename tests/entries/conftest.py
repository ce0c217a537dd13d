"""Sends files of entries through the whole pipeline into a real database, and reads back what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import dict_row

from douane.dialects.carry_out import import_run
from douane.pipeline.report import receipt_of
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import Run

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
