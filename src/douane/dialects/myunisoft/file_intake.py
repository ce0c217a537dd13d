"""How a file of entries is read, and what its company allows: the intake of the runs of the three doors."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl

from douane.dialects.native.fec import FEC
from douane.dialects.native.tra_lines import TRA_LINES, read_tra_lines
from douane.formats.csv import Layout
from douane.formats.fec import read_fec
from douane.formats.fec_name import parse_legal_name
from douane.model.fiscal_years import FiscalYear
from douane.model.mapping import Declarations
from douane.pipeline.entries.grouping import Grouping
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import DETECTED, Intake
from douane.settings import Settings
from douane.store.accounts import Owner, lengths_of
from douane.store.database import Connection
from douane.store.fiscal_years import has_entries, list_years
from douane.store.organizations import company_of
from douane.store.runs import Run, find_same_upload

from .doors import ONLY_IF_EMPTY, REPLACE
from .errors import refused
from .file_columns import CSV
from .file_refusals import refusal_of

LETTERS = 3


def intake(run: Run, settings: Settings) -> Intake:
    """The intake of a run on one of the three doors."""
    said = Declarations(**{**DECLARED[run.door], **run.declarations})
    common: dict[str, Any] = {"encoding": DETECTED, "declarations": said}
    common["compression"] = run.options.get("compression", "")
    match run.door:
        case "fec":
            wishes = partial(_fec_wishes, run)
            return Intake(
                FEC, read=read_fec, suffixes=(".txt", ".csv", ".fec"), entry_wishes=wishes, **common
            )
        case "tra":
            wishes = partial(_tra_wishes, run)
            return Intake(
                TRA_LINES,
                read=read_tra_lines,
                suffixes=(".tra",),
                must_be_zip=True,
                entry_wishes=wishes,
                **common,
            )
        case _:
            return Intake(CSV, Layout(delimiter=";"), entry_wishes=partial(_csv_wishes, run), **common)


DECLARED: dict[str, dict[str, str]] = {
    "fec": {"decimal_sign": ","},
    "tra": {"decimal_sign": ","},
    "csv": {"date_order": "dmy"},
}


def _fec_wishes(run: Run, conn: Connection, documents: tuple[str, ...]) -> EntryWishes:
    """The entries lie in the fiscal year that is named. Refuses FEC11, GBL10, EXERCICE9, 10, 14, IMPORT5."""
    name, siren = parse_legal_name(run.upload_name), company_of(conn, run.company_id).siren
    if name is not None and siren is not None and name.siren != siren:
        raise refused("FEC11")
    year = _named_year(run, conn)
    if year.is_closed:
        raise refused("EXERCICE14")
    type_ = run.options.get("type", ONLY_IF_EMPTY)
    if type_ == ONLY_IF_EMPTY and has_entries(conn, run.organization_id, run.company_id, year.id):
        raise refused("IMPORT5")
    return EntryWishes(
        **_common(run, conn),
        updates_known=type_ == REPLACE,
        replaces_year=type_ == REPLACE,
        year_id=year.id,
    )


def _named_year(run: Run, conn: Connection) -> FiscalYear:
    years = {each.id: each for each in list_years(conn, run.organization_id, run.company_id)}
    wanted = run.options.get("exercice_id", "")
    if not wanted:
        raise refused("GBL10", "exercice_id")
    if not years:
        raise refused("EXERCICE9")
    if not wanted.isascii() or not wanted.isdecimal() or int(wanted[:18]) not in years:
        raise refused("EXERCICE10")
    return years[int(wanted[:18])]


def _tra_wishes(run: Run, conn: Connection, documents: tuple[str, ...]) -> EntryWishes:
    """Accounts of third parties are made. Refuses EXERCICE9, IMPORT25, and IMPORT26 as the lines come."""
    _check_file(run, conn)
    must_have = run.options.get("mandatory_docs") == "1"
    return EntryWishes(
        **_common(run, conn),
        updates_known=False,
        makes_third_parties=True,
        prepare=partial(_with_documents, frozenset(documents)) if must_have else None,
    )


def _csv_wishes(run: Run, conn: Connection, documents: tuple[str, ...]) -> EntryWishes:
    """Accounts of third parties are made. Refuses EXERCICE9 and IMPORT25."""
    _check_file(run, conn)
    return EntryWishes(
        **_common(run, conn), updates_known=False, makes_third_parties=True, prepare=_numbered_by_piece
    )


def _common(run: Run, conn: Connection) -> dict[str, Any]:
    """What all files have in common: entries balance within their day, and a faulty line refuses the file."""
    owner = Owner(run.organization_id, run.company_id)
    return {
        "groupings": (Grouping.JOURNAL_NUMBER_DAY,),
        "lengths": lengths_of(conn, [owner])[owner],
        "is_strict": True,
        "refuse": partial(refusal_of, run.door),
    }


def _check_file(run: Run, conn: Connection) -> None:
    if not list_years(conn, run.organization_id, run.company_id):
        raise refused("EXERCICE9")
    earlier = find_same_upload(conn, run) if run.options.get("HascodeVerif") == "true" else None
    if earlier is not None and earlier.finished_at is not None:
        when = earlier.finished_at.strftime("%d/%m/%Y")
        raise refused("IMPORT25", when, earlier.requested_by, earlier.upload_name)


def _with_documents(documents: frozenset[str], lines: pl.DataFrame) -> pl.DataFrame:
    """The lines, all of whose documents are there. Refuses IMPORT26."""
    named = lines["attachments"].drop_nulls().str.split("*").explode()
    missing = named.filter(~named.is_in(list(documents)))
    if len(missing):
        raise refused("IMPORT26", missing[0])
    return lines


def _numbered_by_piece(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines, whose entries are numbered by their piece, and whose lettering has three letters."""
    last = pl.col("lettering").str.slice(-LETTERS)
    return lines.with_columns(entry_number=pl.col("piece"), lettering=last.str.pad_start(LETTERS, "A"))
