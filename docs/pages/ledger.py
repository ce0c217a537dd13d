"""The second half of the page of tables: those of the ledger, and what their codes may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from douane.model.journals import JOURNAL_TYPES
from douane.model.ledger import LEDGER_TABLES, Stored, StoredTable
from douane.model.ledger_accounts import COMPLEMENTARY_FIELDS, FURTHER_FIELDS
from douane.model.table import Field

from .markdown import code, listed, table

ABOUT = """\
## The ledger

Entries are not found by one row's key: a file's lines become entries, and an entry is found by its journal,
number and day ([why](../adr/0011-entries-by-journal-number-and-day.md)). All tables of this half begin with
`organization_id`, and those of a company with `company_id`; both stand first in every key. A column with a
star may be empty."""

VIEW = """\
### ledger_account_customers

A view: which customer a ledger account stands for, as far as there is one of its `customer_code`. Columns:
`organization_id`, `company_id`, `account_id`, `customer_id`
([why a view](../adr/0017-customers-of-accounts-are-a-view.md))."""

DETAILS = """\
`details` of a ledger account may hold the following, each under its own name. Those of the third party:"""


def blocks() -> Iterator[str]:
    """The blocks of the page."""
    yield ABOUT
    for each in LEDGER_TABLES.values():
        yield from _section(each)
    yield VIEW


def _section(each: StoredTable) -> Iterator[str]:
    yield f"### {each.name}"
    yield each.about if each.is_of_company else f"{each.about} The list is the organization's."
    yield table(("column", "type", "meaning"), map(column_row, each.columns))
    if each.name == "journals":
        yield f"Types: {listed(JOURNAL_TYPES)}."
    if each.name == "ledger_accounts":
        yield DETAILS
        yield _fields(COMPLEMENTARY_FIELDS)
        yield "Those of the account itself:"
        yield _fields(FURTHER_FIELDS)


def column_row(column: Stored) -> tuple[str, str, str]:
    """A stored column as a row of its table."""
    star = " *" if column.may_be_empty else ""
    return code(column.name) + star, code(column.type), column.about


def _fields(fields: Iterable[Field]) -> str:
    return table(("name", "meaning"), ((code(each.name), each.about) for each in fields))
