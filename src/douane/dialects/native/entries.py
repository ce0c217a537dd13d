"""Files of entries that we take as they are, FEC and TRA: how they are read, what may be made for them."""

from __future__ import annotations

from douane.dialects.door import Door, Option
from douane.formats.fec import read_fec
from douane.formats.fec_name import parse_legal_name
from douane.model.mapping import Declarations
from douane.model.refusing import refusal
from douane.pipeline.entries.wishes import EntryWishes
from douane.pipeline.intake import DETECTED, Intake
from douane.settings import Settings
from douane.store.database import Connection
from douane.store.organizations import company_of
from douane.store.runs import Run

from .fec import FEC
from .mapped import MAPPED, mapped_intake
from .tra_lines import TRA_LINES, read_tra_lines

ENCODING = Option(
    "encoding", DETECTED, "Charset of the file; it is found out when nothing is said.", example="ISO-8859-15"
)
DOORS = (
    Door("fec", "", "entry_lines", "Entries of one fiscal year, in the French format FEC.", (ENCODING,)),
    Door("tra", "", "entry_lines", "Entries in Cegid's format TRA.", (ENCODING,)),
)
EITHER_SIGN = ","
"""Both readers write every amount with a comma, as neither format has thousands."""

FEC_SUFFIXES = (".fec", ".txt", ".csv")
TRA_SUFFIXES = (".tra",)


def intake(run: Run, settings: Settings) -> Intake:
    """The intake of a run on one of the two doors, or of a file that a mapping describes."""
    if run.door == MAPPED:
        return mapped_intake(run)
    return _fec(run) if run.door == "fec" else _tra(run)


def fec_wishes(conn: Connection, run: Run) -> EntryWishes:
    """All that a FEC names is made. Refuses `other-siren` when the file's name has a SIREN of another."""
    name = parse_legal_name(run.upload_name)
    siren = company_of(conn, run.company_id).siren
    if name is not None and siren is not None and name.siren != siren:
        raise refusal("other-siren", f"{name.siren}, and the company's is {siren}")
    return EntryWishes(makes_years=True, closing=None if name is None else name.closing)


def _fec(run: Run) -> Intake:
    return Intake(
        mapping=FEC,
        read=read_fec,
        encoding=run.options.get("encoding", DETECTED),
        declarations=_declarations(run),
        suffixes=FEC_SUFFIXES,
        entry_wishes=lambda conn, _: fec_wishes(conn, run),
    )


def _tra(run: Run) -> Intake:
    return Intake(
        mapping=TRA_LINES,
        read=read_tra_lines,
        encoding=run.options.get("encoding", DETECTED),
        declarations=_declarations(run),
        suffixes=TRA_SUFFIXES,
        entry_wishes=lambda *_: EntryWishes(makes_years=True, makes_third_parties=True),
    )


def _declarations(run: Run) -> Declarations:
    return Declarations(**{"decimal_sign": EITHER_SIGN, **run.declarations})
