"""The page of the files of entries: which column or cell of a FEC, a TRA and a CSV fills which field."""

from __future__ import annotations

from collections.abc import Iterator

from douane.dialects.door import Door, Option
from douane.dialects.myunisoft.doors import DOORS
from douane.dialects.myunisoft.file_columns import CSV
from douane.dialects.native.fec import FEC
from douane.dialects.native.tra_lines import TRA_LINES
from douane.model.kinds import Kind
from douane.model.mapping import Column, Mapping

from .markdown import code, listed, table, titled

ABOUT = """\
The columns that are read, and the field of an [entry line](tables.md#entry_lines) or of what it names that
each fills. A column with a star is required. Columns may stand in any order; one that is not listed here is
kept as it is in `extra`. How a file is read, and what is refused, is told in the page of its format."""

SECTIONS = {
    "fec": (
        "FEC",
        FEC,
        "[The format](../formats/fec.md). Labels are the official ones, however a file spells them.",
    ),
    "tra": (
        "TRA",
        TRA_LINES,
        "[The format](../formats/tra.md). A TRA has positions, no labels; faults use these names.",
    ),
    "csv": (
        "CSV",
        CSV,
        "`;` between the columns, labels in any case. [The door](../dialects/myunisoft.md#files-of-entries).",
    ),
}


def page() -> str:
    """The text of the page."""
    return titled("Columns of the files of entries", ABOUT, *(_section(name) for name in SECTIONS))


def _section(name: str) -> str:
    title, mapping, about = SECTIONS[name]
    (door,) = (each for each in DOORS if each.name == name)
    blocks = (
        f"## {title}",
        about,
        table(
            ("column", "field", "kind", "example", "meaning"),
            (_column(each, mapping) for each in mapping.columns),
        ),
        *_door(door),
    )
    return "\n\n".join(blocks)


def _column(column: Column, mapping: Mapping) -> tuple[str, ...]:
    field = mapping.table.by_name[column.field]
    star = " *" if column.is_required else ""
    words = f": {listed(field.choices)}" if field.kind is Kind.CHOICE else ""
    more = "" if column.about.lower() in field.about.lower() else f". {column.about}"
    about = f"{field.about}{words}{more}"
    return code(column.label) + star, code(field.name), field.kind.value, code(column.example), about


def _door(door: Door) -> Iterator[str]:
    yield f"MyUnisoft's door, `POST {door.path}`, takes:"
    yield table(("option", "default", "meaning"), map(_option, door.options))


def _option(option: Option) -> tuple[str, str, str]:
    words = f" Written {listed(option.spellings)}." if option.spellings else ""
    return code(option.name), code(option.default), option.about + words
