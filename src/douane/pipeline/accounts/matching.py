"""Matching: which stored customer an account is, by its external id, else by its code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.known import NOT_FOUND, Keys, Known, Mask
from douane.store.account_merging import AccountMerging

from .chunks import code_keys

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Match:
    """For each account the id and the fingerprint of its customer, 0 where it is new.

    `several` is how many customers have the external id, where more than one does; `others` is the id of the
    customer that has the code but another external id.
    """

    ids: Numbers
    fingerprints: Numbers
    is_deleted: Mask
    several: Numbers
    others: Numbers

    def take(self, which: Mask) -> Match:
        """The match of some accounts."""
        return Match(
            self.ids[which],
            self.fingerprints[which],
            self.is_deleted[which],
            self.several[which],
            self.others[which],
        )


@dataclass
class Matching:
    """Finds accounts among the stored customers, all of them or those that are asked for at a time."""

    merging: AccountMerging
    knows_all: bool
    _known: Known | None = None

    def match(self, external: Keys, names: pl.Series) -> Match:
        """The customers of accounts with these external ids."""
        codes = code_keys(names)
        known = self._of(external, codes)
        by_key, by_alias = known.find(external), known.by_alias.find(external)
        found = np.where(by_alias != NOT_FOUND, by_alias, by_key)
        several = known.by_alias.count(external)
        several += by_key != NOT_FOUND
        by_code = np.where(found == NOT_FOUND, known.find(codes), NOT_FOUND)
        has_other = (by_code != NOT_FOUND) & self._has_external(known, by_code)
        found = np.where((by_code != NOT_FOUND) & ~has_other, by_code, found)
        found = np.where(external.given, found, NOT_FOUND)
        return Match(
            _taken(known.ids, found),
            _taken(known.fingerprints, found),
            ~np.append(known.is_open, True)[found],
            np.where((several > 1) & external.given, several, 0),
            np.where(external.given & has_other, _taken(known.ids, by_code), 0),
        )

    def _of(self, external: Keys, codes: Keys) -> Known:
        if not self.knows_all:
            wanted = [*_digits(external), *_digits(codes)]
            return Known.from_records(self.merging.known_accounts(wanted))
        if self._known is None:
            self._known = Known.from_records(self.merging.known_accounts())
        return self._known

    def _has_external(self, known: Known, at: Numbers) -> Mask:
        """Which of the customers have an external id besides their code."""
        marks = np.zeros(len(known) + 1, np.bool_)
        marks[known.by_alias.places] = True
        return np.asarray(marks[at])


def _taken(values: Numbers, at: Numbers) -> Numbers:
    """The values at these places, 0 where the place is NOT_FOUND, which is the last."""
    return np.asarray(np.append(values, np.int64(0))[at])


def _digits(keys: Keys) -> list[str]:
    """The keys as hex digits, the missing ones left out."""
    given = keys.take(keys.given)
    pairs = np.stack([given.high, given.low], axis=1).astype("<u8").tobytes()
    return [pairs[at : at + 16].hex() for at in range(0, len(pairs), 16)]
