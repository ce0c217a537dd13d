"""What a sender wishes of entries beyond their lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

import polars as pl

from douane.errors import Refusal
from douane.model.account_numbers import AccountLengths

from .grouping import Grouping

Refuse = Callable[[dict[str, Any], float], Refusal]


class Making(Enum):
    """Which unknown journals or accounts of a file are made: none, those that it names, or all."""

    NONE = "none"
    NAMED = "named"
    ALL = "all"


@dataclass(frozen=True)
class EntryWishes:
    """How the lines of a file become entries, and what may be made for them.

    `groupings` are tried in their order. When a file has no numbers of entries and the sender
    `numbers_by_piece`, the pieces of the lines stand for them. An entry that is stored with other lines is
    updated when `updates_known`, else added beside it. `year_id` is the only fiscal year that entries may lie
    in; when `replaces_year`, what else is posted there is removed. `makes_years` has missing fiscal years
    made, ending on the day and month of `closing`. `makes_accounts` and `makes_journals` say which unknown
    ones are made; those without a name are called by their number or code. `makes_third_parties` makes
    accounts of third parties also without a name; where they are not made, lines of unknown ones go to the
    account `waiting_third_party`, if there is one. With `lengths` account numbers are completed, and
    auxiliaries become accounts of their own: 411000 and DUPONT are 411DUPONT.

    `establishments` are the ids of the establishments that lines may name, by SIRET; all of the company when
    it is empty. An entry belongs to the one that its lines name, else to `establishment_id`. An entry out of
    balance gets a line more on the account `balances_on`. Entries must lie in `period` (first and last day),
    and none may carry forward what the last fiscal year ended with, unless the sender `takes_openings`.
    `is_strict` turns lines with a debit and a credit and numbers that are none into faults. `prepare` changes
    the lines before they are grouped. `refuse` makes a refusal of the first fault and of the share of the
    lines that have its code; with it, a file of which a line is rejected is turned away.
    """

    groupings: tuple[Grouping, ...] = tuple(Grouping)
    numbers_by_piece: bool = False
    updates_known: bool = True
    year_id: int | None = None
    replaces_year: bool = False
    makes_years: bool = False
    closing: date | None = None
    makes_third_parties: bool = False
    lengths: AccountLengths | None = None
    makes_accounts: Making = Making.NAMED
    makes_journals: Making = Making.NAMED
    waiting_third_party: str = ""
    establishments: Mapping[str, int] = field(default_factory=dict)
    establishment_id: int | None = None
    balances_on: str = ""
    period: tuple[date, date] | None = None
    takes_openings: bool = True
    is_strict: bool = False
    prepare: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    refuse: Refuse | None = None
