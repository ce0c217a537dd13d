"""A floor to measure an import of several tables against: COPY of what it stored, into equal tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claims import say
from tables import Connection, columns_of, copy_in, copy_out, rest, scalar


@dataclass(frozen=True)
class Floor:
    """The ready rows of some tables, in files that COPY takes: every column that is stored, ids too."""

    database: Connection
    tables: Sequence[str]
    folder: Path
    rows: int

    @classmethod
    def of(cls, database: Connection, tables: Sequence[str], folder: Path) -> Floor:
        """The rows that the tables hold now, and empty tables beside them with the same indexes."""
        made = cls(database, tables, folder, _count(database, tables))
        for table in tables:
            database.execute(f"create table floor_{table} (like {table} including all)")
            copy_out(database, table, made._columns(table), made._ready(table))
        return made

    def seconds(self) -> float:
        """Seconds of the COPY of the ready rows into empty tables, in one transaction."""
        floors = [f"floor_{table}" for table in self.tables]
        self.database.execute(f"truncate {', '.join(floors)}")
        rest(self.database)
        began = time.perf_counter()
        with self.database.transaction():
            for floor, table in zip(floors, self.tables, strict=True):
                copy_in(self.database, floor, self._columns(table), self._ready(table))
        seconds = time.perf_counter() - began
        stored = _count(self.database, floors)
        assert stored == self.rows, f"the floor has {stored} rows"
        self.database.execute(f"truncate {', '.join(floors)}")
        say(f"  {'floor, COPY of the ready rows':<40} {seconds:6.2f} s")
        return seconds

    def _columns(self, table: str) -> list[str]:
        return columns_of(self.database, table, with_id=True)

    def _ready(self, table: str) -> Path:
        return self.folder / f"{table}.copy"


def _count(database: Connection, tables: Sequence[str]) -> int:
    return sum(int(scalar(database, f"select count(*) from {table}")) for table in tables)
