"""The statements by which a run of accounts finds what there is, and copies what is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.sql import SQL as Text
from psycopg.sql import Composed, Identifier
from psycopg.sql import Literal as Value

from douane.model.customers import CUSTOMERS

from .database import Database
from .queries import queries

SQL = queries("account_merging")

Connection = psycopg.Connection[Any]
Numbered = Literal["customers", "addresses"]

CUSTOM = "custom"


@dataclass(frozen=True)
class AccountMerging:
    """The statements of one run on accounts. Writing happens in the caller's transaction on `conn`.

    What is read while `conn` is busy goes over connections of `database`: the lock that the run holds keeps
    it still.
    """

    conn: Connection
    database: Database
    organization_id: int
    company_id: int
    run_id: int

    @property
    def scope(self) -> dict[str, Any]:
        """Whose rows the statements are about."""
        return {
            "organization_id": self.organization_id,
            "company_id": self.company_id,
            "run_id": self.run_id,
        }

    @property
    def _tenant(self) -> dict[str, Value]:
        return {"organization_id": Value(self.organization_id), "company_id": Value(self.company_id)}

    def lock(self) -> None:
        """Wait for other imports of this company's customers and addresses."""
        for name in ("customers", "addresses"):
            self.conn.execute(SQL["lock_table"], {"name": f"{name}:{self.company_id}"})

    def count(self, table: Numbered, enough: int) -> int:
        """How many rows the company has in the table, `enough` at most."""
        statement = Text(SQL["count_rows"]).format(table=Identifier(table))
        with self.database.connection() as aside:
            row = aside.execute(statement, self.scope | {"enough": enough}).fetchone()
        assert row is not None
        return int(row[0])

    def known_accounts(self, keys: Sequence[str] | None = None) -> Iterator[bytes]:
        """The company's customers, or those with one of these keys (hex digits) as key or alias.

        Runs of `pipeline.known.RECORD`, in which an account is open unless it is deleted.
        """
        part = Text(SQL["all_rows" if keys is None else "rows_of_keys"])
        statement = Text(SQL["known_accounts"]).format(part=part)
        values = self.scope if keys is None else self.scope | {"keys": list(keys)}
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            yield b""
            for row in cursor.stream(statement, values):
                yield row[0]

    def known_texts(self) -> Iterator[bytes]:
        """Runs of `pipeline.accounts.texts.RECORD`, of the customers that are known by a text."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            for row in cursor.stream(SQL["known_texts"], self.scope):
                yield row[0]

    def known_addresses(self) -> bytes:
        """The company's addresses: external id, fingerprint or 0, and id, as CSV without header."""
        statement = Text(SQL["known_addresses"]).format(**self._tenant)
        with self.database.connection() as aside, aside.cursor().copy(statement) as copy:
            return b"".join(bytes(piece) for piece in copy)

    def external_ids(self, ids: list[int]) -> dict[int, str]:
        """The external ids of these customers, of those that have one."""
        with self.database.connection() as aside:
            found = aside.execute(SQL["external_ids"], self.scope | {"ids": ids}).fetchall()
        return {number: name for number, name in found if name is not None}

    def reserve_ids(self, table: Numbered, count: int) -> Sequence[int]:
        """So many ids that nobody else gets, rising; those that are not used are lost."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            row = cursor.execute(SQL["reserve_ids"], {"table_name": table, "count": count}).fetchone()
        assert row is not None
        first, scattered = row
        return sorted(scattered) if scattered else range(first, first + count)

    def copy(self, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
        """COPY rows of the company, CSV of organization, company and `columns`, into the table."""
        names = ("organization_id", "company_id", *columns)
        statement = Text(SQL["copy_rows"]).format(table=Identifier(table), columns=named(names))
        with self.conn.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def keep_origins(self) -> None:
        """Remember which dialect set the fields of updated customers that this run's did not set."""
        keep_origins(self.conn, self.scope)


def keep_origins(conn: Connection, scope: dict[str, Any]) -> None:
    """Remember which dialect set the fields of updated customers that the run's own did not set.

    Nearly free where no other dialect ever wrote in the company.
    """
    row = conn.execute(SQL["has_other_dialects"], scope).fetchone()
    if row is not None and row[0]:
        fields = [*(each.name for each in CUSTOMERS.fields), "tags", CUSTOM, "extra"]
        conn.execute(SQL["keep_origins"], scope | {"fields": fields})


def named(names: Iterable[str], table: str = "") -> Composed:
    """The names of columns, one behind the other, each of the table."""
    return Text(", ").join(Identifier(*((table,) if table else ()), name) for name in names)
