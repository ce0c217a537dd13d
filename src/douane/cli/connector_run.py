"""`douane connector run`: a connector is pulled, by a worker or, where there is none, by this process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .companies import OneOrganization, find_only_company
from .connector import Name, OfCompany
from .importing import REFUSED, SOME_REJECTED
from .options import Data, Json
from .output import show_json
from .people import at_the_command_line
from .receipts import as_json_text, show_receipt

if TYPE_CHECKING:
    from douane.settings import Settings
    from douane.store.connector_runs import Asking
    from douane.store.database import Database

FAILED = 3
LOOK_SECONDS = 0.2
LIVE = ("waiting", "running")

NoWait = Annotated[bool, typer.Option("--no-wait", help="Leave it to a worker, and do not wait for its end.")]


def run(
    name: Name,
    *,
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
        run_id = _asked(database, settings, name, company, organization)
        if no_wait:
            _show_waiting(run_id, as_json=as_json)
            return
        asyncio.run(_end(database, settings, run_id))
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
    database: Database, settings: Settings, name: str, company: str | None, organization: str | None
) -> int:
    """The id of the new run. Refuses `connector-busy` and what `ask_by_hand` refuses."""
    from douane.jobs.asking import ask_by_hand
    from douane.model.refusing import refusal

    with database.connection() as conn:
        owner = find_only_company(conn, company, organization)
        ids = (owner.organization_id, owner.id)
        asked: Asking = ask_by_hand(conn, settings, ids, name, at_the_command_line())
    if asked.run_id is None:
        raise refusal("connector-busy", asked.skipped or "")
    return asked.run_id


async def _end(database: Database, settings: Settings, run_id: int) -> None:
    """Wait until the run is over, and work where nobody else does."""
    from douane.jobs import run_worker

    stop = asyncio.Event()
    worker: asyncio.Task[None] | None = None
    try:
        while await asyncio.to_thread(_is_live, database, run_id):
            if worker is not None and worker.done():
                worker.result()
            if worker is None and not await asyncio.to_thread(_is_worked, database, settings):
                worker = asyncio.create_task(run_worker(database, settings, stop, settings.imports_at_once))
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        stop.set()
        if worker is not None:
            await worker


def _is_live(database: Database, run_id: int) -> bool:
    from douane.store.runs import get_run

    with database.connection() as conn:
        found = get_run(conn, None, run_id)
    return found is not None and found.state in LIVE


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
