"""The custom fields of an organization: kept, listed and removed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.errors import Refusal
from douane.model.custom_fields import ENTITIES, CustomField, check_custom_field, is_external_id
from douane.model.refusing import refusal

from .queries import queries

SQL = queries("custom_fields")

Connection = psycopg.Connection[Any]

CUSTOM_FIELDS_MAX = 500
"""Each of them is a column of every list of accounts that is read."""

OF_ANOTHER_TYPE = (
    "Give it another external id; or remove it first, and have its values sent again: what is stored stays "
    "as it was read."
)


def list_custom_fields(conn: Connection, organization_id: int) -> list[CustomField]:
    """The organization's custom fields, those of accounts first, by external id."""
    with conn.cursor(row_factory=class_row(CustomField)) as cursor:
        found = cursor.execute(SQL["list_custom_fields"], {"organization_id": organization_id}).fetchall()
    return [replace(each, choices=tuple(each.choices)) for each in found]


def put_custom_field(conn: Connection, organization_id: int, custom: CustomField) -> CustomField:
    """Keep a custom field, in place of one of the same external id. Refuses `bad-record`.

    Refuses too when the type would change: what is stored was read by it.
    """
    check_custom_field(custom)
    known = {(each.entity, each.external_id) for each in list_custom_fields(conn, organization_id)}
    if len(known - {(custom.entity, custom.external_id)}) >= CUSTOM_FIELDS_MAX:
        seen = f"The organization has {CUSTOM_FIELDS_MAX:,} custom fields, which is as many as it may have."
        raise Refusal("bad-record", seen, "Remove one that nobody uses.")
    values = {"organization_id": organization_id, **asdict(custom), "choices": list(custom.choices)}
    if conn.execute(SQL["put_custom_field"], values).fetchone() is None:
        message = (
            f"The custom field {custom.external_id} has another type already, which {custom.type} is not."
        )
        raise Refusal("bad-record", message, OF_ANOTHER_TYPE)
    return custom


def remove_custom_field(conn: Connection, organization_id: int, entity: str, external_id: str) -> None:
    """Remove a custom field; values that are stored stay. Refuses `unknown-record`."""
    values = {"organization_id": organization_id, "entity": entity, "external_id": external_id}
    may_be = entity in ENTITIES and is_external_id(external_id)
    if not may_be or conn.execute(SQL["remove_custom_field"], values).fetchone() is None:
        raise refusal("unknown-record", f"custom field {external_id!r:.70} of {entity!r:.70}")
