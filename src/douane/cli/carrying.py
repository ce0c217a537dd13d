"""One file as a run of this process: its bytes kept, the run recorded, the import carried out."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import OperationalError

from douane.dialects.carry_out import import_run
from douane.errors import Failure, Refusal
from douane.pipeline.receive import Spool
from douane.settings import MEBIBYTE, Settings
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import NewRun, Run, create_run, fail_run, get_run, refuse_run

from .people import at_the_command_line
from .progress import Tell

log = logging.getLogger("douane.cli")

CHUNK_BYTES = MEBIBYTE
STOPPED = "It was stopped by the person who started it; nothing of it is stored."


@dataclass(frozen=True)
class Asked:
    """What is to be done with a file: for whom, through which door, with which options and declarations."""

    company: Company
    dialect: str
    door: str
    options: dict[str, str]
    declarations: dict[str, Any]
    is_dry_run: bool

    def new_run(
        self, name: str, size: int, digest: str, path: Path | None = None, seconds: float = 0.0
    ) -> NewRun:
        """The run to record for a file of `size` bytes that took `seconds` to copy."""
        return NewRun(
            organization_id=self.company.organization_id,
            company_id=self.company.id,
            dialect=self.dialect,
            door=self.door,
            options=self.options,
            is_dry_run=self.is_dry_run,
            upload_name=_storable(name),
            upload_bytes=size,
            upload_digest=digest,
            # Whole, because the server that shows it later may run in another folder.
            upload_path=str(path.resolve()) if path else None,
            requested_by=at_the_command_line(),
            declarations=self.declarations,
            receive_seconds=seconds,
        )


def carry_out(database: Database, settings: Settings, file: Path, asked: Asked, tell: Tell) -> Run:
    """Import `file`; gives the run as it ended, succeeded or refused. Raises Failure, its cause logged."""
    run = _recorded(database, settings, file, asked, tell)
    if run.state == "refused":
        return run
    try:
        return import_run(database, settings, run, lambda done, total: tell(_doing(done, total), done, total))
    except Failure as failure:
        _log(run, failure)
        raise
    except KeyboardInterrupt:
        _give_up(database, run)
        raise


def _recorded(database: Database, settings: Settings, file: Path, asked: Asked, tell: Tell) -> Run:
    """The new run, its bytes where uploads are kept; refused at once when the file is empty or too large."""
    began = time.perf_counter()
    spool = Spool(settings.data / "uploads", settings.limits.upload_bytes_max)
    try:
        _copy(file, spool, tell)
        upload = spool.finish(file.name)
    except Refusal as reason:
        with database.connection() as conn:
            run = create_run(conn, asked.new_run(file.name, spool.size, spool.digest))
            return refuse_run(conn, run.id, reason)
    finally:
        spool.discard()
    seconds = time.perf_counter() - began
    try:
        with database.connection() as conn:
            return create_run(
                conn, asked.new_run(upload.name, upload.size, upload.digest, upload.path, seconds)
            )
    except BaseException:
        upload.path.unlink(missing_ok=True)
        raise


def _copy(file: Path, spool: Spool, tell: Tell) -> None:
    total = file.stat().st_size
    spool.expect(total)
    with file.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            spool.write(chunk)
            tell("receiving", spool.size, total)


def _log(run: Run, failure: Failure) -> None:
    """What an operator should see of a failure's cause: a defect of ours with its traceback."""
    cause = failure.__cause__
    is_of_the_world = isinstance(cause, Failure | OSError | OperationalError)
    log.error("run %d failed: %s", run.id, cause, exc_info=None if is_of_the_world else cause)


def _give_up(database: Database, run: Run) -> None:
    """Mark the run as failed, unless it was over when it was stopped."""
    with database.connection() as conn:
        current = get_run(conn, run.organization_id, run.id)
        if current is not None and current.state in {"waiting", "running"}:
            fail_run(conn, run.id, STOPPED)


def _doing(done: int, total: int) -> str:
    return "importing" if done < total else "merging"


def _storable(name: str) -> str:
    """A file's name as text, whatever bytes it is made of."""
    return name.encode(errors="replace").decode()
