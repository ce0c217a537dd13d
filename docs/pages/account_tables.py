"""The part of the page of tables about accounts: addresses, links, tags and custom fields."""

from __future__ import annotations

from collections.abc import Iterator

from douane.model.account_tables import ACCOUNT_COLUMNS, ACCOUNT_TABLES

from .ledger import column_row
from .markdown import table

ABOUT = """\
## Accounts

Customers that are accounts have addresses of their own, which several may share
([how they are merged](../adr/0024-accounts-are-stored-whole.md)). All tables of this part begin with
`organization_id`, and those of a company with `company_id`; both stand first in every key. A column with a
star may be empty. Customers have these columns besides those above:"""

HEAD = ("column", "type", "meaning")


def blocks() -> Iterator[str]:
    """The blocks of the page."""
    yield ABOUT
    yield table(HEAD, map(column_row, ACCOUNT_COLUMNS))
    for each in ACCOUNT_TABLES.values():
        yield f"### {each.name}"
        yield each.about if each.is_of_company else f"{each.about} The list is the organization's."
        yield table(HEAD, map(column_row, each.columns))
