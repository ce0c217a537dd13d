"""The tables that people make mappings for: their fields, what every row must have, the words of sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .account_objects import ACCOUNTS, ADDRESS_PREFIX
from .custom_fields import CUSTOM_PREFIX, is_external_id
from .entry_lines import ENTRY_LINES
from .table import Field, Identity, Table
from .tables import TABLES

MAPPED_TABLES: dict[str, Table] = {each.name: each for each in (ENTRY_LINES, ACCOUNTS, *TABLES.values())}

CUSTOMER = Field("customer", about="Code of the customer that the row hangs on")
ENTRY_FIELDS = ("journal_code", "entered_on", "account_number")
"""What every entry line has."""

AMOUNTS = (("debit", "credit"), ("amount",))
"""The ways to give the amount of an entry line; a single amount has a side, or its sign tells it."""

SIDE_WORDS = {
    **dict.fromkeys(("D", "debit", "débit", "+1", "+"), "debit"),
    **dict.fromkeys(("C", "credit", "crédit", "-1", "-"), "credit"),
}
"""What exports call the two sides, whatever the case."""


def fields_of(table: Table, named: Iterable[str] = ()) -> dict[str, Field]:
    """What a column may fill: the fields of the table, and the customer where its rows hang on one.

    Those of the names `named` that can be custom fields are known too where the rows are accounts: what an
    organization has of them is not said here.
    """
    customs = (each for each in named if table.has_addresses and _is_custom(each))
    known = table.by_name | {each: Field(each, about="A custom field") for each in customs}
    return known | ({CUSTOMER.name: CUSTOMER} if table.has_customer else {})


def words_of(field: Field) -> dict[str, str]:
    """The words that a field with choices takes, and the choices that they stand for."""
    if field.name == "side":
        return SIDE_WORDS
    return {each: each for each in field.choices}


def required_fields(table: Table, carried: Collection[str], certain: Collection[str]) -> set[str] | None:
    """The fields that each row must have, given those that are `carried` and those `certain` to be filled.

    They are what an entry line needs, or what names a row. None when nothing that is carried names one.
    """
    if table.has_entries:
        return set(ENTRY_FIELDS)
    always = {CUSTOMER.name} if table.has_customer else set()
    # An open item is closed and cleared as a document, whatever else names it.
    ways = table.identities[-1:] if table.is_clearable else table.identities
    names = [_fields_of(each) for each in ways]
    by_preference = (each for fields in (certain, carried) for each in names if each <= set(fields))
    return next((always | each for each in by_preference), None)


def ways_to_name(table: Table) -> list[str]:
    """The sets of fields that name a row of the table, in words."""
    ways = table.identities[-1:] if table.is_clearable else table.identities
    return [" and ".join(sorted(_fields_of(each))) for each in ways]


def _is_custom(name: str) -> bool:
    bare = name.removeprefix(ADDRESS_PREFIX)
    return bare.startswith(CUSTOM_PREFIX) and is_external_id(bare.removeprefix(CUSTOM_PREFIX))


def _fields_of(identity: Identity) -> set[str]:
    """The fields that the identity cannot do without; the customer goes by its code."""
    parts = {part.partition(".")[0] for part in identity.parts if part not in identity.optional}
    return {CUSTOMER.name if part == "customer_id" else part for part in parts}
