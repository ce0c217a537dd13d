"""What names a row: its key, and its alias, the other way it can be found.

The texts that are hashed here are part of the schema: stored keys are compared with them for ever, so
a change needs a migration. Parts are joined by U+001F, which parse lets into no cell.
Key and alias are XXH3 of 128 bits, most significant byte first. That does not resist a forger, who
could only confuse rows of his own company.
"""

from __future__ import annotations

import polars as pl
import polars_hash as plh

from douane.model.table import Identity, Table

SEPARATOR = "\x1f"
CUSTOMER_ID = "customer_id"
EXTRA = "extra"


def customer_key(code: pl.Expr) -> pl.Expr:
    """The key of the customer with this code, 16 bytes."""
    return hashed(pl.concat_str([pl.lit("code"), code], separator=SEPARATOR))


def add_keys(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """`rows` with `key` and `alias` (16 bytes or null), from the identities that they carry."""
    texts = [text for text in (_identity_text(each, rows) for each in table.identities) if text is not None]
    if not texts:
        return rows.with_columns(key=pl.lit(None, pl.Binary), alias=pl.lit(None, pl.Binary))
    keys = [hashed(text) for text in texts]
    if len(keys) == 1:
        return rows.with_columns(key=keys[0], alias=pl.lit(None, pl.Binary))
    first, second = keys
    alias = pl.when(first.is_not_null()).then(second)
    return rows.with_columns(key=pl.coalesce(first, second), alias=alias)


def has_last_identity(rows: pl.DataFrame, table: Table) -> pl.Series:
    """Which rows have all parts of the table's last identity, the one that every stored row has."""
    text = _identity_text(table.identities[-1], rows)
    if text is None:
        return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    return rows.select(has=text.is_not_null()).to_series()


def is_whole(rows: pl.DataFrame, table: Table) -> pl.Expr:
    """Whether a row has the optional parts of its identities too, so that no stored value completes them."""
    optional = {part for each in table.identities for part in each.optional}
    if not optional <= set(rows.columns):
        return pl.lit(False)
    return pl.all_horizontal(pl.lit(True), *(pl.col(name).is_not_null() for name in optional))


def hex_digits(key: str) -> pl.Expr:
    """The column `key` as 32 hex digits, which PostgreSQL reads as a uuid."""
    return pl.col(key).bin.encode("hex")


def _identity_text(identity: Identity, rows: pl.DataFrame) -> pl.Expr | None:
    """The text that names a row by this identity; None when the rows lack one of its parts."""
    parts: list[pl.Expr] = []
    for part in identity.parts:
        name, _, unit = part.partition(".")
        if name not in rows.columns:
            if part not in identity.optional:
                return None
            parts.append(pl.lit(""))
            continue
        column = pl.col(name).dt.year() if unit == "year" else pl.col(name)
        text = column.cast(pl.String)
        parts.append(text.fill_null("") if part in identity.optional else text)
    return pl.concat_str([pl.lit(identity.name), *parts], separator=SEPARATOR)


def hashed(text: pl.Expr) -> pl.Expr:
    """The 16 bytes that name what `text` names."""
    return plh.NonCryptographicHashingNameSpace(text).xxh3_128(return_binary=True, byte_order="big")
