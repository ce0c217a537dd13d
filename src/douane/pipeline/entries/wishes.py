"""What a sender wishes of entries beyond their lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from douane.errors import Refusal
from douane.model.account_numbers import AccountLengths

from .grouping import Grouping

Refuse = Callable[[dict[str, Any], float], Refusal]


@dataclass(frozen=True)
class EntryWishes:
    """How the lines of a file become entries, and what may be made for them.

    `groupings` are tried in their order. An entry that is stored with other lines is updated when
    `updates_known`, else added beside it. `year_id` is the only fiscal year that entries may lie in;
    when `replaces_year`, what else is posted there is removed. `makes_years` has missing fiscal years made,
    ending on the day and month of `closing`. Accounts and journals that the file names are made;
    `makes_third_parties` makes accounts of classes 40 and 41 also without a name. With `lengths` account
    numbers are completed, and auxiliaries become accounts of their own: 411000 and DUPONT are 411DUPONT.
    `is_strict` turns lines with a debit and a credit and numbers that are none into faults. `prepare` changes
    the lines before they are grouped. `refuse` makes a refusal of the first fault and of the share of the
    lines that have its code; with it, a file of which a line is rejected is turned away.
    """

    groupings: tuple[Grouping, ...] = tuple(Grouping)
    updates_known: bool = True
    year_id: int | None = None
    replaces_year: bool = False
    makes_years: bool = False
    closing: date | None = None
    makes_third_parties: bool = False
    lengths: AccountLengths | None = None
    is_strict: bool = False
    prepare: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    refuse: Refuse | None = None
