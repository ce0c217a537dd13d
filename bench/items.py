"""Claim: open items by HTTP into an empty table take at most 1.25 times the COPY of the same ready rows.

1,000,000 lines, about 130 MB of CSV, 20,000 customers loaded before. The time is the sender's: from the
first byte sent to the whole answer. Import and floor are taken in turn; the figure is the median ratio.
"""

from __future__ import annotations

from claims import at_most, finish, options, pairs, say
from stand import stand

LIMIT = 1.25


def main() -> None:
    """Take the pairs, tell the claim."""
    parser = options(__doc__)
    parser.add_argument(
        "--with-unique-key", action="store_true", help="send item_unique_key too, which fills one more index"
    )
    chosen = parser.parse_args()
    floors, imports = [], []
    with stand(chosen) as made:
        for number in range(chosen.rounds):
            say(f"round {number + 1}")
            floors.append(made.floor())
            imports.append(
                made.send("import into an empty table", made.first_night, added=made.lines).seconds
            )
            made.empty()
    ratio = pairs("import", imports, floors)
    told = f"{chosen.lines:,} items by HTTP into an empty table, beside COPY"
    finish(chosen, [at_most(told, ratio, LIMIT, "x")])


if __name__ == "__main__":
    main()
