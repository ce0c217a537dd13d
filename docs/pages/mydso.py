"""The page of the columns of MY DSO MANAGER's four files, and a sample of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from douane.dialects.door import Door, Option
from douane.dialects.mydso.columns import MAPPINGS
from douane.dialects.mydso.doors import NOW
from douane.model.kinds import Kind
from douane.model.mapping import Column, Mapping

from .markdown import code, listed, table, titled

ABOUT = """\
The published columns of the four files and the field of the [model](tables.md) that each fills. A column with
a star is required. Columns may stand in any order and be left out; a column that is not listed here is kept
as it is in `extra`. An empty cell keeps what is stored. What the kinds of value may look like is told in
[the dialect's page](../dialects/mydso.md#values)."""


def page() -> str:
    """The text of the page."""
    return titled("Columns of the MY DSO MANAGER files", ABOUT, *map(_section, NOW))


def samples() -> dict[str, Callable[[], str]]:
    """For each file the function that makes a sample: all columns, one row."""
    return {name: partial(_sample, mapping) for name, mapping in MAPPINGS.items()}


def _section(door: Door) -> str:
    mapping = MAPPINGS[door.name]
    later = door.path.replace("/api/", "/apiPutFiles/")
    addresses = f"`POST {door.path}`, or `POST {later}` to have it imported later."
    blocks = (
        f"## {door.name}",
        f"{door.about} {addresses} [Sample](samples/mydso-{door.name}.csv).",
        table(("option", "default", "meaning"), map(_option, door.options)),
        table(
            ("column", "field", "kind", "example", "meaning"),
            (_column(each, mapping) for each in mapping.columns),
        ),
    )
    return "\n\n".join(blocks)


def _option(option: Option) -> tuple[str, str, str]:
    spellings = f" Written {listed(option.spellings)}." if option.spellings else ""
    return code(option.name), code(option.default), option.about + spellings


def _column(column: Column, mapping: Mapping) -> tuple[str, ...]:
    field = mapping.table.by_name.get(column.field)
    star = " *" if column.is_required else ""
    if field is None:
        return (
            code(column.label) + star,
            "`customer_id`",
            "text",
            code(column.example),
            "Code of the customer",
        )
    words = f": {listed(column.choices)}" if field.kind is Kind.CHOICE else ""
    about = f"{field.about}{words}"
    return code(column.label) + star, code(field.name), field.kind.value, code(column.example), about


def _sample(mapping: Mapping) -> str:
    lines = ([each.label for each in mapping.columns], [each.example for each in mapping.columns])
    return "".join(";".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
