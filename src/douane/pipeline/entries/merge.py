"""Merge of entries: whole entries meet the stored ones, in one transaction, and only changes are written.

Lines are copied straight into the table while the next ones are read, as long as the entries stand together
in the file and balance by the first grouping. A file that turns out otherwise is begun again and gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import polars as pl

from douane.model.refusing import refusal
from douane.pipeline.batch import Batch
from douane.pipeline.outcome import Outcome
from douane.pipeline.overlap import ahead
from douane.pipeline.tally import Tally
from douane.pipeline.validate import Checked, Validator
from douane.store.posting import LINE_COLUMNS, Posting

from .assembling import Chunk, assembled
from .books import Books
from .entry_ids import EntryIds
from .establishing import strangers, torn_beside
from .fingerprints import LineFingerprinting
from .gathering import Kept, gathered
from .grouping import Balances
from .judging import Judge
from .known import KnownEntries
from .lines import ready_lines
from .matching import Matching
from .pieces import joined_pieces, renumbered, wishes_of_file
from .regularity import Irregular, Regularity
from .settling import Settling
from .tears import Tears
from .wishes import EntryWishes, Refuse
from .years import Years

PARSED_AHEAD = 2


class EntryMerge:
    """The merge of one run. `write` does it; `outcome` has the counts and the faults afterwards.

    `rows_at_once` is how many lines are gathered in memory when a file's entries do not stand together.
    """

    def __init__(
        self, posting: Posting, validator: Validator, wishes: EntryWishes, folder: Path, rows_at_once: int
    ) -> None:
        self._posting = posting
        self._validator = validator
        wishes = replace(wishes, establishments=wishes.establishments or posting.establishments())
        self._wishes = wishes = wishes_of_file(wishes, validator.plan.fields)
        self._folder = folder
        self._rows_at_once = rows_at_once
        plan = validator.plan
        self._labels = {each.field: each.label.rstrip() for each in plan.columns}
        self._fingerprinting = LineFingerprinting(plan.labels, validator.declarations, meanings=plan.meanings)
        self.grouping = wishes.groupings[0]
        self._begin("streamed")

    @property
    def tables(self) -> dict[str, Tally]:
        """The counts by table."""
        books = self._settling.books
        made = {
            "ledger_accounts": sum(each.height for each in books.made_accounts),
            "journals": sum(each.height for each in books.made_journals),
            "fiscal_years": len(books.years.made),
        }
        added = {name: Tally(received=count, added=count) for name, count in made.items() if count}
        return {"entry_lines": self.outcome.tally, "entries": self._settling.entries, **added}

    @property
    def refuse(self) -> Refuse | None:
        """What makes a refusal of the run, when a line was rejected and the sender wishes all or nothing."""
        return self._wishes.refuse if self.outcome.tally.rejected else None

    @property
    def notes(self) -> dict[str, str | int]:
        """What a reader of the receipt should know besides the counts."""
        balanced = {"balanced": self._judge.balanced} if self._judge.balanced else {}
        return {"grouping": self.grouping.about, **balanced}

    def write(self, reread: Callable[[], Iterator[Batch]], batches_expected: float) -> None:
        """Merge all that `reread` gives; the transaction, which has the lock, then holds the outcome.

        Refuses empty-upload, for a sender who wishes all or nothing, when there is not one line.
        """
        self._batches_expected = batches_expected
        self._posting.conn.execute("savepoint before_entries")
        try:
            with ahead(reread(), PARSED_AHEAD) as batches:
                self._write(self._streamed(batches))
        except Irregular:
            self._posting.conn.execute("rollback to savepoint before_entries")
            self._write(self._gathered(reread))
        self.outcome.tally.check()
        self._settling.entries.check()
        if self._wishes.refuse is not None and not self.outcome.tally.received:
            raise refusal("empty-upload")

    def _begin(self, name: str) -> None:
        """Start counting anew."""
        folder = self._folder / name
        folder.mkdir()
        self._tears = Tears()
        self.outcome = Outcome(folder, self._posting.organization_id, self._posting.run_id)

    def _write(self, chunks: Iterator[Chunk]) -> None:
        if self._wishes.makes_years:
            self._posting.lock_years()
        books = Books.of(self._posting, Years.of(self._posting, self._wishes.closing))
        first = next(chunks, None)  # decides the grouping
        matching, entries = Matching(KnownEntries(self._posting), self.grouping), Tally()
        self._judge = judge = Judge(books, matching, self._wishes, self.outcome, entries, self._labels)
        fit = (judge.fit(each) for each in chain([first] if first else [], chunks))
        with EntryIds.of(self._posting, self._batches_expected) as ids:
            self._settling = Settling(
                self._posting, self._wishes, self.outcome, books, matching, entries, ids
            )
            with ahead(self._settling.new_lines(fit)) as pieces:
                start = next(pieces, None)
                if start is not None:
                    self._posting.copy("entry_lines", LINE_COLUMNS, chain([start], pieces))
        self._settling.finish()

    def _streamed(self, batches: Iterator[Batch]) -> Iterator[Chunk]:
        """The entries as they come. Raises Irregular as soon as, or at the end when, that cannot be right."""
        wishes = self._wishes
        regularity = Regularity(wishes.groupings, self.outcome.folder, joins_pieces=wishes.numbers_by_piece)
        with ahead(self._ready(self._checked(batch)) for batch in batches) as lines:
            for chunk in assembled(lines, self.grouping):
                regularity.note(chunk)
                yield chunk
        regularity.check()

    def _gathered(self, reread: Callable[[], Iterator[Batch]]) -> Iterator[Chunk]:
        """The entries once all lines are known: by the best grouping, those of an entry brought together."""
        for is_final in (False, True):
            self._begin(f"gathered-{is_final}")
            if is_final:
                self._fingerprinting = replace(self._fingerprinting, settled=self._validator.settled)
            balances = Balances(self.outcome.folder)
            ready = (self._ready(self._checked(each, is_final=is_final), may_wait=True) for each in reread())
            kept = gathered(ready, balances, self.outcome.folder)
            if not self.outcome.aside.rows:
                break
        if self._wishes.numbers_by_piece:
            kept, balances = self._with_joined_pieces(kept, balances)
        self.grouping = balances.best(self._wishes.groupings)
        yield from kept.chunks(self.grouping, self._rows_at_once)

    def _with_joined_pieces(self, kept: Kept, balances: Balances) -> tuple[Kept, Balances]:
        """The same with pieces that only balance together as one; see `pieces`."""
        joined = joined_pieces(kept.lines.batches())
        if joined is None:
            return kept, balances
        folder = self.outcome.folder / "joined"
        folder.mkdir()
        balances = Balances(folder)
        return gathered(renumbered(kept.lines.batches(), joined), balances, folder), balances

    def _checked(self, batch: Batch, *, is_final: bool = False) -> Checked:
        return self._validator.check(
            Batch(self._fingerprinting.add(batch.rows), batch.faults, batch.received), is_final=is_final
        )

    def _ready(self, checked: Checked, *, may_wait: bool = False) -> pl.DataFrame:
        """The lines of a batch ready for grouping; what is no line is counted."""
        if checked.waiting.height and not may_wait:
            raise Irregular
        outcome = self.outcome
        outcome.tally.received += checked.received
        outcome.tally.rejected += checked.unreadable
        outcome.aside.append(checked.waiting)
        outcome.tell(checked.faults, is_warning=False)
        outcome.tell(checked.warnings, is_warning=True)
        lines = ready_lines(checked, self._wishes)
        outcome.tell(strangers(lines, self._labels.get("siret")), is_warning=False)
        return torn_beside(self._tears.marked(lines, checked.unreadable_lines))
