"""The establishments of a company: listed, added, changed and removed; the first one is the main one."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.establishments import Establishment
from douane.model.identifiers import compact_number, is_siret
from douane.model.refusing import refusal
from douane.model.texts import CODE_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, is_code, is_plain

from .locks import lock_company
from .queries import queries
from .scope import scope_of

SQL = queries("establishments")

Connection = psycopg.Connection[Any]


def list_establishments(conn: Connection, organization_id: int, company_id: int) -> list[Establishment]:
    """The company's establishments, the main one first, then by code."""
    with conn.cursor(row_factory=class_row(Establishment)) as cursor:
        return cursor.execute(SQL["list_establishments"], scope_of(organization_id, company_id)).fetchall()


def add_establishment(
    conn: Connection, organization_id: int, company_id: int, establishment: Establishment
) -> Establishment:
    """Store a new establishment; gives it with its id. Refuses `bad-record` and `code-taken`.

    The first one becomes the main one, and so does a later one that says so, in the place of the other.
    """
    scope = scope_of(organization_id, company_id)
    new = _checked(conn, scope, establishment)
    others = list_establishments(conn, organization_id, company_id)
    new = replace(new, id=0, is_main=new.is_main or not others)
    if any(each.code == new.code for each in others):
        raise refusal("code-taken", f"an establishment {new.code}")
    if new.is_main:
        conn.execute(SQL["demote"], scope | {"id": 0})
    (new_id,) = conn.execute(SQL["add_establishment"], scope | asdict(new)).fetchall()[0]
    return replace(new, id=new_id)


def change_establishment(
    conn: Connection, organization_id: int, company_id: int, establishment: Establishment
) -> Establishment:
    """Store all of the establishment but its code. Refuses `bad-record` and `unknown-record`."""
    scope = scope_of(organization_id, company_id)
    changed = _checked(conn, scope, establishment)
    if changed.is_main:
        conn.execute(SQL["demote"], scope | {"id": changed.id})
    if conn.execute(SQL["change_establishment"], scope | asdict(changed)).fetchone() is None:
        raise refusal("unknown-record", f"establishment {changed.code}")
    return changed


def remove_establishment(
    conn: Connection, organization_id: int, company_id: int, establishment_id: int
) -> None:
    """Remove an establishment; entries that name it keep its id. Refuses `unknown-record`."""
    values = {**scope_of(organization_id, company_id), "id": establishment_id}
    if conn.execute(SQL["remove_establishment"], values).fetchone() is None:
        raise refusal("unknown-record", f"establishment {establishment_id}")


def _checked(conn: Connection, scope: dict[str, Any], establishment: Establishment) -> Establishment:
    """The establishment with a compact SIRET, other changes held back until the transaction ends."""
    code = establishment.code
    if not is_code(code):
        raise refusal("bad-record", f"{code[:100]!r} is no code of 1 to {CODE_CHARACTERS_MAX} characters.")
    texts = {name: text for name, text in asdict(establishment).items() if isinstance(text, str)}
    for name, text in texts.items():
        if not is_plain(text) or len(text) > TEXT_CHARACTERS_MAX:
            raise refusal("bad-record", f"The {name} is no text of at most {TEXT_CHARACTERS_MAX} characters.")
    siren = lock_company(conn, scope["organization_id"], scope["company_id"])
    siret = compact_number(establishment.siret) if establishment.siret else None
    if siret is not None and not is_siret(siret):
        raise refusal(
            "bad-record", f"{establishment.siret!r} is no SIRET; it has 14 digits, such as 73282932000074."
        )
    if siret and siren and not siret.startswith(siren):
        raise refusal("bad-record", f"SIRET {siret} is none of the company's, whose SIREN is {siren}.")
    return replace(establishment, siret=siret)
