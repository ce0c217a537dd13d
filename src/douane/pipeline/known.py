"""The stored rows of one company and table, held in arrays and found by key in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

RECORD = np.dtype(
    {
        "names": ["high", "low", "alias_high", "alias_low", "fingerprint", "id", "is_open"],
        "formats": ["<u8", "<u8", "<u8", "<u8", ">i8", ">i8", "u1"],
    }
)
"""One stored row as the statement `known_rows` sends it: 49 bytes."""

NOT_FOUND = -1
NO_FINGERPRINT = 0
"""What `known_rows` sends for a row whose fingerprint was erased."""
MISSING = bytes(16)


@dataclass(frozen=True)
class Keys:
    """Keys as two columns of 64 bits; a missing key is two zeros."""

    high: Numbers
    low: Numbers

    @classmethod
    def of(cls, column: pl.Series) -> Keys:
        """Keys from a column of 16 bytes, nulls being missing keys."""
        if column.null_count() == len(column):
            return cls.missing(len(column))
        raw = column.fill_null(MISSING).to_arrow(compat_level=pl.CompatLevel.oldest())
        start = raw.offset
        pairs = np.frombuffer(raw.buffers()[2], "<u8").reshape(-1, 2)[start : start + len(raw)]
        return cls(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]))

    @classmethod
    def missing(cls, size: int) -> Keys:
        """So many missing keys."""
        zeros = np.zeros(size, np.uint64)
        return cls(zeros, zeros)

    def __len__(self) -> int:
        return len(self.high)

    def joined(self, other: Keys) -> Keys:
        """These keys and then the others."""
        return Keys(np.concatenate([self.high, other.high]), np.concatenate([self.low, other.low]))

    @property
    def given(self) -> Mask:
        """Which keys are not missing."""
        return np.asarray((self.high | self.low) != 0)

    def take(self, which: Mask | Positions | slice) -> Keys:
        """The keys at these places."""
        return Keys(self.high[which], self.low[which])


@dataclass(frozen=True)
class Index:
    """Keys in order, each with a place: finds many keys by binary search."""

    keys: Keys
    places: Positions

    @classmethod
    def of(cls, keys: Keys) -> Index:
        """An index over `keys` whose places are theirs; missing keys are left out."""
        places = np.flatnonzero(keys.given)
        places = places[np.argsort(keys.high[places], kind="stable")]
        return cls(keys.take(places), places)

    def find(self, wanted: Keys) -> Positions:
        """For each wanted key its place, or NOT_FOUND."""
        at = find(self.keys, wanted)
        return (
            np.where(at == NOT_FOUND, NOT_FOUND, self.places[np.maximum(at, 0)]) if len(self.places) else at
        )

    def count(self, wanted: Keys) -> Positions:
        """For each wanted key how many keys of the index share its first 64 bits."""
        left = np.searchsorted(self.keys.high, wanted.high, side="left")
        return np.asarray(np.searchsorted(self.keys.high, wanted.high, side="right") - left)

    def all_places(self, wanted: Keys) -> Positions:
        """The places of all keys of the index that are among the wanted ones."""
        return np.asarray(self.places[np.isin(self.keys.high, wanted.high[wanted.given])])


def find(ordered: Keys, wanted: Keys) -> Positions:
    """For each wanted key its place in `ordered`, keys in rising order, or NOT_FOUND."""
    if not len(ordered) or not len(wanted):
        return np.full(len(wanted), NOT_FOUND, np.int64)
    at = np.minimum(np.searchsorted(ordered.high, wanted.high), len(ordered) - 1)
    equal = (ordered.high[at] == wanted.high) & (ordered.low[at] == wanted.low)
    return np.where(equal, at, NOT_FOUND)


@dataclass
class Known:
    """Stored rows in the order of their keys, and what the file has said of them so far.

    `seen` is the line of the file that spoke of the row, 0 when none did; `is_kept` marks rows that
    stand on a rejected line, which no clear may touch.
    """

    keys: Keys
    by_alias: Index
    fingerprints: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    is_open: Mask
    seen: npt.NDArray[np.uint32] = field(init=False)
    is_kept: Mask = field(init=False)
    _by_fingerprint: tuple[npt.NDArray[np.int64], Positions] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.seen = np.zeros(len(self.ids), np.uint32)
        self.is_kept = np.zeros(len(self.ids), np.bool_)

    @classmethod
    def from_records(cls, pieces: Iterable[bytes]) -> Known:
        """The rows that `pieces`, runs of RECORDs, describe."""
        parts = [_columns(piece) for piece in pieces]
        columns = {name: np.concatenate([part.pop(name) for part in parts]) for name in tuple(parts[0])}
        order = np.argsort(columns["high"])
        for name, column in columns.items():
            columns[name] = column[order]
        return cls(
            Keys(columns["high"], columns["low"]),
            Index.of(Keys(columns.pop("alias_high"), columns.pop("alias_low"))),
            columns["fingerprint"],
            columns["id"],
            columns["is_open"].view(np.bool_),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, wanted: Keys) -> Positions:
        """For each wanted key the place of its row, or NOT_FOUND."""
        return find(self.keys, wanted)

    def find_fingerprints(self, wanted: npt.NDArray[np.int64]) -> Positions:
        """For each wanted fingerprint the place of a row that had it when the file began, or NOT_FOUND."""
        if self._by_fingerprint is None:
            order = np.argsort(self.fingerprints)
            self._by_fingerprint = (self.fingerprints[order], order)
        ordered, places = self._by_fingerprint
        if not len(ordered):
            return np.full(len(wanted), NOT_FOUND, np.int64)
        at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        return np.where((ordered[at] == wanted) & (wanted != NO_FINGERPRINT), places[at], NOT_FOUND)

    def keep(self, keys: Keys, aliases: Keys) -> Mask:
        """Guard the rows that rejected lines stand for against the sweep; which lines stand for one."""
        stands = np.zeros(len(keys), np.bool_)
        for wanted in (keys, aliases):
            found = self.find(wanted)
            self.is_kept[found[found != NOT_FOUND]] = True
            self.is_kept[self.by_alias.all_places(wanted)] = True
            stands |= (found != NOT_FOUND) | (self.by_alias.find(wanted) != NOT_FOUND)
        return stands

    def unspoken(self) -> Positions:
        """The places of open rows that no line of the file stands for."""
        return np.flatnonzero((self.seen == 0) & self.is_open & ~self.is_kept)


def _columns(piece: bytes) -> dict[str, npt.NDArray[Any]]:
    """The columns of a run of RECORDs, in this machine's byte order."""
    rows = np.frombuffer(piece, RECORD)
    kinds = {name: kind for name, (kind, *_) in (RECORD.fields or {}).items()}
    return {name: rows[name].astype(kind.newbyteorder("=")) for name, kind in kinds.items()}
