"""How the file of a run is read, and what is wished of its entries, for the runs of all four doors."""

from __future__ import annotations

from dataclasses import replace

from douane.dialects.native.entries import FEC_SUFFIXES, TRA_SUFFIXES, fec_wishes
from douane.dialects.native.entries import intake as native_intake
from douane.dialects.native.mapped import MAPPING, entry_parts, intake_of_document
from douane.model.mapping_document import read_document
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import Intake
from douane.settings import Settings
from douane.store.database import Connection
from douane.store.runs import Run

from .file_imports import FEC, PERSO, TRA
from .import_json.intake import json_intake
from .wishes import MAKES_ALL, common_wishes

NATIVE_DOORS = {FEC: "fec", TRA: "tra"}
SUFFIXES = {
    FEC: FEC_SUFFIXES,
    TRA: (*TRA_SUFFIXES, ".txt"),
}
"""What the one file in a zip is called, of the formats; mappings have names of their own."""


def intake(run: Run, settings: Settings) -> Intake:
    """The intake of a run. Refuses `bad-mapping`."""
    if run.door == PERSO:
        return _perso(run)
    if run.door in NATIVE_DOORS:
        return _native(run, settings)
    return json_intake(run, settings)


def _perso(run: Run) -> Intake:
    """By the model as it was when the run was asked for; what is unknown is made unless it says otherwise."""
    document = read_document(run.declarations[MAPPING])

    def wishes(conn: Connection, _: tuple[str, ...]) -> EntryWishes:
        wished = {**common_wishes(conn, run), **MAKES_ALL, "numbers_by_piece": True}
        return EntryWishes(**{**wished, **entry_parts(document.entries)})

    return replace(intake_of_document(document, run), entry_wishes=wishes)


def _native(run: Run, settings: Settings) -> Intake:
    def wishes(conn: Connection, _: tuple[str, ...]) -> EntryWishes:
        closing = fec_wishes(conn, run).closing if run.door == FEC else None
        return EntryWishes(**common_wishes(conn, run), **MAKES_ALL, closing=closing)

    known = native_intake(replace(run, door=NATIVE_DOORS[run.door]), settings)
    return replace(known, suffixes=SUFFIXES[run.door], entry_wishes=wishes)
