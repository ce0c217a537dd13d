"""`douane jobs`: what waits in the queue or failed there; one job tried again, or cancelled."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Data, Json
from .output import show_json, show_rows
from .people import at_the_command_line

if TYPE_CHECKING:
    from douane.settings import Settings
    from douane.store.database import Connection
    from douane.store.jobs import Job

COLUMNS = ("job", "run", "company", "kind", "state", "tries", "next_at", "message")
KINDS = {"fetch_run": "fetch", "import_run": "import"}
NOTHING = "No job waits, runs or was given up. douane runs has what became of those that were done."
DONE = {
    "retry": "Job {job} is tried as soon as a worker is free.",
    "cancel": "Job {job} is cancelled; run {run} has failed.",
}


class State(StrEnum):
    """The states that a job can be listed by."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    CANCELLED = "cancelled"


States = Annotated[list[State] | None, typer.Option("--state", help="Only those in this state.")]
Limit = Annotated[int, typer.Option(help="How many.", min=1)]
Retry = Annotated[int | None, typer.Option(metavar="JOB", help="Have this one tried now.", min=1)]
Cancel = Annotated[int | None, typer.Option(metavar="JOB", help="Have this one tried no more.", min=1)]


def jobs(
    state: States = None,
    limit: Limit = 50,
    retry: Retry = None,
    cancel: Cancel = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the jobs that wait, run or failed, the newest first; have one tried again, or cancel it.

    Those that succeeded are not kept: douane runs has their runs.

    Example: douane jobs --state failed
    """
    from douane.jobs.by_hand import jobs_listed
    from douane.settings import from_environment
    from douane.store.database import explained, open_database

    settings = from_environment(data)
    with open_database(settings) as opened, explained(opened.url), opened.connection() as conn:
        if retry is None and cancel is None:
            states = [str(each) for each in state] if state else None
            found = [_row(job) for job in jobs_listed(conn, states, limit)]
            nothing = f"No job is {' or '.join(states)}." if states else NOTHING
            show_rows(found, COLUMNS, as_json=as_json, nothing=nothing, folded=("message",))
            return
        wish, job = _changed(conn, settings, retry, cancel)
    row = _row(job)
    if as_json:
        show_json(row)
    else:
        print(DONE[wish].format_map(row))


def _changed(conn: Connection, settings: Settings, retry: int | None, cancel: int | None) -> tuple[str, Job]:
    """What was asked for, and the job as it is now."""
    from douane.errors import Refusal
    from douane.jobs import by_hand

    if retry is not None and cancel is not None:
        raise Refusal("unknown-option", "--retry and --cancel were both given; expected one of them.")
    if retry is not None:
        return "retry", by_hand.try_again(conn, settings, retry)
    assert cancel is not None, "one of them was given"
    return "cancel", by_hand.cancel(conn, cancel, at_the_command_line())


def _row(job: Job) -> dict[str, Any]:
    is_alone = job.company == job.organization
    return {
        "job": job.id,
        "run": job.run_id,
        "company": job.company if is_alone else f"{job.organization} {job.company}",
        "kind": KINDS[job.task],
        "state": job.state,
        "tries": job.tries,
        "next_at": job.next_at,
        "message": job.message,
    }
