"""Entries one at a time, as a single call posts and finds them; imports have their own way (`posting`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from douane.model.entries import KnownEntry, NewAttachment, NewEntry, NewLine

from .queries import queries
from .scope import scope_of

SQL = queries("entries")
_JSON = msgspec.json.Encoder(decimal_format="number")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class PostedAccount:
    """What posting needs to know of a ledger account, and replies tell of it."""

    id: int
    number: str
    name: str
    is_closed: bool
    counterpart_id: int | None
    counterpart_number: str | None
    counterpart_name: str | None


@dataclass(frozen=True)
class StoredAttachment:
    """A document of an entry, or of the line of this number."""

    id: int
    line_number: int | None
    name: str


def accounts_of(
    conn: Connection, organization_id: int, company_id: int, ids: Collection[int]
) -> dict[int, PostedAccount]:
    """The company's ledger accounts of these ids, as far as there are such, by id."""
    with conn.cursor(row_factory=class_row(PostedAccount)) as cursor:
        values = {**scope_of(organization_id, company_id), "ids": list(ids)}
        rows = cursor.execute(SQL["accounts"], values).fetchall()
    return {row.id: row for row in rows}


def is_of_another_company(conn: Connection, organization_id: int, company_id: int, account_id: int) -> bool:
    """Whether the ledger account is one of another company of the same organization."""
    values = {**scope_of(organization_id, company_id), "ids": [account_id]}
    return conn.execute(SQL["accounts_of_others"], values).fetchone() is not None


def add_entry(conn: Connection, organization_id: int, company_id: int, entry: NewEntry) -> int | None:
    """Store an entry with its lines and attachments; gives its id, None when its external id is taken."""
    scope = scope_of(organization_id, company_id)
    values = {
        "fiscal_year_id": entry.fiscal_year_id,
        "journal_id": entry.journal_id,
        "entered_on": entry.entered_on,
        "is_pending": entry.is_pending,
        "external_id": entry.external_id,
        "extra": _extra(entry.extra),
    }
    added = conn.execute(SQL["add_entry"], scope | values).fetchone()
    if added is None:
        return None
    entry_id: int = added[0]
    scope |= {"entry_id": entry_id, "entered_on": entry.entered_on}
    with conn.cursor() as cursor:
        numbered = enumerate(entry.lines, 1)
        cursor.executemany(SQL["add_line"], [scope | _line(number, line) for number, line in numbered])
        attached = [scope | each for each in _attached(entry)]
        if attached:
            cursor.executemany(SQL["add_attachment"], attached)
    return entry_id


def attachments_of(
    conn: Connection, organization_id: int, company_id: int, entry_id: int
) -> list[StoredAttachment]:
    """The documents of an entry and of its lines, as they came."""
    with conn.cursor(row_factory=class_row(StoredAttachment)) as cursor:
        values = {**scope_of(organization_id, company_id), "entry_id": entry_id}
        return cursor.execute(SQL["attachments"], values).fetchall()


def find_entry(
    conn: Connection, organization_id: int, company_id: int, external_id: str
) -> KnownEntry | None:
    """The entry of this sender's id, None when there is none."""
    with conn.cursor(row_factory=class_row(KnownEntry)) as cursor:
        values = {**scope_of(organization_id, company_id), "external_id": external_id}
        return cursor.execute(SQL["find_by_external_id"], values).fetchone()


def _line(number: int, line: NewLine) -> dict[str, Any]:
    return {
        "number": number,
        "account_id": line.account_id,
        "label": line.label,
        "debit": line.debit,
        "credit": line.credit,
        "piece": line.piece,
        "reference": line.reference,
        "due_on": line.due_on,
        "currency": line.currency,
        "currency_amount": line.currency_amount,
        "payment_means": line.payment_means,
        "attachments": "*".join(each.name for each in line.attachments) or None,
        "extra": _extra(line.extra),
    }


def _attached(entry: NewEntry) -> Iterator[dict[str, Any]]:
    """The attachments of the entry and of its lines, each with the number of its line."""
    yield from (_attachment(None, each) for each in entry.attachments)
    for number, line in enumerate(entry.lines, 1):
        yield from (_attachment(number, each) for each in line.attachments)


def _attachment(line_number: int | None, attachment: NewAttachment) -> dict[str, Any]:
    return {
        "line_number": line_number,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "content": attachment.content,
    }


def _extra(extra: Mapping[str, Any]) -> Jsonb | None:
    """What is kept as JSON, its numbers exact; None for nothing."""
    return Jsonb(dict(extra), dumps=_JSON.encode) if extra else None
