"""What must be true of a mapping as a whole: its columns found in one way, its fields known and all there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from .kinds import Kind
from .labels import folded
from .mapped_tables import AMOUNTS, fields_of, required_fields, ways_to_name
from .mapping_form import POSITION_MAX, SHOWN_MAX, shown
from .mapping_parts import FIXED, JSON, FileLayout, MappedColumn
from .table import Table

Complaint = Iterator[str]
COLUMNS_MAX = POSITION_MAX
GUESSES_MAX = 20
"""For how many unknown names one that is meant is looked for, which takes a while."""


def layout_problems(layout: FileLayout, sent: Iterable[str]) -> Complaint:
    """What is wrong with the layout, given the keys that were `sent`."""
    given = set(sent)
    if layout.kind != JSON and {"records", "lists"} & given:
        yield f'layout: records and lists are for JSON; expected kind = "{JSON}"'
    if layout.kind == JSON:
        if {"delimiter", "quote", "header", "skip_lines"} & given:
            yield "layout: JSON has no delimiter, quote, header and lines to skip"
    elif layout.kind == FIXED and {"delimiter", "quote"} & given:
        yield "layout: a file of fixed width has no delimiter and no quote"
    elif layout.delimiter == layout.quote:
        yield f"layout: delimiter and quote are both {shown(layout.quote)}"


def column_problems(columns: list[tuple[str, MappedColumn]], layout: FileLayout) -> Complaint:
    """What is wrong with how the columns are named; each comes with the words that lead to it."""
    for where, column in columns:
        yield from (f"{where}{wrong}" for wrong in _naming(column, layout))
        if column.is_closed and not column.values:
            yield f'{where}other_values is "reject", but there are no values'
    is_mixed = len({bool(each.position) for _, each in columns}) > 1
    if layout.kind != FIXED and layout.has_header and is_mixed:
        yield "columns: some are named by label and some by position; expected one or the other"
    yield from _repeated(columns, "label", _names)
    yield from _repeated(columns, "position", lambda each: [str(each.position)] if each.position else [])


def field_problems(
    table: Table, columns: list[tuple[str, MappedColumn]], constants: dict[str, str]
) -> Complaint:
    """What is wrong with the fields that are filled, by columns and by constants."""
    known = fields_of(table, [*(each.field for _, each in columns), *constants])
    named = [(where, each.field) for where, each in columns] + [("constants: ", name) for name in constants]
    unknown = [(where, name) for where, name in named if name not in known]
    for number, (where, name) in enumerate(unknown):
        close = get_close_matches(name[:SHOWN_MAX], known, 1) if number < GUESSES_MAX else []
        meant = f"; {close[0]} is meant, perhaps" if close else ""
        yield f"{where}{table.name} has no field {shown(name)}{meant}"
    if unknown:
        yield f"the fields of {table.name} are {', '.join(known)}"
    for name, count in Counter(name for _, name in named).items():
        if count > 1 and name in known:
            yield f"{name} is filled {count} times; expected one column or one constant for it"
    for where, column in columns:
        if column.date_format and column.field in known and known[column.field].kind is not Kind.DATE:
            yield f"{where}date_format is for dates, and {column.field} holds none"


def lack_problems(table: Table, columns: list[MappedColumn], constants: dict[str, str]) -> Complaint:
    """What each row needs and nothing fills."""
    carried = {each.field for each in columns} | constants.keys()
    needed = required_fields(table, carried, certain_fields(columns, constants))
    if needed is None:
        yield f"nothing names a row: expected {', or '.join(ways_to_name(table))}"
    yield from (
        f"nothing fills {each}, and every row needs it" for each in sorted((needed or set()) - carried)
    )
    if table.has_entries:
        yield from _amount_problems(carried)


def fitting_problems(table: Table, layout: FileLayout, parts: Mapping[str, Any]) -> Complaint:
    """What of the mapping is not for the table that it goes to."""
    if parts["entries"] and not table.has_entries:
        yield f"entries are for mappings to entry_lines, and this one is to {table.name}"
    if parts["accounts"] and not table.has_addresses:
        yield f"accounts are for mappings to accounts, and this one is to {table.name}"
    if table.has_addresses and layout.kind != JSON:
        yield f'layout: accounts come as JSON; expected kind = "{JSON}"'
    if layout.kind == JSON and not table.has_addresses:
        yield f"layout: JSON is for accounts, and this mapping is to {table.name}"


def certain_fields(columns: Iterable[MappedColumn], constants: Iterable[str]) -> set[str]:
    """The fields that no accepted row is without."""
    return {each.field for each in columns if each.is_required or each.default} | set(constants)


def _amount_problems(carried: set[str]) -> Complaint:
    if not any(set(each) <= carried for each in AMOUNTS):
        yield "nothing fills the amounts: expected debit and credit, or amount (with side, or with a sign)"
    elif len({"debit", "credit"} & carried) == 1:
        yield "one of debit and credit is filled without the other"
    elif "side" in carried and "amount" not in carried:
        yield "side is filled without an amount that it would be the side of"


def _naming(column: MappedColumn, layout: FileLayout) -> Complaint:
    if layout.kind == JSON:
        if not column.paths:
            yield "path is missing, such as $.name"
        if column.labels or column.position or column.start or column.width:
            yield "label, position, start and width are not for JSON"
        return
    if column.paths:
        yield "path is for JSON"
    if layout.kind == FIXED:
        if not (column.start and column.width):
            yield "start and width are missing; a file of fixed width has no other names for its columns"
        if column.position:
            yield "position is for delimited files"
    elif column.start or column.width:
        yield "start and width are for files of fixed width"
    elif column.labels and column.position:
        yield "label and position are both given; expected one of them"
    elif not column.position and not layout.has_header:
        yield "position is missing; a file without a header has no labels"
    elif not column.position and not column.labels and not column.paths:
        yield "label or position is missing"


def _repeated(
    columns: list[tuple[str, MappedColumn]], what: str, names_of: Callable[[MappedColumn], Iterable[str]]
) -> Complaint:
    owner: dict[str, str] = {}
    for where, column in columns:
        firsts = (owner.setdefault(name, where) for name in names_of(column))
        for first in sorted({each for each in firsts if each != where}):
            yield f"{where}{what} is that of {first.rstrip(': ')}; expected another one in each column"


def _names(column: MappedColumn) -> set[str]:
    """What no other column may be called: of fixed width, a column without a label is called by its place."""
    given = column.labels or ((column.label,) if column.start else ())
    return {each.lower() for each in given} | {folded(each) for each in column.labels}
