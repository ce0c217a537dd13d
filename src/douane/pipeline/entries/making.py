"""Journals and accounts that a file speaks of and nobody knows: which are faults, and which are made."""

from __future__ import annotations

import polars as pl

from douane.model.account_numbers import customer_code_expr, is_third_party_expr
from douane.pipeline.batch import LINE

from .assembling import Chunk
from .books import Books
from .complaints import Wrong
from .wishes import EntryWishes, Making


def unknown_journals(chunk: Chunk, wishes: EntryWishes) -> list[Wrong]:
    """Entries (journal_id, journal_code) whose journal is neither known nor may be made."""
    if not chunk.entries["journal_id"].null_count():
        return []
    code = pl.col("journal_code")
    lacks = Wrong(code.is_null(), "missing-value", "journal_code")
    if wishes.makes_journals is Making.ALL:
        return [lacks]
    is_unknown = pl.col("journal_id").is_null()
    if wishes.makes_journals is Making.NAMED:
        is_unknown &= ~code.is_in(_named(chunk.lines, "journal_name", "journal_code"))
    return [lacks, Wrong(is_unknown, "unknown-journal", "journal_code")]


def make_journals(books: Books, entries: pl.DataFrame, named: pl.DataFrame) -> bool:
    """Make the journals of `entries` that nobody knows; `named` are lines that may name them."""
    lacking = entries.filter(pl.col("journal_id").is_null())["journal_code"].unique()
    if not len(lacking):
        return False
    of_lacking = named.filter(pl.col("journal_code").is_in(lacking.implode()))
    books.make_journals(_first_names(of_lacking, "journal_code", "journal_name", "code"))
    return True


def unknown_accounts(lines: pl.DataFrame, wishes: EntryWishes) -> list[Wrong]:
    """Lines (account_id, account_number) whose account is neither known nor may be made.

    That of lines of ours may be.
    """
    if not lines["account_id"].null_count():
        return []
    number = pl.col("account_number")
    lacks = Wrong(number.is_null(), "missing-value", "account_number")
    if wishes.makes_accounts is Making.ALL:
        return [lacks]
    is_unknown = pl.col("account_id").is_null() & pl.col(LINE).is_not_null()
    if wishes.makes_accounts is Making.NAMED:
        is_unknown &= ~number.is_in(_named(lines, "account_name", "account_number"))
    if wishes.makes_third_parties:
        is_unknown &= ~is_third_party_expr(number)
    return [lacks, Wrong(is_unknown, "unknown-ledger-account", "account_number")]


def make_accounts(books: Books, lines: pl.DataFrame) -> bool:
    """Make the accounts that the lines have and nobody knows; whether there were any."""
    general, auxiliary = _unknown(lines, "account"), _unknown(lines, "auxiliary")
    if not general.height and not auxiliary.height:
        return False
    books.make_accounts(
        general.select(
            "number",
            pl.lit(False).alias("is_auxiliary"),
            "name",
            customer_code_expr(pl.col("number")).alias("customer_code"),
        )
    )
    books.make_accounts(
        auxiliary.select(
            "number", pl.lit(True).alias("is_auxiliary"), "name", pl.col("number").alias("customer_code")
        )
    )
    return True


def _named(lines: pl.DataFrame, name: str, of: str) -> pl.Series:
    """The values of `of` that some line gives a name, for `is_in`."""
    return lines.filter(pl.col(name).is_not_null())[of].unique().implode()


def _unknown(lines: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The numbers of accounts that have no id yet: number, name."""
    number, name = f"{prefix}_number", f"{prefix}_name"
    unknown = lines.filter(pl.col(f"{prefix}_id").is_null() & pl.col(number).is_not_null())
    return _first_names(unknown, number, name, "number")


def _first_names(lines: pl.DataFrame, of: str, name: str, called: str) -> pl.DataFrame:
    """Each value of `of`, as `called`, with the first name that it has, else with itself, as `name`."""
    return (
        lines.sort(pl.col(name).is_null(), maintain_order=True)
        .unique(of, keep="first", maintain_order=True)
        .select(pl.col(of).alias(called), pl.coalesce(name, of).alias("name"))
    )
