"""The kinds of field: what a cell of text becomes, and how PostgreSQL stores it."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """How the text of a cell is read. Each kind has one reader in `pipeline.values`."""

    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    EMAIL = "email"
    CURRENCY = "currency"
    COUNTRY = "country"
    SIRET = "siret"
    VAT = "vat"


SQL_TYPES: dict[Kind, str] = {
    Kind.AMOUNT: "numeric(20,6)",
    Kind.DATE: "date",
    Kind.FLAG: "boolean",
}


def sql_type(kind: Kind) -> str:
    """The PostgreSQL type that holds values of `kind`; `text` unless the kind says otherwise."""
    return SQL_TYPES.get(kind, "text")
