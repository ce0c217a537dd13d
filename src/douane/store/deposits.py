"""The deposits: a place for one file each, which a sender fills before an import is asked for."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from douane.settings import MEBIBYTE

from .queries import queries

SQL = queries("deposits")
CHUNK_BYTES = MEBIBYTE
URI = re.compile(r"/?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})/([^/\0]{1,1024})", re.ASCII)
NOTHING = bytes(32)
"""The sha256 of nothing that can be sent: what a secret is compared with where there is none."""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class NewDeposit:
    """A deposit as it is asked for; `company_id` is null for a caller who opens all companies.

    `secret_hash` is of what a sender must show to fill it here, null when a bucket looks after that itself.
    `place` is the address of the object in a bucket, null when the bytes are kept in the database.
    """

    organization_id: int
    company_id: int | None
    id: UUID
    name: str
    secret_hash: bytes | None
    place: str | None


@dataclass(frozen=True)
class Deposit(NewDeposit):
    """A deposit as it is kept; `bytes`, `digest` and `deposited_at` are there once it was filled here."""

    bytes: int | None
    digest: str | None
    created_at: datetime
    expires_at: datetime
    deposited_at: datetime | None

    @property
    def uri(self) -> str:
        """What an import names it by."""
        return f"{self.id}/{self.name}"

    @property
    def is_expired(self) -> bool:
        """Whether it can no longer be filled. What it holds can still be imported."""
        return self.expires_at <= datetime.now(UTC)

    def has_secret(self, secret: str) -> bool:
        """Whether `secret` may fill it; takes the same time either way."""
        return hmac.compare_digest(self.secret_hash or NOTHING, hash_of(secret))


def hash_of(secret: str) -> bytes:
    """What is kept of a secret, whose 256 random bits nobody can guess from its sha256."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def add_deposit(conn: Connection, new: NewDeposit, hours: int) -> Deposit:
    """Make a deposit that may be filled for so many hours."""
    added = _found(conn, "add_deposit", {**asdict(new), "hours": hours})
    assert added is not None, "an insert returns its row"
    return added


def count_open(conn: Connection, organization_id: int) -> int:
    """How many deposits of the organization can be filled; nobody adds one until this transaction ends."""
    values = {"organization_id": organization_id}
    conn.execute(SQL["lock_organization"], values)
    row = conn.execute(SQL["count_open"], values).fetchone()
    return int(row[0]) if row else 0


def find_deposit(
    conn: Connection, organization_id: int, uri: str, company_id: int | None = None
) -> Deposit | None:
    """The organization's deposit of a URI, `<guid>/<file name>`; None when there is none of both.

    The case of the guid, a slash before it and percent signs in the name do not matter. With `company_id`
    a deposit that was made for another company is not found.
    """
    read = URI.fullmatch(uri.strip())
    if read is None:
        return None
    found = get_deposit(conn, organization_id, UUID(read[1]), company_id)
    names = {normalize("NFC", name) for name in (read[2], unquote(read[2]))}
    return found if found and found.name in names else None


def get_deposit(
    conn: Connection, organization_id: int, deposit_id: UUID, company_id: int | None = None
) -> Deposit | None:
    """The organization's deposit of this id; see `find_deposit`."""
    values = {"organization_id": organization_id, "id": deposit_id, "company_id": company_id}
    return _found(conn, "find_deposit", values)


def deposit_of(conn: Connection, deposit_id: UUID) -> Deposit | None:
    """The deposit of this id, whoever's it is: for a sender who must still show its secret."""
    return _found(conn, "deposit_of", {"id": deposit_id})


def lock_deposit(conn: Connection, deposit_id: UUID) -> Deposit | None:
    """The deposit of this id; nobody else changes it until this transaction ends."""
    return _found(conn, "lock_deposit", {"id": deposit_id})


def was_imported(conn: Connection, deposit: Deposit) -> bool:
    """Whether a run has taken what the deposit holds."""
    row = conn.execute(SQL["was_imported"], _key(deposit)).fetchone()
    return bool(row and row[0])


def keep(conn: Connection, deposit: Deposit, path: Path) -> None:
    """Store the file at `path` as what the deposit holds, instead of what it held. Memory stays flat."""
    conn.execute(SQL["drop_chunks"], _key(deposit))
    with path.open("rb") as file, conn.cursor() as cursor, cursor.copy(SQL["keep"]) as copy:
        copy.set_types(["int4", "uuid", "int4", "bytea"])
        number = 0
        while chunk := file.read(CHUNK_BYTES):
            copy.write_row((deposit.organization_id, deposit.id, number, chunk))
            number += 1


def mark_deposited(conn: Connection, deposit: Deposit, size: int, digest: str) -> Deposit:
    """Note that the deposit holds `size` bytes with this SHA-256, in hex."""
    marked = _found(conn, "mark_deposited", {**_key(deposit), "bytes": size, "digest": digest})
    assert marked is not None, f"deposit {deposit.id} is gone"
    return marked


def chunks(conn: Connection, deposit: Deposit) -> Iterator[bytes]:
    """What the database keeps of the deposit, at most a mebibyte at a time; nothing when it keeps nothing."""
    with conn.cursor() as cursor, cursor.copy(SQL["fetch"], _key(deposit)) as copy:
        copy.set_types(["bytea"])
        for (chunk,) in copy.rows():
            yield chunk


def list_over(conn: Connection, days: int, limit: int) -> list[Deposit]:
    """Deposits that expired more than `days` days ago and that no run waits for, the oldest first.

    Those that somebody else is about to drop are left out.
    """
    with conn.cursor(row_factory=class_row(Deposit)) as cursor:
        return cursor.execute(SQL["list_over"], {"days": days, "limit": limit}).fetchall()


def drop_deposit(conn: Connection, deposit: Deposit) -> None:
    """Forget a deposit and what the database keeps of it."""
    conn.execute(SQL["drop_deposit"], _key(deposit))


def _key(deposit: Deposit) -> dict[str, Any]:
    return {"organization_id": deposit.organization_id, "id": deposit.id}


def _found(conn: Connection, statement: str, values: dict[str, Any]) -> Deposit | None:
    with conn.cursor(row_factory=class_row(Deposit)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()
