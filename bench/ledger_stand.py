"""The stand that the claims about entries share: a gateway with a fiscal year, and the floor beside it.

The floor is the time of COPY of the same rows, ready, into equal tables: every column that the gateway stored
of accounts, entries and entry lines, ids too, in text format, streamed over the same socket, with the same
indexes, committed. The ready rows are those of an import that is not counted, so both sides start warm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import ledger_feed
from claims import say, scratch
from floors import Floor
from gateway import Gateway, Sent, served
from tables import Connection, rest, scalar

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

    def ready_floor(self) -> Floor:
        """The floor beside what is stored now."""
        return Floor.of(self.database, TABLES, self.file.parent)

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
