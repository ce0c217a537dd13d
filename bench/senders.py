"""Claim: 30 senders at once, with 1,000-line files for a company each, see no error and lose no line.

Each sender has its own credential and connection and sends one file after the other, of new items each
time. What is stored is counted in the database, company by company. Latency is the sender's, from the
first byte sent to the whole answer; how long that takes has no limit here and is told.
"""

from __future__ import annotations

import argparse
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import feeds
import numpy as np
from claims import Claim, at_most, finish, options, say, scratch
from gateway import Gateway, served
from stand import ITEMS, load_customers
from tables import rest

CUSTOMERS = 200


@dataclass(frozen=True)
class Sender:
    """One company's sender, with its files."""

    company: str
    authorization: str
    files: list[Path]


def main() -> None:
    """Let all senders send, count what is stored, tell the claims."""
    parser = options(__doc__, lines=1_000, rounds=20)
    parser.add_argument("--senders", type=int, default=30, help="how many at once (default %(default)s)")
    chosen = parser.parse_args()
    with scratch(chosen) as folder, served(folder / "data") as gateway:
        senders = [_sender(gateway, folder, number, chosen) for number in range(chosen.senders)]
        with gateway.database() as database:
            rest(database)
        say(f"{len(senders)} senders, each {chosen.rounds} files of {chosen.lines:,} lines")
        seconds, errors, wall = _sent(gateway, senders)
        lost, doubled = _missed(gateway, senders, chosen.rounds * chosen.lines)
    for error in errors[:10]:
        say(f"  error: {error}")
    files = chosen.senders * chosen.rounds
    told = f"{chosen.senders} senders, {files:,} files of {chosen.lines:,} lines"
    p50, p99 = np.percentile(seconds, [50, 99]) if seconds else (float("nan"), float("nan"))
    finish(
        chosen,
        [
            at_most(f"{told}: errors", len(errors), 0, "files"),
            at_most("  lines lost", lost, 0, "lines"),
            at_most("  lines stored twice", doubled, 0, "lines"),
            Claim("  latency, median", f"{p50:.3f} s"),
            Claim("  latency, 99 of 100", f"{p99:.3f} s"),
            Claim("  throughput", f"{len(seconds) * chosen.lines / wall:,.0f} lines/s"),
        ],
    )


def _sender(gateway: Gateway, folder: Path, number: int, chosen: argparse.Namespace) -> Sender:
    """A sender whose company has its customers, with all files written before anything is timed."""
    company = f"B{number + 1:03}"
    authorization = gateway.grant("BENCH", company)
    load_customers(gateway, authorization, folder, CUSTOMERS)
    files = []
    for place in range(chosen.rounds):
        file = folder / f"{company}-{place}.csv"
        first = (number * chosen.rounds + place) * chosen.lines
        feeds.write_items(file, chosen.lines, first=first, customers=CUSTOMERS)
        files.append(file)
    say(f"  {company} is ready")
    return Sender(company, authorization, files)


def _sent(gateway: Gateway, senders: list[Sender]) -> tuple[list[float], list[str], float]:
    """Seconds of every file that was taken, the errors, and the seconds that all of it took."""
    seconds: list[float] = []
    errors: list[str] = []
    together = threading.Barrier(len(senders) + 1)

    def send(sender: Sender) -> None:
        connection = gateway.connected()
        connection.connect()
        together.wait()
        for file in sender.files:
            try:
                seconds.append(gateway.post(ITEMS, file, sender.authorization, connection).seconds)
            except Exception as error:
                errors.append(f"{file.name}: {error!r}")
                connection.close()
        connection.close()

    with ThreadPoolExecutor(len(senders)) as pool:
        sending = [pool.submit(send, sender) for sender in senders]
        together.wait()
        began = time.perf_counter()
        for each in sending:
            each.result()
        wall = time.perf_counter() - began
    return seconds, errors, wall


def _missed(gateway: Gateway, senders: list[Sender], lines: int) -> tuple[int, int]:
    """How many lines are not stored for their company, and how many are stored more than once."""
    with gateway.database() as database:
        rows = database.execute(
            "select c.code, count(distinct t.number), count(*) from open_items as t"
            " join companies as c on c.id = t.company_id group by c.code"
        ).fetchall()
    stored = {code: (distinct, rows) for code, distinct, rows in rows}
    found = [stored.get(sender.company, (0, 0)) for sender in senders]
    lost = sum(lines - distinct for distinct, _ in found)
    return lost, sum(rows - distinct for distinct, rows in found)


if __name__ == "__main__":
    main()
