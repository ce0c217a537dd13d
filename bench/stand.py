"""The stand that the claims about one file share: a gateway with customers, and the floor to measure against.

The floor is the time of COPY of the same rows, ready, into an equal table: all columns that the gateway
stored but the id, in text format, streamed over the same socket, with the same indexes, committed. The
ready rows are those of an import that is not counted, so both sides start warm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import feeds
from claims import say, scratch
from gateway import Gateway, Sent, served
from tables import Connection, columns_of, copy_in, copy_out, empty, rest, scalar

ITEMS = "/api/items"
STOCK = "/api/items?clear_items_not_modified=true"
FLOOR = "floor_items"


@dataclass(frozen=True)
class Stand:
    """A gateway, a credential, the folder of its files; `lines` is the number of lines of the first night."""

    gateway: Gateway
    database: Connection
    authorization: str
    folder: Path
    lines: int

    @property
    def first_night(self) -> Path:
        """The file of the first night."""
        return self.folder / "items.csv"

    def write(self, name: str, night: feeds.Night) -> Path:
        """The file of another night."""
        path = self.folder / name
        feeds.write_items(path, self.lines, night)
        return path

    def floor(self) -> float:
        """Seconds of the COPY of the ready rows into an empty table."""
        self.database.execute(f"truncate {FLOOR}")
        rest(self.database)
        columns = columns_of(self.database, FLOOR)
        seconds = copy_in(self.database, FLOOR, columns, self.folder / "ready.copy")
        stored = scalar(self.database, f"select count(*) from {FLOOR}")
        assert stored == self.lines, f"the floor has {stored} rows"
        self.database.execute(f"truncate {FLOOR}")
        say(f"  {'floor, COPY of the ready rows':<40} {seconds:6.2f} s")
        return seconds

    def empty(self) -> None:
        """Back to no open items."""
        empty(self.database)

    def send(self, title: str, file: Path, path: str = ITEMS, **counts: int) -> Sent:
        """Send a file and check what became of its lines; counts that are not named must be 0."""
        rest(self.database)
        sent = self.gateway.post(path, file, self.authorization)
        receipt = self.gateway.receipt(sent.run, self.authorization)
        seen = {name: count for name, count in receipt["counts"].items() if count and name != "received"}
        wanted = {name: count for name, count in counts.items() if count}
        assert seen == wanted, f"{seen}, expected {wanted}"
        stages = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in receipt["stages"].items())
        say(f"  {title:<40} {sent.seconds:6.2f} s   ({stages})")
        return sent


@contextmanager
def stand(chosen: argparse.Namespace) -> Iterator[Stand]:
    """The stand, warm, with no open items in it."""
    with scratch(chosen) as folder:
        size = feeds.write_items(
            folder / "items.csv", chosen.lines, with_unique_key=getattr(chosen, "with_unique_key", False)
        )
        say(f"{chosen.lines:,} lines, {size / 1e6:.1f} MB")
        with served(folder / "data") as gateway, gateway.database() as database:
            made = Stand(gateway, database, gateway.grant("BENCH"), folder, chosen.lines)
            load_customers(gateway, made.authorization, folder)
            made.send("warm-up, not counted", made.first_night, added=chosen.lines)
            database.execute(f"create table {FLOOR} (like open_items including all)")
            copy_out(database, "open_items", columns_of(database, FLOOR), folder / "ready.copy")
            made.empty()
            yield made


def load_customers(gateway: Gateway, authorization: str, folder: Path, count: int = feeds.CUSTOMERS) -> None:
    """Load the customers that the open items name."""
    file = folder / "customers.csv"
    feeds.write_customers(file, count)
    sent = gateway.post("/api/clients", file, authorization)
    assert sent.reply["nb_client_added"] == count, sent.reply
