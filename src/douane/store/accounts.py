"""The ledger accounts: got or made many at once, looked up by what requests name, changed one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import psycopg
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, dict_row

from douane.errors import Failure
from douane.model.account_numbers import AccountLengths, completed, customer_code, is_third_party

from .queries import queries

SQL = queries("accounts")
ATTEMPTS_MAX = 3
JSON = msgspec.json.Encoder(decimal_format="number")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Owner:
    """The company whose accounts are meant, inside its organization."""

    organization_id: int
    company_id: int


@dataclass(frozen=True, slots=True)
class WantedAccount:
    """An account that is to be there: its number as sent, and what it is made with when there is none yet.

    Without `name` it is only looked for. `further` holds columns of the table, `details` among them.
    """

    owner: Owner
    number: str
    name: str | None = None
    further: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The account on the other side, as far as replies tell of it."""

    id: int
    number: str
    name: str
    vat_parameter_id: int | None


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as it stands in the table."""

    id: int
    number: str
    name: str
    is_closed: bool
    counterpart: Counterpart | None


@dataclass(frozen=True, slots=True)
class Named:
    """What a request names by its number or its id, to be looked up; `number` is completed already."""

    owner: Owner
    number: str
    vat_parameter_id: int | None = None
    counterpart_id: int | None = None
    payment_type_id: int | None = None
    way_id: int | None = None
    payment_deadline_id: int | None = None
    doubtful_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of it. A counterpart that is elsewhere is in another company of the organization."""

    is_stored: bool
    is_closed: bool
    has_vat_parameter: bool
    counterpart_number: str | None
    is_counterpart_elsewhere: bool
    has_payment_type: bool
    has_way: bool
    has_payment_deadline: bool
    has_doubtful_account: bool


@dataclass(frozen=True)
class Holds:
    """What keeps an account from taking another number."""

    is_taken: bool
    is_in_closed_year: bool
    is_lettered: bool


def get_or_create(conn: Connection, wanted: Sequence[WantedAccount]) -> list[StoredAccount | None]:
    """The accounts, in the order wanted; those that are not there are made, or are None without a name.

    One statement does it for all, and it writes nothing for those that are there. Two who want the same new
    number at once, here or in two transactions, get the same account: the second waits for the first.
    """
    found: list[StoredAccount | None] = [None] * len(wanted)
    left = list(range(len(wanted)))
    for _ in range(ATTEMPTS_MAX):
        for place, account in _get_or_create(conn, [wanted[each] for each in left]):
            found[left[place]] = account
        # Somebody else's new account is not in the snapshot of the statement that waited for it.
        left = [each for each in left if found[each] is None and wanted[each].name is not None]
        if not left:
            return found
    raise Failure("The accounts are being changed by somebody else.", transient=True)


def lengths_of(conn: Connection, owners: Iterable[Owner]) -> dict[Owner, AccountLengths]:
    """How long the account numbers of these companies are."""
    distinct = set(owners)
    values = {
        "organization_id": [each.organization_id for each in distinct],
        "company_id": [each.company_id for each in distinct],
    }
    rows = conn.execute(SQL["find_lengths"], values).fetchall()
    return {Owner(*row[:2]): AccountLengths(*row[2:]) for row in rows}


def look_up(conn: Connection, named: Sequence[Named]) -> list[Found]:
    """What there is of what each of the requests names, in their order."""
    names = [each.name for each in fields(Named) if each.name != "owner"]
    columns = {name: [getattr(each, name) for each in named] for name in names}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            SQL["look_up"], {**_tenants([each.owner for each in named]), **columns}
        ).fetchall()
    return [Found(**{name: value for name, value in row.items() if name != "place"}) for row in rows]


def lock_account(conn: Connection, owner: Owner, account_id: int) -> dict[str, Any] | None:
    """The account's id, number, name and details, held to the end of the transaction; None without one."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(SQL["lock_account"], {**_tenant(owner), "id": account_id}).fetchone()


def holds_of(conn: Connection, owner: Owner, account_id: int, number: str) -> Holds:
    """What keeps the account from taking `number`, a completed one."""
    with conn.cursor(row_factory=class_row(Holds)) as cursor:
        values = {**_tenant(owner), "id": account_id, "number": number}
        row = cursor.execute(SQL["find_holds"], values).fetchone()
    assert row is not None
    return row


def update_account(conn: Connection, account_id: int, wanted: WantedAccount) -> bool:
    """Give the account this number, name and further columns; columns that are not told are emptied.

    False when somebody else has just taken the number: the transaction is of no use any more then.
    """
    lengths = lengths_of(conn, [wanted.owner])[wanted.owner]
    values = {
        "id": account_id,
        "number": completed(wanted.number, lengths),
        "name": wanted.name,
        "customer_code": customer_code(wanted.number),
        "further": _json(wanted.further or {}),
    }
    try:
        conn.execute(SQL["update_account"], {**_tenant(wanted.owner), **values})
    except UniqueViolation:
        return False
    return True


def put_contacts(
    conn: Connection, owner: Owner, account_id: int, contacts: Sequence[Mapping[str, Any]]
) -> None:
    """Replace the further contacts of an account."""
    conn.execute(SQL["put_contacts"], {**_tenant(owner), "id": account_id, "contacts": _json(contacts)})


def _get_or_create(conn: Connection, wanted: Sequence[WantedAccount]) -> Iterable[tuple[int, StoredAccount]]:
    values = {
        **_tenants([each.owner for each in wanted]),
        "number": [each.number for each in wanted],
        "is_third_party": [is_third_party(each.number) for each in wanted],
        "name": [each.name for each in wanted],
        "customer_code": [customer_code(each.number) for each in wanted],
        "further": [_json(each.further) if each.further else None for each in wanted],
    }
    for row in conn.execute(SQL["get_or_create"], values, prepare=True).fetchall():
        counterpart = None if row[5] is None else Counterpart(*row[5:])
        place, account_id, number, name, is_closed = row[:5]
        yield place - 1, StoredAccount(account_id, number, name, is_closed, counterpart)


def _tenant(owner: Owner) -> dict[str, int]:
    return {"organization_id": owner.organization_id, "company_id": owner.company_id}


def _tenants(owners: Sequence[Owner]) -> dict[str, list[int]]:
    return {
        "organization_id": [each.organization_id for each in owners],
        "company_id": [each.company_id for each in owners],
    }


def _json(value: Any) -> str:
    return JSON.encode(value).decode()
