"""Settling: accounts that may be stored go straight into the tables, or wait to meet what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from douane.model.addresses import ADDRESS_FIELDS
from douane.model.customers import ACCOUNT_FEED
from douane.pipeline.batch import LINE
from douane.pipeline.known import Mask
from douane.pipeline.spill import CopyFile
from douane.pipeline.tally import Tally
from douane.store.account_merging import AccountMerging
from douane.store.account_settling import FEED, SENT, STAGED_ACCOUNTS, STAGED_ADDRESSES, AccountSettling

from .chunks import CONTENT, OWNER, key_of
from .custom import CUSTOM
from .ids import Ids, Numbers
from .joining import ROWS
from .matching import Match
from .splitting import Split, Splitting, address_keys

LINK_COLUMNS = ("customer_id", "address_id", "is_shipping", "is_billing", "run_id")
EMPTY_CUSTOMS = r'"[\w.-]+":null,?'
DEFAULTS = {each.name: each.default == "true" for each in ACCOUNT_FEED if each.default}


@dataclass(frozen=True)
class Sound:
    """Accounts that may be stored by what they say, in the order of the list, and their addresses.

    `accounts` has LINE, ROWS, the columns of SENT, fields and CUSTOM; `addresses` OWNER, LINE, PLACE,
    CONTENT, fields and CUSTOM, none for accounts that are deleted, none twice.
    """

    accounts: pl.DataFrame
    addresses: pl.DataFrame
    match: Match


@dataclass(frozen=True)
class Piece:
    """Rows for COPY into one table, as CSV behind their tenant."""

    table: str
    columns: Sequence[str]
    csv: bytes


class Settling:
    """Settles the accounts of one list. `has_straight` says whether any may go straight into the tables."""

    def __init__(
        self,
        merging: AccountMerging,
        splitting: Splitting,
        tallies: dict[str, Tally],
        folder: Path,
        ids: tuple[Ids, Ids],
        *,
        has_straight: bool,
    ) -> None:
        self._merging = merging
        self._splitting = splitting
        self._tallies = tallies
        self._customer_ids, self._address_ids = ids
        self._has_straight = has_straight
        self._accounts = CopyFile(folder / "accounts.csv")
        self._addresses = CopyFile(folder / "addresses.csv")

    @property
    def waiting(self) -> int:
        """How many accounts wait."""
        return self._accounts.rows

    def settle(self, sound: Sound, *, may_go_straight: bool = True) -> Iterator[Piece]:
        """The rows of accounts that go straight in; the others wait for `finish`."""
        if not (self._has_straight and may_go_straight):
            self._wait(sound.accounts, sound.addresses, sound)
            return
        owners = np.searchsorted(sound.accounts[LINE].to_numpy(), sound.addresses[OWNER].to_numpy())
        split = self._splitting.split(
            self._may_be(sound),
            owners,
            address_keys(sound.addresses["external_id"]),
            sound.addresses[CONTENT].to_numpy(),
            lambda count: self._address_ids.take(count, more=True),
        )
        yield from self._straight(sound, split, owners)
        rest = ~split.is_straight
        if rest.any():
            self._wait(
                sound.accounts.filter(pl.Series(rest)), sound.addresses.filter(pl.Series(rest[owners])), sound
            )

    def claim(self, addresses: pl.DataFrame) -> None:
        """Have accounts that name these addresses (as sent) wait for those that do now."""
        if "external_id" in addresses.columns:
            names = addresses["external_id"].str.strip_chars().drop_nulls()
            self._splitting.claim(address_keys(names))

    def finish(self, label_of: Callable[[str], str]) -> tuple[pl.DataFrame, list[int]]:
        """Write what waits: the addresses that were wrong, and the ids of customers to be read again.

        The former have owner, line, external_id, code, other_line and differences, in which the fields are
        called as `label_of` has them.
        """
        schema = {
            "owner": pl.UInt32,
            LINE: pl.UInt32,
            "external_id": pl.String,
            "code": pl.String,
            "other_line": pl.UInt32,
            "differences": pl.String,
        }
        if not self.waiting:
            return pl.DataFrame(schema=schema), []
        settling = AccountSettling(self._merging)
        done = settling.settle(self._accounts.pieces(), self._addresses.pieces(), label_of)
        counted = {"customers": done.accounts, "addresses": done.addresses, "address_links": done.links}
        for table, counts in counted.items():
            for verdict, count in counts.items():
                setattr(self._tallies[table], verdict, getattr(self._tallies[table], verdict) + count)
        wrongs = [astuple(each) for each in done.wrongs]
        return pl.DataFrame(wrongs, schema=schema, orient="row"), done.forgotten

    def _may_be(self, sound: Sound) -> Mask:
        is_deleted = sound.accounts["is_deleted"].fill_null(False).to_numpy()
        return np.asarray((sound.match.ids == 0) & ~is_deleted)

    def _straight(self, sound: Sound, split: Split, owners: Numbers) -> Iterator[Piece]:
        if not split.is_straight.any():
            return
        which = split.is_straight
        ids = np.zeros(len(which), np.int64)
        ids[which] = self._customer_ids.take(int(which.sum()), more=True)
        goes = which[owners]
        accounts = self._with_keys(sound.accounts).with_columns(pl.Series("id", ids))
        accounts = accounts.filter(pl.Series(which))
        addresses = sound.addresses.with_columns(
            pl.Series("address_id", split.ids), pl.Series("customer_id", ids[owners])
        ).filter(pl.Series(goes))
        made = addresses.filter(pl.Series(split.is_made[goes]))
        self._count(int(accounts[ROWS].sum()), made.height, addresses.height)
        yield self._of_accounts(accounts)
        if made.height:
            yield self._of_addresses(made)
        yield self._of_links(addresses)

    def _count(self, accounts: int, made: int, addresses: int) -> None:
        self._tallies["customers"].added += accounts
        self._tallies["addresses"].added += made
        self._tallies["addresses"].unchanged += addresses - made
        self._tallies["address_links"].added += addresses

    def _with_keys(self, accounts: pl.DataFrame) -> pl.DataFrame:
        return accounts.with_columns(
            _digits("code").alias("key"),
            _digits("external").alias("alias"),
            pl.col("external_id").alias("code"),
            pl.lit(self._merging.run_id).alias("run_id"),
        )

    def _of_accounts(self, accounts: pl.DataFrame) -> Piece:
        defaults = (
            pl.col(name).fill_null(value) for name, value in DEFAULTS.items() if name in accounts.columns
        )
        fields = [name for name in FEED if name in accounts.columns]
        names = ("run_id", "id", LINE, "key", "alias", *SENT, "code", *fields, CUSTOM)
        return self._piece("customers", names, accounts.with_columns(*defaults, _filled_customs()))

    def _of_addresses(self, made: pl.DataFrame) -> Piece:
        fields = [each.name for each in ADDRESS_FIELDS if each.name in made.columns]
        rows = made.with_columns(
            pl.col("address_id").alias("id"),
            pl.lit(self._merging.run_id).alias("run_id"),
            pl.col(OWNER).alias(LINE),
            pl.col(CONTENT).alias("fingerprint"),
            _filled_customs(),
        )
        return self._piece("addresses", ("run_id", "id", LINE, "fingerprint", *fields, CUSTOM), rows)

    def _of_links(self, addresses: pl.DataFrame) -> Piece:
        rows = addresses.with_columns(
            pl.col("is_shipping", "is_billing").fill_null(True),
            pl.lit(self._merging.run_id).alias("run_id"),
        )
        return self._piece("address_links", LINK_COLUMNS, rows)

    def _wait(self, accounts: pl.DataFrame, addresses: pl.DataFrame, sound: Sound) -> None:
        matched = self._with_keys(sound.accounts).with_columns(
            pl.Series("id", sound.match.ids), pl.Series("is_new", sound.match.ids == 0)
        )
        matched = matched.filter(pl.col(LINE).is_in(accounts[LINE].implode()))
        told = matched.with_columns(
            pl.when(~pl.col("is_new")).then("id").alias("id"),
            pl.when("is_new").then("code").alias("code"),
        )
        self._accounts.append(self._scoped(_completed(told, STAGED_ACCOUNTS)))
        mentions = addresses.with_columns(
            pl.col(CONTENT).alias("fingerprint"), pl.col("is_unlinked").fill_null(False)
        )
        self._addresses.append(self._scoped(_completed(mentions, STAGED_ADDRESSES)))

    def _piece(self, table: str, columns: Sequence[str], rows: pl.DataFrame) -> Piece:
        piece = BytesIO()
        self._scoped(rows.select(columns)).write_csv(piece, include_header=False)
        return Piece(table, columns, piece.getvalue())

    def _scoped(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` behind their tenant."""
        scope = {"organization": self._merging.organization_id, "company": self._merging.company_id}
        return rows.select(
            *(pl.lit(number).alias(f"{name} scope") for name, number in scope.items()), pl.all()
        )


def _digits(identity: str) -> pl.Expr:
    """The key of this identity as hex digits, which PostgreSQL reads as a uuid."""
    return key_of(identity, pl.col("external_id")).bin.encode("hex")


def _completed(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """`rows` with these columns, those that are not there empty."""
    there = set(rows.columns)
    return rows.select(
        pl.col(name) if name in there else pl.lit(None, pl.String).alias(name) for name in names
    )


def _filled_customs() -> pl.Expr:
    """Custom fields without those that were sent empty."""
    kept = pl.col(CUSTOM).str.replace_all(EMPTY_CUSTOMS, "").str.replace(r",\}$", "}")
    has_empty = pl.col(CUSTOM).str.contains(":null", literal=True)
    filled = pl.when(has_empty).then(kept).otherwise(pl.col(CUSTOM))
    return pl.when(filled != "{}").then(filled).alias(CUSTOM)
