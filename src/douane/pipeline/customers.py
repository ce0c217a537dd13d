"""The customers of the company, found by their codes."""

from __future__ import annotations

import polars as pl

from douane.model.customers import CUSTOMERS
from douane.store.merging import ALL, Merging, Part

from .identity import CUSTOMER_ID, customer_key
from .known import NOT_FOUND, Keys, Known

CUSTOMER = "customer"
"""The column that holds the code of the customer a row hangs on."""


class Customers:
    """Finds customers by code; with `codes` only those, which is quicker for a small file."""

    def __init__(self, merging: Merging, codes: pl.Series | None = None) -> None:
        part = (
            ALL
            if codes is None
            else Part.of_keys([key.hex() for key in keys_of(codes.unique().drop_nulls()).to_list()])
        )
        self._known = Known.from_records(merging.known_rows(CUSTOMERS, part))

    def add_ids(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with `customer_id`, null where no customer has the code."""
        codes = rows[CUSTOMER].unique().drop_nulls()
        found = self._known.find(Keys.of(keys_of(codes)))
        is_known = found != NOT_FOUND
        ids = pl.DataFrame(
            {
                CUSTOMER: codes.filter(pl.Series(is_known, dtype=pl.Boolean)),
                CUSTOMER_ID: self._known.ids[found[is_known]],
            },
            schema={CUSTOMER: pl.String, CUSTOMER_ID: pl.Int64},
        )
        return rows.join(ids, on=CUSTOMER, how="left", maintain_order="left")


def keys_of(codes: pl.Series) -> pl.Series:
    """The keys (16 bytes) of the customers with these codes."""
    return codes.to_frame(CUSTOMER).select(customer_key(pl.col(CUSTOMER))).to_series()
