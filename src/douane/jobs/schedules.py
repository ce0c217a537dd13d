"""Schedules: connectors that are due are asked for a run, each moment once, however many workers look."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from psycopg.errors import UniqueViolation

from douane.errors import Refusal
from douane.model.cron import last_due, next_due
from douane.settings import Settings
from douane.store.connector_runs import Asking, note_run
from douane.store.connectors import Connection, StoredConnector, lock_due, moment, set_due
from douane.store.database import Database

from .asking import Wish, ask
from .retrying import is_transient
from .work import Work

log = logging.getLogger("douane.jobs")

LOOK_SECONDS = 2.0
"""How often a worker looks for connectors that are due."""

PUT_OFF = timedelta(hours=1)
"""How long a connector is left alone over which we came to grief: the others are not to wait for it."""

BY_SCHEDULE = "its schedule"


async def keep_schedules(work: Work) -> None:
    """Until it is cancelled."""
    while True:
        await asyncio.to_thread(heed_schedules, work.database, work.settings)
        await asyncio.sleep(LOOK_SECONDS)


def heed_schedules(database: Database, settings: Settings) -> int:
    """Ask every connector that is due; gives how many there were.

    Moments that passed while no worker looked are made up for by one run, for the last of them.
    """
    count = 0
    while True:
        with database.connection() as conn:
            stored = lock_due(conn)
            if stored is None:
                return count
            try:
                with conn.transaction():
                    _heed(conn, settings, stored)
            except Exception as error:
                if is_transient(error):
                    raise
                log.exception("connector %d: its schedule cannot be heeded", stored.id)
                set_due(conn, stored, moment(conn) + PUT_OFF)
        count += 1


def _heed(conn: Connection, settings: Settings, stored: StoredConnector) -> None:
    """Ask a connector that is locked, and say when it is due next."""
    now, schedule = moment(conn), str(stored.definition["schedule"])
    wish = Wish(BY_SCHEDULE, "schedule", last_due(schedule, now))
    set_due(conn, stored, next_due(schedule, now))
    # A clock that was set back comes to a moment twice.
    with suppress(UniqueViolation), conn.transaction():
        asked = _asked(conn, settings, stored, wish)
        told = asked.skipped or f"run {asked.run_id}"
        log.info("connector %d, due at %s: %s", stored.id, f"{wish.due_at:%Y-%m-%d %H:%M}", told)


def _asked(conn: Connection, settings: Settings, stored: StoredConnector, wish: Wish) -> Asking:
    try:
        with conn.transaction():
            return ask(conn, settings, stored, wish)
    except Refusal as reason:
        return note_run(conn, stored, wish.cause, wish.asked_by, skipped=reason.message, due_at=wish.due_at)
