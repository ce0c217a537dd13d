"""What the company's books hold: journals, accounts and fiscal years, and what the run adds to them.

Ids of what is added are reserved at once and written at the end, so that the COPY of the lines need not wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from douane.store.posting import Posting

from .years import Years

JOURNALS = {"id": pl.Int64, "code": pl.String, "type": pl.String, "is_closed": pl.Boolean}
ACCOUNTS = {"id": pl.Int64, "number": pl.String, "is_auxiliary": pl.Boolean, "is_closed": pl.Boolean}
MADE_JOURNAL_TYPE = "general"
OPENING_JOURNAL_TYPE = "opening"


@dataclass
class Books:
    """The journals (id, code, type, is_closed), accounts (id, number, is_auxiliary, is_closed) and years.

    `made_journals` and `made_accounts` are the rows to be written, columns as in the database.
    """

    posting: Posting
    journals: pl.DataFrame
    accounts: pl.DataFrame
    years: Years
    made_journals: list[pl.DataFrame] = field(default_factory=list)
    made_accounts: list[pl.DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, posting: Posting, years: Years) -> Books:
        """The books of the run's company as they are."""
        return cls(posting, _frame(posting.journals(), JOURNALS), _frame(posting.accounts(), ACCOUNTS), years)

    def make_journals(self, journals: pl.DataFrame) -> None:
        """Add journals: code, name, none of which is there yet."""
        if not journals.height:
            return
        ids = self.posting.reserve_ids("journals", journals.height)
        made = journals.select(
            pl.Series("id", ids, pl.Int64), "code", "name", pl.lit(MADE_JOURNAL_TYPE).alias("type")
        )
        self.made_journals.append(made)
        known = made.select("id", "code", "type", pl.lit(False).alias("is_closed"))
        self.journals = pl.concat([self.journals, known])

    def make_accounts(self, accounts: pl.DataFrame) -> None:
        """Add accounts: number, is_auxiliary, name, customer_code, none of which is there yet."""
        if not accounts.height:
            return
        ids = self.posting.reserve_ids("ledger_accounts", accounts.height)
        made = accounts.select(
            pl.Series("id", ids, pl.Int64), "number", "is_auxiliary", "name", "customer_code"
        )
        self.made_accounts.append(made)
        known = made.select("id", "number", "is_auxiliary", pl.lit(False).alias("is_closed"))
        self.accounts = pl.concat([self.accounts, known])

    @property
    def opening_journals(self) -> pl.Series:
        """The codes of the journals for opening entries."""
        return self.journals.filter(pl.col("type") == OPENING_JOURNAL_TYPE)["code"]

    def general(self) -> pl.DataFrame:
        """The general accounts: account_number, account_id, account_is_closed."""
        return self._accounts(is_auxiliary=False, prefix="account")

    def auxiliary(self) -> pl.DataFrame:
        """The auxiliary accounts: auxiliary_number, auxiliary_id, auxiliary_is_closed."""
        return self._accounts(is_auxiliary=True, prefix="auxiliary")

    def _accounts(self, *, is_auxiliary: bool, prefix: str) -> pl.DataFrame:
        return self.accounts.filter(pl.col("is_auxiliary") == is_auxiliary).select(
            pl.col("number").alias(f"{prefix}_number"),
            pl.col("id").alias(f"{prefix}_id"),
            pl.col("is_closed").alias(f"{prefix}_is_closed"),
        )


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
