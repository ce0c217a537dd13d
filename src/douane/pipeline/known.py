"""The stored rows of one company and table, held in arrays and found by key in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class Keys:
    """Keys as two columns of 64 bits; a missing key is two zeros."""

    high: Numbers
    low: Numbers

    @classmethod
    def from_hex(cls, digits: pl.Series) -> Keys:
        """Keys from a column of 32 hex digits, nulls being missing keys."""
        raw = digits.fill_null("0" * 32).str.decode("hex").to_arrow(compat_level=pl.CompatLevel.oldest())
        buffer = raw.buffers()[2]
        if buffer is None:
            return cls(np.empty(0, np.uint64), np.empty(0, np.uint64))
        pairs = np.frombuffer(buffer, "<u8")[2 * raw.offset : 2 * (raw.offset + len(raw))].reshape(-1, 2)
        return cls(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]))

    def __len__(self) -> int:
        return len(self.high)

    @property
    def given(self) -> Mask:
        """Which keys are not missing."""
        return np.asarray((self.high | self.low) != 0)

    def take(self, which: Mask | Positions) -> Keys:
        """The keys at these places."""
        return Keys(self.high[which], self.low[which])


@dataclass(frozen=True)
class Index:
    """Keys in order, with the place each had before: finds many keys by binary search."""

    keys: Keys
    places: Positions

    @classmethod
    def of(cls, keys: Keys) -> Index:
        """An index over `keys`, those that are missing left out."""
        places = np.flatnonzero(keys.given)
        places = places[np.argsort(keys.high[places], kind="stable")]
        return cls(keys.take(places), places)

    def find(self, wanted: Keys) -> Positions:
        """For each wanted key its place in the keys the index was made of, or NOT_FOUND."""
        if not len(self.places) or not len(wanted):
            return np.full(len(wanted), NOT_FOUND, np.int64)
        at = np.minimum(np.searchsorted(self.keys.high, wanted.high), len(self.places) - 1)
        equal = (self.keys.high[at] == wanted.high) & (self.keys.low[at] == wanted.low)
        return np.where(equal, self.places[at], NOT_FOUND)

    def count(self, wanted: Keys) -> Positions:
        """For each wanted key how many keys of the index share its first 64 bits."""
        left = np.searchsorted(self.keys.high, wanted.high, side="left")
        return np.asarray(np.searchsorted(self.keys.high, wanted.high, side="right") - left)


@dataclass
class Known:
    """What is stored, and what the file has said of it so far.

    `seen` is the line of the file that spoke of the row, 0 when none did; `is_kept` marks rows that
    stand on a rejected line, which no clear may touch. Rows that the file adds are appended.
    """

    keys: Keys
    aliases: Keys
    fingerprints: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    is_open: Mask
    seen: npt.NDArray[np.int64] = field(init=False)
    is_kept: Mask = field(init=False)
    by_key: Index = field(init=False)
    by_alias: Index = field(init=False)

    def __post_init__(self) -> None:
        self.seen = np.zeros(len(self.ids), np.int64)
        self.is_kept = np.zeros(len(self.ids), np.bool_)
        self.by_key = Index.of(self.keys)
        self.by_alias = Index.of(self.aliases)

    @classmethod
    def from_records(cls, raw: bytes) -> Known:
        """The rows that `raw`, a run of RECORDs, describes."""
        rows = np.frombuffer(raw, RECORD)
        return cls(
            Keys(rows["high"].copy(), rows["low"].copy()),
            Keys(rows["alias_high"].copy(), rows["alias_low"].copy()),
            rows["fingerprint"].astype(np.int64),
            rows["id"].astype(np.int64),
            rows["is_open"].astype(np.bool_),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def keep(self, keys: Keys, aliases: Keys) -> None:
        """Guard the rows that rejected lines stand for against the clear."""
        for index in (self.by_key, self.by_alias):
            for wanted in (keys, aliases):
                places = index.find(wanted)
                self.is_kept[places[places != NOT_FOUND]] = True

    def unspoken(self) -> Positions:
        """The places of open rows that no line of the file stands for."""
        return np.flatnonzero((self.seen == 0) & self.is_open & ~self.is_kept)
