"""One pass over a list of accounts: every object is counted, told of, and written or left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.known import NO_FINGERPRINT, Keys, Mask
from douane.pipeline.outcome import Outcome
from douane.pipeline.overlap import ahead
from douane.pipeline.tally import Tally
from douane.pipeline.values.flag import read_flags
from douane.settings import Settings
from douane.store.account_merging import AccountMerging
from douane.store.customer_tags import make_customer_tags

from .aside import Aside
from .chunks import OWNER, Chunk, chunk_of, names_of
from .claims import Claim, Claims
from .details import where_otherwise
from .ids import Ids
from .joining import ROWS
from .judging import IS_OFF, Judge
from .matching import Match, Matching
from .oddities import Oddities, ReadAgain
from .reading import unknown_tags
from .records import FINGERPRINT, AccountBatch, ReadAccounts
from .settling import Piece, Settling, Sound
from .sifting import Sifting
from .splitting import Splitting, stored_claim
from .texts import KnownTexts
from .wishes import AccountWishes

Numbers = npt.NDArray[np.int64]

ADDRESSES_PER_CUSTOMER = 3
"""How many more stored addresses than customers are held in memory at most."""


class Pass:
    """One pass; `outcome`, `tallies` and `tags_made` have what came of it afterwards."""

    def __init__(
        self,
        merging: AccountMerging,
        wishes: AccountWishes,
        settings: Settings,
        folder: Path,
        oddities: Oddities,
    ) -> None:
        self._merging = merging
        self._wishes = wishes
        self._settings = settings
        self._folder = folder
        self._oddities = oddities
        self._aside = Aside(folder, oddities.names, settings.gathered_rows_max)
        self._spoken = Claims()
        self._recognized: list[Numbers] = []
        self._unread: list[Numbers] = []
        self._spoken_of: list[Numbers] = []
        self._tags: set[str] = set()
        self.tags_made: list[str] = []
        self.outcome = Outcome(folder, merging.organization_id, merging.run_id)
        self.tallies = {
            "customers": self.outcome.tally,
            "addresses": Tally(),
            "address_links": Tally(),
        }
        self._sifting = Sifting(Judge(merging, wishes), wishes, self.outcome, self.tallies)

    def write(self, reread: ReadAccounts) -> None:
        """Read the list, in pieces that split no account, and write it. Raises ReadAgain."""
        with (
            ahead(reread(self._load_texts)) as batches,
            Ids.of(lambda count: self._merging.reserve_ids("customers", count)) as customers,
            Ids.of(lambda count: self._merging.reserve_ids("addresses", count)) as addresses,
        ):
            first = list(islice(batches, 2))
            self._prepare((customers, addresses), is_small=len(first) < 2)
            with ahead(self._pieces(chain(first, batches))) as pieces:
                for piece in pieces:
                    self._merging.copy(piece.table, piece.columns, [piece.csv])
        for batch in self._aside.batches():
            left = list(self._settled(chunk_of(batch, self._wishes), may_go_straight=False))
            assert not left, "an account that waits has nothing for COPY"
        self._finish()

    def _prepare(self, ids: tuple[Ids, Ids], *, is_small: bool) -> None:
        """Find out what can be held in memory; of a small list only what it names is wanted."""
        rows_max = self._settings.known_rows_max
        fits = not is_small and self._merging.count("customers", rows_max + 1) <= rows_max
        addresses_max = ADDRESSES_PER_CUSTOMER * rows_max
        has_straight = fits and self._merging.count("addresses", addresses_max + 1) <= addresses_max
        self._matching = Matching(self._merging, knows_all=fits)
        splitting = Splitting(self._stored_addresses)
        settle = (self._merging, splitting, self.tallies, self._folder, ids)
        self._settling = Settling(*settle, has_straight=has_straight)

    def _load_texts(self) -> KnownTexts | None:
        """The texts that need not be read; none where they do not fit into memory, or were misleading."""
        oddities, rows_max = self._oddities, self._settings.known_rows_max
        if not oddities.recognizes:
            return None
        if self._merging.count("customers", rows_max + 1) > rows_max:
            return None
        return KnownTexts(self._merging.known_texts(), without=oddities.ids)

    def _stored_addresses(self) -> Claim:
        return stored_claim(self._merging.known_addresses())

    def _pieces(self, batches: Iterator[AccountBatch]) -> Iterator[Piece]:
        for batch in batches:
            rest, waiting = self._aside.parted(batch)
            self._settling.claim(waiting)
            yield from self._settled(chunk_of(rest, self._wishes), may_go_straight=True)

    def _settled(self, chunk: Chunk, *, may_go_straight: bool) -> Iterator[Piece]:
        """Count, judge and settle the accounts of a chunk."""
        self._receive(chunk)
        if not chunk.accounts.height:
            return
        starts = chunk.starts
        external = chunk.external.take(starts)
        self._speak(external)
        match = self._matching.match(external, names_of(chunk.accounts).gather(starts))
        self._spoken_of.append(match.ids)
        is_known = self._recognize(chunk, match)
        if is_known.all():
            return
        sizes = chunk.sizes
        rest = chunk.only(np.repeat(~is_known, sizes))
        sound = self._sifting.sound(rest, match.take(~is_known))
        changed = None if sound is None else self._changed(sound)
        if changed is not None and changed.accounts.height:
            yield from self._settling.settle(changed, may_go_straight=may_go_straight)

    def _receive(self, chunk: Chunk) -> None:
        """Count what came; what is no account is rejected."""
        tally, recognized = self.outcome.tally, chunk.recognized
        tally.received += chunk.unreadable + chunk.accounts.height + len(recognized.ids)
        tally.rejected += chunk.unreadable
        tally.unreadable += chunk.unreadable
        self.tallies["addresses"].received += chunk.addresses.height + recognized.addresses
        self._leave(len(recognized.ids), recognized.addresses, recognized.links)
        self._unread.append(recognized.ids)
        self.outcome.tell(chunk.faults, is_warning=False)
        if self._wishes.makes_tags and "tags" in chunk.accounts.columns:
            self._tags |= unknown_tags(chunk.accounts["tags"], self._wishes)

    def _speak(self, external: Keys) -> None:
        """Remember the names that the list has spoken of. Raises ReadAgain when it did before."""
        given = external.take(external.given)
        is_there, _, _ = self._spoken.find(given)
        if is_there.any() or len(np.unique(given.high)) < len(given):
            raise ReadAgain
        self._spoken.add(Claim.of(given))

    def _recognize(self, chunk: Chunk, match: Match) -> Mask:
        """Which accounts stand as they were last sent; they are counted."""
        prints = np.add.reduceat(chunk.accounts[FINGERPRINT].to_numpy().view(np.uint64), chunk.starts)
        is_known = self._stands(match, prints.view(np.int64))
        if chunk.faults.height:
            is_faulty = chunk.accounts[LINE].is_in(chunk.faults[LINE].implode()).to_numpy()
            is_known &= ~np.logical_or.reduceat(is_faulty, chunk.starts)
        if is_known.any():
            self._recognized.append(match.ids[is_known])
            same = chunk.only(np.repeat(is_known, chunk.sizes))
            self._leave(same.accounts.height, same.addresses.height, _links(same))
        return np.asarray(is_known)

    def _changed(self, sound: Sound) -> Sound:
        """The accounts that do not stand as they were last sent, now that the warnings of all are told."""
        stands = self._stands(sound.match, sound.accounts[FINGERPRINT].to_numpy())
        if not stands.any():
            return sound
        same = sound.accounts.filter(pl.Series(stands))
        is_same = pl.col(OWNER).is_in(same[LINE].implode())
        theirs = sound.addresses.filter(is_same)
        self._recognized.append(sound.match.ids[stands])
        self.outcome.tally.unchanged += int(same[ROWS].sum())
        self.tallies["addresses"].unchanged += theirs.height
        self.tallies["address_links"].unchanged += int((~theirs[IS_OFF].fill_null(False)).sum())
        return Sound(
            sound.accounts.filter(pl.Series(~stands)),
            sound.addresses.filter(~is_same),
            sound.match.take(~stands),
        )

    def _stands(self, match: Match, prints: Numbers) -> Mask:
        """Which accounts have the fingerprint that is stored, so that to write them would change nothing."""
        is_same = (match.ids != 0) & (match.several == 0) & (match.fingerprints == prints)
        is_same &= prints != NO_FINGERPRINT
        if not self._oddities.recognizes:
            return np.zeros(len(prints), np.bool_)
        return np.asarray(is_same & ~np.isin(match.ids, self._oddities.ids))

    def _leave(self, accounts: int, addresses: int, links: int) -> None:
        """Count objects that stand as they were last sent."""
        self.outcome.tally.unchanged += accounts
        self.tallies["addresses"].unchanged += addresses
        self.tallies["address_links"].received += links
        self.tallies["address_links"].unchanged += links

    def _finish(self) -> None:
        """Write what waited, and tell what is wrong with it. Raises ReadAgain."""
        unread = _all(self._unread)
        self._have_read(np.intersect1d(unread, _all(self._spoken_of)))
        wrongs, forgotten = self._settling.finish(self._wishes.labels.of_address)
        self._have_read(np.intersect1d(np.append(unread, _all(self._recognized)), forgotten))
        told = wrongs.select(
            pl.col(LINE),
            pl.lit(self._wishes.labels.of_address("external_id")).alias("field"),
            pl.col("external_id").alias("value"),
            pl.col("code"),
            where_otherwise("other_line", "differences").alias("detail"),
        ).cast(FAULT_SCHEMA)
        self.outcome.tell(told, is_warning=False)
        self._sifting.reject_others(wrongs["owner"], told)
        if self._tags:
            scope = self._merging.organization_id, self._merging.company_id
            self.tags_made = make_customer_tags(self._merging.conn, *scope, self._tags)

    def _have_read(self, ids: Numbers) -> None:
        """Raises ReadAgain when there are customers whose accounts must be read."""
        if len(ids):
            raise ReadAgain(ids)


def _all(parts: list[Numbers]) -> Numbers:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _links(chunk: Chunk) -> int:
    """How many links accounts as sent speak of: those to addresses that are not taken off, of the living."""
    gone = chunk.accounts[OWNER].filter(_says_yes(chunk.accounts, "is_deleted"))
    on = chunk.addresses[OWNER].filter(~_says_yes(chunk.addresses, IS_OFF))
    return len(on) if not len(gone) else int((~on.is_in(gone.implode())).sum())


def _says_yes(rows: pl.DataFrame, name: str) -> pl.Series:
    """Which of the rows as sent say yes in the column, which need not be there."""
    if name not in rows.columns:
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    return read_flags(rows[name]).values.fill_null(False)
