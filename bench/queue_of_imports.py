"""Claim: 100 imports of 10,000 lines, queued at once on two workers, are all done once; status calls go on.

Ten companies ask for ten files each, by importPerso with addresses on this machine. One worker is the
server's, the other a `douane work` beside it. While they work, one client after the other asks for the status
of an import, a hundred times in a second at most; its latency is the client's. What is stored is counted in
the database.
"""

from __future__ import annotations

import argparse
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import ledger_feed
import numpy as np
from claims import Claim, at_most, finish, options, say, scratch
from gateway import DOUANE, Gateway, environment, served
from loop_client import FAILED, SUCCEEDED, LoopClient, files_served

COMPANIES = 10
BETWEEN_SECONDS = 0.01


def main() -> None:
    """Queue all imports, wait for them, count what is stored, tell the claims."""
    parser = options(__doc__, lines=10_000)
    parser.add_argument("--imports", type=int, default=100, help="how many (default %(default)s)")
    chosen = parser.parse_args()
    with (
        scratch(chosen) as folder,
        files_served(folder) as address,
        served(folder / "data") as gateway,
        _worker(gateway),
    ):
        clients = [LoopClient.of(gateway, "BENCH", f"CEGID{number:03}") for number in range(COMPANIES)]
        ledger_feed.write_ledger(folder, chosen.lines, name="ledger.csv", separator=";")
        rest = (folder / "ledger.csv").read_text(encoding="utf-8").split("\n", 1)
        names = [f"part-{number}.csv" for number in range(chosen.imports)]
        for number, name in enumerate(names):
            # Each file has entries of its own: the codes of its journals begin with its number.
            rows = "\n".join(f"{number:03}{line}" if line else "" for line in rest[1].split("\n"))
            (folder / name).write_text(f"{rest[0]}\n{rows}", encoding="utf-8")
        say(f"{chosen.imports} files of {chosen.lines:,} lines for {COMPANIES} companies")
        latencies, wall, failed = _imported(clients, [f"{address}/{name}" for name in names])
        lost, doubled = _missed(gateway, chosen.imports * chosen.lines)
    finish(chosen, _claims(chosen, latencies, wall, failed, lost, doubled))


def _claims(
    chosen: argparse.Namespace, latencies: list[float], wall: float, failed: int, lost: int, doubled: int
) -> list[Claim]:
    p50, p95 = np.percentile(latencies, [50, 95])
    told = f"{chosen.imports} imports of {chosen.lines:,} lines at once on two workers: not succeeded"
    return [
        at_most(told, failed, 0, "imports"),
        at_most("  lines lost", lost, 0, "lines"),
        at_most("  lines stored twice", doubled, 0, "lines"),
        Claim("  throughput", f"{chosen.imports * chosen.lines / wall:,.0f} lines/s"),
        Claim("  imports", f"{chosen.imports / wall:,.1f} /s"),
        Claim(f"  status calls under load ({len(latencies):,}), median", f"{p50 * 1000:.1f} ms"),
        Claim("  status calls under load, 95 of 100", f"{p95 * 1000:.1f} ms"),
    ]


def _imported(clients: list[LoopClient], urls: list[str]) -> tuple[list[float], float, int]:
    """Seconds of each status call, seconds that all imports took, and how many did not succeed."""
    began = time.perf_counter()
    asked = [(client, client.import_from(url)) for client, url in zip(cycle(clients), urls)]
    say(f"  all are queued after {time.perf_counter() - began:.2f} s")
    latencies: list[float] = []
    done = threading.Event()

    def watch() -> None:
        for client, request_id in cycle(asked):
            if done.is_set():
                return
            started = time.perf_counter()
            client.status(request_id)
            latencies.append(time.perf_counter() - started)
            time.sleep(BETWEEN_SECONDS)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        failed = sum(_end(client, request_id) != SUCCEEDED for client, request_id in asked)
        wall = time.perf_counter() - began
    finally:
        done.set()
        watching.join()
    return latencies, wall, failed


def _end(client: LoopClient, request_id: str) -> int:
    """The status of an import once it is over."""
    while (told := client.status(request_id))["status"] not in {SUCCEEDED, FAILED}:
        time.sleep(0.1)
    if told["status"] == FAILED:
        say(f"  failed: {told}")
    return int(told["status"])


def _missed(gateway: Gateway, lines: int) -> tuple[int, int]:
    """How many lines are not stored, and how many too often."""
    with gateway.database() as database:
        (stored,) = database.execute("select count(*) from entry_lines").fetchone() or (0,)
    return max(0, lines - stored), max(0, stored - lines)


@contextmanager
def _worker(gateway: Gateway) -> Iterator[None]:
    """A second worker on the gateway's database."""
    process = subprocess.Popen(
        [DOUANE, "work", "--data", str(gateway.data)],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main()
