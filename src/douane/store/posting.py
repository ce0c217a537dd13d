"""The statements by which a run writes entries: what there is, COPY of what is new, changes, removals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL as Text
from psycopg.sql import Composed, Identifier
from psycopg.sql import Literal as Value

from .database import Database
from .locks import lock_company, lock_entries
from .queries import queries

SQL = queries("posting")

TENANT = ("organization_id", "company_id")
ENTRY_COLUMNS = (
    "id",
    "key",
    "fingerprint",
    "line",
    "fiscal_year_id",
    "journal_id",
    "number",
    "entered_on",
    "is_pending",
    "establishment_id",
)
LINE_COLUMNS = (
    "entry_id",
    "number",
    "line",
    "account_id",
    "auxiliary_id",
    "entered_on",
    "label",
    "debit",
    "credit",
    "piece",
    "piece_on",
    "reference",
    "lettering",
    "lettered_on",
    "validated_on",
    "due_on",
    "currency",
    "currency_amount",
    "payment_means",
    "attachments",
    "extra",
)
COMPARED = tuple(name for name in LINE_COLUMNS if name not in {"entry_id", "line"})
Numbered = Literal["entries", "journals", "ledger_accounts", "fiscal_years"]


@dataclass(frozen=True)
class Replaced:
    """What became of changed entries: those written, with their lines, and those found equal after all."""

    entries: int = 0
    lines: int = 0
    equal_entries: int = 0
    equal_lines: int = 0


@dataclass(frozen=True)
class Posting:
    """The statements of one run. Writing happens in the caller's transaction on `conn`.

    What is read while `conn` is busy with a COPY goes over connections of `database`: the lock that the run
    holds keeps it still.
    """

    conn: psycopg.Connection[Any]
    database: Database
    organization_id: int
    company_id: int
    run_id: int

    @property
    def _scope(self) -> dict[str, Any]:
        return {
            "organization_id": self.organization_id,
            "company_id": self.company_id,
            "run_id": self.run_id,
        }

    def lock(self) -> None:
        """Wait for other imports of this company's entries."""
        lock_entries(self.conn, self.company_id)

    def lock_years(self) -> None:
        """Keep others from adding fiscal years to the company."""
        lock_company(self.conn, self.organization_id, self.company_id)

    def journals(self) -> list[dict[str, Any]]:
        """The company's journals: id, code, type, is_closed."""
        return self._listed("list_journals")

    def accounts(self) -> list[dict[str, Any]]:
        """The company's ledger accounts: id, number, is_auxiliary, is_closed."""
        return self._listed("list_accounts")

    def years(self) -> list[dict[str, Any]]:
        """The company's fiscal years by their start: id, starts_on, ends_on, is_closed."""
        return self._listed("list_years")

    def establishments(self) -> dict[str, int]:
        """The ids of the company's establishments that have a SIRET, by it."""
        return {each["siret"]: each["id"] for each in self._listed("list_sirets")}

    def known_entries(self, year_id: int) -> list[bytes]:
        """The entries of a fiscal year as runs of 36 bytes: key, fingerprint, id, establishment or 0."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            found = cursor.execute(SQL["known_entries"], {**self._scope, "year_id": year_id}).fetchall()
        return [bytes(row[0]) for row in found]

    def reserve_ids(self, table: Numbered, count: int) -> Sequence[int]:
        """So many ids that nobody else gets, rising; those that are not used are lost."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            row = cursor.execute(SQL["reserve_ids"], {"table_name": table, "count": count}).fetchone()
        assert row is not None
        first, scattered = row
        return sorted(scattered) if scattered else range(first, first + count)

    def copy(self, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
        """COPY rows of the company, CSV of organization, company and `columns`, into the table."""
        names = Text(", ").join(map(Identifier, (*TENANT, *columns)))
        statement = Text(SQL["copy_rows"]).format(table=Identifier(table), columns=names)
        with self.conn.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def replace(self, entries: Iterator[bytes], lines: Iterator[bytes]) -> Replaced:
        """Give stored entries new lines, keeping before-images; CSV of ENTRY_COLUMNS and of LINE_COLUMNS.

        An entry whose lines turn out to be there already only gets its new fingerprint. Where is_pending or
        establishment_id is empty, what is stored stays. Lines without a line of the file are not counted.
        """
        self.conn.execute(_with_columns("create_changed_entries", ENTRY_COLUMNS))
        self.conn.execute(_with_columns("create_changed_lines", LINE_COLUMNS))
        self.copy("changed_entries", ENTRY_COLUMNS, entries)
        self.copy("changed_lines", LINE_COLUMNS, lines)
        self.conn.execute(SQL["analyze_changed"])
        equal_entries, equal_lines = self._drop_equal()
        self._keep_images("changed_entries", "updated")
        self._count(Text(SQL["delete_lines"]).format(wanted=Identifier("changed_entries")))
        lines_put = self._count(_with_columns("put_changed_lines", LINE_COLUMNS))
        entries_put = self._count(Text(SQL["put_changed_entries"]))
        return Replaced(entries_put, lines_put, equal_entries, equal_lines)

    def remove(self, ids: Iterable[bytes]) -> tuple[int, int]:
        """Remove the entries with these ids (CSV of tenant and id), keeping before-images; entries, lines."""
        self.conn.execute(SQL["create_absent"])
        self.copy("absent_entries", ("id",), ids)
        self._keep_images("absent_entries", "removed")
        lines = self._count(Text(SQL["delete_lines"]).format(wanted=Identifier("absent_entries")))
        return self._count(Text(SQL["delete_entries"])), lines

    def attach(self, name: str, content: bytes) -> None:
        """Keep a document that came with the run's file."""
        self.conn.execute(SQL["attach"], {**self._scope, "name": name, "content": content})

    def _drop_equal(self) -> tuple[int, int]:
        compared = Text(", ").join(Identifier("l", name) for name in COMPARED)
        statement = Text(SQL["note_equal_entries"]).format(compared=compared)
        ids = [row[0] for row in self.conn.execute(statement).fetchall()]
        if not ids:
            return 0, 0
        self.conn.execute(SQL["drop_equal_entries"], {"ids": ids})
        return len(ids), self._count(Text(SQL["drop_equal_lines"]), {"ids": ids})

    def _keep_images(self, wanted: str, action: str) -> None:
        statement = Text(SQL["keep_images"]).format(wanted=Identifier(wanted), action=Value(action))
        self.conn.execute(statement, self._scope)

    def _listed(self, statement: str) -> list[dict[str, Any]]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(SQL[statement], self._scope).fetchall()

    def _count(self, statement: Text | Composed, values: dict[str, Any] | None = None) -> int:
        row = self.conn.execute(statement, {**self._scope, **(values or {})}).fetchone()
        assert row is not None
        return int(row[0])


def _with_columns(statement: str, columns: Sequence[str]) -> Composed:
    return Text(SQL[statement]).format(columns=Text(", ").join(map(Identifier, columns)))
