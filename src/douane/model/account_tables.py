"""The stored tables around the customers that are accounts: addresses, links, tags and custom fields."""

from __future__ import annotations

from .addresses import ADDRESS_FIELDS, LINK_FIELDS
from .kinds import sql_type
from .ledger import Stored, StoredTable
from .table import Field

ACCOUNT_COLUMNS = (
    Stored("tags", "text[]", "External ids of the customer's tags", may_be_empty=True),
    Stored("custom", "jsonb", "Values of custom fields, by their external id", may_be_empty=True),
    Stored(
        "origins",
        "jsonb",
        "The dialect that last set a field, where it is not that of the row's run",
        may_be_empty=True,
    ),
    Stored(
        "sent_check",
        "bigint",
        "Second half of the fingerprint, where that is the hash of the text of one object",
        may_be_empty=True,
    ),
    Stored("sent_addresses", "integer", "How many addresses stood in that object", may_be_empty=True),
    Stored("sent_links", "integer", "How many of them the account was to have", may_be_empty=True),
)
"""What a customer has besides the fields of its table."""


def _text(field: Field) -> Stored:
    return Stored(field.name, sql_type(field.kind), field.about, may_be_empty=field.name != "external_id")


ADDRESSES = StoredTable(
    "addresses",
    "Where customers have goods and invoices sent.",
    (
        Stored("id", "bigint", "Number of the address, ours"),
        _text(ADDRESS_FIELDS[0]),
        Stored("fingerprint", "bigint", "xxHash64 of what was last sent for it", may_be_empty=True),
        Stored("run_id", "bigint", "The run that last wrote it"),
        Stored("line", "integer", "The object of that run's list that did", may_be_empty=True),
        *map(_text, ADDRESS_FIELDS[1:]),
        Stored("custom", "jsonb", "Values of custom fields, by their external id", may_be_empty=True),
    ),
)

ADDRESS_LINKS = StoredTable(
    "address_links",
    "Which addresses a customer has, and for what.",
    (
        Stored("customer_id", "bigint", "The customer"),
        Stored("address_id", "bigint", "The address"),
        *(Stored(each.name, sql_type(each.kind), each.about) for each in LINK_FIELDS[1:]),
        Stored("run_id", "bigint", "The run that last wrote it"),
    ),
)

CUSTOMER_TAGS = StoredTable(
    "customer_tags",
    "A word that customers are sorted by.",
    (
        Stored("external_id", "text", "What senders call it"),
        Stored("name", "text", "What people call it"),
        Stored("is_defined", "boolean", "Somebody keeps it; false: an import made it, as accounts named it"),
    ),
    is_of_company=False,
)

CUSTOM_FIELDS = StoredTable(
    "custom_fields",
    "What is to be known of accounts and addresses besides what everybody wants to know.",
    (
        Stored("entity", "text", "What it is about: account or address"),
        Stored("external_id", "text", "What senders call it"),
        Stored("name", "text", "What people call it"),
        Stored("type", "text", "What its values are"),
        Stored("is_required", "boolean", "What is new must have it"),
        Stored("choices", "text[]", "What a list may hold; anything when empty"),
        Stored("unit", "text", "What a metric is counted in"),
    ),
    is_of_company=False,
)

ACCOUNT_TABLES: dict[str, StoredTable] = {
    each.name: each for each in (ADDRESSES, ADDRESS_LINKS, CUSTOMER_TAGS, CUSTOM_FIELDS)
}
