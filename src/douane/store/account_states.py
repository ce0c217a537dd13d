"""Which ledger accounts are open: listed, closed to new entries, and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.refusing import refusal

from .locks import lock_entries
from .queries import queries
from .scope import scope_of

SQL = queries("account_states")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class AccountState:
    """A ledger account and whether anything may be entered on it."""

    number: str
    name: str
    is_auxiliary: bool
    is_closed: bool


def list_states(
    conn: Connection, organization_id: int, company_id: int, start: str = "", limit: int = 1000
) -> list[AccountState]:
    """The first accounts, by number, whose number starts so."""
    values = {**scope_of(organization_id, company_id), "start": start, "limit": limit}
    with conn.cursor(row_factory=class_row(AccountState)) as cursor:
        return cursor.execute(SQL["list_states"], values).fetchall()


def set_closed(
    conn: Connection,
    organization_id: int,
    company_id: int,
    number: str,
    *,
    is_closed: bool,
    is_auxiliary: bool = False,
) -> AccountState:
    """Close the account of this number, or open it, once no import runs. Refuses `unknown-record`."""
    lock_entries(conn, company_id)
    values = {**scope_of(organization_id, company_id), "number": number}
    states = {"is_closed": is_closed, "is_auxiliary": is_auxiliary}
    with conn.cursor(row_factory=class_row(AccountState)) as cursor:
        changed = cursor.execute(SQL["set_closed"], values | states).fetchone()
    if changed is None:
        raise refusal("unknown-record", f"ledger account {number!r}")
    return changed
