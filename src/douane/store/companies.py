"""The companies of an organization as their partners see them: with address and account lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from .queries import queries

SQL = queries("companies")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class CompanyCard:
    """A company with the SIRET and address of its main establishment, as far as there is one."""

    id: int
    organization_id: int
    organization_name: str
    code: str
    name: str
    siren: str | None
    general_account_length: int
    third_party_account_length: int | None
    completes_accounts: bool
    siret: str | None
    address_street: str | None
    address_postal_code: str | None
    address_city: str | None
    address_country: str | None


def list_company_cards(
    conn: Connection, organization_id: int, company_id: int | None = None
) -> list[CompanyCard]:
    """The organization's companies by name, or only the one of this id."""
    with conn.cursor(row_factory=class_row(CompanyCard)) as cursor:
        values = {"organization_id": organization_id, "company_id": company_id}
        return cursor.execute(SQL["list_company_cards"], values).fetchall()
