"""Chunks: pieces of a list put together to a size worth a statement, each holding whole accounts as sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import LINE, no_faults
from douane.pipeline.identity import SEPARATOR, hashed
from douane.pipeline.known import Keys

from .fingerprints import hash_rows
from .records import AccountBatch, no_accounts, no_addresses
from .texts import Recognized
from .wishes import AccountWishes

OWNER = "owner"
"""The line of the account that a row belongs to: of its first object, where it has several."""

CONTENT = "content"
"""The fingerprint of an address by itself, whatever it is to its account."""

FLAGS = ("is_unlinked", "is_shipping", "is_billing")
FIRST_ACCOUNTS, ACCOUNTS_AT_ONCE = 5_000, 20_000

Mask = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Chunk:
    """Some whole accounts as sent.

    `accounts` has a row for each object, with OWNER, `addresses` one for each address, with OWNER and
    CONTENT. The objects of one account stand side by side. `external` are the keys of the external ids of the
    objects, missing where there is none. `faults`, `unreadable` and `recognized` are those of the batches.
    """

    accounts: pl.DataFrame
    addresses: pl.DataFrame
    external: Keys
    faults: pl.DataFrame
    unreadable: int
    recognized: Recognized

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """The places of the first object of each account."""
        return np.flatnonzero((self.accounts[LINE] == self.accounts[OWNER]).to_numpy())

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """How many objects each account has."""
        return np.diff(np.append(self.starts, self.accounts.height))

    def only(self, which: Mask) -> Chunk:
        """The chunk with these objects alone; whole accounts of them."""
        if which.all():
            return self
        accounts = self.accounts.filter(pl.Series(which))
        owners = self.addresses[OWNER].is_in(accounts[OWNER].unique().implode())
        return replace(
            self,
            accounts=accounts,
            addresses=self.addresses.filter(owners),
            external=self.external.take(which),
        )


def in_chunks(batches: Iterable[AccountBatch], size: int = ACCOUNTS_AT_ONCE) -> Iterator[AccountBatch]:
    """The same objects in pieces of about `size`, so that none of them splits an account that goes on.

    The first ones are smaller, so that the database has something to do early.
    """
    waiting: list[AccountBatch] = []
    wanted = enough = min(size, FIRST_ACCOUNTS)
    for batch in batches:
        waiting.append(batch)
        if sum(each.received for each in waiting) >= enough:
            whole, rest = _split(_together(waiting))
            waiting = [rest] if rest.received else []
            wanted = min(size, 2 * wanted)
            # An account without end is only looked at again when there is twice as much of it.
            enough = max(wanted, 2 * rest.received)
            if whole.received:
                yield whole
    if waiting:
        yield _together(waiting)


def chunk_of(batch: AccountBatch, wishes: AccountWishes) -> Chunk:
    """The batch with what names its accounts; neighbours of one name are one."""
    accounts, addresses = batch.accounts, batch.addresses
    names = names_of(accounts)
    lines = accounts[LINE].to_numpy()
    owners = _owners(names, lines)
    at = _places(lines, addresses[LINE].to_numpy())
    if len(at) and (np.diff(at) < 0).any():
        order = np.argsort(at, kind="stable")
        addresses, at = addresses[order], at[order]
    content = hash_rows(addresses, wishes.of_addresses, without=FLAGS)
    return Chunk(
        accounts.with_columns(pl.Series(OWNER, owners)),
        addresses.with_columns(
            pl.Series(OWNER, owners[at] if len(owners) else owners),
            pl.Series(CONTENT, content.view(np.int64)),
        ),
        external_keys(names),
        batch.faults,
        batch.unreadable,
        batch.recognized,
    )


def names_of(rows: pl.DataFrame) -> pl.Series:
    """The external ids of rows as sent, null where there is none."""
    if "external_id" not in rows.columns:
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    bare = rows["external_id"].str.strip_chars()
    return bare.set(bare == "", None)


def external_keys(names: pl.Series) -> Keys:
    """The keys of customers with these external ids."""
    return _keys("external", names)


def code_keys(names: pl.Series) -> Keys:
    """The keys of customers with these codes."""
    return _keys("code", names)


def key_of(identity: str, name: pl.Expr) -> pl.Expr:
    """The 16 bytes by which a customer is found that has this name by this identity."""
    return hashed(pl.concat_str([pl.lit(identity), name], separator=SEPARATOR))


def _keys(identity: str, names: pl.Series) -> Keys:
    return Keys.of(names.alias("name").to_frame().select(key_of(identity, pl.col("name"))).to_series())


def _owners(names: pl.Series, lines: Lines) -> Lines:
    """The line of the first of the neighbours that have a row's name."""
    if not len(names):
        return lines
    goes_on = (names == names.shift(1)).fill_null(False).to_numpy()
    if not goes_on.any():
        return lines
    starts = np.flatnonzero(~goes_on)
    sizes = np.diff(np.append(starts, len(lines)))
    return np.repeat(lines[starts], sizes)


def _places(lines: Lines, wanted: Lines) -> npt.NDArray[np.int64]:
    """Where each of the wanted lines is among `lines`."""
    order = np.argsort(lines, kind="stable")
    return np.asarray(order[np.searchsorted(lines, wanted, sorter=order)])


def _together(batches: list[AccountBatch]) -> AccountBatch:
    if len(batches) == 1:
        return batches[0]
    return AccountBatch(
        pl.concat([each.accounts for each in batches], how="diagonal"),
        pl.concat([each.addresses for each in batches], how="diagonal"),
        pl.concat([each.faults for each in batches]),
        sum(each.received for each in batches),
        Recognized.joined([each.recognized for each in batches]),
    )


def _split(batch: AccountBatch) -> tuple[AccountBatch, AccountBatch]:
    """The batch without its last account, which may go on, and that account."""
    names = names_of(batch.accounts)
    if not len(names) or names[-1] is None:
        return batch, AccountBatch(no_accounts(), no_addresses(), no_faults(), 0)
    changes = (names != names[-1]).fill_null(True).arg_true()
    start = int(changes[-1]) + 1 if len(changes) else 0
    line = batch.accounts[LINE][start]
    early = batch.addresses[LINE] < line
    early_faults = batch.faults[LINE] < line
    rest = AccountBatch(
        batch.accounts[start:],
        batch.addresses.filter(~early),
        batch.faults.filter(~early_faults),
        batch.accounts.height - start + _unreadable(batch, line),
    )
    return AccountBatch(
        batch.accounts[:start],
        batch.addresses.filter(early),
        batch.faults.filter(early_faults),
        batch.received - rest.received,
        batch.recognized,
    ), rest


def _unreadable(batch: AccountBatch, line: int) -> int:
    """How many objects from `line` on are no accounts."""
    later = batch.faults.filter(pl.col(LINE) >= line)[LINE].unique()
    return int((~later.is_in(batch.accounts[LINE].implode())).sum())
