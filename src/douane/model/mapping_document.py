"""Mappings as people write them, in TOML or JSON, and what is told them when they cannot be meant so."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from douane.errors import Refusal

from .catalogue import REFUSALS
from .mapped_tables import AMOUNTS, MAPPED_TABLES, fields_of, required_fields
from .mapping import Declarations, Mapping
from .mapping_form import (
    ACCOUNT_KEYS,
    COLUMN_KEYS,
    ENTRY_KEYS,
    FILLED,
    LAYOUT_KEYS,
    SHOWN_MAX,
    Key,
    is_filled,
    is_label,
    one_of,
    read_keys,
    shown,
    text,
    written,
)
from .mapping_parts import DELIMITED, FIXED, AccountOptions, EntryOptions, FileLayout, MappedColumn
from .mapping_rules import (
    COLUMNS_MAX,
    certain_fields,
    column_problems,
    field_problems,
    fitting_problems,
    lack_problems,
    layout_problems,
)
from .table import Field, Table
from .texts import is_code

DOCUMENT_BYTES_MAX = 256 * 1024
"""How long a mapping may be as it is sent."""

PROBLEMS_TOLD = 50
UNFIT_FOR_NAMES = frozenset('/\\?#%"')


@dataclass(frozen=True)
class MappingDocument:
    """A mapping with the layout of its files: columns and constants that fill fields of the `table`.

    `entries` is about files of entry lines alone, `accounts` about those of accounts. Cells of other columns
    are kept when it `keeps_extras`, but never those of accounts.
    """

    name: str
    table: str
    columns: tuple[MappedColumn, ...]
    layout: FileLayout = field(default_factory=FileLayout)
    constants: Dictionary[str, str] = field(default_factory=dict)
    keeps_extras: bool = True
    entries: EntryOptions = field(default_factory=EntryOptions)
    accounts: AccountOptions = field(default_factory=AccountOptions)

    @cached_property
    def mapping(self) -> Mapping:
        """The mapping as the pipeline takes it."""
        known, carried = self.fields, self._carried
        certain = certain_fields(self.columns, self.constants)
        required = required_fields(self.model, carried, certain) or set()
        ways = tuple(each for each in AMOUNTS if set(each) <= carried) if self.model.has_entries else ()
        return Mapping(
            name=self.name,
            table=self.model,
            columns=tuple(
                each.column(known[each.field], self.layout, is_required=each.field in required)
                for each in self.columns
            ),
            constants=self.constants,
            keeps_extras=self.keeps_extras,
            alternatives=ways,
            is_personal=True,
        )

    @property
    def fields(self) -> dict[str, Field]:
        """The fields that are filled, and those that could be, by their names."""
        return fields_of(self.model, self._carried)

    @property
    def model(self) -> Table:
        """The table that the rows go to."""
        return MAPPED_TABLES[self.table]

    @property
    def declarations(self) -> Declarations:
        """What the layout declares about ambiguous values."""
        return Declarations(decimal_sign=self.layout.decimal_sign, date_order=self.layout.date_order)

    def as_json(self) -> dict[str, Any]:
        """The mapping in JSON values, which `read_document` reads back to an equal one."""
        entries = written(self.entries, ENTRY_KEYS, EntryOptions())
        extras = {} if self.keeps_extras else {"extras": "ignore"}
        columns = [written(each, COLUMN_KEYS, MappedColumn("")) for each in self.columns]
        accounts = written(self.accounts, ACCOUNT_KEYS, AccountOptions())
        parts = {"layout": self._layout_as_json(), "entries": entries, "accounts": accounts}
        told = {**parts, "constants": dict(self.constants)}
        filled = {name: part for name, part in told.items() if part}
        return {"name": self.name, "table": self.table, **extras, **filled, "columns": columns}

    def _layout_as_json(self) -> dict[str, Any]:
        kind = {} if self.layout.kind == DELIMITED else {"kind": self.layout.kind}
        return kind | written(self.layout, LAYOUT_KEYS, _layout({"kind": self.layout.kind}))

    @property
    def _carried(self) -> set[str]:
        return {each.field for each in self.columns} | self.constants.keys()


Check = Callable[[MappingDocument], list[str]]
"""Tells what is wrong with the values in a mapping, which only the readers of the pipeline can judge."""


def read_document(sent: Any, check: Check | None = None) -> MappingDocument:
    """The mapping in an object of JSON or TOML values.

    Refuses `bad-mapping`, telling all that is wrong with it at once.
    """
    problems: list[str] = []
    document = _read(sent, problems)
    if document is not None and check is not None:
        problems += check(document)
    if problems or document is None:
        raise _refusal(problems)
    return document


def _read(sent: Any, problems: list[str]) -> MappingDocument | None:
    """The mapping, as far as it can be read; None when not even its table is known."""
    if not isinstance(sent, dict):
        problems.append(f"it is {shown(sent)}; expected a table of {', '.join(DOCUMENT_KEYS)}")
        return None
    top = read_keys(sent, DOCUMENT_KEYS, "", problems)
    problems += [f"{name} is missing" for name in NEEDED if name not in sent]
    table = MAPPED_TABLES.get(top.get("table", ""))
    parts = {name: top.pop(name, {}) for name in ("layout", "constants", "entries", "accounts")}
    layout = _layout(read_keys(parts["layout"], LAYOUT_KEYS, "layout: ", problems))
    columns = _columns(top.pop("columns", []), problems)
    constants = _constants(parts["constants"], problems)
    entries = EntryOptions(**read_keys(parts["entries"], ENTRY_KEYS, "entries: ", problems))
    accounts = AccountOptions(**read_keys(parts["accounts"], ACCOUNT_KEYS, "accounts: ", problems))
    problems += layout_problems(layout, parts["layout"])
    problems += column_problems(columns, layout)
    if table is None:
        return None
    problems += field_problems(table, columns, constants)
    problems += lack_problems(table, [each for _, each in columns], constants)
    problems += fitting_problems(table, layout, parts)
    known = fields_of(table, [*(each.field for _, each in columns), *constants])
    return MappingDocument(
        **{"name": "", **top},
        columns=tuple(each for _, each in columns if each.field in known),
        layout=layout,
        constants={name: value for name, value in constants.items() if name in known},
        entries=entries,
        accounts=accounts,
    )


def _layout(kept: dict[str, Any]) -> FileLayout:
    """The layout; a file of fixed width has no header unless that is said."""
    return FileLayout(**{"has_header": kept.get("kind") != FIXED, **kept})


def _columns(sent: list[Any], problems: list[str]) -> list[tuple[str, MappedColumn]]:
    """The columns that name a field, each with the words that lead to it."""
    found = []
    for number, each in enumerate(sent[:COLUMNS_MAX], 1):
        label = each.get("label", "") if isinstance(each, dict) else ""
        named = f" ({label[:SHOWN_MAX]})" if is_label(label) else ""
        where = f"column {number}{named}: "
        kept = read_keys(each, COLUMN_KEYS, where, problems)
        if "field" in kept:
            found.append((where, MappedColumn(**kept)))
        elif isinstance(each, dict) and "field" not in each:
            problems.append(f"{where}field is missing")
    return found


def _constants(sent: dict[str, Any], problems: list[str]) -> dict[str, str]:
    read = text(FILLED, is_filled)
    kept = {}
    for name, value in sent.items():
        try:
            kept[name] = read(value)
        except ValueError as expected:
            problems.append(f"constants: {shown(name)} is {shown(value)}; expected {expected}")
    return kept


def _table_of_values(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a table of names to values")
    return value


def _list_of_columns(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= COLUMNS_MAX:
        raise ValueError(f"a list of 1 to {COLUMNS_MAX:,} columns")
    return value


def _keeping(value: Any) -> bool:
    return bool(one_of("keep", "ignore")(value) == "keep")


DOCUMENT_KEYS = {
    "name": Key(
        "name",
        text(
            "a name of 1 to 64 characters without / \\ ? # % and quotes",
            lambda value: is_code(value) and not UNFIT_FOR_NAMES & set(value),
        ),
    ),
    "table": Key("table", one_of(*MAPPED_TABLES)),
    "layout": Key("layout", _table_of_values),
    "columns": Key("columns", _list_of_columns),
    "constants": Key("constants", _table_of_values),
    "extras": Key("keeps_extras", _keeping),
    "entries": Key("entries", _table_of_values),
    "accounts": Key("accounts", _table_of_values),
}
NEEDED = ("name", "table", "columns")


def _refusal(problems: list[str]) -> Refusal:
    told = "; ".join(problems[:PROBLEMS_TOLD])
    more = f"; and {len(problems) - PROBLEMS_TOLD:,} more" if len(problems) > PROBLEMS_TOLD else ""
    entry = REFUSALS["bad-mapping"]
    return Refusal("bad-mapping", entry.template.format(detail=f"{told}{more}"), entry.hint)
