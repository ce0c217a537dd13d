"""Sweep: rows that the file does not speak of are cleared or removed, or that is held instead."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from douane.settings import Settings
from douane.store.merging import Merging

from .guard import Guard
from .known import Known
from .spill import CopyFile
from .tally import Tally
from .wishes import Wishes


class Sweep:
    """Collects the stored rows without a line in the file, and deals with them at the end."""

    def __init__(self, merging: Merging, wishes: Wishes, settings: Settings, folder: Path) -> None:
        self._merging = merging
        self._wishes = wishes
        self._settings = settings
        self._absent = CopyFile(folder / "absent.csv")
        self._open_rows = 0

    def add(self, known: Known, guard: Guard) -> None:
        """Note which of the known rows the file did not speak of, those that `guard` keeps left out."""
        if not self._wishes.sweeps:
            return
        guard.keep(known)
        self._open_rows += int(known.is_open.sum())
        self._absent.append(pl.DataFrame({"id": known.ids[known.unspoken()]}))

    def finish(self, tally: Tally, guard: Guard) -> None:
        """Clear or remove the absent rows; nothing when the file holds no valid line."""
        tally.unreadable += guard.unresolved
        if not self._absent.rows or not tally.valid:
            return
        self._merging.name_absent(self._absent.pieces())
        if self._wishes.clears_absent:
            self._clear(tally, guard)
        else:
            self._remove(tally, sorted(guard.named_customers))

    def _clear(self, tally: Tally, guard: Guard) -> None:
        absent, strays = self._absent.rows, guard.strays()
        if strays is not None:
            absent -= self._merging.keep_documents(
                strays["type"].to_list(), strays["number"].to_list(), strays["issued_on"].dt.year().to_list()
            )
        if not absent:
            return
        tally.held_because = self._reason_to_hold(tally, absent)
        if tally.held_because:
            self._merging.hold_absent()
            tally.held = absent
        else:
            tally.cleared += self._merging.clear_absent(self._wishes.cleared_on)

    def _reason_to_hold(self, tally: Tally, absent: int) -> str:
        settings = self._settings
        if tally.unreadable and not settings.clear_despite_unreadable:
            return (
                f"Rejected lines that cannot be read well enough to say which items they stand for: "
                f"{tally.unreadable}. Items that the file does not hold and that stay open: {absent}."
            )
        if self._open_rows > settings.clear_rows_min and absent > settings.clear_share_max * self._open_rows:
            return (
                f"The file holds only {self._open_rows - absent} of {self._open_rows} open items; "
                f"clearing the other {absent} is held until it is released."
            )
        return ""

    def _remove(self, tally: Tally, customer_ids: list[int]) -> None:
        """Remove the assignments that the customers named in the file no longer have."""
        if not tally.unreadable:
            tally.removed = self._merging.remove_absent(customer_ids)
            return
        tally.held = self._merging.count_absent(customer_ids)
        if tally.held:
            tally.held_because = (
                "Rejected lines that cannot be read well enough to say whom they stand for: "
                f"{tally.unreadable}. No assignment was removed; correct the lines and send the file again."
            )
