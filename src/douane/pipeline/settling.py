"""Settling: placed rows meet what is stored; each is added, kept for the update, told as a fault or waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from douane.model.table import Table

from .batch import LINE
from .compare import Comparison, Judgement, Offer, Verdict
from .guard import Guard
from .identity import hex_digits, is_whole
from .known import Keys, Known
from .outcome import Outcome
from .spill import SetAside

EXTERNAL_ID = "external_id"
KEYS = ("key", "alias")
SYSTEM = (LINE, *KEYS, "fingerprint")
FAULTS_OF_VERDICTS = {
    Verdict.REPEATED: "duplicate-key",
    Verdict.AMBIGUOUS: "ambiguous-match",
    Verdict.TAKEN: "taken-identity",
}


class Settling:
    """Settles rows of a file against the known rows, of the whole company or of a slice of it.

    `fields` are the columns that are written, `defaults` what new rows have where they are empty.
    `labels` are what the sender calls the fields. Rows that are rejected here go to `guard`.
    """

    def __init__(
        self,
        table: Table,
        comparison: Comparison,
        outcome: Outcome,
        fields: tuple[str, ...],
        defaults: dict[str, object],
        labels: dict[str, str],
        guard: Guard,
    ) -> None:
        self._table = table
        self._comparison = comparison
        self._outcome = outcome
        self._fields = fields
        self._defaults = defaults
        self._labels = labels
        self._guard = guard
        self._waiting = SetAside(outcome.folder / "waiting.arrows")

    @property
    def known(self) -> Known:
        """The stored rows, with what the file has said of them."""
        return self._comparison.known

    def settle(self, batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The rows to be added, batch by batch, with the columns SYSTEM and `fields`."""
        return (self._settle(rows, is_final=False) for rows in batches)

    def settle_waiting(self) -> Iterator[pl.DataFrame]:
        """The rows to be added of those that had to wait for the end of the file."""
        return (self._settle(rows, is_final=True) for rows in self._waiting.batches())

    def _settle(self, rows: pl.DataFrame, *, is_final: bool) -> pl.DataFrame:
        judgement = self._comparison.judge(_offer(rows), is_final=is_final)
        verdicts, tally = judgement.verdicts, self._outcome.tally
        counts = np.bincount(verdicts, minlength=len(Verdict))
        tally.added += int(counts[Verdict.ADDED])
        tally.unchanged += int(counts[Verdict.UNCHANGED])
        tally.valid += int(counts[Verdict.ADDED] + counts[Verdict.CHANGED] + counts[Verdict.UNCHANGED])
        if counts[Verdict.CHANGED]:
            self._keep_changed(rows, judgement)
        if counts[Verdict.WAITING]:
            self._waiting.append(rows.filter(verdicts == Verdict.WAITING))
        if any(counts[verdict] for verdict in FAULTS_OF_VERDICTS):
            self._reject(rows, judgement)
        return self._complete(rows.filter(verdicts == Verdict.ADDED))

    def _complete(self, new: pl.DataFrame) -> pl.DataFrame:
        filled = (pl.col(name).fill_null(value) for name, value in self._defaults.items())
        digits = {name: hex_digits(name) for name in KEYS}
        return new.with_columns(*filled, **digits).select(*SYSTEM, *self._fields)

    def _keep_changed(self, rows: pl.DataFrame, judgement: Judgement) -> None:
        """Rows for the update.

        A stored row keeps its key unless it takes over the one that was sent, and keeps its alias too when
        stored values complete what was sent.
        """
        takes = pl.lit(pl.Series(judgement.takes_identity))
        changed = rows.with_columns(
            id=pl.Series(judgement.ids),
            key=pl.when(takes).then(hex_digits("key")),
            alias=pl.when(takes | is_whole(rows, self._table)).then(hex_digits("alias")),
        ).filter(judgement.verdicts == Verdict.CHANGED)
        self._outcome.changed.append(changed.select("id", *SYSTEM, *self._fields))

    def _reject(self, rows: pl.DataFrame, judgement: Judgement) -> None:
        others = pl.Series(judgement.others).cast(pl.String)
        for verdict, code in FAULTS_OF_VERDICTS.items():
            which = judgement.verdicts == verdict
            if which.any():
                faulty = rows.filter(which)
                label, values = self._blamed(faulty, verdict)
                details = others.filter(which)
                self._outcome.reject(faulty[LINE], code, label=label, values=values, details=details)
                self._guard.add(faulty)

    def _blamed(self, rows: pl.DataFrame, verdict: Verdict) -> tuple[str | None, pl.Series | None]:
        """The label and the values that a fault names; a fault about the whole line names none."""
        if verdict is Verdict.TAKEN and EXTERNAL_ID in self._labels:
            return self._labels[EXTERNAL_ID], rows[EXTERNAL_ID]
        return None, None


def _offer(rows: pl.DataFrame) -> Offer:
    return Offer(
        Keys.of(rows["key"]),
        Keys.of(rows["alias"]),
        rows["fingerprint"].to_numpy(),
        rows[LINE].to_numpy(),
    )
