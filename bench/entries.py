"""Claim: a FEC of 1,000,000 lines into an empty ledger takes at most 1.4 times the COPY of its ready rows.

250,000 entries of 8 journals in one fiscal year on 5,000 accounts, about 158 MB, by HTTP. The time is the
sender's: from the first byte sent to the whole answer. The import makes accounts and journals too. Import and
floor are taken in turn; the figure is the median ratio.
"""

from __future__ import annotations

from claims import at_most, finish, options, pairs, say
from ledger_stand import ledger_stand

LIMIT = 1.4


def main() -> None:
    """Take the pairs, tell the claim."""
    chosen = options(__doc__).parse_args()
    floors, imports = [], []
    with ledger_stand(chosen, chosen.lines) as made:
        made.send("warm-up, not counted")
        floor = made.ready_floor()
        made.empty()
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            floors.append(floor.seconds())
            imports.append(made.send("import into an empty ledger").seconds)
            made.empty()
    ratio = pairs("import", imports, floors)
    told = f"FEC of {chosen.lines:,} lines by HTTP into an empty ledger, beside COPY"
    finish(chosen, [at_most(told, ratio, LIMIT, "x")])


if __name__ == "__main__":
    main()
