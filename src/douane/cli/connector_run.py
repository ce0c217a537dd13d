"""`douane connector run`: a connector is pulled, by a worker or, where there is none, by this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .companies import OneOrganization, find_only_company
from .connector import Name, OfCompany
from .importing import REFUSED, SOME_REJECTED
from .options import Data, Json
from .output import show_json
from .people import at_the_command_line
from .progress import shown_waiting
from .receipts import as_json_text, show_receipt
from .visible import visible

if TYPE_CHECKING:
    from douane.settings import Settings
    from douane.store.connector_runs import Asking
    from douane.store.database import Database

FAILED = 3
LOOK_SECONDS = 0.2
LIVE = ("waiting", "running")

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Pull all, run every stage, show the receipt, and store nothing.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Leave it to a worker, and do not wait for its end.")]


def run(
    name: Name,
    *,
    dry_run: DryRun = False,
    no_wait: NoWait = False,
    company: OfCompany = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Pull a connector and show the receipt of its run, which begins once no other run of it is under way.

    A worker carries it out; this process does when there is none. Ends with 0, 1, 3 and 4 as douane import.

    Example: douane connector run shop --company ACME
    """
    from douane.dialects.receipts import receipt_of
    from douane.settings import from_environment
    from douane.store.database import explained, open_database
    from douane.store.runs import get_run

    settings = from_environment(data)
    with open_database(settings) as database, explained(database.url):
        ask = partial(_asked, database, settings, name, company, organization)
        run_id = ask(is_dry_run=dry_run)
        if no_wait:
            _show_waiting(run_id, as_json=as_json)
            return
        try:
            with shown_waiting(is_wanted=not as_json) as tell:
                asyncio.run(_end(database, settings, run_id, tell))
        except KeyboardInterrupt:
            print(f"Run {run_id} is left to a worker; douane run {run_id} tells of it.", file=sys.stderr)
            raise
        with database.connection() as conn:
            found = get_run(conn, None, run_id)
            assert found is not None, f"run {run_id} is gone"
            receipt = receipt_of(conn, found)
    if as_json:
        print(as_json_text(receipt))
    else:
        show_receipt(receipt)
    if code := _exit_code(receipt):
        raise typer.Exit(code)


def _asked(
    database: Database,
    settings: Settings,
    name: str,
    company: str | None,
    organization: str | None,
    *,
    is_dry_run: bool,
) -> int:
    """The id of the new run. Refuses `connector-busy` and what `ask_by_hand` refuses."""
    from douane.jobs.asking import ask_by_hand
    from douane.model.refusing import refusal

    with database.connection() as conn:
        owner = find_only_company(conn, company, organization)
        ids = (owner.organization_id, owner.id)
        person = at_the_command_line()
        asked: Asking = ask_by_hand(conn, settings, ids, name, person, is_dry_run=is_dry_run)
    if asked.run_id is None:
        raise refusal("connector-busy", asked.skipped or "")
    return asked.run_id


async def _end(database: Database, settings: Settings, run_id: int, tell: Callable[[str], None]) -> None:
    """Wait until the run is over, and work where nobody else does."""
    from douane.jobs import run_worker

    stop = asyncio.Event()
    worker: asyncio.Task[None] | None = None
    try:
        while doing := await asyncio.to_thread(_doing, database, run_id):
            tell(doing)
            if worker is not None and worker.done():
                worker.result()
            if worker is None and not await asyncio.to_thread(_is_worked, database, settings):
                worker = asyncio.create_task(run_worker(database, settings, stop, settings.imports_at_once))
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        stop.set()
        if worker is not None:
            await worker


def _doing(database: Database, run_id: int) -> str:
    """What is being done about a run; empty when it is over."""
    from douane.store.runs import get_run
    from douane.store.sources import list_attempts

    with database.connection() as conn:
        found = get_run(conn, None, run_id)
        attempts = list_attempts(conn, run_id)
    if found is None or found.state not in LIVE:
        return ""
    if found.state == "running":
        return f"Run {run_id} imports what was pulled"
    if not attempts:
        return f"Run {run_id} waits for a worker, or for another run of the connector"
    last = attempts[-1]
    if last.next_at is None:
        return f"Run {run_id} pulls, attempt {last.number}"
    message = visible(last.message or "")
    return f"Run {run_id} tries again at {last.next_at:%H:%M:%S} UTC: {message}"


def _is_worked(database: Database, settings: Settings) -> bool:
    from douane.store.jobs import has_workers

    with database.connection() as conn:
        return has_workers(conn, settings.worker_silence_seconds)


def _show_waiting(run_id: int, *, as_json: bool) -> None:
    if as_json:
        show_json({"run": run_id, "state": "waiting"})
    else:
        print(f"Run {run_id} waits for a worker; douane run {run_id} shows its receipt.")


def _exit_code(receipt: dict[str, Any]) -> int:
    if receipt["state"] != "succeeded":
        return REFUSED if receipt["state"] == "refused" else FAILED
    return SOME_REJECTED if receipt["counts"]["rejected"] else 0
