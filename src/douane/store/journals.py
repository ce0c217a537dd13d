"""The journals of a company: listed, added, changed, closed and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.journals import JOURNAL_TYPES, Journal
from douane.model.refusing import refusal
from douane.model.texts import CODE_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, is_code, is_name

from .locks import lock_entries
from .queries import queries
from .scope import scope_of

SQL = queries("journals")

Connection = psycopg.Connection[Any]


def list_journals(conn: Connection, organization_id: int, company_id: int) -> list[Journal]:
    """The company's journals by code."""
    with conn.cursor(row_factory=class_row(Journal)) as cursor:
        return cursor.execute(SQL["list_journals"], scope_of(organization_id, company_id)).fetchall()


def find_journal(
    conn: Connection, organization_id: int, company_id: int, *, id: int | None = None, code: str | None = None
) -> Journal:
    """The journal of this id, or of this code. Refuses `unknown-record`."""
    with conn.cursor(row_factory=class_row(Journal)) as cursor:
        values = {**scope_of(organization_id, company_id), "id": id, "code": code}
        found = cursor.execute(SQL["find_journal"], values).fetchone()
    if found is None:
        raise refusal("unknown-record", f"journal {id if code is None else code}")
    return found


def add_journal(conn: Connection, organization_id: int, company_id: int, journal: Journal) -> Journal:
    """Store a new journal; gives it with its id. Refuses `bad-record`, and `code-taken` for a known code."""
    _check(journal)
    added = conn.execute(
        SQL["add_journal"], scope_of(organization_id, company_id) | asdict(journal)
    ).fetchone()
    if added is None:
        raise refusal("code-taken", f"a journal {journal.code}")
    return find_journal(conn, organization_id, company_id, id=added[0])


def change_journal(conn: Connection, organization_id: int, company_id: int, journal: Journal) -> Journal:
    """Store all of the journal but its code, which stays. Refuses `bad-record` and `unknown-record`.

    Waits for imports of entries that are running: closing holds from then on.
    """
    _check(journal)
    lock_entries(conn, company_id)
    values = scope_of(organization_id, company_id) | asdict(journal)
    if conn.execute(SQL["change_journal"], values).fetchone() is None:
        raise refusal("unknown-record", f"journal {journal.code}")
    return find_journal(conn, organization_id, company_id, id=journal.id)


def remove_journal(conn: Connection, organization_id: int, company_id: int, journal_id: int) -> None:
    """Remove a journal. Refuses `unknown-record`, and `record-in-use` for one that has entries.

    Waits for imports of entries that are running.
    """
    lock_entries(conn, company_id)
    values = {**scope_of(organization_id, company_id), "id": journal_id}
    if conn.execute(SQL["lock_journal"], values).fetchone() is None:
        raise refusal("unknown-record", f"journal {journal_id}")
    if _is_true(conn, "has_entries", values):
        raise refusal("record-in-use", f"journal {journal_id} has entries")
    conn.execute(SQL["remove_journal"], values)


def has_entries_without(
    conn: Connection, organization_id: int, company_id: int, journal_id: int, prefixes: Sequence[str]
) -> bool:
    """Whether an entry of the journal has no account that starts with one of `prefixes`, of 2 digits each."""
    values = {**scope_of(organization_id, company_id), "id": journal_id, "prefixes": list(prefixes)}
    return _is_true(conn, "has_entries_without", values)


def hold_journal(conn: Connection, organization_id: int, company_id: int, journal_id: int) -> None:
    """Keep the journal as it is until the transaction ends, for an entry that goes into it."""
    conn.execute(SQL["hold_journal"], {**scope_of(organization_id, company_id), "id": journal_id})


def _check(journal: Journal) -> None:
    code, name = journal.code, journal.name
    if not is_code(code):
        raise refusal("bad-record", f"{code[:100]!r} is no code of 1 to {CODE_CHARACTERS_MAX} characters.")
    if not is_name(name):
        raise refusal("bad-record", f"The name is no text of 1 to {TEXT_CHARACTERS_MAX} characters.")
    if journal.type not in JOURNAL_TYPES:
        raise refusal("bad-record", f"{journal.type!r} is no type; there are: {', '.join(JOURNAL_TYPES)}.")


def _is_true(conn: Connection, statement: str, values: dict[str, Any]) -> bool:
    row = conn.execute(SQL[statement], values).fetchone()
    return row is not None and bool(row[0])
