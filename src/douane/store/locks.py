"""The locks on the books of a company, each held until the transaction ends."""

from __future__ import annotations

from typing import Any

import psycopg

from .queries import queries

SQL = queries("locks")

Connection = psycopg.Connection[Any]


def lock_entries(conn: Connection, company_id: int) -> None:
    """Wait for the import of entries of the company that is under way, and keep others from starting."""
    conn.execute(SQL["lock_entries"], {"name": f"entries:{company_id}"})


def lock_company(conn: Connection, organization_id: int, company_id: int) -> str | None:
    """Keep others from changing the company, its fiscal years and its establishments; gives its SIREN."""
    values = {"organization_id": organization_id, "company_id": company_id}
    row = conn.execute(SQL["lock_company"], values).fetchone()
    return row[0] if row else None
