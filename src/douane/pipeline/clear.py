"""Which rows that the file does not speak of are cleared or removed, and when that is held instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.settings import Settings
from douane.store.merging import Merging

from .known import Known
from .tally import Tally

IDS_PER_PIECE = 65536


def clear_absent(merging: Merging, known: Known, tally: Tally, settings: Settings, cleared_on: date) -> None:
    """Clear the open items that a complete file no longer holds, or hold the clear.

    Nothing is cleared when the file holds no valid line. The clear is held when a rejected line could
    stand for any item, or when more than `clear_share_max` of more than `clear_rows_min` open items
    would go.
    """
    ids = known.ids[known.unspoken()]
    if not len(ids) or not tally.valid:
        return
    merging.name_unspoken(_lines(ids))
    tally.held_because = _reason_to_hold(len(ids), int(known.is_open.sum()), tally, settings)
    if tally.held_because:
        merging.hold_unspoken()
        tally.held = len(ids)
    else:
        tally.cleared += merging.clear_unspoken(cleared_on)


def _reason_to_hold(absent: int, open_rows: int, tally: Tally, settings: Settings) -> str:
    if tally.unreadable and not settings.clear_despite_unreadable:
        return (
            f"{tally.unreadable} rejected lines cannot be read well enough to say which items they stand "
            f"for; {absent} items that the file does not hold stay open."
        )
    if open_rows > settings.clear_rows_min and absent > settings.clear_share_max * open_rows:
        return (
            f"The file holds only {open_rows - absent} of {open_rows} open items; clearing the "
            f"other {absent} is held until it is released."
        )
    return ""


def remove_absent(merging: Merging, known: Known, tally: Tally, customer_ids: set[int]) -> None:
    """Remove the assignments that the customers named in the file no longer have.

    Nothing is removed when the file holds no valid line or one that cannot be read.
    """
    if not tally.valid or not customer_ids:
        return
    had = np.asarray(merging.assignments_of_customers(sorted(customer_ids)), np.int64)
    absent = np.setdiff1d(had, known.ids[(known.seen > 0) | known.is_kept])
    if not len(absent):
        return
    if tally.unreadable:
        tally.held = len(absent)
        tally.held_because = (
            f"{tally.unreadable} rejected lines cannot be read well enough to say whom they stand for; "
            "no assignment was removed. Correct the lines and send the file again."
        )
        return
    merging.name_unspoken(_lines(absent))
    tally.removed = merging.remove_unspoken()


def _lines(ids: npt.NDArray[np.int64]) -> Iterator[bytes]:
    for start in range(0, len(ids), IDS_PER_PIECE):
        yield (
            pl.DataFrame({"id": ids[start : start + IDS_PER_PIECE]}).write_csv(include_header=False).encode()
        )
