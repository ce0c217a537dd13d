"""Claim: 1,000,000 entry lines through importPerso take at most 1.4 times the COPY of their ready rows.

250,000 entries of 8 journals in one fiscal year on 5,000 accounts, about 158 MB, delimited by `;`, read by
the model that is there from the start. The time is the client's: from the request until getImportStatus tells
success, so with the fetch of the file from a server on this machine. Import and floor are taken in turn; the
figure is the median ratio.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import ledger_feed
from claims import at_most, finish, options, pairs, say, scratch
from gateway import Sent, served
from ledger_stand import LedgerStand
from loop_client import LoopClient, files_served

LIMIT = 1.4
ORGANIZATION, COMPANY = "BENCH", "CEGID001"


@dataclass(frozen=True)
class LoopStand(LedgerStand):
    """The stand of the ledger whose file is fetched by the gateway."""

    client: LoopClient | None = None

    def hand_over(self) -> Sent:
        """Have the file imported by importPerso."""
        assert self.client is not None
        return self.client.imported(self.path)


def main() -> None:
    """Take the pairs, tell the claim."""
    chosen = options(__doc__).parse_args()
    floors, imports = [], []
    with _stand(chosen) as made:
        made.send("warm-up, not counted")
        floor = made.ready_floor()
        made.empty()
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            floors.append(floor.seconds())
            imports.append(made.send("import into an empty ledger").seconds)
            made.empty()
    ratio = pairs("import", imports, floors)
    told = f"{chosen.lines:,} lines by importPerso, fetched, into an empty ledger, beside COPY"
    finish(chosen, [at_most(told, ratio, LIMIT, "x")])


@contextmanager
def _stand(chosen: argparse.Namespace) -> Iterator[LoopStand]:
    with scratch(chosen) as folder:
        file = ledger_feed.write_ledger(folder, chosen.lines, name="ledger.csv", separator=";")
        entries = ledger_feed.entries_of(chosen.lines)
        say(f"{chosen.lines:,} lines of {entries:,} entries, {file.stat().st_size / 1e6:.1f} MB")
        with (
            files_served(folder) as address,
            served(folder / "data") as gateway,
            gateway.database() as database,
        ):
            client = LoopClient.of(gateway, ORGANIZATION, COMPANY)
            yield LoopStand(gateway, database, {}, f"{address}/{file.name}", file, chosen.lines, client)


if __name__ == "__main__":
    main()
