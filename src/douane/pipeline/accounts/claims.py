"""Claims: what the list has spoken of so far, found by key in bulk."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from douane.pipeline.known import NOT_FOUND, Keys, Mask, find

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Claim:
    """Keys in rising order, with the fingerprint and the id of each; id 0 where nobody may link to it yet."""

    keys: Keys
    fingerprints: Numbers
    ids: Numbers

    @classmethod
    def of(cls, keys: Keys, fingerprints: Numbers | None = None, ids: Numbers | None = None) -> Claim:
        """The keys in order; without fingerprints and ids these are 0."""
        zeros = np.zeros(len(keys), np.int64)
        order = np.argsort(keys.high, kind="stable")
        return cls(
            keys.take(order),
            zeros if fingerprints is None else fingerprints[order],
            zeros if ids is None else ids[order],
        )

    def merged(self, other: Claim) -> Claim:
        """Both in the order of their keys."""
        return Claim.of(
            self.keys.joined(other.keys),
            np.concatenate([self.fingerprints, other.fingerprints]),
            np.concatenate([self.ids, other.ids]),
        )


@dataclass
class Claims:
    """Claims in a few runs, merged when they become alike in size, so that adding and finding stay cheap."""

    runs: list[Claim] = field(default_factory=list)

    def add(self, claim: Claim) -> None:
        """Remember keys, none of which is there yet."""
        if len(claim.keys):
            self.runs.append(claim)
        while len(self.runs) > 1 and len(self.runs[-2].keys) < 2 * len(self.runs[-1].keys):
            self.runs[-2:] = [self.runs[-2].merged(self.runs[-1])]

    def find(self, wanted: Keys) -> tuple[Mask, Numbers, Numbers]:
        """Which of the keys are there, and the fingerprint and id of each."""
        size = len(wanted)
        is_there, prints, ids = np.zeros(size, np.bool_), np.zeros(size, np.int64), np.zeros(size, np.int64)
        for run in self.runs:
            at = find(run.keys, wanted)
            hits = at != NOT_FOUND
            is_there[hits] = True
            prints[hits] = run.fingerprints[at[hits]]
            ids[hits] = run.ids[at[hits]]
        return is_there, prints, ids
