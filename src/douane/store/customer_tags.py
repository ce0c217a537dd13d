"""The tags of an organization's customers: kept, listed and removed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.customer_tags import CustomerTag, check_customer_tag, is_tag_id
from douane.model.refusing import refusal

from .queries import queries

SQL = queries("customer_tags")

Connection = psycopg.Connection[Any]


def list_customer_tags(conn: Connection, organization_id: int) -> list[CustomerTag]:
    """The organization's tags by external id."""
    with conn.cursor(row_factory=class_row(CustomerTag)) as cursor:
        return cursor.execute(SQL["list_customer_tags"], {"organization_id": organization_id}).fetchall()


def put_customer_tag(conn: Connection, organization_id: int, tag: CustomerTag) -> CustomerTag:
    """Keep a tag, in place of one of the same external id. Refuses `bad-record`."""
    check_customer_tag(tag)
    values = {"organization_id": organization_id, "external_id": tag.external_id, "name": tag.name}
    conn.execute(SQL["put_customer_tag"], values)
    return tag


def remove_customer_tag(conn: Connection, organization_id: int, external_id: str) -> None:
    """Remove a tag; customers that have it keep it. Refuses `unknown-record`."""
    values = {"organization_id": organization_id, "external_id": external_id}
    if not is_tag_id(external_id) or conn.execute(SQL["remove_customer_tag"], values).fetchone() is None:
        raise refusal("unknown-record", f"tag {external_id!r:.100}")


def make_customer_tags(conn: Connection, organization_id: int, external_ids: list[str]) -> None:
    """Add the tags that are not there yet, called by their external ids."""
    conn.execute(
        SQL["make_customer_tags"], {"organization_id": organization_id, "external_ids": external_ids}
    )
