"""The files that are sent: open items and customers as a sender's nightly export writes them.

Line `n` of a feed is the same in every run and on every machine: its values are made from `n` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

CUSTOMERS = 20_000
ROWS_AT_ONCE = 250_000
FIRST_DAY = date(2025, 1, 1)
FIRST_NUMBER = 10_000_000
TYPES = ["FAC"] * 16 + ["AVO", "AVO", "RGL", "TRT"]
SALES = ["Ana Diaz", "Jean Roy", "Zoé Lefèvre", "Paul Mercier", "Inès Petit", "Hugo Morel", "Lou Garcia"]
MONEY = pl.Decimal(20, 2)


@dataclass(frozen=True)
class Night:
    """How a night's export differs from the first: lines, named by the last two digits of their number."""

    changed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


FIRST_NIGHT = Night()
CHANGED = Night(changed=(37,))
CHANGED_AND_MISSING = Night(changed=(37, 63), missing=(5,))


def items(
    lines: int, night: Night = FIRST_NIGHT, first: int = 0, customers: int = CUSTOMERS
) -> Iterator[pl.DataFrame]:
    """Typed rows under the published labels, in pieces; `first` is the number of the first line."""
    for start in range(first, first + lines, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, first + lines)
        yield _items(np.arange(start, stop, dtype=np.int64), night, customers)


def write_items(
    path: Path,
    lines: int,
    night: Night = FIRST_NIGHT,
    first: int = 0,
    customers: int = CUSTOMERS,
    *,
    with_unique_key: bool = False,
) -> int:
    """Write the open items as CSV (`;`, all quoted, amounts as `6 580,10`); gives the size in bytes."""
    amounts = [pl.col(name) for name in AMOUNTS]
    key = [pl.format("INV-{}", "item_number").alias("item_unique_key")] if with_unique_key else []
    with path.open("wb") as file:
        for place, rows in enumerate(items(lines, night, first, customers)):
            texts = rows.with_columns(*(_as_written(each) for each in amounts), *key)
            texts.write_csv(file, separator=";", quote_style="always", include_header=place == 0)
    return path.stat().st_size


def write_customers(path: Path, count: int = CUSTOMERS) -> int:
    """Write the customers that the open items name; gives the size in bytes."""
    number = pl.int_range(count, eager=True)
    code = _code(number)
    pl.DataFrame(
        {
            "client_code": code,
            "client_business_name": "Maison " + code,
            "client_address_city": "Lyon",
            "client_address_country": "France",
            "client_email": "compta-" + code.str.to_lowercase() + "@example.com",
        }
    ).write_csv(path, separator=";", quote_style="always")
    return path.stat().st_size


def read_items(path: Path) -> pl.DataFrame:
    """The typed rows of a file of `write_items`, read as a person would who knows how it was written."""
    digits = [pl.col(name).str.replace(" ", "", literal=True) for name in AMOUNTS]
    return pl.read_csv(path, separator=";", infer_schema=False).with_columns(
        pl.col("item_date_issue", "item_date_due").str.to_date("%Y-%m-%d"),
        *(each.str.replace(",", ".", literal=True).cast(MONEY) for each in digits),
    )


AMOUNTS = (
    "item_amount_initial",
    "item_amount_initial_inc_tax",
    "item_amount_remaining",
    "item_amount_remaining_inc_tax",
)


def _items(number: np.ndarray, night: Night, customers: int) -> pl.DataFrame:
    """The rows of these line numbers. Sums of cents are spread by a multiplicative hash of the number."""
    spread = (number * 2_654_435_761) % 4_294_967_296
    types = pl.Series(np.array(TYPES)[number % len(TYPES)])
    sign = np.where(np.isin(number % len(TYPES), [16, 17, 18]), -1, 1)
    cents = 1_000 + spread % 2_500_000
    hundredth = number % 100
    left = np.where(number % 5 == 0, cents // 2, cents) - np.isin(hundredth, night.changed) * 100
    with_tax = [amount * 12 // 10 for amount in (cents, left)]
    issued = np.datetime64(FIRST_DAY) + spread % 360
    rows = pl.DataFrame(
        {
            "item_type": types,
            "item_number": pl.Series(number + FIRST_NUMBER).cast(pl.String),
            "client_code": _code(pl.Series(number % customers)),
            "item_date_issue": issued,
            "item_date_due": issued + np.array([30, 45, 60])[number % 3],
            "item_amount_initial": _exact(sign * cents),
            "item_amount_initial_inc_tax": _exact(sign * with_tax[0]),
            "item_amount_remaining": _exact(sign * left),
            "item_amount_remaining_inc_tax": _exact(sign * with_tax[1]),
            "item_currency": pl.Series(np.where(number % 40 == 0, "USD", "EUR")),
            "item_order_number": "PO" + pl.Series(spread % 1_000_000).cast(pl.String),
            "item_sales_manager": pl.Series(np.array(SALES)[number % len(SALES)]),
        }
    )
    return rows.filter(~np.isin(hundredth, night.missing)) if night.missing else rows


def _code(number: pl.Series) -> pl.Series:
    return "C" + (number + 1).cast(pl.String).str.zfill(5)


def _exact(cents: np.ndarray) -> pl.Series:
    """Cents as decimals with two places."""
    return (pl.Series(cents).cast(MONEY) / 100).cast(MONEY)


def _as_written(amount: pl.Expr) -> pl.Expr:
    """6580.10 as `6 580,10`."""
    text = amount.cast(pl.String).str.replace(".", ",", literal=True)
    return text.str.replace(r"(\d)(\d{3},)", "$1 $2")
