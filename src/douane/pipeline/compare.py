"""The verdict of every row: what is stored and what the file said before, against what it says now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from .known import NOT_FOUND, Keys, Known, Mask, Positions, find

Lines = npt.NDArray[np.uint32]
Fingerprints = npt.NDArray[np.int64]


class Verdict(IntEnum):
    """What becomes of an accepted row. WAITING rows are judged again at the end of the file."""

    ADDED = 0
    CHANGED = 1
    UNCHANGED = 2
    REPEATED = 3
    AMBIGUOUS = 4
    TAKEN = 5
    WAITING = 6


@dataclass(frozen=True)
class Offer:
    """Rows as they are compared: keys, aliases, fingerprints and lines, all of one length."""

    keys: Keys
    aliases: Keys
    fingerprints: Fingerprints
    lines: Lines

    def take(self, which: Positions) -> Offer:
        """The rows at these places."""
        return Offer(
            self.keys.take(which), self.aliases.take(which), self.fingerprints[which], self.lines[which]
        )

    def with_offer(self, other: Offer) -> Offer:
        """The rows of both, these first."""
        return Offer(
            self.keys.joined(other.keys),
            self.aliases.joined(other.aliases),
            np.concatenate([self.fingerprints, other.fingerprints]),
            np.concatenate([self.lines, other.lines]),
        )

    def merged(self, other: Offer) -> Offer:
        """The rows of both in the order of their keys, their aliases left out."""
        keys = self.keys.joined(other.keys)
        order = np.argsort(keys.high)
        fingerprints = np.concatenate([self.fingerprints, other.fingerprints])[order]
        lines = np.concatenate([self.lines, other.lines])[order]
        return Offer(keys.take(order), Keys.missing(0), fingerprints, lines)


@dataclass(frozen=True)
class Judgement:
    """Per row: its verdict, the id of its stored row (0: none), the line or number a fault names.

    `takes_identity` says whether the stored row takes over the row's key and alias.
    """

    verdicts: npt.NDArray[np.int8]
    ids: npt.NDArray[np.int64]
    others: npt.NDArray[np.int64]
    takes_identity: Mask

    def part(self, which: slice) -> Judgement:
        """The judgement of some rows."""
        return Judgement(
            self.verdicts[which], self.ids[which], self.others[which], self.takes_identity[which]
        )

    @classmethod
    def blank(cls, size: int) -> Judgement:
        """All rows added."""
        zeros = np.zeros(size, np.int64)
        return cls(np.zeros(size, np.int8), zeros, zeros.copy(), np.zeros(size, np.bool_))


@dataclass(frozen=True)
class Earlier:
    """What the file said before about some keys: whether it did, with which fingerprint, on which line."""

    is_there: Mask
    fingerprints: Fingerprints
    lines: Lines


@dataclass
class Fresh:
    """The rows that the file itself has added so far, in a few runs in the order of their keys.

    Runs are merged when they become alike in size, so that adding stays cheap and finding too.
    """

    runs: list[Offer] = field(default_factory=list)

    def add(self, offer: Offer) -> None:
        """Remember rows, in the order of their keys, as added."""
        if len(offer.lines):
            self.runs.append(offer)
        while len(self.runs) > 1 and len(self.runs[-2].lines) < 2 * len(self.runs[-1].lines):
            self.runs[-2:] = [self.runs[-2].merged(self.runs[-1])]

    def find(self, wanted: Keys) -> Earlier:
        """What was said of each wanted key."""
        size = len(wanted)
        earlier = Earlier(np.zeros(size, np.bool_), np.zeros(size, np.int64), np.zeros(size, np.uint32))
        for run in self.runs:
            at = find(run.keys, wanted)
            hits = at != NOT_FOUND
            earlier.is_there[hits] = True
            earlier.fingerprints[hits] = run.fingerprints[at[hits]]
            earlier.lines[hits] = run.lines[at[hits]]
        return earlier


@dataclass(frozen=True)
class Round:
    """Some rows of an offer under judgement: row i of `rows` has its verdict at `places[i]`."""

    rows: Offer
    places: Positions
    judgement: Judgement

    def rule(
        self, which: Positions, verdicts: int | npt.NDArray[np.int8], others: Positions | Lines | int = 0
    ) -> None:
        """Give the rows `which` their verdicts, and the lines or numbers that go with them."""
        self.judgement.verdicts[self.places[which]] = verdicts
        self.judgement.others[self.places[which]] = others

    def repeat(self, which: Positions, same: Mask, lines: Lines) -> None:
        """The keys of the rows `which` stand in the file already: equal rows change nothing."""
        self.rule(which, np.where(same, Verdict.UNCHANGED, Verdict.REPEATED).astype(np.int8), lines)


@dataclass
class Comparison:
    """Judges the rows of one file, batch after batch."""

    known: Known
    matches: tuple[tuple[str, str], ...]
    fresh: Fresh = field(default_factory=Fresh)
    waiting: Fresh = field(default_factory=Fresh)

    def judge(self, offer: Offer, *, is_final: bool) -> Judgement:
        """The verdict of each row; with `is_final` none is WAITING.

        Rows that repeat a key of the same batch take another round, in which they meet the first.
        """
        judgement = Judgement.blank(len(offer.lines))
        # In the order of their keys, rows are found four times as fast; of one key the first line leads.
        by_line = np.argsort(offer.lines, kind="stable")
        places = by_line[np.argsort(offer.keys.high[by_line], kind="stable")]
        while len(places):
            late = self._round(Round(offer.take(places), places, judgement), is_final=is_final)
            places = places[np.sort(late)]
        return judgement

    def _round(self, now: Round, *, is_final: bool) -> Positions:
        """Judge rows; gives those that need another round."""
        stored = self.known.find(now.rows.keys)
        hits = np.flatnonzero(stored != NOT_FOUND)
        late = self._meet(now, hits, stored[hits])
        missed = np.flatnonzero(stored == NOT_FOUND)
        if not len(missed):
            return late
        earlier = self.fresh.find(now.rows.keys.take(missed))
        same = earlier.fingerprints == now.rows.fingerprints[missed]
        again = earlier.is_there
        now.repeat(missed[again], same[again], earlier.lines[again])
        new = self._not_reserved(now, missed[~again], is_final=is_final)
        is_first = np.append(True, np.diff(now.rows.keys.high[new]) != 0)[: len(new)]
        first, repeats = new[is_first], new[~is_first]
        new, met = self._find_aliased(now, first, is_final=is_final)
        if not is_final:
            self.waiting.add(now.rows.take(np.setdiff1d(first, new, assume_unique=True)))
        self.fresh.add(now.rows.take(new))
        return np.concatenate([late, met, repeats])

    def _not_reserved(self, now: Round, new: Positions, *, is_final: bool) -> Positions:
        """Rows whose key no earlier row waits with; the others wait behind it, so that the first one wins."""
        if is_final or not len(new) or not self.waiting.runs:
            return new
        is_reserved = self.waiting.find(now.rows.keys.take(new)).is_there
        now.rule(new[is_reserved], Verdict.WAITING)
        return np.asarray(new[~is_reserved])

    def _meet(self, now: Round, which: Positions, target: Positions) -> Positions:
        """Rows `which` stand for the stored rows `target`; gives those that repeat a row of this round."""
        seen = self.known.seen[target]
        same = self.known.fingerprints[target] == now.rows.fingerprints[which]
        repeats = seen > 0
        now.repeat(which[repeats], same[repeats], seen[repeats])
        which, target, same = which[~repeats], target[~repeats], same[~repeats]
        lines = now.rows.lines[which]
        self.known.seen[target[::-1]] = lines[::-1]  # of several rows for one target the first one wins
        first = self.known.seen[target] == lines
        now.rule(which[first], np.where(same[first], Verdict.UNCHANGED, Verdict.CHANGED).astype(np.int8))
        now.judgement.ids[now.places[which[first]]] = self.known.ids[target[first]]
        self.known.fingerprints[target[first]] = now.rows.fingerprints[which[first]]
        return np.asarray(which[~first])

    def _find_aliased(self, now: Round, new: Positions, *, is_final: bool) -> tuple[Positions, Positions]:
        """Of rows with a new key, those that are new by every name, and those that need another round."""
        met = np.empty(0, np.int64)
        for match in self.matches[1:]:
            wanted = (now.rows.keys if match[0] == "key" else now.rows.aliases).take(new)
            stored = self.known.find(wanted) if match[1] == "key" else self.known.by_alias.find(wanted)
            found = np.where(wanted.given, stored, NOT_FOUND)
            is_hit = found != NOT_FOUND
            if not is_hit.any():
                continue
            hits, target = new[is_hit], found[is_hit]
            if is_final:
                several = self._count(wanted.take(is_hit), match[1])
                left, late = self._adopt(now, hits, target, several, match)
                met = np.concatenate([met, late])
            else:
                now.rule(hits, Verdict.WAITING)
                left = hits[:0]
            new = np.sort(np.concatenate([new[~is_hit], left]))
        return new, met

    def _count(self, wanted: Keys, name: str) -> Positions:
        """How many stored rows answer to each of the wanted keys; no two rows share a key."""
        return np.ones(len(wanted), np.int64) if name == "key" else self.known.by_alias.count(wanted)

    def _adopt(
        self, now: Round, hits: Positions, target: Positions, several: Positions, match: tuple[str, str]
    ) -> tuple[Positions, Positions]:
        """Rows that a stored row knows by another name take it over, unless the file has it already.

        Gives the hits that stay new, and those that need another round.
        """
        is_single = several == 1
        now.rule(hits[~is_single], Verdict.AMBIGUOUS, several[~is_single])
        hits, target = hits[is_single], target[is_single]
        is_taken = self.known.seen[target] > 0
        taken, free = hits[is_taken], hits[~is_taken]
        if match == ("alias", "alias"):
            now.rule(taken, Verdict.TAKEN, self.known.seen[target[is_taken]])
            taken = taken[:0]
        late = self._meet(now, free, target[~is_taken])
        adopted = np.setdiff1d(free, late, assume_unique=True)
        now.judgement.takes_identity[now.places[adopted]] = match[0] == "alias"
        self.fresh.add(now.rows.take(adopted))
        return taken, late
