"""Sifting: accounts that may be stored by what they say themselves; of the others it is told why not."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from douane.model.addresses import LINK_FIELDS
from douane.model.customers import ACCOUNT_REQUIRED
from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.known import NO_FINGERPRINT, Mask
from douane.pipeline.outcome import Outcome
from douane.pipeline.tally import Tally
from douane.store.account_settling import SENT_ADDRESSES, SENT_LINKS

from .chunks import CONTENT, OWNER, Chunk
from .details import cause_of
from .joining import ROWS, Joined, joined
from .judging import IS_OFF, Judge, repeats
from .matching import Match
from .reading import read_accounts, read_addresses
from .records import CHECK, FINGERPRINT
from .settling import Sound
from .wishes import AccountWishes

TRUTHS = ("is_deleted", "is_inactive")


@dataclass(frozen=True)
class _Read:
    """A chunk in values: a row for each account, its addresses, and what is wrong or doubtful in cells."""

    joined: Joined
    addresses: pl.DataFrame
    faults: pl.DataFrame
    warnings: pl.DataFrame


class Sifting:
    """Sifts the accounts of one list, chunk by chunk; those that are rejected go into outcome and tallies."""

    def __init__(
        self, judge: Judge, wishes: AccountWishes, outcome: Outcome, tallies: dict[str, Tally]
    ) -> None:
        self._judge = judge
        self._wishes = wishes
        self._outcome = outcome
        self._tallies = tallies
        self._members: list[pl.DataFrame] = []

    def sound(self, chunk: Chunk, match: Match) -> Sound | None:
        """The accounts of a chunk that may be stored; the others are told and counted."""
        read = self._read(chunk)
        one, addresses = read.joined, read.addresses
        judged = self._judge.faults(one.accounts, addresses, match)
        # A cell that could not be read is not missing too.
        faults = pl.concat([read.faults, judged.join(read.faults, on=[LINE, "field"], how="anti")])
        self._outcome.tell(faults, is_warning=False)
        self._outcome.tell(read.warnings, is_warning=True)
        owners = chunk.accounts.select(LINE, OWNER)
        is_bad = self._reject(one, addresses, pl.concat([faults, chunk.faults]), owners)
        if is_bad.all():
            return None
        self._members.append(one.members)
        accounts = _with_prints(one, read.warnings, owners)
        sound = _with_counts(accounts, addresses).filter(pl.Series(~is_bad))
        return Sound(sound, self._wanted(sound, addresses), match.take(~is_bad))

    def reject_others(self, wrong: pl.Series, faults: pl.DataFrame) -> None:
        """Tell at their other objects that these accounts (by OWNER) are rejected after all."""
        if len(wrong) and self._members:
            members = pl.concat(self._members)
            self._tell_members(members.filter(pl.col(OWNER).is_in(wrong.implode())), faults)

    def _read(self, chunk: Chunk) -> _Read:
        """The accounts and addresses of a chunk in values, each account one row."""
        accounts = read_accounts(chunk.accounts.drop(OWNER, FINGERPRINT, CHECK), self._wishes)
        addresses = read_addresses(chunk.addresses.drop(OWNER, CONTENT), self._wishes)
        rows = accounts.rows.with_columns(chunk.accounts.select(OWNER, FINGERPRINT, CHECK))
        whole = _complete(rows, ("external_id", *ACCOUNT_REQUIRED), TRUTHS)
        customs = [each.external_id for each in self._wishes.of_accounts.values()]
        one = joined(whole, self._wishes.labels, customs)
        theirs = addresses.rows.with_columns(chunk.addresses[OWNER], chunk.addresses[CONTENT])
        return _Read(
            one,
            _complete(theirs, ("external_id",), tuple(each.name for each in LINK_FIELDS)),
            pl.concat([accounts.faults, addresses.faults]),
            pl.concat([accounts.warnings, addresses.warnings, one.warnings]),
        )

    def _reject(
        self, one: Joined, addresses: pl.DataFrame, faults: pl.DataFrame, owners: pl.DataFrame
    ) -> Mask:
        """Count the accounts one of whose objects is at fault, and tell of their other objects."""
        bad = _owners_of(faults[LINE], owners)
        is_bad = one.accounts[LINE].is_in(bad.implode()).to_numpy()
        if not is_bad.any():
            return is_bad
        self._outcome.tally.rejected += int(one.accounts[ROWS].filter(pl.Series(is_bad)).sum())
        theirs = addresses.filter(pl.col(OWNER).is_in(bad.implode()))
        self._tallies["addresses"].rejected += theirs.height
        links = int((~theirs[IS_OFF].fill_null(False)).sum())
        self._tallies["address_links"].received += links
        self._tallies["address_links"].rejected += links
        self._tell_members(one.members, faults)
        return is_bad

    def _tell_members(self, members: pl.DataFrame, faults: pl.DataFrame) -> None:
        """Tell that accounts are rejected at those of their objects that are not at fault themselves."""
        if not members.height:
            return
        first = (
            members.join(faults.select(LINE, "code"), on=LINE)
            .group_by(OWNER)
            .agg(pl.col(LINE).min(), pl.col("code").sort_by(LINE, "code").first())
            .select(OWNER, cause_of(LINE, "code").alias("detail"))
        )
        others = members.filter(~pl.col(LINE).is_in(faults[LINE].implode())).join(first, on=OWNER)
        nothing = pl.lit(None, pl.String)
        told = others.select(
            pl.col(LINE),
            nothing.alias("field"),
            nothing.alias("value"),
            pl.lit("account-rejected").alias("code"),
            pl.col("detail"),
        )
        self._outcome.tell(told.cast(FAULT_SCHEMA), is_warning=False)

    def _wanted(self, accounts: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
        """The addresses of accounts that are not deleted, each once; the others are counted."""
        theirs = addresses.filter(pl.col(OWNER).is_in(accounts[LINE].implode()))
        deleted = accounts.filter(pl.col("is_deleted").fill_null(False))[LINE]
        of_living = theirs.filter(~pl.col(OWNER).is_in(deleted.implode())) if len(deleted) else theirs
        once = of_living.filter(~repeats(of_living))
        self._tallies["addresses"].unchanged += theirs.height - once.height
        on, on_once = (int((~each[IS_OFF].fill_null(False)).sum()) for each in (of_living, once))
        self._tallies["address_links"].received += on
        self._tallies["address_links"].unchanged += on - on_once
        return once


def _with_prints(one: Joined, warnings: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The accounts, the fingerprints altered of those that are to be read again the next time."""
    doubtful, disputed = (_owners_of(each[LINE], owners) for each in (warnings, one.warnings))
    return one.accounts.with_columns(
        # What several objects say otherwise hangs on their order, which their sum does not know.
        pl.when(pl.col(LINE).is_in(disputed.implode()))
        .then(pl.lit(NO_FINGERPRINT, pl.Int64))
        .when(pl.col(LINE).is_in(doubtful.implode()))
        .then(~pl.col(FINGERPRINT))
        .otherwise(FINGERPRINT)
        .alias(FINGERPRINT)
    )


def _with_counts(accounts: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    """The accounts with how many addresses and links were sent with each."""
    counts = addresses.group_by(OWNER).agg(
        pl.len().alias(SENT_ADDRESSES), (~pl.col(IS_OFF).fill_null(False)).sum().alias(SENT_LINKS)
    )
    joined = accounts.join(counts, left_on=LINE, right_on=OWNER, how="left", maintain_order="left")
    links = pl.when(pl.col("is_deleted").fill_null(False)).then(0).otherwise(SENT_LINKS).alias(SENT_LINKS)
    return joined.with_columns(SENT_ADDRESSES, links).with_columns(
        pl.col(SENT_ADDRESSES, SENT_LINKS).fill_null(0)
    )


def _owners_of(lines: pl.Series, owners: pl.DataFrame) -> pl.Series:
    """The accounts that the objects on these lines are of."""
    return owners.filter(pl.col(LINE).is_in(lines.implode()))[OWNER].unique()


def _complete(rows: pl.DataFrame, texts: tuple[str, ...], truths: tuple[str, ...]) -> pl.DataFrame:
    """`rows` with these fields, empty where they are not there."""
    lacking = [pl.lit(None, pl.String).alias(each) for each in texts if each not in rows.columns]
    lacking += [pl.lit(None, pl.Boolean).alias(each) for each in truths if each not in rows.columns]
    return rows.with_columns(lacking)
