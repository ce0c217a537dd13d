"""Claim: the server's processes peak at 500 MB at most for 1,000,000 lines, and 10 % above at 5,000,000.

PostgreSQL is apart. Each size has a server and a data folder of its own. The figure is what was resident at
most (VmHWM, kept by the system, so that it misses nothing), summed over the processes. The proportional
memory (PSS), sampled every 50 ms, is told beside it but not judged: the bench maps the same libraries as the
server, so it would count their pages by half.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import feeds
from claims import Claim, at_most, finish, options, say, scratch
from gateway import served
from stand import ITEMS, STOCK, load_customers
from watch import high_water, watched

LIMIT_MB = 500
GROWTH_LIMIT = 1.10
MEGABYTE = 1e6


@dataclass(frozen=True)
class Seen:
    """Megabytes at the peak of one import: proportional, and resident as the system kept it."""

    proportional: float
    resident: float


def main() -> None:
    """Import both sizes, tell the claims."""
    parser = options(__doc__, rounds=1)
    parser.add_argument("--times", type=int, default=5, help="how much larger the second file is")
    chosen = parser.parse_args()
    sizes = (chosen.lines, chosen.lines * chosen.times)
    seen = {lines: [_seen(chosen, lines) for _ in range(chosen.rounds)] for lines in sizes}
    small, large = (max(seen[lines], key=lambda each: each.resident) for lines in sizes)
    finish(
        chosen,
        [
            at_most(f"peak memory, {sizes[0]:,} lines", small.resident, LIMIT_MB, "MB"),
            Claim("  proportional, sampled", f"{small.proportional:.0f} MB"),
            Claim(f"peak memory, {sizes[1]:,} lines", f"{large.resident:.0f} MB"),
            Claim("  proportional, sampled", f"{large.proportional:.0f} MB"),
            at_most(
                f"{sizes[1]:,} lines beside {sizes[0]:,}", large.resident / small.resident, GROWTH_LIMIT, "x"
            ),
        ],
    )


def _seen(chosen: argparse.Namespace, lines: int) -> Seen:
    with scratch(chosen) as folder:
        file = folder / "items.csv"
        size = feeds.write_items(file, lines)
        say(f"{lines:,} lines, {size / 1e6:.1f} MB, into a fresh data folder")
        return _imported(folder, file, lines)


def _imported(folder: Path, file: Path, lines: int) -> Seen:
    """The peak of the first import; that of the same file again, in STOCK mode, is only told."""
    with served(folder / "data") as gateway:
        authorization = gateway.grant("BENCH")
        load_customers(gateway, authorization, folder)
        with watched(gateway.process.pid) as peak:
            sent = gateway.post(ITEMS, file, authorization)
        assert sent.reply["nb_item_added"] == lines, sent.reply
        first = Seen(peak.proportional / MEGABYTE, high_water(gateway.process.pid) / MEGABYTE)
        say(f"  import               {sent.seconds:6.1f} s   {peak.told()}, at most {first.resident:.0f} MB")
        with watched(gateway.process.pid) as peak:
            sent = gateway.post(STOCK, file, authorization)
        say(f"  the same file again  {sent.seconds:6.1f} s   {peak.told()}")
        return first


if __name__ == "__main__":
    main()
