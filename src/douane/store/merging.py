"""The statements of a merge, made for one table of the model and the fields that a file carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg.sql import SQL as Text
from psycopg.sql import Composed, Identifier, Literal

from douane.model.customers import CUSTOMERS
from douane.model.kinds import Kind
from douane.model.table import Table
from douane.model.tables import TABLES

from .account_merging import keep_origins
from .queries import queries

SQL = queries("merge")
EXTRA = "extra"
CLEARED_COLUMNS = ("cleared_on", "cleared_run_id")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Updated:
    """What became of changed rows: updated, found equal after all, and open items cleared by payment."""

    updated: int = 0
    unchanged: int = 0
    cleared: int = 0


@dataclass(frozen=True)
class Part:
    """Which of a company's stored rows are wanted: the condition of this name, with its values."""

    statement: str
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_keys(cls, keys: Sequence[str]) -> Part:
        """The rows that have one of these keys (hex digits), or have it as their alias."""
        return cls("rows_of_keys", {"keys": list(keys)})

    @classmethod
    def of_slice(cls, number: int, slices: int) -> Part:
        """The rows of one of `slices` (at most 256) parts of about equal size."""
        return cls("rows_of_slice", {"slice": number, "slices": slices})


ALL = Part("all_rows")


@dataclass(frozen=True)
class Merging:
    """The merge statements of one run on one table; all of them run in the caller's transaction."""

    conn: Connection
    table: Table
    organization_id: int
    company_id: int
    run_id: int

    @property
    def _scope(self) -> dict[str, Any]:
        return {
            "organization_id": self.organization_id,
            "company_id": self.company_id,
            "run_id": self.run_id,
            "table_name": self.table.name,
        }

    @property
    def _tenant(self) -> dict[str, Literal]:
        """The tenant as literals, for statements that take no parameters.

        The temporary tables carry it in columns, and are joined by them: against a constant, a planner
        without statistics takes a company of a million rows for one of eight.
        """
        return {"organization_id": Literal(self.organization_id), "company_id": Literal(self.company_id)}

    def lock(self) -> None:
        """Wait for other imports of this company's table, and keep the customers it hangs on still."""
        if self.table.has_customer:
            self._lock("lock_table_shared", "customers")
        self._lock("lock_table", self.table.name)

    def lock_customers(self) -> None:
        """Lock the company's customers, before anything else, for an import that may create some."""
        self._lock("lock_table", "customers")

    def _lock(self, statement: str, name: str) -> None:
        self.conn.execute(SQL[statement], {"name": f"{name}:{self.company_id}"})

    def known_rows(self, table: Table, part: Part) -> Iterator[bytes]:
        """What is stored of the company, or a part of it, as one or more runs of `pipeline.known.RECORD`."""
        is_open = "open_until_cleared" if table.is_clearable else "open_always"
        statement = Text(SQL["known_rows"]).format(
            table=Identifier(table.name), is_open=Text(SQL[is_open]), part=Text(SQL[part.statement])
        )
        with self.conn.cursor(binary=True) as cursor:
            yield b""
            for row in cursor.stream(statement, {**self._scope, **part.values}):
                yield row[0]

    def count_rows(self, enough: int) -> int:
        """How many rows the company has; all companies' number, estimated, if less than `enough`."""
        estimate = self._count("estimate_rows", {})
        if estimate < enough:
            return estimate
        statement = Text(SQL["count_rows"]).format(table=Identifier(self.table.name))
        row = self.conn.execute(statement, self._scope).fetchone()
        assert row is not None
        return int(row[0])

    def copy_new(self, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
        """COPY new rows, as CSV without header, straight into the table."""
        names = ("organization_id", "company_id", "run_id", *columns)
        self._copy(
            Text(SQL["copy_rows"]).format(table=Identifier(self.table.name), columns=_names(names)), pieces
        )

    def update(self, columns: Sequence[str], fields: Sequence[str], pieces: Iterator[bytes]) -> Updated:
        """Stage changed rows (CSV of `columns`) and update their stored rows, keeping before-images.

        An empty cell keeps what is stored. A row whose values turn out to be there already is only
        given its new fingerprint.
        """
        self.conn.execute(
            Text(SQL["create_staged"]).format(table=Identifier(self.table.name), columns=_names(fields))
        )
        self.conn.execute(Text(SQL["default_staged"]).format(**self._tenant))
        self._copy(Text(SQL["copy_staged"]).format(columns=_names(columns)), pieces)
        if self.table is CUSTOMERS:
            self._forget_fingerprints()
        row = self.conn.execute(self._update_statement(fields), self._scope).fetchone()
        assert row is not None
        if self.table is CUSTOMERS:
            keep_origins(self.conn, self._scope)
        return Updated(*row)

    def _forget_fingerprints(self) -> None:
        """Have read again what may mean somebody else now: rows of customers whose code is new, and accounts
        whose external id another customer gets.
        """
        self.conn.execute(SQL["forget_namesakes"])
        for table in TABLES.values():
            if table.has_customer:
                self.conn.execute(Text(SQL["forget_fingerprints"]).format(table=Identifier(table.name)))

    def _update_statement(self, fields: Sequence[str]) -> Composed:
        resets = CLEARED_COLUMNS if self.table.is_clearable else ()
        wanted_by_name = {name: _merged(name) for name in fields} | self._signed(fields)
        fields, wanted = tuple(wanted_by_name), list(wanted_by_name.values())
        assignments = [
            Text("{} = {}").format(Identifier(name), value)
            for name, value in zip(fields, wanted, strict=True)
        ]
        current = [Identifier("t", name) for name in (*fields, *resets)]
        is_cleared = "cleared_by_payment" if self.table.is_clearable else "never_cleared"
        return Text(SQL["update_staged"]).format(
            table=Identifier(self.table.name),
            current=Text(", ").join(current),
            wanted=Text(", ").join([*wanted, *(Text("null") for _ in resets)]),
            assignments=Text(", ").join(assignments),
            resets=Text("").join(Text("{} = null, ").format(Identifier(name)) for name in resets),
            was_cleared=Text(SQL[is_cleared]),
        )

    def _signed(self, fields: Sequence[str]) -> dict[str, Composed]:
        """The amounts of a table whose credit rows are below zero, when the update may change a row's side.

        A kept amount takes the sign of the row's new side.
        """
        table = self.table
        if table.credit_field not in fields:
            return {}
        amounts = (each.name for each in table.fields if each.kind is Kind.AMOUNT)
        return {
            name: Text(SQL["signed_amount"]).format(
                sent=Identifier("s", name) if name in fields else Text("null::numeric"),
                kept=Identifier("t", name),
                new_side=_merged(table.credit_field),
                old_side=Identifier("t", table.credit_field),
                credits=Text(", ").join(Literal(each) for each in table.credit_values),
            )
            for name in amounts
        }

    def name_absent(self, ids: Iterable[bytes]) -> None:
        """Put the ids of rows that the file does not speak of (lines of text) where the sweep finds them."""
        self.conn.execute(Text(SQL["create_absent"]).format(**self._tenant))
        self._copy(Text(SQL["copy_absent"]), ids)

    def keep_documents(self, types: list[str], numbers: list[str], years: list[int]) -> int:
        """Take open items with this type, number and year of issue, of any customer, off the absent ones."""
        return self._count("keep_documents", {"types": types, "numbers": numbers, "years": years})

    def clear_absent(self, cleared_on: date) -> int:
        """Clear the absent open items; gives how many."""
        return self._count("clear_absent", {"cleared_on": cleared_on})

    def hold_absent(self) -> None:
        """Remember the absent open items for a later release."""
        self.conn.execute(SQL["hold_absent"], self._scope)

    def take_held(self) -> None:
        """Make the open items that the run holds the absent ones."""
        self.conn.execute(Text(SQL["create_absent"]).format(**self._tenant))
        self.conn.execute(SQL["take_held"], self._scope)

    def remove_absent(self, customer_ids: list[int]) -> int:
        """Remove the absent assignments of these customers; gives how many."""
        return self._count("remove_absent", {"customer_ids": customer_ids})

    def count_absent(self, customer_ids: list[int]) -> int:
        """How many assignments of these customers are absent."""
        return self._count("count_absent", {"customer_ids": customer_ids})

    def create_customers(self, codes: list[str], lines: list[int], keys: list[str]) -> None:
        """Create customers of whom only the code is known; `keys` are hex digits."""
        values = {"codes": codes, "lines": lines, "keys": keys}
        self.conn.execute(SQL["create_customers"], {**self._scope, **values})

    def copy_faults(self, pieces: Iterable[bytes]) -> None:
        """COPY faults and warnings, as CSV in the order of the statement."""
        self._copy(Text(SQL["copy_faults"]), pieces)

    def _count(self, statement: str, values: dict[str, Any]) -> int:
        row = self.conn.execute(SQL[statement], {**self._scope, **values}).fetchone()
        assert row is not None
        return int(row[0])

    def _copy(self, statement: Text | Composed, pieces: Iterable[bytes]) -> None:
        with self.conn.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)


def _names(names: Iterable[str]) -> Composed:
    return Text(", ").join(Identifier(name) for name in names)


def _merged(name: str) -> Composed:
    """The value of a field after the update: what was sent, or what is stored where nothing was sent."""
    if name == EXTRA:
        return Text("nullif(coalesce(t.extra, '{{}}') || coalesce(s.extra, '{{}}'), '{{}}')").format()
    return Text("coalesce({}, {})").format(Identifier("s", name), Identifier("t", name))
