"""Asking a connector for a run: it is left to a worker, unless one is under way that it must not meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from douane.dialects.djust.access import NAME as DIALECT
from douane.dialects.djust.door import NAME as DOOR
from douane.dialects.native.mapped import MAPPING
from douane.model.connector import SKIP, Connector
from douane.model.refusing import refusal
from douane.settings import Settings
from douane.store.connector_runs import Asking, Cause, list_live_pulls, note_run
from douane.store.connectors import Connection, StoredConnector, lock_connector, moment
from douane.store.mappings import get_mapping
from douane.store.runs import NewRun, create_run, has_waiting_runs
from douane.store.sources import NewSource, create_source

from .queue import defer_run

SUFFIX = ".ndjson"
SHOWN_CHARACTERS_MAX = 150
WAITING_MAX = 1
"""How many runs of a schedule wait behind the one under way: more would only fetch the same again."""

BUSY = "Run {run} of it was under way."
ONE_WAITS = "Run {run} of it waits already."


@dataclass(frozen=True)
class Wish:
    """Why a connector is asked, and by whom; `due_at` is the moment of its schedule.

    Nothing of what is pulled is stored where it `is_dry_run`.
    """

    asked_by: str
    cause: Cause = "person"
    due_at: datetime | None = None
    is_dry_run: bool = False


def ask_by_hand(
    conn: Connection,
    settings: Settings,
    owner: tuple[int, int],
    name: str,
    person: str,
    *,
    is_dry_run: bool = False,
) -> Asking:
    """Have a connector run as soon as a worker is free and no other run of it is under way.

    Of a connector that skips while it is busy there may be no run. Refuses `unknown-connector`,
    `connector-receives`, `bad-connector`, `unknown-mapping` and `too-many-runs`.
    """
    return ask(conn, settings, lock_connector(conn, owner, name), Wish(person, is_dry_run=is_dry_run))


def ask(conn: Connection, settings: Settings, stored: StoredConnector, wish: Wish) -> Asking:
    """Record a run of a connector, which is locked, and leave it to a worker; or why there is none.

    Refuses as `ask_by_hand` does.
    """
    connector = stored.connector
    if not connector.has_source:
        raise refusal("connector-receives", stored.name)
    if because := _hindrance(conn, connector, stored, wish):
        return note_run(conn, stored, wish.cause, wish.asked_by, skipped=because, due_at=wish.due_at)
    if has_waiting_runs(conn, stored.organization_id, settings.waiting_runs_max):
        raise refusal("too-many-runs", f"{settings.waiting_runs_max:,}")
    run_id = _recorded(conn, connector, stored, wish)
    # Before it is deferred: the job is held up by others of the connector that the run is of.
    noted = note_run(conn, stored, wish.cause, wish.asked_by, run_id=run_id, due_at=wish.due_at)
    defer_run(conn, run_id)
    return noted


def _hindrance(conn: Connection, connector: Connector, stored: StoredConnector, wish: Wish) -> str:
    """Why there is to be no run now; empty when there is nothing against it."""
    live = list_live_pulls(conn, stored)
    if live and connector.when_busy == SKIP:
        return BUSY.format(run=live[0])
    if wish.cause == "schedule" and len(live) > WAITING_MAX:
        return ONE_WAITS.format(run=live[-1])
    return ""


def _recorded(conn: Connection, connector: Connector, stored: StoredConnector, wish: Wish) -> int:
    """The id of a new run, which keeps the mapping as it is now."""
    mapping = get_mapping(conn, stored.organization_id, stored.mapping)
    if mapping.definition["table"] != DOOR:
        detail = f"its mapping {mapping.name} fills {mapping.definition['table']}; expected {DOOR}"
        raise refusal("bad-connector", detail)
    new = NewRun(
        organization_id=stored.organization_id,
        company_id=stored.company_id,
        dialect=DIALECT,
        door=DOOR,
        upload_name=f"{stored.name}{SUFFIX}",
        upload_bytes=0,
        upload_digest="",
        requested_by=wish.asked_by,
        is_dry_run=wish.is_dry_run,
        is_async=True,
        options={"connector": stored.name},
        declarations={MAPPING: mapping.definition},
    )
    run = create_run(conn, new)
    until = moment(conn) + timedelta(seconds=connector.limits.seconds_max)
    # An address of a connector holds no secret: those are named in it at most.
    shown = f"{connector.base_url}{connector.call.path}"[:SHOWN_CHARACTERS_MAX]
    create_source(conn, stored.organization_id, run.id, NewSource("connector", shown, until))
    return run.id
