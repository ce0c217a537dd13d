"""The reference lists of organizations and companies: seeded once, then theirs to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb

from douane.model.journals import DEFAULT_JOURNALS
from douane.model.references import (
    PAYMENT_DEADLINES,
    PAYMENT_TYPES,
    VAT_PARAMETERS,
    WAYS,
    PaymentDeadline,
    PaymentType,
    Reference,
    VatParameter,
    Way,
)
from douane.model.refusing import refusal
from douane.model.texts import TEXT_CHARACTERS_MAX, is_plain

from .queries import queries
from .scope import scope_of

SQL = queries("references")
ID_MAX = 2**31 - 1
RATE_MAX = 1000

LISTS: dict[type[Reference], str] = {
    Way: "way",
    PaymentDeadline: "payment_deadline",
    PaymentType: "payment_type",
    VatParameter: "vat_parameter",
}
"""What each list holds, and what its statements call it."""

Connection = psycopg.Connection[Any]
Row = TypeVar("Row", Way, PaymentDeadline, PaymentType, VatParameter)


def _seeds(rows: Iterable[Any]) -> Jsonb:
    return Jsonb(msgspec.to_builtins([asdict(row) for row in rows]))


SEEDS = {
    "ways": _seeds(WAYS),
    "payment_deadlines": _seeds(PAYMENT_DEADLINES),
    "payment_types": _seeds(PAYMENT_TYPES),
    "vat_parameters": _seeds(VAT_PARAMETERS),
    "journals": _seeds(DEFAULT_JOURNALS),
}


def ensure_references(conn: Connection, organization_id: int, company_id: int) -> None:
    """Fill each list, and the journals, with what it begins with, where it has nothing at all."""
    conn.execute(SQL["ensure_references"], {**scope_of(organization_id, company_id), **SEEDS})


def list_references(conn: Connection, kind: type[Row], organization_id: int, company_id: int) -> list[Row]:
    """One list: ways and deadlines of the organization, payment types and VAT parameters of the company."""
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        scope = scope_of(organization_id, company_id)
        return cursor.execute(SQL[f"list_{LISTS[kind]}s"], scope).fetchall()


def put_reference(conn: Connection, organization_id: int, company_id: int, row: Row) -> Row:
    """Add a row to its list, or change that of the same id (ways, deadlines) or code (the others).

    Refuses `bad-record` for what the list cannot hold. Gives the row with its id.
    """
    _check(row)
    values = scope_of(organization_id, company_id) | asdict(row)
    (row_id,) = conn.execute(SQL[f"put_{LISTS[type(row)]}"], values).fetchall()[0]
    return replace(row, id=row_id)


def remove_reference(
    conn: Connection, organization_id: int, company_id: int, kind: type[Row], row_id: int
) -> None:
    """Take a row out of its list.

    Refuses `unknown-record` when it is not in it, `record-in-use` for a VAT parameter of a ledger account.
    """
    known = {each.id for each in list_references(conn, kind, organization_id, company_id)}
    what = f"{LISTS[kind].replace('_', ' ')} {row_id}"
    if row_id not in known:
        raise refusal("unknown-record", what)
    values = {**scope_of(organization_id, company_id), "id": row_id}
    if conn.execute(SQL[f"remove_{LISTS[kind]}"], values).fetchone() is None:
        raise refusal("record-in-use", f"{what} is that of a ledger account")


def accounts_by_number(
    conn: Connection, organization_id: int, company_id: int, numbers: Sequence[str]
) -> dict[str, tuple[int, str]]:
    """Of these general accounts those that there are: number -> id and name."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        values = {**scope_of(organization_id, company_id), "numbers": list(numbers)}
        rows = cursor.execute(SQL["accounts_by_number"], values).fetchall()
    return {number: (account_id, name) for number, account_id, name in rows}


def _check(row: Reference) -> None:
    """Refuse `bad-record` for a text that cannot be shown or a number out of bounds."""
    for each in fields(row):
        value = getattr(row, each.name)
        if isinstance(value, str) and not (is_plain(value) and len(value) <= TEXT_CHARACTERS_MAX):
            raise refusal(
                "bad-record", f"The {each.name} is no text of at most {TEXT_CHARACTERS_MAX} characters."
            )
        if isinstance(value, int) and not 0 <= value <= ID_MAX:
            raise refusal("bad-record", f"The {each.name} is {value}; it goes from 0 to {ID_MAX}.")
    if isinstance(row, (PaymentType, VatParameter)) and not row.code.strip():
        raise refusal("bad-record", "The code is empty.")
    if isinstance(row, VatParameter) and not (row.rate.is_finite() and 0 <= row.rate < RATE_MAX):
        raise refusal("bad-record", f"The rate is {row.rate}; it is a percentage.")
