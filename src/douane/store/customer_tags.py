"""The tags of an organization's customers: kept, listed and removed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
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
    """Keep a tag as a defined one, in place of one of the same external id. Refuses `bad-record`."""
    check_customer_tag(tag)
    values = {"organization_id": organization_id, "external_id": tag.external_id, "name": tag.name}
    conn.execute(SQL["put_customer_tag"], values)
    return replace(tag, is_defined=True)


def remove_customer_tag(conn: Connection, organization_id: int, external_id: str) -> None:
    """Remove a tag; customers that have it keep it, and are read when they are sent again.

    Refuses `unknown-record`.
    """
    values = {"organization_id": organization_id, "external_id": external_id}
    if not is_tag_id(external_id) or conn.execute(SQL["remove_customer_tag"], values).fetchone() is None:
        raise refusal("unknown-record", f"tag {external_id!r:.100}")
    conn.execute(SQL["forget_fingerprints"], values)


def make_customer_tags(
    conn: Connection, organization_id: int, company_id: int, external_ids: Collection[str]
) -> list[str]:
    """Add those of the tags that a customer of the company has, called by their external ids.

    Gives those that were not there yet, in order.
    """
    values = {
        "organization_id": organization_id,
        "company_id": company_id,
        "external_ids": list(external_ids),
    }
    return sorted(name for (name,) in conn.execute(SQL["make_customer_tags"], values))
