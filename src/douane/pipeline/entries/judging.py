"""Judging: which entries may be stored, by their lines, balance, journal, fiscal year and accounts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.model.account_numbers import completed
from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.outcome import Outcome
from douane.pipeline.tally import Tally

from .assembling import Chunk
from .balancing import told_balanced, with_balancing_lines
from .books import Books
from .complaints import Wrong, complaints
from .making import make_accounts, make_journals, unknown_accounts, unknown_journals
from .marks import HAS_OURS, IS_BAD, IS_TORN
from .matching import IS_STORED, Matching
from .unwanted import openings, outside_period
from .waiting import told_waiting, with_waiting_third_parties
from .wishes import EntryWishes, Making

Marks = npt.NDArray[np.bool_]
ACCOUNT_NUMBER = r"^[1-9][0-9A-Za-z]{0,19}$"


@dataclass
class Judge:
    """Judges the entries of one run; `labels` are what the sender calls the fields.

    `balanced` counts the entries that got a line of ours.
    """

    books: Books
    matching: Matching
    wishes: EntryWishes
    outcome: Outcome
    entries: Tally
    labels: dict[str, str]
    balanced: int = 0

    def fit(self, chunk: Chunk) -> Chunk:
        """The entries that may be stored, year_id and journal_id theirs; journals and accounts made for them.

        One that is stored already with the same lines may lie in closed books: it changes nothing there.
        The lines of the others are told as faults. Lines get account_id and auxiliary_id.
        """
        chunk = self._completed(chunk)
        self._make_years(chunk)
        named = chunk.lines
        matched = self.matching.matched(self._placed(chunk.entries))
        placed = Chunk(chunk.lines, matched, chunk.starts)
        told = complaints(placed.entries, self._entry_wrongs(placed), self.labels)
        if told is not None:
            placed = self._without_bad_entries(placed, told)
        fit = self._with_journals(self._with_accounts(placed), named)
        self._warn(fit)
        return fit

    def _completed(self, chunk: Chunk) -> Chunk:
        """The chunk with what we put into it: third parties that stand for others, lines that balance."""
        chunk = replace(chunk, entries=chunk.entries.with_columns(pl.lit(False).alias(HAS_OURS)))
        if self.wishes.waiting_third_party:
            chunk = with_waiting_third_parties(chunk, self.books, self.wishes.waiting_third_party)
        return with_balancing_lines(chunk, self._balancing_account) if self._may_balance else chunk

    @property
    def _balancing_account(self) -> str:
        number, lengths = self.wishes.balances_on, self.wishes.lengths
        return number if lengths is None else completed(number, lengths)

    @property
    def _may_balance(self) -> bool:
        """Whether the sender wishes it, and the account is open, or may be made."""
        if not self.wishes.balances_on:
            return False
        found = self.books.general().filter(pl.col("account_number") == self._balancing_account)
        if not found.height:
            return self.wishes.makes_accounts is not Making.NONE
        return not found["account_is_closed"][0]

    def _warn(self, chunk: Chunk) -> None:
        """Tell of what we put into the entries that may be stored."""
        number = self.wishes.waiting_third_party
        if number:
            told = told_waiting(chunk, number, self.labels.get("auxiliary_number"))
            self.outcome.tell(told, is_warning=True)
        if self.wishes.balances_on:
            told = told_balanced(chunk, self._balancing_account)
            self.balanced += told.height
            self.outcome.tell(told, is_warning=True)

    def _make_years(self, chunk: Chunk) -> None:
        if not self.wishes.makes_years:
            return
        sound = chunk.entries.filter(~pl.col(IS_BAD) & ~pl.col(IS_TORN) & (pl.col("difference") == 0))
        days = sound["entered_on"]
        period = self.wishes.period
        self.books.years.make_for(days if period is None else days.filter(days.is_between(*period)))

    def _placed(self, entries: pl.DataFrame) -> pl.DataFrame:
        """`entries` with year_id, year_is_closed, journal_id and journal_is_closed."""
        journals = self.books.journals.select(
            pl.col("code").alias("journal_code"),
            pl.col("id").alias("journal_id"),
            pl.col("is_closed").alias("journal_is_closed"),
        )
        years = self.books.years.find(entries["entered_on"])
        return entries.join(journals, on="journal_code", how="left", maintain_order="left").hstack(years)

    def _entry_wrongs(self, chunk: Chunk) -> list[Wrong]:
        """What may be wrong with an entry as a whole."""
        year_id = self.wishes.year_id
        return [
            Wrong(pl.col(IS_BAD) | pl.col(IS_TORN), "entry-rejected"),
            Wrong(pl.col("difference") != 0, "entry-unbalanced", "difference"),
            Wrong(pl.col("entered_on").is_null(), "missing-value", "entered_on"),
            *([] if self.wishes.takes_openings else openings(chunk, self.books.opening_journals)),
            *outside_period(chunk, self.wishes.period),
            Wrong(pl.col("year_id").is_null(), "no-fiscal-year", "entered_on"),
            *([Wrong(pl.col("year_id") != year_id, "other-fiscal-year", "entered_on")] if year_id else []),
            Wrong(pl.col("year_is_closed") & IS_NEWS, "fiscal-year-closed", "entered_on"),
            *self._other_years(chunk),
            *unknown_journals(chunk, self.wishes),
            Wrong(pl.col("journal_is_closed") & IS_NEWS, "journal-closed", "journal_code"),
        ]

    def _other_years(self, chunk: Chunk) -> list[Wrong]:
        """Entries of several days must lie in one fiscal year with all of them."""
        days = chunk.lines["entered_on"]
        owners = np.repeat(np.arange(chunk.entries.height), chunk.sizes)
        if (days == chunk.entries["entered_on"][owners]).all():
            return []
        years = self.books.years.find(days)["year_id"].ne_missing(chunk.entries["year_id"][owners])
        return [Wrong(pl.lit(pl.Series(chunk.any_of_lines(years))), "several-fiscal-years")]

    def _without_bad_entries(self, chunk: Chunk, told: pl.DataFrame) -> Chunk:
        """The sound entries; a fault is told for each line of the others that has none of its own."""
        rejected = told["code"].is_not_null().to_numpy()
        lines = told[np.repeat(np.arange(len(rejected)), chunk.sizes)].with_columns(
            chunk.lines[LINE], chunk.lines[IS_BAD]
        )
        of_rejected = lines.filter(chunk.of_lines(rejected) & chunk.lines[LINE].is_not_null())
        self._count(rejected, of_rejected.height)
        self._tell(of_rejected.filter(~pl.col(IS_BAD)))
        return chunk.only(~rejected)

    def _count(self, rejected: Marks, lines: int) -> None:
        self.outcome.tally.rejected += lines
        self.entries.received += int(rejected.sum())
        self.entries.rejected += int(rejected.sum())

    def _tell(self, told: pl.DataFrame) -> None:
        is_difference = pl.col("code") == "entry-unbalanced"
        faults = told.select(
            pl.col(LINE),
            pl.col("field"),
            pl.when(~is_difference).then("value").alias("value"),
            pl.col("code"),
            pl.when(is_difference)
            .then(pl.col("value").str.strip_chars_end("0").str.strip_chars_end("."))
            .alias("detail"),
        )
        self.outcome.tell(faults.cast(FAULT_SCHEMA), is_warning=False)

    def _with_accounts(self, chunk: Chunk) -> Chunk:
        """The entries whose accounts are known, open or to be made."""
        chunk = Chunk(self._found(chunk.lines), chunk.entries, chunk.starts)
        is_news = ~chunk.of_lines(chunk.entries[IS_STORED].to_numpy())
        told = complaints(chunk.lines, self._line_wrongs(chunk.lines, is_news), self.labels)
        if told is not None:
            chunk = self._without_bad_lines(chunk, told)
        if not make_accounts(self.books, chunk.lines):
            return chunk
        return Chunk(self._found(chunk.lines.drop(ADDED_COLUMNS)), chunk.entries, chunk.starts)

    def _found(self, lines: pl.DataFrame) -> pl.DataFrame:
        """`lines` with the ids of their accounts, null where there is no such account."""
        lines = lines.join(self.books.general(), on="account_number", how="left", maintain_order="left")
        if lines["auxiliary_number"].null_count() == lines.height:
            return lines.with_columns(
                pl.lit(None, pl.Int64).alias("auxiliary_id"),
                pl.lit(None, pl.Boolean).alias("auxiliary_is_closed"),
            )
        return lines.join(self.books.auxiliary(), on="auxiliary_number", how="left", maintain_order="left")

    def _line_wrongs(self, lines: pl.DataFrame, is_news: pl.Series) -> list[Wrong]:
        """What may be wrong with the accounts and the sides of a line."""
        number = pl.col("account_number")
        strictly = [
            Wrong(~number.str.contains(ACCOUNT_NUMBER), "not-an-account-number", "account_number"),
            Wrong((pl.col("debit") != 0) & (pl.col("credit") != 0), "two-sided-line", "credit"),
        ]
        return [
            *(strictly if self.wishes.is_strict else []),
            *unknown_accounts(lines, self.wishes),
            *(
                Wrong(pl.col(f"{each}_is_closed") & is_news, "ledger-account-closed", f"{each}_number")
                for each in ("account", "auxiliary")
            ),
        ]

    def _without_bad_lines(self, chunk: Chunk, told: pl.DataFrame) -> Chunk:
        """The entries all of whose lines are sound; the lines of the others are told."""
        by_entry = chunk.any_of_lines(told["code"].is_not_null())
        lines = told.with_columns(chunk.lines[LINE], pl.col("code").fill_null("entry-rejected"))
        of_rejected = lines.filter(chunk.of_lines(by_entry) & chunk.lines[LINE].is_not_null())
        self._count(by_entry, of_rejected.height)
        self._tell(of_rejected)
        return chunk.only(~by_entry)

    def _with_journals(self, chunk: Chunk, named: pl.DataFrame) -> Chunk:
        """The chunk with the journals made that nobody knows; a line of `named` has the name of each."""
        if not make_journals(self.books, chunk.entries, named):
            return chunk
        plain = chunk.entries.drop("journal_id", "journal_is_closed", "year_id", "year_is_closed")
        return Chunk(chunk.lines, self._placed(plain), chunk.starts)


IS_NEWS = ~pl.col(IS_STORED)
ADDED_COLUMNS = ("account_id", "account_is_closed", "auxiliary_id", "auxiliary_is_closed")
