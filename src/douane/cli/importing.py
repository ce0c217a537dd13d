"""`douane import`: carries out the import of a file in this process, and shows its receipt."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from .companies import OneOrganization, find_company
from .doors import Dialect, File, Options, Table, chosen_options, find_door
from .grant import DateOrder, DecimalSign, Maps, declared
from .mapped import ByMapping, declared_mapping, mapped_door
from .options import Data, Json
from .progress import shown_progress
from .receipts import as_json_text, show_receipt

REFUSED = 1
SOME_REJECTED = 4

Company = Annotated[str, typer.Option(help="The code of the company it belongs to.", show_default=False)]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Run every stage, but store nothing except the receipt.")
]


def import_file(
    file: File,
    *,
    company: Company,
    dialect: Dialect = None,
    table: Table = None,
    mapping: ByMapping = None,
    organization: OneOrganization = None,
    options: Options = None,
    decimal_sign: DecimalSign = None,
    date_order: DateOrder = None,
    maps: Maps = None,
    dry_run: DryRun = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import a file and show its receipt. A FEC or a TRA needs no dialect and no table, nor does any file
    with a mapping.

    Ends with 0 when every line was accepted, with 4 when some were rejected (the others are imported), with 1
    when the file was refused, with 2 when the command is wrong and with 3 when the import could not be done.

    Example: douane import items.csv --dialect mydso --table items --company ACME
    --option clear_items_not_modified=true
    """
    spoken, door = find_door(dialect, table, file) if mapping is None else mapped_door(dialect, table)
    chosen = chosen_options(door, options or [])
    declarations = declared(decimal_sign, date_order, maps or [])
    from douane.dialects.receipts import receipt_of
    from douane.settings import from_environment
    from douane.store.database import explained, open_database
    from douane.store.mappings import get_mapping

    from .carrying import Asked, carry_out

    settings = from_environment(data)
    with open_database(settings) as database, explained(database.url):
        with database.connection() as conn:
            owner = find_company(conn, company, organization)
            if mapping is not None:
                kept = partial(get_mapping, conn, owner.organization_id)
                declarations |= declared_mapping(mapping, lambda name: kept(name).document)
        asked = Asked(owner, spoken, door.name, chosen, declarations, dry_run)
        with shown_progress(is_wanted=not as_json) as tell:
            run = carry_out(database, settings, file, asked, tell)
        with database.connection() as conn:
            receipt = receipt_of(conn, run)
    if as_json:
        print(as_json_text(receipt))
    else:
        show_receipt(receipt)
    if run.state == "refused":
        raise typer.Exit(REFUSED)
    if receipt["counts"]["rejected"]:
        raise typer.Exit(SOME_REJECTED)
