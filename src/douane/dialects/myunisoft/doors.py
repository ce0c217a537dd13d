"""The doors that take files of entries: FEC, CSV and TRA."""

from __future__ import annotations

from douane.dialects.door import DRY_RUN, TRUE_OR_FALSE, ZERO_OR_ONE, Door, Option
from douane.dialects.native.fec import FEC
from douane.dialects.native.tra_lines import TRA_LINES
from douane.model.mapping import Mapping

from .file_columns import CSV

APPEND, REPLACE, ONLY_IF_EMPTY = "1", "2", "0"

FILENAME = Option("filename", "", "Name of the file.", example="732829320FEC20241231.txt")
TYPE = Option(
    "type",
    ONLY_IF_EMPTY,
    "0: refuse the file when the fiscal year has entries. 1: add to them. 2: put the file in their place.",
    {each: each for each in (ONLY_IF_EMPTY, APPEND, REPLACE)},
    example="1",
)
YEAR = Option("exercice_id", "", "Id of the fiscal year that the entries lie in.", example="31")
ONCE = Option(
    "HascodeVerif", "false", "Refuse a file that was imported before.", {**TRUE_OR_FALSE}, example="true"
)
DOCUMENTS = Option(
    "mandatory_docs", "0", "1: refuse the file when a document that it names is not in the zip.", ZERO_OR_ONE
)


def _door(mapping: Mapping, path: str, about: str, options: tuple[Option, ...], suffix: str) -> Door:
    return Door(
        name=mapping.name,
        path=f"/api/v1/{path}",
        table=mapping.table.name,
        about=about,
        options=(*options, FILENAME, DRY_RUN),
        labels=tuple(each.label for each in mapping.columns),
        required=tuple(each.label for each in mapping.columns if each.is_required),
        suffix=suffix,
        name_option=FILENAME.name,
        ignores_case=True,
    )


DOORS = (
    _door(FEC, "fec", "Import the entries of one fiscal year from a FEC.", (TYPE, YEAR), ".txt"),
    _door(CSV, "csv", "Import entries from a CSV.", (ONCE,), ".csv"),
    _door(TRA_LINES, "tra/partial", "Import entries from a zip with a TRA.", (ONCE, DOCUMENTS), ".zip"),
)
