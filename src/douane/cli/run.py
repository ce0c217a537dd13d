"""`douane run`: the receipt of one run, its faults, and the release of what it holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Data, Json
from .receipts import as_json_text, show_faults, show_receipt

if TYPE_CHECKING:
    from douane.settings import Settings
    from douane.store.database import Database
    from douane.store.runs import Run

Number = Annotated[int, typer.Argument(metavar="ID", help="Its number, as douane runs lists it.", min=1)]
Faults = Annotated[bool, typer.Option("--faults", help="All faults and warnings instead of the receipt.")]
Rejected = Annotated[
    bool,
    typer.Option("--rejected", help="Its rejected lines or objects, as sent, to correct and send again."),
]
Release = Annotated[bool, typer.Option("--release", help="Do the clear that it holds.")]


def run(
    number: Number,
    faults: Faults = False,
    rejected: Rejected = False,
    release: Release = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the receipt of a run; with --release do the clear that it holds first.

    What --rejected prints is a file: lines in the charset that they were sent in, accounts as a list in JSON.

    Example: douane run 17 --rejected > rejected.csv
    """
    from douane.dialects.receipts import receipt_of
    from douane.pipeline.release import release_run
    from douane.settings import from_environment
    from douane.store.database import explained, open_database

    settings = from_environment(data)
    with open_database(settings) as database, explained(database.url):
        found = _found(database, number)
        if rejected:
            _print_rejected(database, settings, found)
            return
        if release:
            found = release_run(database, found)
        if faults:
            _show_all(_pages(database, found), as_json=as_json)
            return
        with database.connection() as conn:
            receipt = receipt_of(conn, found)
    if as_json:
        print(as_json_text(receipt))
    else:
        show_receipt(receipt)


def _found(database: Database, number: int) -> Run:
    from douane.model.refusing import refusal
    from douane.store.runs import get_run

    with database.connection() as conn:
        found = get_run(conn, None, number) if number < 2**63 else None
    if found is None:
        raise refusal("unknown-run", str(number))
    return found


def _pages(database: Database, found: Run) -> Iterator[list[dict[str, Any]]]:
    from douane.dialects.receipts import faults_of
    from douane.web.faults import in_pages

    return (faults_of(found, page) for page in in_pages(database, found.id, warnings=True))


def _print_rejected(database: Database, settings: Settings, found: Run) -> None:
    """Print the file of what was rejected. Refuses `no-rejected-lines` and `upload-gone`."""
    from douane.web.rejected import rejected_file

    for piece in rejected_file(database, settings, found):
        sys.stdout.buffer.write(piece)
    sys.stdout.flush()


def _show_all(pages: Iterator[list[dict[str, Any]]], *, as_json: bool) -> None:
    """Print every fault, page by page, so that a million of them need no more memory than a few thousand."""
    first = next(pages, [])
    if as_json:
        lead = "["
        for fault in chain(first, chain.from_iterable(pages)):
            print(f"{lead}\n  {as_json_text(fault, indent=None)}", end="")
            lead = ","
        print("[]" if lead == "[" else "\n]")
    elif not first:
        print("There is no fault.")
    else:
        for page in chain([first], pages):
            show_faults(page)
