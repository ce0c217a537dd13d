"""Claim: the gateway is at least 3 times as fast as the fastest way of dlt on the same 1,000,000 lines.

dlt merges on a primary key into the same PostgreSQL, from Python rows and from Arrow tables, in the formats
and strategies that its pages document. Ways from Python rows take fewer rows, and their time is scaled. The
gateway's time is the sender's, by HTTP, with the reading of the CSV and its indexes; dlt is given typed
values in memory and keeps no index, but in the last way, which does the same job.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import replace

from claims import Claim, at_least, finish, options, say
from dlt_ways import UPSERT, WAYS, Dlt, Way
from stand import Stand, stand

LIMIT = 3.0
WARM_UP_LINES = 1_000


def main() -> None:
    """Time the gateway, then every way of dlt, tell the claim."""
    parser = options(__doc__)
    parser.add_argument(
        "--row-lines",
        type=int,
        default=100_000,
        help="lines of the ways from Python rows (default %(default)s)",
    )
    chosen = parser.parse_args()
    with stand(chosen) as made:
        ours, ours_again = _gateway(made, chosen.rounds)
        made.empty()
        dlt = Dlt.prepared(made.folder / "dlt", made.gateway.url, made.database)
        claims, fastest = _ways(dlt, chosen, ours)
        theirs, theirs_again = _fastest(dlt, fastest, chosen)
    finish(
        chosen,
        [
            *claims,
            Claim("the gateway, by HTTP", f"{ours:.2f} s"),
            Claim("  the same lines again", f"{ours_again:.2f} s"),
            Claim(f"dlt's fastest: {fastest.name}", f"{theirs:.2f} s"),
            Claim("  the same lines again", f"{theirs_again:.2f} s"),
            at_least(f"{chosen.lines:,} lines, dlt's fastest beside the gateway", theirs / ours, LIMIT, "x"),
            Claim("  the same lines again", f"{theirs_again / ours_again:.3g} x"),
        ],
    )


def _gateway(made: Stand, rounds: int) -> tuple[float, float]:
    """Median seconds of the import into an empty table, and of the same file again."""
    first, again = [], []
    for _ in range(rounds):
        made.empty()
        first.append(made.send("gateway, empty table", made.first_night, added=made.lines).seconds)
        again.append(made.send("gateway, the same again", made.first_night, unchanged=made.lines).seconds)
    return statistics.median(first), statistics.median(again)


def _ways(dlt: Dlt, chosen: argparse.Namespace, ours: float) -> tuple[list[Claim], Way]:
    """Each way once, into an empty table; the fastest."""
    claims, tried = [], []
    for way in WAYS:
        dlt.forget()
        dlt.merge(way, WARM_UP_LINES)
        dlt.forget()
        lines = chosen.lines if way.is_arrow else min(chosen.row_lines, chosen.lines)
        taken = dlt.merge(way, lines)
        seconds = taken * chosen.lines / lines
        tried.append((seconds, way))
        scaled = "" if lines == chosen.lines else f" (scaled from {taken:.1f} s for {lines:,} lines)"
        say(f"  dlt, {way.name:<48} {seconds:7.2f} s{scaled}")
        told = f"dlt, {way.name}{', scaled' if scaled else ''}"
        claims.append(Claim(told, f"{seconds / ours:.3g} x"))
    return claims, min(tried, key=lambda each: each[0])[1]


def _fastest(dlt: Dlt, way: Way, chosen: argparse.Namespace) -> tuple[float, float]:
    """Median seconds of the fastest way into an empty table, and of the same lines again.

    Where dlt can be told to leave equal rows alone, it is told so for both.
    """
    rounds = []
    for disposition in _dispositions(way):
        tried = replace(way, disposition=disposition)
        first, again = [], []
        for _ in range(chosen.rounds):
            dlt.forget()
            first.append(dlt.merge(tried, chosen.lines))
            again.append(dlt.merge(tried, chosen.lines))
            skips = ", skips unchanged rows" if "skip_unchanged_rows" in disposition else ""
            say(f"  dlt, {way.name}{skips}: {first[-1]:.2f} s, again {again[-1]:.2f} s")
        rounds.append((statistics.median(first), statistics.median(again)))
    return min(each for each, _ in rounds), min(each for _, each in rounds)


def _dispositions(way: Way) -> list[dict[str, object]]:
    skipping = {**UPSERT, "skip_unchanged_rows": True}
    return [way.disposition, skipping] if way.disposition == UPSERT else [way.disposition]


if __name__ == "__main__":
    main()
