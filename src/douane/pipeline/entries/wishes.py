"""What a sender wishes of entries beyond their lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from douane.model.account_numbers import AccountLengths

from .grouping import Grouping


@dataclass(frozen=True)
class EntryWishes:
    """How the lines of a file become entries, and what may be made for them.

    `groupings` are tried in their order. An entry that is stored with other lines is updated when
    `updates_known`, else added beside it. `year_id` is the only fiscal year that entries may lie in;
    when `replaces_year`, what else is posted there is removed. `makes_years` has missing fiscal years made,
    ending on the day and month of `closing`. Accounts and journals that the file names are made;
    `makes_third_parties` makes accounts of classes 40 and 41 also without a name. With `lengths` account
    numbers are completed, and auxiliaries become accounts of their own: 411000 and DUPONT are 411DUPONT.
    `is_strict` turns lines with a debit and a credit and numbers that are none into faults, and
    `is_all_or_nothing` refuses the file when any line is rejected.
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
    is_all_or_nothing: bool = False
