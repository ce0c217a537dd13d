"""Settling: placed rows meet what is stored; each is added, kept for the update, told as a fault or waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.model.table import Table

from .batch import LINE
from .compare import Comparison, Judgement, Offer, Verdict
from .guard import Guard
from .identity import hex_digits, is_whole
from .known import Keys, Known
from .outcome import Outcome
from .recognize import nothing
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

    def settle(self, batches: Iterable[tuple[pl.DataFrame | None, Offer]]) -> Iterator[pl.DataFrame]:
        """The rows to be added, batch by batch, with the columns SYSTEM and `fields`.

        Each batch is its placed rows, None when there are none, and those that were recognized.
        """
        for rows, recognized in batches:
            if rows is None:
                self._settle_recognized(recognized, self._comparison.judge(recognized, is_final=False))
            else:
                yield self._settle(rows, recognized, is_final=False)

    def settle_waiting(self) -> Iterator[pl.DataFrame]:
        """The rows to be added of those that had to wait for the end of the file."""
        return (self._settle(rows, nothing(), is_final=True) for rows in self._waiting.batches())

    def _settle(self, rows: pl.DataFrame, recognized: Offer, *, is_final: bool) -> pl.DataFrame:
        everything = self._comparison.judge(_offer(rows).with_offer(recognized), is_final=is_final)
        self._settle_recognized(recognized, everything.part(slice(rows.height, None)))
        judgement = everything.part(slice(rows.height))
        verdicts, counts = judgement.verdicts, self._count(judgement)
        if counts[Verdict.CHANGED]:
            self._keep_changed(rows, judgement)
        if counts[Verdict.WAITING]:
            self._waiting.append(rows.filter(verdicts == Verdict.WAITING))
        if np.isin(verdicts, list(FAULTS_OF_VERDICTS)).any():
            self._reject(rows, judgement)
        return self._complete(rows.filter(verdicts == Verdict.ADDED))

    def _count(self, judgement: Judgement) -> npt.NDArray[np.int64]:
        """How many rows have each verdict; those that end here are counted in the tally."""
        tally, counts = self._outcome.tally, np.bincount(judgement.verdicts, minlength=len(Verdict))
        tally.added += int(counts[Verdict.ADDED])
        tally.unchanged += int(counts[Verdict.UNCHANGED])
        tally.valid += int(counts[Verdict.ADDED] + counts[Verdict.CHANGED] + counts[Verdict.UNCHANGED])
        return counts

    def _settle_recognized(self, recognized: Offer, judgement: Judgement) -> None:
        """Rows as they are stored: unchanged, unless the key stands earlier in the file with other values."""
        self._outcome.tally.received += len(recognized.lines)
        self._count(judgement)
        which = judgement.verdicts == Verdict.REPEATED
        if which.any():
            lines = pl.Series(LINE, recognized.lines[which], dtype=pl.UInt32)
            details = pl.Series(judgement.others[which]).cast(pl.String)
            self._outcome.reject(lines, FAULTS_OF_VERDICTS[Verdict.REPEATED], details=details)

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
