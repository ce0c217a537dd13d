"""Aside: accounts that the list speaks of in several places wait on disk until all of it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import LINE
from douane.pipeline.known import Mask

from .chunks import external_keys, names_of
from .records import AccountBatch, ReadAccounts

Hashes = npt.NDArray[np.uint64]

NAME = "name "


def repeated_names(reread: ReadAccounts) -> Hashes:
    """The hashes of the external ids that more than one object of the list has, in order."""
    hashes = np.concatenate(
        [np.empty(0, np.uint64), *(external_keys(names_of(each.accounts)).high for each in reread(None))]
    )
    found, counts = np.unique(hashes, return_counts=True)
    return np.asarray(found[(counts > 1) & (found != 0)])


class Aside:
    """Keeps the objects whose external id has one of the hashes; about `rows_at_once` come back together."""

    def __init__(self, folder: Path, hashes: Hashes, rows_at_once: int) -> None:
        self._folder = folder
        self._hashes = hashes
        self._rows_at_once = rows_at_once
        self._rows = 0
        self._pieces = 0

    def parted(self, batch: AccountBatch) -> tuple[AccountBatch, pl.DataFrame]:
        """The batch without the objects that wait, and their addresses."""
        marks = self._waits(batch.accounts)
        if not marks.any():
            return batch, batch.addresses.clear()
        kept = batch.accounts.filter(pl.Series(marks))
        lines = kept[LINE].implode()
        of_kept = pl.col(LINE).is_in(lines)
        addresses, faults = batch.addresses.filter(of_kept), batch.faults.filter(of_kept)
        for name, rows in (("accounts", kept), ("addresses", addresses), ("faults", faults)):
            rows.write_ipc(self._path(name, self._pieces))
        self._pieces += 1
        self._rows += kept.height
        rest = AccountBatch(
            batch.accounts.filter(~pl.Series(marks)),
            batch.addresses.filter(~of_kept),
            batch.faults.filter(~of_kept),
            batch.received - kept.height,
            batch.recognized,
        )
        return rest, addresses

    def batches(self) -> Iterator[AccountBatch]:
        """What waits, the objects of each account side by side, in the order of the first of them."""
        slices = -(-self._rows // self._rows_at_once)
        for number in range(slices):
            accounts = pl.concat(
                [self._slice(place, number, slices) for place in range(self._pieces)], how="diagonal"
            )
            first = pl.col(LINE).min().over(NAME)
            ordered = accounts.with_columns(first.alias("first line")).sort("first line", LINE)
            lines = ordered[LINE].implode()
            yield AccountBatch(
                ordered.drop(NAME, "first line"),
                self._of_lines("addresses", lines),
                self._of_lines("faults", lines),
                ordered.height,
            )

    def _waits(self, accounts: pl.DataFrame) -> Mask:
        if not len(self._hashes):
            return np.zeros(accounts.height, np.bool_)
        return np.isin(external_keys(names_of(accounts)).high, self._hashes)

    def _slice(self, place: int, number: int, slices: int) -> pl.DataFrame:
        accounts = pl.read_ipc(self._path("accounts", place))
        names = names_of(accounts)
        is_in = pl.Series(external_keys(names).high % slices == number)
        return accounts.with_columns(names.alias(NAME)).filter(is_in)

    def _of_lines(self, name: str, lines: pl.Series) -> pl.DataFrame:
        pieces = (pl.read_ipc(self._path(name, place)) for place in range(self._pieces))
        return pl.concat([each.filter(pl.col(LINE).is_in(lines)) for each in pieces], how="diagonal")

    def _path(self, name: str, place: int) -> Path:
        return self._folder / f"aside-{name}-{place}.arrow"
