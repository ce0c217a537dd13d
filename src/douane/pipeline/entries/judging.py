"""Judging: which entries may be stored, by their lines, balance, journal, fiscal year and accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.model.account_numbers import customer_code_expr, is_third_party_expr
from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.outcome import Outcome
from douane.pipeline.tally import Tally

from .assembling import Chunk
from .books import Books
from .complaints import Wrong, complaints
from .lines import IS_BAD
from .matching import IS_STORED, Matching
from .tears import IS_TORN
from .wishes import EntryWishes

Marks = npt.NDArray[np.bool_]
ACCOUNT_NUMBER = r"^[1-9][0-9A-Za-z]{0,19}$"


@dataclass
class Judge:
    """Judges the entries of one run; `labels` are what the sender calls the fields."""

    books: Books
    matching: Matching
    wishes: EntryWishes
    outcome: Outcome
    entries: Tally
    labels: dict[str, str]

    def fit(self, chunk: Chunk) -> Chunk:
        """The entries that may be stored, year_id and journal_id theirs; journals and accounts made for them.

        One that is stored already with the same lines may lie in closed books: it changes nothing there.
        The lines of the others are told as faults. Lines get account_id and auxiliary_id.
        """
        self._make_years(chunk)
        named = chunk.lines
        matched = self.matching.matched(self._placed(chunk.entries))
        placed = Chunk(chunk.lines, matched, chunk.starts)
        told = complaints(placed.entries, self._entry_wrongs(placed), self.labels)
        if told is not None:
            placed = self._without_bad_entries(placed, told)
        return self._with_journals(self._with_accounts(placed), named)

    def _make_years(self, chunk: Chunk) -> None:
        if self.wishes.makes_years:
            sound = chunk.entries.filter(~pl.col(IS_BAD) & ~pl.col(IS_TORN) & (pl.col("difference") == 0))
            self.books.years.make_for(sound["entered_on"])

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
            Wrong(pl.col("year_id").is_null(), "no-fiscal-year", "entered_on"),
            *([Wrong(pl.col("year_id") != year_id, "other-fiscal-year", "entered_on")] if year_id else []),
            Wrong(pl.col("year_is_closed") & IS_NEWS, "fiscal-year-closed", "entered_on"),
            *self._other_years(chunk),
            *self._unknown_journals(chunk),
            Wrong(pl.col("journal_is_closed") & IS_NEWS, "journal-closed", "journal_code"),
        ]

    def _other_years(self, chunk: Chunk) -> list[Wrong]:
        """Entries of several days must lie in one fiscal year with all of them."""
        days = chunk.lines["entered_on"]
        owners = np.repeat(np.arange(chunk.entries.height), chunk.sizes)
        if (days == chunk.entries["entered_on"][owners]).all():
            return []
        years = self.books.years.find(days)["year_id"].ne_missing(chunk.entries["year_id"][owners])
        is_elsewhere = np.logical_or.reduceat(years.to_numpy(), chunk.starts)
        return [Wrong(pl.lit(pl.Series(is_elsewhere)), "several-fiscal-years")]

    def _unknown_journals(self, chunk: Chunk) -> list[Wrong]:
        if not chunk.entries["journal_id"].null_count():
            return []
        named = _named(chunk.lines, "journal_name", "journal_code")
        is_unknown = pl.col("journal_id").is_null() & ~pl.col("journal_code").is_in(named)
        return [Wrong(is_unknown, "unknown-journal", "journal_code")]

    def _without_bad_entries(self, chunk: Chunk, told: pl.DataFrame) -> Chunk:
        """The sound entries; a fault is told for each line of the others that has none of its own."""
        rejected = told["code"].is_not_null().to_numpy()
        lines = told[np.repeat(np.arange(len(rejected)), chunk.sizes)].with_columns(
            chunk.lines[LINE], chunk.lines[IS_BAD]
        )
        of_rejected = lines.filter(chunk.of_lines(rejected))
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
        if not self._make(chunk.lines):
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
            *self._unknown_accounts(lines),
            *(
                Wrong(pl.col(f"{each}_is_closed") & is_news, "ledger-account-closed", f"{each}_number")
                for each in ("account", "auxiliary")
            ),
        ]

    def _unknown_accounts(self, lines: pl.DataFrame) -> list[Wrong]:
        if not lines["account_id"].null_count():
            return []
        number = pl.col("account_number")
        is_unknown = pl.col("account_id").is_null() & ~number.is_in(
            _named(lines, "account_name", "account_number")
        )
        if self.wishes.makes_third_parties:
            is_unknown &= ~is_third_party_expr(number)
        return [Wrong(is_unknown, "unknown-ledger-account", "account_number")]

    def _without_bad_lines(self, chunk: Chunk, told: pl.DataFrame) -> Chunk:
        """The entries all of whose lines are sound; the lines of the others are told."""
        by_entry = np.logical_or.reduceat(told["code"].is_not_null().to_numpy(), chunk.starts)
        lines = told.with_columns(chunk.lines[LINE], pl.col("code").fill_null("entry-rejected"))
        of_rejected = lines.filter(chunk.of_lines(by_entry))
        self._count(by_entry, of_rejected.height)
        self._tell(of_rejected)
        return chunk.only(~by_entry)

    def _make(self, lines: pl.DataFrame) -> bool:
        """Make the accounts that the lines name and nobody knows; whether there were any."""
        general = _unknown(lines, "account")
        auxiliary = _unknown(lines, "auxiliary")
        if not general.height and not auxiliary.height:
            return False
        self.books.make_accounts(
            general.select(
                "number",
                pl.lit(False).alias("is_auxiliary"),
                "name",
                customer_code_expr(pl.col("number")).alias("customer_code"),
            )
        )
        self.books.make_accounts(
            auxiliary.select(
                "number", pl.lit(True).alias("is_auxiliary"), "name", pl.col("number").alias("customer_code")
            )
        )
        return True

    def _with_journals(self, chunk: Chunk, named: pl.DataFrame) -> Chunk:
        """The chunk with the journals made that nobody knows; a line of `named` has the name of each."""
        lacking = chunk.entries.filter(pl.col("journal_id").is_null())["journal_code"].unique()
        if not len(lacking):
            return chunk
        names = named.filter(
            pl.col("journal_code").is_in(lacking.implode()) & pl.col("journal_name").is_not_null()
        ).unique("journal_code", keep="first", maintain_order=True)
        self.books.make_journals(
            names.select(pl.col("journal_code").alias("code"), pl.col("journal_name").alias("name"))
        )
        plain = chunk.entries.drop("journal_id", "journal_is_closed", "year_id", "year_is_closed")
        return Chunk(chunk.lines, self._placed(plain), chunk.starts)


IS_NEWS = ~pl.col(IS_STORED)
ADDED_COLUMNS = ("account_id", "account_is_closed", "auxiliary_id", "auxiliary_is_closed")


def _named(lines: pl.DataFrame, name: str, of: str) -> pl.Series:
    """The values of `of` that some line gives a name, for `is_in`."""
    return lines.filter(pl.col(name).is_not_null())[of].unique().implode()


def _unknown(lines: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The numbers of accounts that have no id yet, each with its first name, else its number."""
    number, name = f"{prefix}_number", f"{prefix}_name"
    unknown = lines.filter(pl.col(f"{prefix}_id").is_null() & pl.col(number).is_not_null())
    return (
        unknown.sort(pl.col(name).is_null(), maintain_order=True)
        .unique(number, keep="first", maintain_order=True)
        .select(pl.col(number).alias("number"), pl.coalesce(name, number).alias("name"))
    )
