"""The page of DJUST's fields, the codes of its faults, and a sample of accounts."""

from __future__ import annotations

from collections.abc import Iterator

from douane.dialects.djust.door import DOORS, SAMPLE
from douane.dialects.djust.fault_codes import WIRE_CODES
from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.addresses import ADDRESS_REQUIRED, LINK_FIELDS
from douane.model.builtin_mappings import DJUST
from douane.model.catalogue import FAULTS
from douane.model.customers import ACCOUNT_REQUIRED
from douane.model.mapping_parts import MappedColumn

from .markdown import code, listed, table, titled

ABOUT = """\
The published fields of an account and its addresses, and what each fills in the [model](tables.md) by the
built-in mapping `DJUST`. What becomes of them is told in [the dialect's page](../dialects/djust.md).
[Sample](samples/djust-accounts.json)."""

CODES_ABOUT = """\
Each fault in a receipt has our `code`, and in `wire_code` and `wire_message` the published one where there is
one; both are `null` for the others. The [other codes](faults.md) are ours alone."""


def page() -> str:
    """The text of the page."""
    return titled("Fields of DJUST's accounts", ABOUT, *_fields(), *_codes(), *_address())


def sample() -> str:
    """A list of accounts."""
    return SAMPLE


def _fields() -> Iterator[str]:
    yield "## Fields"
    head = ("field", "fills", "when it is required", "default", "meaning")
    yield table(head, map(_field, DJUST.columns))
    lists = DJUST.layout.lists
    yield f"The addresses stand in a list at {listed(lists[:-1])}, or beside the account when none is there."


def _field(column: MappedColumn) -> tuple[str, ...]:
    field = DJUST.fields[column.field]
    is_of_address = column.field.startswith(ADDRESS_PREFIX)
    table_name = "addresses" if is_of_address else "customers"
    name = column.field.removeprefix(ADDRESS_PREFIX)
    fills = "link" if name in {each.name for each in LINK_FIELDS} else table_name
    return (
        code(column.label),
        f"{fills}: {code(name)}",
        _required(name, is_of_address=is_of_address),
        code(field.default),
        field.about,
    )


def _required(name: str, *, is_of_address: bool) -> str:
    if is_of_address:
        return "with an address" if name in ADDRESS_REQUIRED else ""
    if name == "external_id":
        return "always"
    return "for a new account" if name in ACCOUNT_REQUIRED else ""


def _codes() -> Iterator[str]:
    yield "## Codes of faults"
    yield CODES_ABOUT
    rows = sorted(
        (wire.code, wire.template.replace("{kind}", wire.kind), each) for each, wire in WIRE_CODES.items()
    )
    head = ("published", "text", "ours", "when")
    yield table(head, ((code(wire), code(text), code(own), FAULTS[own].title) for wire, text, own in rows))


def _address() -> Iterator[str]:
    yield "## Address"
    for door in DOORS:
        yield f"`POST {door.path.replace(':str', '')}`: {door.about}"
        rows = ((code(each.name), code(each.default), each.about) for each in door.options)
        yield table(("option", "default", "meaning"), rows)
