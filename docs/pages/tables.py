"""The page of the model's tables: their columns, what identifies a row, how a row finds its stored row."""

from __future__ import annotations

from collections.abc import Iterator

from douane.model.kinds import sql_type
from douane.model.table import Field, Identity, Table
from douane.model.tables import TABLES

from . import account_tables, ledger
from .markdown import code, listed, table, titled

OWN_COLUMNS = {
    "organization_id": ("integer", "Whose row it is: the organization"),
    "company_id": ("integer", "Whose row it is: the company"),
    "id": ("bigint", "Number of the row, ours"),
    "key": ("uuid", "XXH3 hash of the row's first identity that has all its parts"),
    "alias": ("uuid", "XXH3 hash of the next identity, empty when the row has one name only"),
    "fingerprint": ("bigint", "Hash of what was last sent for the row, empty after any other write"),
    "run_id": ("bigint", "The run that last wrote the row"),
    "line": ("integer", "The line of that run's file, empty when no line wrote it"),
}
CUSTOMER_COLUMN = {"customer_id": ("bigint", "The customer the row hangs on")}
CLEARED_COLUMNS = {
    "cleared_on": ("date", "Day the item was cleared because a complete file no longer held it"),
    "cleared_run_id": ("bigint", "The run that cleared it"),
}
EXTRA_COLUMN = {"extra": ("jsonb", "Cells of columns that no field takes, label to text")}

ABOUT = """\
Each business row belongs to one company of one organization: both stand first in every key and in every
statement. In the tables of customers, contacts, assignments and open items the columns before the fields are
the same; [those of accounts](#accounts) and [of the ledger](#the-ledger) come after:"""

HOW_ROWS_ARE_FOUND = """\
A row's *key* is its first identity below whose parts all have values; the next such identity is its *alias*.
A part in brackets may be empty. *Matches* are tried in order: what the row in the file offers, then what the
stored row is known by."""


def page() -> str:
    """The text of the page."""
    own = table(("column", "type", "meaning"), _own(OWN_COLUMNS))
    sections = (_section(each) for each in TABLES.values())
    more = (*account_tables.blocks(), *ledger.blocks())
    return titled("Tables", ABOUT, own, HOW_ROWS_ARE_FOUND, *sections, *more)


def _section(each: Table) -> str:
    rows = [*_own(CUSTOMER_COLUMN if each.has_customer else {}), *map(_field, each.fields)]
    rows += [*_own(CLEARED_COLUMNS if each.is_clearable else {}), *_own(EXTRA_COLUMN)]
    identities = "\n".join(map(_identity, each.identities))
    matches = ", then ".join(f"{offered} to {stored}" for offered, stored in each.matches)
    columns = table(("column", "type", "meaning"), rows)
    blocks = (f"## {each.name}", each.about, f"Known by:\n\n{identities}\n\nMatches: {matches}.", columns)
    return "\n\n".join((*blocks, *_signs(each)))


def _own(columns: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    return ((code(name), code(kind), about) for name, (kind, about) in columns.items())


def _field(field: Field) -> tuple[str, str, str]:
    choices = f": {listed(field.choices)}" if field.choices else ""
    default = f" (new rows: {code(field.default)})" if field.default else ""
    return code(field.name), code(sql_type(field.kind)), f"{field.about}{choices}{default}"


def _identity(identity: Identity) -> str:
    parts = (f"[{code(each)}]" if each in identity.optional else code(each) for each in identity.parts)
    return f"- {identity.name}: {' + '.join(parts)}"


def _signs(each: Table) -> Iterator[str]:
    if each.credit_field:
        yield (
            f"Amounts are stored below zero when {code(each.credit_field)} is "
            f"{' or '.join(map(code, each.credit_values))}, whichever sign was sent."
        )
