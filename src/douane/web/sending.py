"""What a door does with a request: spool the body, record the run, import it now or leave it to a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request
from psycopg.errors import UniqueViolation

from douane.dialects.carry_out import import_run
from douane.dialects.dialect import Dialect
from douane.dialects.door import Declared, Door
from douane.errors import Refusal
from douane.jobs import defer_import
from douane.pipeline.receive import Spool, Upload
from douane.store.credentials import Caller
from douane.store.runs import NewRun, Run, create_run, refuse_run
from douane.store.uploads import keep

from .body import spool_body
from .idempotency import in_use, stored_run
from .service import Service

Note = Callable[[Run], None]


@dataclass(frozen=True)
class Sending:
    """Who sends what to which door, before a byte of the body is read."""

    dialect: Dialect
    door: Door
    caller: Caller
    declared: Declared
    options: dict[str, str]
    is_dry_run: bool
    idempotency_key: str | None

    def new_run(
        self, size: int, digest: str, path: str | None = None, key: str | None = None, seconds: float = 0.0
    ) -> NewRun:
        """The run to record for an upload of `size` bytes that took `seconds` to receive."""
        return NewRun(
            organization_id=self.caller.organization_id,
            company_id=self.caller.company_id,
            credential_id=self.caller.credential_id,
            dialect=self.dialect.name,
            door=self.door.name,
            options=self.options,
            is_dry_run=self.is_dry_run,
            is_async=self.door.is_async,
            upload_name=self.door.upload_name(self.options),
            upload_bytes=size,
            upload_digest=digest,
            upload_path=path,
            idempotency_key=key,
            requested_by=self.caller.login,
            declarations=dict(self.declared.declarations),
            receive_seconds=seconds,
        )


async def take(service: Service, sending: Sending, request: Request[Any, Any, Any]) -> tuple[Run, bool]:
    """The run of the request, and whether it is the stored one of an earlier request with the same key.

    Raises Refusal or Failure; `request.state.run_id` is set as soon as there is a run.
    """
    service.gate.check_room()
    began = time.perf_counter()
    upload = await _received(service, sending, request)
    seconds = time.perf_counter() - began

    def note(run: Run) -> None:
        request.state.run_id = run.id

    if sending.door.is_async:
        return await asyncio.to_thread(_recorded, service, sending, upload, seconds, note)
    return await service.gate.run(
        sending.caller.company_id, _imported, service, sending, upload, seconds, note
    )


def record_refusal(
    service: Service, sending: Sending, refusal: Refusal, size: int = 0, digest: str = ""
) -> Run:
    """A run that is over before it began. It holds no idempotency key: the sender may try again."""
    with service.database.connection() as conn:
        run = create_run(conn, sending.new_run(size, digest))
        sending.declared.recorded(conn, run)
        run = refuse_run(conn, run.id, refusal)
    service.metrics.count_run(run)
    return run


async def _received(service: Service, sending: Sending, request: Request[Any, Any, Any]) -> Upload:
    """The whole upload; what is wrong with it is recorded as a refused run."""
    spool = Spool(service.spool_directory, service.settings.limits.upload_bytes_max)
    try:
        spool.expect(request.content_length or 0)
        await spool_body(request.receive, spool)
        return spool.finish(sending.door.upload_name(sending.options))
    except Refusal as refusal:
        run = await asyncio.to_thread(record_refusal, service, sending, refusal, spool.size, spool.digest)
        request.state.run_id = run.id
        raise
    finally:
        spool.discard()


def _imported(
    service: Service, sending: Sending, upload: Upload, seconds: float, note: Note
) -> tuple[Run, bool]:
    """Record the run and carry it out, in a thread whose turn it is: no run waits for a place."""
    run, is_replay = _recorded(service, sending, upload, seconds, note)
    if not is_replay:
        try:
            run = import_run(service.database, service.settings, run)
        except Exception:
            service.metrics.count_run(replace(run, state="failed"))
            raise
        service.metrics.count_run(run)
    return run, is_replay


def _recorded(
    service: Service, sending: Sending, upload: Upload, seconds: float, note: Note
) -> tuple[Run, bool]:
    """The run, new or earlier; the spooled file stays only for a new run that is imported from it."""
    path = None if sending.door.is_async else str(upload.path)
    new = sending.new_run(upload.size, upload.digest, path, sending.idempotency_key, seconds)
    is_needed = False
    try:
        run = stored_run(service.database, new)
        is_replay = run is not None
        run = run or _created(service, sending, new, upload)
        is_needed = not (is_replay or run.is_async)
    finally:
        if not is_needed:
            upload.path.unlink(missing_ok=True)
    note(run)
    return run, is_replay


def _created(service: Service, sending: Sending, new: NewRun, upload: Upload) -> Run:
    """A new run; the bytes and the job of an asynchronous one are in the same transaction."""
    try:
        with service.database.connection() as conn:
            run = create_run(conn, new)
            sending.declared.recorded(conn, run)
            if run.is_async:
                keep(conn, run.id, upload.path)
                defer_import(conn, run.id)
            return run
    except UniqueViolation:
        if new.idempotency_key is None:
            raise
        raise in_use() from None
