"""The stand that the claims about entries share: a gateway with a fiscal year, and the floor beside it.

The floor is the time of COPY of the same rows, ready, into equal tables: every column that the gateway stored
of accounts, entries and entry lines, ids too, in text format, streamed over the same socket, with the same
indexes, committed. The ready rows are those of an import that is not counted, so both sides start warm.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import ledger_feed
from claims import say, scratch
from gateway import Gateway, Sent, served
from tables import Connection, columns_of, copy_in, copy_out, rest, scalar

TABLES = ("ledger_accounts", "entries", "entry_lines")
"""What an import fills, in the order in which the floor does."""

APPEND = "1"
ADD_YEAR = (
    "insert into fiscal_years (organization_id, company_id, starts_on, ends_on)"
    " select organization_id, id, %s, %s from companies returning id"
)


@dataclass(frozen=True)
class LedgerStand:
    """A gateway whose one company has the fiscal year of the file; `path` is the door that takes it."""

    gateway: Gateway
    database: Connection
    headers: dict[str, str]
    path: str
    file: Path
    lines: int

    def send(self, title: str) -> Sent:
        """Send the file into empty tables and check that all of it is stored, to the cent."""
        rest(self.database)
        sent = self.hand_over()
        stored = self.database.execute(
            "select (select count(*) from entries), count(*), sum(debit) = sum(credit) from entry_lines"
        ).fetchone()
        assert stored == (ledger_feed.entries_of(self.lines), self.lines, True), f"{stored} is stored"
        say(f"  {title:<40} {sent.seconds:6.2f} s   ({self._stages(sent.run)})")
        return sent

    def hand_over(self) -> Sent:
        """Have the file imported by the door."""
        return self.gateway.send(self.path, self.file, self.headers)

    def empty(self) -> None:
        """Back to no entries, no ledger accounts and no journals."""
        self.database.execute(f"truncate {', '.join(TABLES)}, journals, attachments, before_images, faults")

    def keep_ready_rows(self) -> None:
        """Write what is stored to files that COPY takes, and make the tables of the floor."""
        for table in TABLES:
            self.database.execute(f"create table floor_{table} (like {table} including all)")
            copy_out(self.database, table, self._columns(table), self._ready(table))

    def floor(self) -> float:
        """Seconds of the COPY of the ready rows into empty tables, in one transaction."""
        floors = [f"floor_{table}" for table in TABLES]
        self.database.execute(f"truncate {', '.join(floors)}")
        rest(self.database)
        began = time.perf_counter()
        with self.database.transaction():
            for floor, table in zip(floors, TABLES, strict=True):
                copy_in(self.database, floor, self._columns(table), self._ready(table))
        seconds = time.perf_counter() - began
        stored = scalar(self.database, "select count(*) from floor_entry_lines")
        assert stored == self.lines, f"the floor has {stored} lines"
        self.database.execute(f"truncate {', '.join(floors)}")
        say(f"  {'floor, COPY of the ready rows':<40} {seconds:6.2f} s")
        return seconds

    def _columns(self, table: str) -> list[str]:
        return columns_of(self.database, table, with_id=True)

    def _ready(self, table: str) -> Path:
        return self.file.with_name(f"{table}.copy")

    def _stages(self, run: int) -> str:
        receipt = scalar(self.database, f"select receipt from runs where id = {run}")
        return ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in receipt["stages"].items())


@contextmanager
def ledger_stand(chosen: argparse.Namespace, lines: int) -> Iterator[LedgerStand]:
    """The stand in a fresh data folder, with nothing sent yet."""
    with scratch(chosen) as folder:
        file = ledger_feed.write_ledger(folder, lines)
        entries = ledger_feed.entries_of(lines)
        say(f"{lines:,} lines of {entries:,} entries, {file.stat().st_size / 1e6:.1f} MB")
        with served(folder / "data") as gateway, gateway.database() as database:
            headers = gateway.grant_token("BENCH")
            first, last = f"{ledger_feed.YEAR}-01-01", f"{ledger_feed.YEAR}-12-31"
            (year,) = database.execute(ADD_YEAR, [first, last]).fetchone() or (0,)
            query = urlencode({"exercice_id": year, "filename": file.name, "type": APPEND})
            sent_as = {"Content-Type": "application/octet-stream"}
            path = f"/api/v1/fec?{query}"
            yield LedgerStand(gateway, database, headers | sent_as, path, file, lines)
