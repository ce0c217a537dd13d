"""Claim: 200,000 accounts with two addresses each are pulled in 1.5 times COPY of their rows and the fetch.

200 pages of 1,000 from a server on this machine, read by the mapping that is there from the start. The time
is the client's: from POST /v1/connectors/{name}/pulls until the run is told to be over. The floor is COPY of
the stored rows of customers, addresses and links, ids too, into equal tables in one transaction, and the time
in which one connection fetches the pages to a file. The same pages again may take at most 0.6 of it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import account_feed
from claims import Claim, at_most, finish, options, pairs, say, scratch
from floors import Floor
from gateway import Broken, Gateway, served
from loop_client import LOOPBACK, files_served, run_command
from tables import Connection, rest

NEW_LIMIT, AGAIN_LIMIT = 1.5, 0.6
ORGANIZATION, COMPANY = "BENCH", "DJUST001"
TABLES = ("customers", "addresses", "address_links")
WAIT_SECONDS = 0.05
LIVE = {"waiting", "running"}


@dataclass(frozen=True)
class Source:
    """The pages, served at an address; each `path` has pages of its own."""

    address: str
    folder: Path
    accounts: int

    def fetch(self, path: str) -> float:
        """Seconds in which one connection fetches all pages to a file, in a process of its own."""
        pages = self.accounts // account_feed.PAGE + 1
        names = [account_feed.page_name(path, number) for number in range(1, pages + 1)]
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            return other.submit(_fetched, self.address, names, self.folder / "fetched").result()


def _fetched(address: str, names: list[str], path: Path) -> float:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    began = time.perf_counter()
    with path.open("wb") as file:
        for name in names:
            connection.request("GET", f"/{name}")
            file.write(connection.getresponse().read())
    connection.close()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Puller:
    """A gateway whose connectors pull the source, one for each path."""

    gateway: Gateway
    database: Connection
    source: Source
    token: str

    def pulled(self, path: str, title: str, **counts: int) -> float:
        """Seconds until the pull of a path is told to be over; its counts are checked."""
        rest(self.database)
        began = time.perf_counter()
        run = self._asked("POST", f"/v1/connectors/{path}/pulls")["run"]
        while (told := self._asked("GET", f"/v1/runs/{run}"))["state"] in LIVE:
            time.sleep(WAIT_SECONDS)
        seconds = time.perf_counter() - began
        seen = {name: count for name, count in (told["counts"] or {}).items() if count}
        if seen != {"received": self.source.accounts} | counts:
            raise Broken(f"{title}: {told}")
        stages = ", ".join(f"{stage} {spent:.2f}" for stage, spent in told["stages"].items())
        say(f"  {title:<40} {seconds:6.2f} s   ({stages})")
        return seconds

    def empty(self) -> None:
        """Back to no customers and addresses."""
        self.database.execute(f"truncate {', '.join(TABLES)}, before_images, faults")

    def _asked(self, method: str, path: str) -> dict[str, Any]:
        connection = self.gateway.connected()
        connection.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        sent = response.read()
        connection.close()
        if response.status not in {200, 202}:
            raise Broken(f"{method} {path}: {response.status} {sent[:500]!r}")
        told: dict[str, Any] = json.loads(sent)
        return told


def main() -> None:
    """Take the rounds, tell the claims."""
    parser = options(__doc__, lines=200_000)
    finish(chosen := parser.parse_args(), _claims(chosen))


def _claims(chosen: argparse.Namespace) -> list[Claim]:
    floors, news, agains, changes = [], [], [], []
    accounts = chosen.lines
    with _puller(chosen) as made:
        made.pulled("all", "warm-up, not counted", added=accounts)
        floor = Floor.of(made.database, TABLES, made.source.folder)
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            made.empty()
            fetch = made.source.fetch("all")
            say(f"  {'fetch of the pages':<40} {fetch:6.2f} s")
            floors.append(floor.seconds() + fetch)
            news.append(made.pulled("all", "all new", added=accounts))
            agains.append(made.pulled("all", "the same again", unchanged=accounts))
            few = len(_changed(accounts))
            changes.append(made.pulled("some", "1 % changed", updated=few, unchanged=accounts - few))
    told = f"{accounts:,} accounts pulled, beside COPY and the fetch"
    seen = {
        name: pairs(name, each, floors)
        for name, each in (("new", news), ("again", agains), ("changed", changes))
    }
    return [
        at_most(f"{told}: all new", seen["new"], NEW_LIMIT, "x"),
        at_most(f"{told}: the same again", seen["again"], AGAIN_LIMIT, "x"),
        Claim(f"{told}: 1 % changed", f"{seen['changed']:.3g} x"),
    ]


@contextmanager
def _puller(chosen: argparse.Namespace) -> Iterator[Puller]:
    with scratch(chosen) as folder:
        size = account_feed.write_pages(folder, "all", chosen.lines)
        account_feed.write_pages(folder, "some", chosen.lines, _changed(chosen.lines))
        say(f"{chosen.lines:,} accounts in pages of {account_feed.PAGE:,}, {size / 1e6:.1f} MB")
        with (
            files_served(folder) as address,
            served(folder / "data") as gateway,
            gateway.database() as database,
        ):
            yield Puller(
                gateway, database, Source(address, folder, chosen.lines), _granted(gateway, folder, address)
            )


def _changed(accounts: int) -> range:
    return range(0, accounts, 100)


def _granted(gateway: Gateway, folder: Path, address: str) -> str:
    """The token of the company, with a connector for each path."""
    owner = ("--organization", ORGANIZATION, "--company", COMPANY)
    granted = json.loads(run_command(gateway, "grant", "djust", *owner, "--json"))
    run_command(gateway, "organization", "allow", ORGANIZATION, LOOPBACK, "--http")
    for path in ("all", "some"):
        file = folder / f"{path}.json"
        pages = {"kind": "number", "parameter": "page", "size": account_feed.PAGE}
        file.write_text(json.dumps({"name": path, "base_url": address, "path": f"/{path}", "pages": pages}))
        run_command(gateway, "connector", "add", str(file), *owner)
    token: str = granted["token"]
    return token


if __name__ == "__main__":
    main()
