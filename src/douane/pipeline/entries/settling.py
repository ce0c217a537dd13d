"""Settling: entries that may be stored meet the stored ones; each is added, changed, or there already."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.batch import LINE
from douane.pipeline.identity import hex_digits
from douane.pipeline.outcome import Outcome
from douane.pipeline.spill import CopyFile
from douane.pipeline.tally import Tally
from douane.store.posting import ENTRY_COLUMNS, LINE_COLUMNS, Posting

from .assembling import Chunk, Numbers
from .beside import kept_beside
from .books import Books
from .entry_ids import EntryIds
from .fingerprints import OURS
from .lines import FINGERPRINT
from .marks import HAS_OURS
from .matching import IS_ALTERED, IS_LOOSE, IS_STORED, STORED_COUNT, STORED_ID, Matching
from .wishes import EntryWishes

Marks = npt.NDArray[np.bool_]
NEW_ENTRY_COLUMNS = ("run_id", *ENTRY_COLUMNS)


class Settling:
    """Settles the entries of one run, matched with the stored ones; `entries` counts them."""

    def __init__(
        self,
        posting: Posting,
        wishes: EntryWishes,
        outcome: Outcome,
        books: Books,
        matching: Matching,
        entries: Tally,
        ids: EntryIds,
    ) -> None:
        self._posting = posting
        self._wishes = wishes
        self._outcome = outcome
        self._matching = matching
        self.books = books
        self.entries = entries
        self._ids = ids
        self._is_any_loose = False
        self._new_entries = CopyFile(outcome.folder / "entries.csv")
        self._changed_entries = CopyFile(outcome.folder / "changed-entries.csv")
        self._changed_lines = CopyFile(outcome.folder / "changed-lines.csv")

    def new_lines(self, chunks: Iterator[Chunk]) -> Iterator[bytes]:
        """The lines of new entries as CSV for COPY; everything else waits for `finish`."""
        for chunk in chunks:
            if chunk.entries.height:
                yield from self._settle(chunk)

    def finish(self) -> None:
        """Write what waits: changes, removals, new entries, and what the books gained."""
        self._replace()
        self._remove()
        self._copy("entries", NEW_ENTRY_COLUMNS, self._new_entries.pieces(), self._new_entries.rows)
        for table, made in (
            ("journals", self.books.made_journals),
            ("ledger_accounts", self.books.made_accounts),
        ):
            for rows in made:
                with_run = rows.with_columns(pl.lit(self._posting.run_id).alias("run_id"))
                self._copy(table, tuple(with_run.columns), iter([self._csv(with_run)]), rows.height)
        if self.books.years.made:
            years = pl.DataFrame(self.books.years.made).drop("is_closed")
            self._copy("fiscal_years", tuple(years.columns), iter([self._csv(years)]), years.height)

    def _settle(self, chunk: Chunk) -> Iterator[bytes]:
        entries = chunk.entries
        stored, count = entries[STORED_ID].to_numpy(), entries[STORED_COUNT].to_numpy()
        is_altered = self._altered(entries)
        is_equal = entries[IS_STORED].to_numpy() & ~is_altered
        is_changed = is_altered | ((count == 1) & ~is_equal & self._wishes.updates_known)
        is_ambiguous = (count > 1) & ~is_equal & ~is_changed & self._wishes.updates_known
        if self._wishes.replaces_year:
            # One of them is updated, and the others go with all that the file does not hold.
            is_changed, is_ambiguous = is_changed | is_ambiguous, np.zeros_like(is_ambiguous)
        is_taken = self._taken(entries, is_equal | is_changed)
        is_ambiguous |= is_taken & ~(is_changed & entries[IS_LOOSE].to_numpy())
        is_equal, is_changed = is_equal & ~is_taken, is_changed & ~is_taken
        self._matching.known.spoken.append(stored[is_equal | is_changed])
        self._count(chunk, is_equal, "unchanged")
        self._refuse_ambiguous(chunk, is_ambiguous)
        if is_changed.any():
            self._change(chunk.only(is_changed), stored[is_changed])
        is_new = ~(is_equal | is_changed | is_ambiguous)
        if is_new.any():
            self._count(chunk, is_new, "added")
            yield self._add(chunk.only(is_new))

    def _altered(self, entries: pl.DataFrame) -> Marks:
        """Which entries are to be compared with the stored ones line by line; none in closed books."""
        marks: Marks = entries.select(
            pl.col(IS_ALTERED) & ~(pl.col("year_is_closed") | pl.col("journal_is_closed")).fill_null(False)
        )[IS_ALTERED].to_numpy()
        return marks

    def _taken(self, entries: pl.DataFrame, is_found: Marks) -> Marks:
        """Which of the entries stand for a stored one that another entry of the file stands for.

        Only where an establishment is not known can that be.
        """
        marks = np.zeros_like(is_found)
        self._is_any_loose |= bool(entries[IS_LOOSE].any())
        if self._is_any_loose:
            marks[is_found] = self._matching.known.taken(entries[STORED_ID].to_numpy()[is_found])
        return marks

    def _count(self, chunk: Chunk, marks: Marks, verdict: str) -> None:
        for tally, count in ((self._outcome.tally, chunk.sent(marks)), (self.entries, int(marks.sum()))):
            setattr(tally, verdict, getattr(tally, verdict) + count)
        self.entries.received += int(marks.sum())

    def _refuse_ambiguous(self, chunk: Chunk, marks: Marks) -> None:
        if marks.any():
            self._count(chunk, marks, "rejected")
            lines = chunk.lines.filter(chunk.of_lines(marks))[LINE].drop_nulls()
            self._outcome.tally.rejected -= len(lines)
            self._outcome.reject(lines, "ambiguous-entry")

    def _add(self, chunk: Chunk) -> bytes:
        ids = self._ids.take(chunk.entries.height)
        self._new_entries.append(self._scoped(self._entry_rows(chunk, ids, with_run=True)))
        return self._csv(self._line_rows(chunk, ids))

    def _change(self, chunk: Chunk, ids: Numbers) -> None:
        self.entries.received += len(ids)
        self._changed_entries.append(self._scoped(self._entry_rows(chunk, ids)))
        self._changed_lines.append(self._scoped(self._line_rows(chunk, ids)))

    def _entry_rows(self, chunk: Chunk, ids: Numbers, *, with_run: bool = False) -> pl.DataFrame:
        is_pending = _is_pending(chunk)
        entries = chunk.entries.with_columns(
            pl.Series("id", ids),
            (is_pending.fill_null(False) if with_run else is_pending).alias("is_pending"),
            pl.lit(self._posting.run_id).alias("run_id"),
            hex_digits("key").alias("key"),
            pl.col("year_id").alias("fiscal_year_id"),
            pl.col("entry_number").alias("number"),
            pl.when(HAS_OURS).then(pl.col(FINGERPRINT) ^ OURS).otherwise(FINGERPRINT).alias(FINGERPRINT),
        )
        return entries.select(NEW_ENTRY_COLUMNS if with_run else ENTRY_COLUMNS)

    def _line_rows(self, chunk: Chunk, ids: Numbers) -> pl.DataFrame:
        places = np.arange(chunk.lines.height) - np.repeat(chunk.starts, chunk.sizes) + 1
        lines = (
            chunk.lines if "journal_code" in self._matching.grouping.value else self._with_own_journals(chunk)
        )
        return lines.with_columns(
            pl.Series("entry_id", np.repeat(ids, chunk.sizes)), pl.Series("number", places)
        ).select(LINE_COLUMNS)

    def _with_own_journals(self, chunk: Chunk) -> pl.DataFrame:
        """The lines with their journal among their extra values, where it is not that of their entry."""
        of_entry = chunk.entries["journal_code"][np.repeat(np.arange(chunk.entries.height), chunk.sizes)]
        is_other = (chunk.lines["journal_code"] != of_entry).fill_null(False)
        return kept_beside(chunk.lines, is_other, ["journal_code"])

    def _replace(self) -> None:
        if not self._changed_entries.rows:
            return
        done = self._posting.replace(self._changed_entries.pieces(), self._changed_lines.pieces())
        self._outcome.tally.updated += done.lines
        self._outcome.tally.unchanged += done.equal_lines
        self.entries.updated += done.entries
        self.entries.unchanged += done.equal_entries

    def _remove(self) -> None:
        year_id = self._wishes.year_id
        if not self._wishes.replaces_year or year_id is None:
            return
        absent = self._matching.known.unspoken(year_id)
        if len(absent):
            rows = self._csv(absent.to_frame())
            self.entries.removed, self._outcome.tally.removed = self._posting.remove([rows])

    def _copy(self, table: str, columns: tuple[str, ...], pieces: Iterator[bytes], rows: int) -> None:
        if rows:
            self._posting.copy(table, columns, pieces)

    def _scoped(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` behind their tenant."""
        scope = {"organization": self._posting.organization_id, "company": self._posting.company_id}
        return rows.select(
            *(pl.lit(number).alias(f"{name} scope") for name, number in scope.items()), pl.all()
        )

    def _csv(self, rows: pl.DataFrame) -> bytes:
        piece = BytesIO()
        self._scoped(rows).write_csv(piece, include_header=False)
        return piece.getvalue()


def _is_pending(chunk: Chunk) -> pl.Series:
    """Whether a line of the entry says that it is a draft; null where none says whether it is."""
    drafts = chunk.lines["is_draft"]
    if drafts.null_count() == len(drafts):
        return pl.repeat(None, chunk.entries.height, dtype=pl.Boolean, eager=True)
    is_any, is_said = (chunk.any_of_lines(each) for each in (drafts.fill_null(False), drafts.is_not_null()))
    return pl.select(pl.when(pl.Series(is_said)).then(pl.Series(is_any))).to_series()
