"""Splitting: new accounts that can be written as they come, and those that must meet what is stored.

An account goes straight in when it is new and nothing that it says of an address needs a look at another
account: each of its addresses is new too, or is said to be exactly as it is known to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.identity import SEPARATOR, hashed
from douane.pipeline.known import NO_FINGERPRINT, Keys, Mask

from .claims import Claim, Claims

Numbers = npt.NDArray[np.int64]
TakeIds = Callable[[int], Numbers]


@dataclass(frozen=True)
class Split:
    """Which accounts go straight in; of the addresses which are made with them, and the id of each.

    Ids are 0 for the addresses of the other accounts.
    """

    is_straight: Mask
    is_made: Mask
    ids: Numbers


@dataclass
class Splitting:
    """Splits the accounts of one list, in their order; `stored` gives the addresses that the company has."""

    stored: Callable[[], Claim]
    claims: Claims = field(default_factory=Claims)
    _known: Claims | None = None

    def split(
        self, may_be: Mask, owners: Numbers, keys: Keys, fingerprints: Numbers, take_ids: TakeIds
    ) -> Split:
        """Split accounts, of which those that `may_be` are new; `owners` are the places of the accounts."""
        is_claimed, said, claimed_ids = self.claims.find(keys)
        is_stored, stored_said, stored_ids = self._stored(keys, may_be.any())
        is_linked = is_claimed & (claimed_ids != 0) & (said == fingerprints)
        is_linked |= (
            ~is_claimed & is_stored & (stored_said == fingerprints) & (fingerprints != NO_FINGERPRINT)
        )
        is_new = ~is_claimed & ~is_stored
        first = _first_of_equals(keys)
        is_odd = ~is_linked & (~is_new | (fingerprints != fingerprints[first]))
        is_straight = _straight(may_be, owners, is_odd, first, is_new)
        goes = is_straight[owners]
        is_made = goes & is_new & (first == np.arange(len(first)))
        ids = np.where(is_claimed, claimed_ids, stored_ids)
        ids[is_made] = take_ids(int(is_made.sum()))
        ids = np.where(goes, np.where(is_new, ids[first], ids), 0)
        self.claims.add(Claim.of(keys.take(is_made), fingerprints[is_made], ids[is_made]))
        self.claim(keys.take(~goes))
        return Split(is_straight, is_made, ids)

    def claim(self, keys: Keys) -> None:
        """Have later accounts that name these addresses wait for those that do now."""
        keys = keys.take(_first_of_equals(keys) == np.arange(len(keys)))
        is_claimed, _, _ = self.claims.find(keys)
        self.claims.add(Claim.of(keys.take(~is_claimed)))

    def _stored(self, keys: Keys, is_any: np.bool_) -> tuple[Mask, Numbers, Numbers]:
        if self._known is None:
            if not is_any:
                return Claims().find(keys)
            self._known = Claims([self.stored()])
        return self._known.find(keys)


def address_keys(names: pl.Series) -> Keys:
    """What finds addresses with these external ids."""
    text = pl.concat_str([pl.lit("address"), pl.col("name")], separator=SEPARATOR)
    return Keys.of(names.alias("name").to_frame().select(hashed(text)).to_series())


def stored_claim(csv: bytes) -> Claim:
    """The stored addresses, from CSV of external id, fingerprint and id."""
    if not csv:
        return Claim.of(Keys.missing(0))
    schema = {"name": pl.String, "fingerprint": pl.Int64, "id": pl.Int64}
    rows = pl.read_csv(csv, has_header=False, schema=schema)
    return Claim.of(address_keys(rows["name"]), rows["fingerprint"].to_numpy(), rows["id"].to_numpy())


def _first_of_equals(keys: Keys) -> Numbers:
    """For each key the place of the first one that equals it."""
    if not len(keys):
        return np.empty(0, np.int64)
    order = np.lexsort((keys.low, keys.high))
    starts = np.append(True, (np.diff(keys.high[order]) != 0) | (np.diff(keys.low[order]) != 0))
    leaders = order[starts]
    sizes = np.diff(np.append(np.flatnonzero(starts), len(order)))
    first = np.empty(len(order), np.int64)
    first[order] = np.repeat(leaders, sizes)
    return first


def _straight(may_be: Mask, owners: Numbers, is_odd: Mask, first: Numbers, is_new: Mask) -> Mask:
    """The accounts without an odd address, and without one that an account which waits speaks of first."""
    is_straight = may_be.copy()
    is_straight[owners[is_odd]] = False
    while True:
        waits = is_new & ~is_straight[owners[first]] & is_straight[owners]
        if not waits.any():
            return is_straight
        is_straight[owners[waits]] = False
