"""Judging: which entries may be stored, by their lines, balance, journal, fiscal year and accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.model.account_numbers import customer_code_expr, is_third_party_expr
from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.outcome import Outcome

from .assembling import Chunk
from .books import Books
from .lines import IS_BAD
from .wishes import EntryWishes

Marks = npt.NDArray[np.bool_]
NO_TEXT = pl.lit(None, pl.String)
ACCOUNT_NUMBER = r"^[1-9][0-9A-Za-z]{0,19}$"


@dataclass
class Judge:
    """Judges the entries of one run; `labels` are what the sender calls the fields."""

    books: Books
    wishes: EntryWishes
    outcome: Outcome
    labels: dict[str, str]

    def fit(self, chunk: Chunk) -> Chunk:
        """The entries that may be stored, year_id and journal_id theirs; journals and accounts made for them.

        The lines of the others are told as faults. Lines get account_id and auxiliary_id.
        """
        self._make_years(chunk)
        placed = Chunk(chunk.lines, self._placed(chunk.entries), chunk.starts)
        codes = self._entry_codes(placed)
        fine = codes["code"].is_null().to_numpy()
        self._reject(placed, codes, ~fine)
        return self._with_accounts(placed.only(fine))

    def _make_years(self, chunk: Chunk) -> None:
        if self.wishes.makes_years:
            sound = chunk.entries.filter(~pl.col(IS_BAD) & (pl.col("difference") == 0))
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

    def _entry_codes(self, chunk: Chunk) -> pl.DataFrame:
        """For each entry the code, field and value of what is wrong with it as a whole, null if nothing."""
        named = chunk.lines.filter(pl.col("journal_name").is_not_null())["journal_code"].unique()
        entries = chunk.entries
        other_year = pl.col("year_id") != self.wishes.year_id if self.wishes.year_id else pl.lit(False)
        is_unnamed = pl.col("journal_id").is_null() & ~pl.col("journal_code").is_in(named.implode())
        wrong = (
            (pl.col(IS_BAD), "entry-rejected", None),
            (pl.col("difference") != 0, "entry-unbalanced", "difference"),
            (pl.col("year_id").is_null(), "no-fiscal-year", "entered_on"),
            (other_year, "other-fiscal-year", "entered_on"),
            (pl.col("year_is_closed"), "fiscal-year-closed", "entered_on"),
            (is_unnamed, "unknown-journal", "journal_code"),
            (pl.col("journal_is_closed").fill_null(False), "journal-closed", "journal_code"),
        )
        return entries.select(
            code=pl.coalesce(pl.when(is_wrong).then(pl.lit(code)) for is_wrong, code, _ in wrong),
            field=pl.coalesce(
                pl.when(is_wrong).then(pl.lit(self.labels.get(name or "", ""))) for is_wrong, _, name in wrong
            ),
            value=pl.coalesce(
                pl.when(is_wrong).then(pl.col(name).cast(pl.String) if name else pl.lit(""))
                for is_wrong, _, name in wrong
            ),
        )

    def _reject(self, chunk: Chunk, codes: pl.DataFrame, rejected: Marks) -> None:
        """Tell a fault for each line of the rejected entries, unless the line has faults of its own."""
        if not rejected.any():
            return
        told = codes[np.repeat(np.arange(len(rejected)), chunk.sizes)].with_columns(
            chunk.lines[LINE], chunk.lines[IS_BAD]
        )
        of_rejected = told.filter(chunk.of_lines(rejected))
        self.outcome.tally.rejected += of_rejected.height
        self._tell(of_rejected.filter(~pl.col(IS_BAD)))

    def _tell(self, told: pl.DataFrame) -> None:
        is_difference = pl.col("code") == "entry-unbalanced"
        faults = told.select(
            pl.col(LINE),
            pl.when(pl.col("field") != "").then("field"),
            pl.when(~is_difference & (pl.col("value") != "")).then("value").alias("value"),
            pl.col("code"),
            pl.when(is_difference)
            .then(pl.col("value").str.strip_chars_end("0").str.strip_chars_end("."))
            .alias("detail"),
        )
        self.outcome.tell(faults.cast(FAULT_SCHEMA), is_warning=False)

    def _with_accounts(self, chunk: Chunk) -> Chunk:
        """The entries whose accounts are known, open or to be made."""
        lines = self._found(chunk.lines)
        codes = self._line_codes(lines)
        bad = codes["code"].is_not_null()
        if bad.any():
            by_entry = np.logical_or.reduceat(bad.to_numpy(), chunk.starts)
            self._reject_lines(Chunk(lines, chunk.entries, chunk.starts), codes, bad, by_entry)
            chunk = Chunk(lines, chunk.entries, chunk.starts).only(~by_entry)
            lines = chunk.lines
        if self._make(lines):
            lines = self._found(lines.drop(ADDED_COLUMNS))
        return self._with_journals(Chunk(lines, chunk.entries, chunk.starts))

    def _found(self, lines: pl.DataFrame) -> pl.DataFrame:
        """`lines` with the ids of their accounts, null where there is no such account."""
        lines = lines.join(self.books.general(), on="account_number", how="left", maintain_order="left")
        if lines["auxiliary_number"].null_count() == lines.height:
            return lines.with_columns(
                pl.lit(None, pl.Int64).alias("auxiliary_id"),
                pl.lit(None, pl.Boolean).alias("auxiliary_is_closed"),
            )
        return lines.join(self.books.auxiliary(), on="auxiliary_number", how="left", maintain_order="left")

    def _line_codes(self, lines: pl.DataFrame) -> pl.DataFrame:
        """For each line the code, field and value of what is wrong with its accounts and sides."""
        number = pl.col("account_number")
        named = lines.filter(pl.col("account_name").is_not_null())["account_number"].unique()
        is_unnamed = pl.col("account_id").is_null() & ~number.is_in(named.implode())
        if self.wishes.makes_third_parties:
            is_unnamed &= ~is_third_party_expr(number)
        strict = pl.lit(self.wishes.is_strict)
        wrong = (
            (strict & ~number.str.contains(ACCOUNT_NUMBER), "not-an-account-number", "account_number"),
            (is_unnamed, "unknown-ledger-account", "account_number"),
            (pl.col("account_is_closed").fill_null(False), "ledger-account-closed", "account_number"),
            (pl.col("auxiliary_is_closed").fill_null(False), "ledger-account-closed", "auxiliary_number"),
            (strict & (pl.col("debit") != 0) & (pl.col("credit") != 0), "two-sided-line", "credit"),
        )
        return lines.select(
            code=pl.coalesce(pl.when(is_wrong).then(pl.lit(code)) for is_wrong, code, _ in wrong),
            field=pl.coalesce(
                pl.when(is_wrong).then(pl.lit(self.labels.get(name, ""))) for is_wrong, _, name in wrong
            ),
            value=pl.coalesce(
                pl.when(is_wrong).then(pl.col(name).cast(pl.String)) for is_wrong, _, name in wrong
            ),
        )

    def _reject_lines(self, chunk: Chunk, codes: pl.DataFrame, bad: pl.Series, by_entry: Marks) -> None:
        """Tell the faulty lines, and the other lines of their entries."""
        told = codes.with_columns(
            chunk.lines[LINE],
            pl.col("code").fill_null("entry-rejected"),
            pl.col("field", "value").fill_null(""),
        ).filter(chunk.of_lines(by_entry))
        self.outcome.tally.rejected += told.height
        self._tell(told)

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

    def _with_journals(self, chunk: Chunk) -> Chunk:
        """The chunk with the journals made that it names and nobody knows."""
        lacking = chunk.entries.filter(pl.col("journal_id").is_null())["journal_code"].unique()
        if not len(lacking):
            return chunk
        named = chunk.lines.filter(
            pl.col("journal_code").is_in(lacking.implode()) & pl.col("journal_name").is_not_null()
        ).unique("journal_code", keep="first", maintain_order=True)
        self.books.make_journals(
            named.select(pl.col("journal_code").alias("code"), pl.col("journal_name").alias("name"))
        )
        plain = chunk.entries.drop("journal_id", "journal_is_closed", "year_id", "year_is_closed")
        return Chunk(chunk.lines, self._placed(plain), chunk.starts)


ADDED_COLUMNS = ("account_id", "account_is_closed", "auxiliary_id", "auxiliary_is_closed")


def _unknown(lines: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The numbers of accounts that have no id yet, each with its first name, else its number."""
    number, name = f"{prefix}_number", f"{prefix}_name"
    unknown = lines.filter(pl.col(f"{prefix}_id").is_null() & pl.col(number).is_not_null())
    return (
        unknown.sort(pl.col(name).is_null(), maintain_order=True)
        .unique(number, keep="first", maintain_order=True)
        .select(pl.col(number).alias("number"), pl.coalesce(name, number).alias("name"))
    )
