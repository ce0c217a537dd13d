"""The counts of a run, which must add up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Tally:
    """What became of the received rows of one table, and what the sweep needs to know of them.

    `made` counts customers that the run had to create, `held` the rows that a held sweep would have taken.
    `valid` counts rows that are stored now, `unreadable` rejected lines that could stand for any row.
    """

    received: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    cleared: int = 0
    removed: int = 0
    warnings: int = 0
    faults: int = 0
    made: int = 0
    held: int = 0
    held_because: str = ""
    unreadable: int = 0
    valid: int = 0

    def check(self) -> None:
        """Fail loudly when a row is not accounted for: the run must not be called a success."""
        outcome = self.added + self.updated + self.unchanged + self.rejected
        assert self.received == outcome, f"{self.received} rows received but {outcome} accounted for: {self}"
