"""`douane explain`: shows what each stage makes of a file, and stores nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .doors import Dialect, File, Options, Table, chosen_options, find_door
from .explanation import show_explanation
from .grant import DateOrder, DecimalSign, Maps, declared
from .mapped import ByMapping, declared_mapping, mapped_door
from .mapping import OfOrganization, find_organization
from .options import Data, Json, connected
from .progress import shown_progress
from .receipts import as_json_text

if TYPE_CHECKING:
    from douane.model.mapping_document import MappingDocument
    from douane.pipeline.intake import Intake
    from douane.settings import Settings

REFUSED = 1
SOME_REJECTED = 4

Rows = Annotated[int, typer.Option(help="How many typed rows to show.", min=0, max=100)]


def explain(
    file: File,
    *,
    dialect: Dialect = None,
    table: Table = None,
    mapping: ByMapping = None,
    organization: OfOrganization = None,
    options: Options = None,
    decimal_sign: DecimalSign = None,
    date_order: DateOrder = None,
    maps: Maps = None,
    rows: Rows = 3,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what each stage hands over to the next, from the bytes to the typed rows.

    A FEC or a TRA needs no dialect and no table, nor does any file with a mapping. A database is only needed
    to find a mapping by its name.

    What only the database knows is left out: whether a customer exists and whether a row is new. For that,
    run douane import with --dry-run. Ends with 0, 4 or 1 as douane import does.

    Example: douane explain items.csv --dialect mydso --table items --option encoding=ISO-8859-1
    """
    spoken, door = find_door(dialect, table, file) if mapping is None else mapped_door(dialect, table)
    chosen = chosen_options(door, options or [])
    declarations = declared(decimal_sign, date_order, maps or [])
    if mapping is not None:
        declarations |= declared_mapping(mapping, partial(_kept, data, organization))
    from douane.settings import from_environment

    from .walk import walk

    settings = from_environment(data)
    intake = intake_of(file, spoken, door.name, chosen, declarations, settings)
    with shown_progress(is_wanted=not as_json) as tell:
        told = walk(file, intake, settings, rows, tell)
    if as_json:
        print(as_json_text(told))
    else:
        show_explanation(told)
    if "refusal" in told:
        raise typer.Exit(REFUSED)
    if told["validate"]["rejected"]:
        raise typer.Exit(SOME_REJECTED)


def _kept(data: Path | None, organization: str | None, name: str) -> MappingDocument:
    """The mapping that the organization keeps under this name."""
    from douane.store.mappings import get_mapping

    with connected(data) as conn:
        return get_mapping(conn, find_organization(conn, organization), name).document


def intake_of(
    file: Path,
    dialect: str,
    door: str,
    options: dict[str, str],
    declarations: dict[str, Any],
    settings: Settings,
) -> Intake:
    """How the dialect reads such a file: asked with a run that is never recorded."""
    from datetime import UTC, datetime

    from douane.dialects.carry_out import INTAKES
    from douane.store.runs import Run

    run = Run(
        organization_id=0,
        company_id=0,
        dialect=dialect,
        door=door,
        options=options,
        is_dry_run=True,
        upload_name=file.name,
        upload_bytes=0,
        upload_digest="",
        requested_by="",
        declarations=declarations,
        created_at=datetime.now(UTC),
    )
    return INTAKES[dialect](run, settings)
