"""Claim: the same file again, when nothing has changed, takes at most 0.45 times the COPY of its rows.

Each round: the floor, the first import (not judged here), then the same 1,000,000 lines once more.
"""

from __future__ import annotations

from claims import at_most, finish, options, pairs, say
from stand import stand

LIMIT = 0.45


def main() -> None:
    """Take the pairs, tell the claim."""
    chosen = options(__doc__).parse_args()
    floors, imports = [], []
    with stand(chosen) as made:
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            floors.append(made.floor())
            made.send("first import", made.first_night, added=made.lines)
            again = made.send("the same file again", made.first_night, unchanged=made.lines)
            imports.append(again.seconds)
            made.empty()
    ratio = pairs("again", imports, floors)
    finish(chosen, [at_most(f"the same {chosen.lines:,} items again, beside COPY", ratio, LIMIT, "x")])


if __name__ == "__main__":
    main()
