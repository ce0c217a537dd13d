"""One import from its upload to its receipt: the seven stages, composed, in one transaction."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from douane.errors import Failure, Refusal
from douane.model.open_items import OPEN_ITEMS
from douane.model.refusing import refusal
from douane.settings import Settings
from douane.store import uploads
from douane.store.database import Database
from douane.store.merging import Merging
from douane.store.runs import (
    Run,
    fail_run,
    finish_run,
    get_run,
    held_run,
    mark_released,
    newest_import,
    refuse_run,
    start_run,
    wait_again,
)

from .clock import Clock
from .decode import decode
from .intake import Intake
from .map import map_labels
from .merge import Merge
from .parse import parse
from .report import kept_receipt
from .validate import Validator

Progress = Callable[[int, int], None]
"""Told the bytes read so far and the bytes of the whole upload."""

TRIES_AGAINST_OUTSIDERS = 3


def import_run(
    database: Database, settings: Settings, run: Run, intake: Intake, progress: Progress | None = None
) -> Run:
    """Carry out a run; gives it as it ended, succeeded or refused.

    Raises Failure when we, the network or the database could not do it; the run is then failed, or
    waiting again when it is asynchronous and another try may help. Nothing of it is stored then.
    """
    with database.connection() as conn, held_run(conn, run.id):
        started = start_run(conn, run.id)
        conn.commit()
        if started is None:
            return _current(conn, run)
        try:
            return _attempt(conn, settings, run, intake, progress)
        except Refusal as reason:
            conn.rollback()
            ended = refuse_run(conn, run.id, reason)
            conn.commit()
            return ended
        except Exception as error:
            raise _failed(database, run, error) from error


def _attempt(
    conn: psycopg.Connection[Any], settings: Settings, run: Run, intake: Intake, progress: Progress | None
) -> Run:
    """Import, once more when a writer outside our lock took a key meanwhile."""
    for left in reversed(range(TRIES_AGAINST_OUTSIDERS)):
        try:
            with _work_folder(settings) as folder:
                return _import(conn, settings, run, intake, Path(folder), progress)
        except psycopg.errors.UniqueViolation:
            conn.rollback()
            if not left:
                raise
    raise AssertionError("unreachable")


def _import(
    conn: psycopg.Connection[Any],
    settings: Settings,
    run: Run,
    intake: Intake,
    folder: Path,
    progress: Progress | None,
) -> Run:
    clock = Clock({"receive": run.receive_seconds})
    path = _upload_path(conn, run, folder)
    blocks = clock.timed("decode", decode(path, intake.encoding, intake.compression, settings.limits))
    parsed = parse(_watched(blocks, run, progress), intake.layout, settings.limits)
    with clock.stage("map"):
        plan = map_labels(parsed.labels, intake.mapping)
    validator = Validator(plan, intake.declarations)
    batches = clock.timed("parse", parsed.batches, "decode")
    checked = clock.timed("validate", map(validator.check, batches), "parse")
    merging = Merging(conn, plan.table, run.organization_id, run.company_id, run.id)
    merge = Merge(merging, validator, intake.wishes, settings, folder)
    with clock.stage("merge"):
        conn.execute("savepoint before_merge")
        merge.write(checked)
        if run.is_dry_run:
            conn.execute("rollback to savepoint before_merge")
    with clock.stage("report"):
        merging.copy_faults(merge.outcome.faults.pieces())
    ended = finish_run(conn, run.id, kept_receipt(plan.table, merge.outcome.tally, clock.rounded()))
    conn.commit()
    return ended


def release_run(database: Database, run: Run) -> Run:
    """Do the clear that the run holds. Refuses `nothing-held`, and `release-stale` after a newer import."""
    with database.connection() as conn:
        current = _current(conn, run)
        held = (current.receipt or {}).get("held")
        if not held or held["is_released"]:
            raise refusal("nothing-held", str(run.id))
        merging = Merging(conn, OPEN_ITEMS, run.organization_id, run.company_id, run.id)
        merging.lock()
        if newest_import(conn, run) != run.id:
            raise refusal("release-stale", str(run.id))
        merging.take_held()
        assert run.created_at is not None
        return mark_released(conn, run.id, merging.clear_unspoken(run.created_at.date()))


def _watched(blocks: Iterator[bytes], run: Run, progress: Progress | None) -> Iterator[bytes]:
    done = 0
    for block in blocks:
        yield block
        done += len(block)
        if progress is not None:
            progress(min(done, run.upload_bytes), run.upload_bytes)


def _upload_path(conn: psycopg.Connection[Any], run: Run, folder: Path) -> Path:
    if run.upload_path is not None:
        return Path(run.upload_path)
    target = folder / "upload"
    uploads.fetch(conn, run.id, target)
    return target


def _work_folder(settings: Settings) -> tempfile.TemporaryDirectory[str]:
    place = settings.data / "work"
    place.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix="run-", dir=place)


def _current(conn: psycopg.Connection[Any], run: Run) -> Run:
    current = get_run(conn, run.organization_id, run.id)
    assert current is not None, f"run {run.id} is gone"
    return current


def _failed(database: Database, run: Run, error: Exception) -> Failure:
    """Record that the run failed, on a connection of its own as the run's may be dead."""
    is_transient = isinstance(error, psycopg.OperationalError | OSError)
    failure = (
        error
        if isinstance(error, Failure)
        else Failure("The import could not be carried out.", transient=is_transient)
    )
    with database.connection() as conn:
        if run.is_async and failure.transient:
            wait_again(conn, run.id)
        else:
            fail_run(conn, run.id, failure.message)
    return failure
