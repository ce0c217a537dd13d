"""How a run of importJson is read: its options become a mapping and wishes, its entries a table."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import polars as pl

from douane.model.mapping import Declarations
from douane.pipeline.entries.wishes import EntryWishes, Making
from douane.pipeline.intake import Deposited, Intake
from douane.settings import Settings
from douane.store.database import Connection
from douane.store.runs import Run

from ..wishes import common_wishes
from .entries import read_json_entries
from .labels import DOOR, mapping_of
from .options import Options, read_options

BALANCING_ACCOUNT = "471000"
"""Where the difference of entries goes when the sender names no account."""

WAITING_THIRD_PARTY = "ATTENTE"
"""What third parties are called that are unknown and must not be made."""


def json_intake(run: Run, settings: Settings) -> Intake:
    """The intake of a run on the door importJson, which `call` has recorded."""
    kept = run.declarations[DOOR]
    options = read_options(kept["options"])
    documents = kept["documents"]
    names = {uri: each["name"] for uri, each in documents.items()}
    return Intake(
        mapping=mapping_of(options.journal, options.account, options.account_prefixes, options.date_format),
        read=partial(read_json_entries, options.date_format, names),
        declarations=_declarations(run, options),
        entry_wishes=lambda conn, _: _wishes(conn, run, options, kept["period"]),
        documents=tuple(Deposited(UUID(each), name) for each, name in _deposits(documents)),
    )


def _deposits(documents: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    """The deposits by their ids, with what each is called, though several spellings of its URI name it."""
    return sorted({(each["deposit_id"], each["name"]) for each in documents.values()})


def _declarations(run: Run, options: Options) -> Declarations:
    said: dict[str, Any] = {name: each for name, each in run.declarations.items() if name != DOOR}
    return Declarations(**(said | ({"decimal_sign": options.decimal_sign} if options.decimal_sign else {})))


def _wishes(conn: Connection, run: Run, options: Options, period: list[str] | None) -> EntryWishes:
    wishes = common_wishes(conn, run)
    may_balance = not options.fails_unbalanced and options.balances
    if not options.fails_unbalanced and not options.balances:
        wishes["refuse"] = None  # entries out of balance are left out, and the others go on
    return EntryWishes(
        **wishes,
        numbers_by_piece=True,
        makes_accounts=Making.ALL if options.makes_accounts else Making.NONE,
        makes_journals=Making.ALL if options.makes_journals else Making.NONE,
        makes_third_parties=options.makes_third_parties,
        waiting_third_party="" if options.makes_third_parties else WAITING_THIRD_PARTY,
        balances_on=(options.account or BALANCING_ACCOUNT) if may_balance else "",
        period=None if period is None else (date.fromisoformat(period[0]), date.fromisoformat(period[1])),
        takes_openings=options.takes_openings,
        is_strict=True,
        prepare=_with_pieces if options.makes_pieces else None,
    )


def _with_pieces(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines, of which those without a piece have one made of journal and day."""
    made = pl.concat_str("journal_code", pl.col("entered_on").dt.strftime("%Y%m%d"))
    return lines.with_columns(piece=pl.coalesce("piece", made))
