"""The lines of a file read as the import reads them, and put together to entries, without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import polars as pl

from douane.pipeline.batch import FAULT_SCHEMA, LINE, Batch
from douane.pipeline.entries.gathering import gathered
from douane.pipeline.entries.grouping import Balances, Grouping
from douane.pipeline.entries.lines import FINGERPRINT, ready_lines
from douane.pipeline.entries.marks import IS_BAD, IS_TORN
from douane.pipeline.entries.tears import Tears
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import Intake
from douane.pipeline.map import map_labels
from douane.pipeline.parse import Parsed, parse
from douane.pipeline.recognize import Fingerprinting
from douane.pipeline.validate import Checked, Validator
from douane.settings import Settings

KEPT_MAX = 10_000
"""How many faults are kept; all are counted."""

JUDGED = (*Grouping.JOURNAL_NUMBER_DAY.value, LINE, "debit", "credit", FINGERPRINT, IS_BAD, IS_TORN)
"""What an entry is judged by; the rest of a line is not gathered."""


@dataclass
class Balanced:
    """What was found. `faults` (FAULT_SCHEMA) are the first ones, `counts` has all of them by code.

    `entries` of the `grouping` were found in `lines`, of which `rejected` could not be stored.
    """

    lines: int = 0
    entries: int = 0
    rejected: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    grouping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    parts: list[pl.DataFrame] = field(default_factory=lambda: [pl.DataFrame(schema=FAULT_SCHEMA)])

    @property
    def faults(self) -> pl.DataFrame:
        """The faults that were kept, by line."""
        return pl.concat(self.parts).sort(LINE, maintain_order=True)

    def note(self, faults: pl.DataFrame) -> None:
        """Count the faults, and keep them while there are few."""
        self.counts.update(dict(faults["code"].value_counts().iter_rows()))
        room = KEPT_MAX - sum(each.height for each in self.parts)
        self.parts.append(faults.head(max(room, 0)).cast(FAULT_SCHEMA))


def balanced(
    blocks: Callable[[], Iterator[bytes]], intake: Intake, settings: Settings, folder: Path
) -> Balanced:
    """Read all lines of the file in `blocks`, which are UTF-8, and put them together in `folder`.

    Lines that only the end of the file can settle make it be read twice.
    """
    parsed = _opened(blocks, intake, settings)
    validator = Validator(map_labels(parsed.labels, intake.mapping), intake.declarations)
    for is_final in (False, True):
        parsed = _opened(blocks, intake, settings) if is_final else parsed
        found = Balanced()
        waited = _gather(parsed, validator, found, settings, folder / f"read-{is_final}", is_final=is_final)
        if not waited:
            break
    return found


def _opened(blocks: Callable[[], Iterator[bytes]], intake: Intake, settings: Settings) -> Parsed:
    return parse(intake.reader(blocks(), settings.limits, settings.block_bytes))


def _gather(
    parsed: Parsed, validator: Validator, found: Balanced, settings: Settings, folder: Path, *, is_final: bool
) -> int:
    """Note what the lines and the entries of the file are; gives how many lines could not be settled."""
    folder.mkdir()
    plan = validator.plan
    labels = (*(each.label for each in plan.columns), *plan.extras)
    fingerprinting = Fingerprinting(labels, validator.declarations)
    tears = Tears()
    waited = 0

    def lines() -> Iterator[pl.DataFrame]:
        nonlocal waited
        for batch in parsed.batches:
            rows = Batch(fingerprinting.add(batch.rows), batch.faults, batch.received)
            checked = validator.check(rows, is_final=is_final)
            waited += checked.waiting.height
            yield tears.marked(_ready(checked, found), checked.unreadable_lines).select(JUDGED)

    balances = Balances(folder)
    kept = gathered(lines(), balances, folder)
    if waited or not kept.lines.rows:
        return waited
    grouping = balances.best(tuple(Grouping))
    found.grouping = grouping.about
    for chunk in kept.chunks(grouping, settings.gathered_rows_max):
        _judge(chunk.entries, found)
    return 0


def _ready(checked: Checked, found: Balanced) -> pl.DataFrame:
    """The lines of a batch, counted."""
    found.lines += checked.received
    found.rejected += checked.unreadable
    found.note(checked.faults)
    found.note(checked.warnings)
    lines = ready_lines(checked, EntryWishes())
    found.debit += Decimal(lines["debit"].sum() or 0)
    found.credit += Decimal(lines["credit"].sum() or 0)
    return lines


def _judge(entries: pl.DataFrame, found: Balanced) -> None:
    """Note the entries, and those that cannot be stored: a line is rejected, or they do not balance."""
    found.entries += entries.height
    is_bad = pl.col(IS_BAD) | pl.col(IS_TORN)
    is_unbalanced = ~is_bad & (pl.col("difference") != 0)
    found.rejected += int(entries.filter(is_bad | is_unbalanced)["lines"].sum())
    difference = pl.col("difference").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    name = pl.concat_str("journal_code", "entry_number", "entered_on", separator=" ", ignore_nulls=True)
    found.note(
        entries.filter(is_unbalanced).select(
            pl.col(LINE),
            field=pl.lit(None, pl.String),
            value=name,
            code=pl.lit("entry-unbalanced"),
            detail=difference,
        )
    )
