"""The companies of an organization as their partners see them: with address and account lengths."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.refusing import refusal
from douane.model.texts import TEXT_CHARACTERS_MAX, is_name

from .establishments import list_establishments
from .organizations import checked_siren
from .queries import queries

SQL = queries("companies")
LENGTH_MAX = 20

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


def change_company(conn: Connection, card: CompanyCard) -> CompanyCard:
    """Store name, SIREN, account lengths and completion of the company of this id; gives it as stored.

    Accounts that there are keep their numbers. Refuses `unknown-option` for a SIREN that is none, and
    `bad-record`, also when an establishment has the SIRET of another SIREN.
    """
    card = replace(card, siren=checked_siren(card.siren or ""))
    if not is_name(card.name):
        raise refusal("bad-record", f"The name is no text of 1 to {TEXT_CHARACTERS_MAX} characters.")
    for length in (card.general_account_length, card.third_party_account_length):
        if length is not None and not 1 <= length <= LENGTH_MAX:
            raise refusal("bad-record", f"An account number has 1 to {LENGTH_MAX} characters, not {length}.")
    for each in list_establishments(conn, card.organization_id, card.id):
        if card.siren and each.siret and not each.siret.startswith(card.siren):
            raise refusal(
                "bad-record",
                f"Establishment {each.code} has the SIRET {each.siret}, not of SIREN {card.siren}.",
            )
    conn.execute(SQL["change_company"], asdict(card))
    return card
