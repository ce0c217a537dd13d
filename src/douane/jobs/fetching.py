"""One attempt to fetch the upload of a run: recorded before, during which nothing is locked, and after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from douane.errors import Failure, Refusal, SourceFailure
from douane.pipeline.receive import Upload
from douane.store.networks import list_networks
from douane.store.runs import Run, lock_idle_run, refuse_run, set_upload
from douane.store.sealing import Sealer
from douane.store.sources import (
    Attempt,
    Source,
    begin_attempt,
    count_attempts,
    end_attempt,
    get_source,
    note_identity,
)

from .fetched import folder_of
from .imports import LIVE, ended_unless_over, failed
from .pulls import begin_pulling, pull_upload
from .retrying import Again, pause_after
from .work import Work

log = logging.getLogger("douane.jobs")

Stopping = Callable[[], bool]

HELD_SECONDS = 10.0
"""After how long we look again for a run that a worker carries out which was taken for dead."""

LET_GO = "It was let go before its end."
NO_ADDRESS = "The address of the file is no longer kept; ask for the import again."
NO_ROOM = "The file could not be written to the disk of the worker; the log has the cause."


def fetch_upload(work: Work, run: Run, is_stopping: Stopping) -> Run:
    """The run with its upload in a file of this machine, or as it ended when there is none to be had.

    Raises Again when the source is to be tried again, or somebody else carries out the run.
    """
    with work.database.connection() as conn:
        if lock_idle_run(conn, run.id) is None:
            raise Again.after(HELD_SECONDS)
        attempt = begin_attempt(conn, run.id)
        source = get_source(conn, run.id)
        assert source is not None, f"run {run.id} has no source"
        if source.kind == "connector":
            begin_pulling(conn, source)
    told = None
    try:
        if source.kind == "connector":
            upload, told = pull_upload(work, run, folder_of(work.settings), is_stopping)
        else:
            upload = _fetched(work, source, is_stopping)
    except Refusal as reason:
        return _refused(work, attempt, reason)
    except OSError as error:
        log.exception("run %d: the file could not be written", run.id)
        return _failed(work, source, attempt, SourceFailure(NO_ROOM), error)
    except Failure as failure:
        if is_stopping():
            raise _let_go(work, attempt) from failure
        return _failed(work, source, attempt, failure, failure)
    return _recorded(work, attempt, run, upload, told)


def _fetched(work: Work, source: Source, is_stopping: Stopping) -> Upload:
    """The file. Raises Refusal and Failure."""
    folder = folder_of(work.settings)
    if source.kind == "deposit":
        return _from_deposit(work, source, folder, is_stopping)
    # Here, because the HTTP client is slow to import and the queue is also used without it.
    from douane.fetch.download import Identity, download
    from douane.fetch.guard import Guard

    if source.address is None:
        raise Failure(NO_ADDRESS)
    with work.database.connection() as conn:
        guard = Guard(list_networks(conn, source.organization_id))
    url = Sealer.of(work.settings).unseal(source.address)
    known = Identity.from_json(source.identity) if source.identity else None

    def notice(identity: Identity) -> None:
        if known is None:
            with work.database.connection() as conn:
                note_identity(conn, source.run_id, identity.as_json())

    fetched = download(
        url, guard, folder, work.settings, known=known, noticed=notice, is_stopping=is_stopping
    )
    return fetched.upload


def _from_deposit(work: Work, source: Source, folder: Path, is_stopping: Stopping) -> Upload:
    from douane.fetch.deposits import fetch_deposit_apart

    assert source.deposit_id is not None, f"the source of run {source.run_id} names no deposit"
    owner, wanted = source.organization_id, source.deposit_id
    return fetch_deposit_apart(work.database, work.settings, owner, wanted, folder, is_stopping=is_stopping)


def _recorded(work: Work, attempt: Attempt, run: Run, upload: Upload, told: str | None) -> Run:
    """The file is here. Nobody needs it when somebody else has taken up the run in the meantime."""
    path = str(upload.path)
    try:
        with work.database.connection() as conn:
            ended = _ended(work, end_attempt(conn, attempt, "fetched", told, size=upload.size))
            values = upload.name, upload.size, upload.digest, path
            run = ended_unless_over(conn, run.id, lambda: set_upload(conn, run.id, *values))
    except BaseException:
        upload.path.unlink(missing_ok=True)
        raise
    if run.upload_path != path:
        upload.path.unlink(missing_ok=True)
        return _over(run)
    assert ended.ended_at is not None, "it has just ended"
    return replace(run, receive_seconds=(ended.ended_at - ended.started_at).total_seconds())


def _refused(work: Work, attempt: Attempt, reason: Refusal) -> Run:
    with work.database.connection() as conn:
        _ended(work, end_attempt(conn, attempt, "refused", reason.message))
        run = ended_unless_over(conn, attempt.run_id, lambda: refuse_run(conn, attempt.run_id, reason))
    log.info("run %d %s: %s", run.id, run.state, reason.message)
    return _over(run)


def _failed(work: Work, source: Source, attempt: Attempt, failure: Failure, cause: Exception) -> Run:
    """The run as failed when there is no further attempt; raises Again when there is one."""
    asked = failure.pause_seconds if isinstance(failure, SourceFailure) else None
    with work.database.connection() as conn:
        # What was let go, or lost its worker, says nothing of the source.
        failures = count_attempts(conn, attempt.run_id, "failed") + 1
        pause = pause_after(failures, asked, work.settings) if failure.transient else None
        ended = _ended(work, end_attempt(conn, attempt, "failed", failure.message, pause_seconds=pause))
        if ended.next_at is None:
            run = failed(conn, attempt.run_id, _given_up(source, ended))
    if ended.next_at is None:
        return _over(run)
    log.warning("run %d: attempt %d failed: %s", ended.run_id, ended.number, failure.message)
    raise Again(ended.next_at) from cause


def _over(run: Run) -> Run:
    """The run, which is over; raises Again when somebody else still carries it out."""
    if run.state in LIVE:
        raise Again.after(HELD_SECONDS)
    return run


def _given_up(source: Source, last: Attempt) -> str:
    if last.number == 1:
        return f"It could not be fetched: {last.message}"
    seconds = ((last.ended_at or source.tried_until) - source.created_at).total_seconds()
    told = f"{seconds / 3600:,.3g} h" if seconds >= 3600 else f"{seconds:,.0f} s"
    return f"Given up after {last.number} attempts in {told} to fetch it; the last one: {last.message}"


def _let_go(work: Work, attempt: Attempt) -> Again:
    with work.database.connection() as conn:
        _ended(work, end_attempt(conn, attempt, "stopped", LET_GO))
    return Again()


def _ended(work: Work, attempt: Attempt | None) -> Attempt:
    """The attempt as it ended; raises Again when another worker has taken up the run since."""
    if attempt is None:
        raise Again
    work.attempted(attempt)
    return attempt
