"""The stored entries of the fiscal years that a file speaks of, and which of them it has spoken of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.known import Keys
from douane.store.posting import Posting

from .assembling import Numbers

FORMATS = {"high": "<u8", "low": "<u8", "fingerprint": ">i8", "id": ">i8", "establishment": ">i4"}
RECORD = np.dtype({"names": list(FORMATS), "formats": list(FORMATS.values())})
"""One stored entry as the statement `known_entries` sends it: 36 bytes."""
SCHEMA = {
    "high": pl.UInt64,
    "low": pl.UInt64,
    "stored fingerprint": pl.Int64,
    "id": pl.Int64,
    "stored establishment": pl.Int32,
}
NO_ESTABLISHMENT = 0


@dataclass
class KnownEntries:
    """The stored entries, loaded year by year; `spoken` are the ids that the file stands for."""

    posting: Posting
    _years: dict[int, pl.DataFrame] = field(default_factory=dict)
    spoken: list[Numbers] = field(default_factory=list)

    def of_years(self, year_ids: list[int]) -> pl.DataFrame:
        """The entries of these years: the halves of their keys, stored fingerprint, id, establishment."""
        for year_id in year_ids:
            if year_id not in self._years:
                self._years[year_id] = _frame(self.posting.known_entries(year_id))
        return (
            pl.concat([self._years[each] for each in year_ids]) if year_ids else pl.DataFrame(schema=SCHEMA)
        )

    def taken(self, ids: Numbers) -> npt.NDArray[np.bool_]:
        """Which of the ids some entry of the file stands for already, one earlier in `ids` included."""
        _, first = np.unique(ids, return_index=True)
        again = np.ones(len(ids), np.bool_)
        again[first] = False
        return again | np.isin(ids, np.concatenate([np.empty(0, np.int64), *self.spoken]))

    def unspoken(self, year_id: int) -> pl.Series:
        """The ids of the year's entries that no entry of the file stands for."""
        ids = self.of_years([year_id])["id"]
        spoken = np.concatenate([np.empty(0, np.int64), *self.spoken])
        return ids.filter(pl.Series(~np.isin(ids.to_numpy(), spoken)))


def _frame(pieces: list[bytes]) -> pl.DataFrame:
    rows = np.frombuffer(b"".join(pieces), RECORD)
    columns = [rows[name].astype(RECORD[name].newbyteorder("=")) for name in FORMATS]
    return pl.DataFrame(dict(zip(SCHEMA, columns, strict=True)), schema=SCHEMA)


def halves(keys: pl.Series) -> list[pl.Series]:
    """The two halves of each 16-byte key, as `known_entries` gives them."""
    both = Keys.of(keys)
    return [pl.Series("high", both.high), pl.Series("low", both.low)]
