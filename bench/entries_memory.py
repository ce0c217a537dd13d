"""Claim: the server's processes peak at 500 MB at most for a FEC of 1,000,000 lines, 10 % above at 5,000,000.

PostgreSQL is apart. Each size has a server and a data folder of its own. The figure is what was resident at
most (VmHWM, kept by the system, so that it misses nothing), summed over the processes.
"""

from __future__ import annotations

import argparse

from claims import Claim, at_most, finish, options, say
from ledger_stand import ledger_stand
from watch import high_water, watched

LIMIT_MB = 500
GROWTH_LIMIT = 1.10
MEGABYTE = 1e6


def main() -> None:
    """Import both sizes, tell the claims."""
    parser = options(__doc__, rounds=1)
    parser.add_argument("--times", type=int, default=5, help="how much larger the second file is")
    chosen = parser.parse_args()
    sizes = (chosen.lines, chosen.lines * chosen.times)
    small, large = (max(_seen(chosen, lines) for _ in range(chosen.rounds)) for lines in sizes)
    finish(
        chosen,
        [
            at_most(f"peak memory, FEC of {sizes[0]:,} lines", small, LIMIT_MB, "MB"),
            Claim(f"peak memory, FEC of {sizes[1]:,} lines", f"{large:.0f} MB"),
            at_most(f"FEC of {sizes[1]:,} lines beside {sizes[0]:,}", large / small, GROWTH_LIMIT, "x"),
        ],
    )


def _seen(chosen: argparse.Namespace, lines: int) -> float:
    """Megabytes at the peak of one import into a fresh data folder."""
    with ledger_stand(chosen, lines) as made:
        server = made.gateway.process.pid
        with watched(server) as peak:
            made.send("import into a fresh data folder")
        resident = high_water(server) / MEGABYTE
        say(f"  {peak.told()}, at most {resident:.0f} MB")
        return resident


if __name__ == "__main__":
    main()
