"""Files that a person's mapping describes: how they are read, what may be made for their entries."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from douane.dialects.door import Door, Option
from douane.formats.csv import Layout
from douane.formats.fixed import FixedColumn, FixedLayout
from douane.model.mapping import Declarations
from douane.model.mapping_document import MappingDocument, read_document
from douane.model.mapping_parts import DETECTED, FIXED, JSON, EntryOptions
from douane.pipeline.accounts.intake import AccountIntake
from douane.pipeline.entries.wishes import EntryWishes, Making
from douane.pipeline.intake import Intake
from douane.store.database import Connection
from douane.store.establishments import list_establishments
from douane.store.runs import Run

MAPPED = "mapped"
DOOR = Door(
    MAPPED,
    "",
    "",
    "A file that a mapping describes.",
    (Option("encoding", "", "Charset of the file, instead of the mapping's.", example="ISO-8859-15"),),
)
"""What runs of such files are recorded under; it has no address."""

MAPPING = "mapping"
"""The key of a run's declarations that holds the mapping it was asked with."""

SUFFIXES = (".csv", ".txt", ".tsv", ".dat", ".asc", ".prn")
LINES_SUFFIXES = (".ndjson", ".jsonl")
"""What files are called that have an object on each line."""

JSON_SUFFIXES = (".json", *LINES_SUFFIXES)


def mapped_intake(run: Run) -> Intake:
    """The intake of a run that was asked for with a mapping. Refuses `bad-mapping`."""
    return intake_of_document(read_document(run.declarations[MAPPING]), run)


def intake_of_document(document: MappingDocument, run: Run) -> Intake:
    """The intake of a run by a mapping; what the run itself declares goes before what the mapping does."""
    if document.layout.kind == JSON:
        return intake_of_accounts(document, run)
    declared = {name: value for name, value in run.declarations.items() if name != MAPPING}
    encoding = run.options.get("encoding") or document.layout.encoding
    return Intake(
        mapping=document.mapping,
        layout=_layout(document, encoding),
        encoding=encoding,
        compression=run.options.get("compression", ""),
        declarations=Declarations(**{**asdict(document.declarations), **declared}),
        suffixes=SUFFIXES,
        entry_wishes=partial(_wishes, document, run),
    )


def intake_of_accounts(document: MappingDocument, run: Run) -> Intake:
    """The intake of a run whose upload is JSON: a list of objects, or lines of them by its name."""
    encoding = run.options.get("encoding") or document.layout.encoding
    return Intake(
        mapping=document.mapping,
        encoding="UTF-8" if encoding == DETECTED else encoding,
        compression=run.options.get("compression", ""),
        suffixes=JSON_SUFFIXES,
        accounts=AccountIntake(document, has_lines=_bare_name(run).endswith(LINES_SUFFIXES)),
    )


def _bare_name(run: Run) -> str:
    return run.upload_name.lower().removesuffix(".gz")


def entry_parts(options: EntryOptions) -> dict[str, Any]:
    """What the options of a mapping say of entries, as arguments of EntryWishes."""
    said = {name: value for name, value in asdict(options).items() if value is not None}
    makings = {name: Making(said[name]) for name in ("makes_accounts", "makes_journals") if name in said}
    return said | makings


def _wishes(document: MappingDocument, run: Run, conn: Connection, _: tuple[str, ...]) -> EntryWishes:
    """Missing fiscal years are made unless the mapping says otherwise; entries know their establishments."""
    owner = (run.organization_id, run.company_id)
    sirets = {each.siret: each.id for each in list_establishments(conn, *owner) if each.siret}
    wished = {"makes_years": True, "numbers_by_piece": True, "establishments": sirets}
    return EntryWishes(**{**wished, **entry_parts(document.entries)})


def _layout(document: MappingDocument, encoding: str) -> Layout | FixedLayout:
    layout = document.layout
    common: dict[str, Any] = {"has_header": layout.has_header, "lines_skipped": layout.lines_skipped}
    if encoding != DETECTED:
        common["charset"] = encoding
    if layout.kind == FIXED:
        places = (FixedColumn(each.label, each.start, each.width) for each in document.columns)
        return FixedLayout(tuple(places), **common)
    return Layout(layout.delimiter, layout.quote, **common)
