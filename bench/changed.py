"""Claim: the file with 1 % of its lines changed, in STOCK mode, takes at most 0.5 times the COPY of its rows.

Each round: the floor, the first import (not judged here), the next night with 1 % of the amounts changed,
and a third night with another 1 % changed and 1 % missing, which is cleared (told beside the claim).
"""

from __future__ import annotations

from claims import Claim, at_most, finish, options, pairs, say
from feeds import CHANGED, CHANGED_AND_MISSING
from stand import STOCK, stand

LIMIT = 0.5


def main() -> None:
    """Take the pairs, tell the claim."""
    chosen = options(__doc__).parse_args()
    part = chosen.lines // 100
    assert chosen.lines == part * 100, "--lines must be a multiple of 100"
    floors, changed, missing = [], [], []
    with stand(chosen) as made:
        second = made.write("night-2.csv", CHANGED)
        third = made.write("night-3.csv", CHANGED_AND_MISSING)
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            floors.append(made.floor())
            made.send("first import", made.first_night, STOCK, added=made.lines)
            sent = made.send("1 % changed", second, STOCK, updated=part, unchanged=made.lines - part)
            changed.append(sent.seconds)
            kept = made.lines - 2 * part
            sent = made.send(
                "1 % changed, 1 % missing", third, STOCK, updated=part, unchanged=kept, cleared=part
            )
            missing.append(sent.seconds)
            made.empty()
    ratio = pairs("1 % changed", changed, floors)
    with_missing = pairs("1 % changed, 1 % missing", missing, floors)
    told = f"{chosen.lines:,} items in STOCK mode, 1 % changed"
    finish(
        chosen,
        [
            at_most(f"{told}, beside COPY", ratio, LIMIT, "x"),
            Claim(f"{told}, 1 % missing", f"{with_missing:.3g} x"),
        ],
    )


if __name__ == "__main__":
    main()
