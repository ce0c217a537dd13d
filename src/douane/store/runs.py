"""The runs: their life from waiting to succeeded, refused or failed, and their faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from douane.errors import Refusal
from douane.model.catalogue import FAULTS, WARNINGS

from .queries import queries

SQL = queries("runs")
LOCK_SPACE = 1
"""The first half of the advisory lock that the process which carries out a run holds."""


@dataclass(frozen=True)
class NewRun:
    """A run as it is asked for. `upload_path` is null when the upload's bytes are in the database.

    `credential_id` is null for a run that was not asked for over HTTP. `request_id` is what its sender asks
    for it by, where the dialect has such ids.
    """

    organization_id: int
    company_id: int
    dialect: str
    door: str
    upload_name: str
    upload_bytes: int
    upload_digest: str
    requested_by: str
    upload_path: str | None = None
    credential_id: int | None = None
    idempotency_key: str | None = None
    is_dry_run: bool = False
    is_async: bool = False
    options: dict[str, str] = field(default_factory=dict)
    declarations: dict[str, Any] = field(default_factory=dict)
    receive_seconds: float = 0.0
    request_id: UUID | None = None


@dataclass(frozen=True)
class Run(NewRun):
    """A run as it is kept. `receipt` is there once it has succeeded."""

    id: int = 0
    state: str = "waiting"
    refusal_code: str | None = None
    refusal_message: str | None = None
    refusal_hint: str | None = None
    failure: str | None = None
    receipt: dict[str, Any] | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


Connection = psycopg.Connection[Any]


def create_run(conn: Connection, new: NewRun, state: str = "waiting") -> Run:
    """Record a run; raises psycopg's UniqueViolation when its idempotency key is taken in the company."""
    values = {**asdict(new), "options": Jsonb(new.options), "declarations": Jsonb(new.declarations)}
    return _changed(conn, "create_run", {**values, "state": state})


def get_run(conn: Connection, organization_id: int | None, run_id: int) -> Run | None:
    """The run, or None when the organization has no such run (any organization when it is None)."""
    return _found(conn, "get_run", {"organization_id": organization_id, "run_id": run_id})


def find_run_by_request_id(conn: Connection, organization_id: int, request_id: UUID) -> Run | None:
    """The run of the organization with this request id."""
    values = {"organization_id": organization_id, "request_id": request_id}
    return _found(conn, "find_run_by_request_id", values)


def has_waiting_runs(conn: Connection, organization_id: int, count: int) -> bool:
    """Whether at least `count` runs of the organization wait."""
    values = {"organization_id": organization_id, "before": count - 1}
    return count <= 0 or conn.execute(SQL["has_waiting_runs"], values).fetchone() is not None


def find_run_by_key(conn: Connection, company_id: int, idempotency_key: str) -> Run | None:
    """The run of the company that holds the idempotency key; a failed run holds none."""
    return _found(conn, "find_run_by_key", {"company_id": company_id, "idempotency_key": idempotency_key})


def list_runs(
    conn: Connection,
    organization_id: int | None,
    company_id: int | None = None,
    limit: int = 50,
    before_id: int | None = None,
) -> list[Run]:
    """The newest runs first, those with an id below `before_id` when it is given."""
    values = {"organization_id": organization_id, "company_id": company_id, "limit": limit}
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(SQL["list_runs"], {**values, "before_id": before_id}).fetchall()


def start_run(conn: Connection, run_id: int) -> Run | None:
    """Mark the run as running; None when it is over already (another worker was faster)."""
    return _found(conn, "start_run", {"run_id": run_id})


def finish_run(conn: Connection, run_id: int, receipt: dict[str, Any]) -> Run:
    """Mark the run as succeeded and keep its receipt."""
    return _changed(conn, "finish_run", {"run_id": run_id, "receipt": Jsonb(receipt)})


def refuse_run(conn: Connection, run_id: int, refusal: Refusal) -> Run:
    """Mark the run as refused and say why."""
    values = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
    return _changed(conn, "refuse_run", {"run_id": run_id, **values})


def fail_run(conn: Connection, run_id: int, message: str) -> Run:
    """Mark the run as failed; its idempotency key is free again."""
    return _changed(conn, "fail_run", {"run_id": run_id, "message": message})


def set_upload(conn: Connection, run_id: int, name: str, size: int, digest: str, path: str | None) -> Run:
    """Say what the upload of a run is, now that it was fetched; `path` is null for bytes in the database."""
    values = {"name": name, "bytes": size, "digest": digest, "path": path}
    return _changed(conn, "set_upload", {"run_id": run_id, **values})


def live_upload_paths(conn: Connection, paths: list[str]) -> set[str]:
    """Those of the paths at which a run that is not over has its upload."""
    return {path for (path,) in conn.execute(SQL["live_upload_paths"], {"paths": paths})}


def lock_idle_run(conn: Connection, run_id: int) -> Run | None:
    """The run, which nobody carries out or ends until this transaction ends.

    None when it is over, or when somebody carries it out: a worker that was taken for dead may still live.
    """
    return _found(conn, "lock_idle_run", {"run_id": run_id, "space": LOCK_SPACE})


def cancel_run(conn: Connection, run_id: int, message: str) -> Run | None:
    """Mark a waiting run as failed; None when it is carried out at the moment, or over."""
    return _found(conn, "cancel_run", {"run_id": run_id, "message": message, "space": LOCK_SPACE})


def revive_run(conn: Connection, run_id: int) -> Run | None:
    """Put a failed run back to waiting; None when it did not fail.

    Raises psycopg's UniqueViolation when another run holds its idempotency key by now.
    """
    return _found(conn, "revive_run", {"run_id": run_id})


def wait_again(conn: Connection, run_id: int) -> Run | None:
    """Put a running run back to waiting, for a later try."""
    return _found(conn, "wait_again", {"run_id": run_id})


def fail_abandoned(conn: Connection) -> list[Run]:
    """Mark as failed the synchronous runs whose process is gone (its advisory lock is free)."""
    message = "The process that carried out this run stopped; nothing of it is stored. Send the file again."
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(SQL["fail_abandoned"], {"space": LOCK_SPACE, "message": message}).fetchall()


@contextmanager
def held_run(conn: Connection, run_id: int) -> Iterator[None]:
    """Hold the lock that tells other processes that this run is being carried out."""
    values = {"space": LOCK_SPACE, "run_id": run_id}
    conn.execute(SQL["hold_run_lock"], values)
    try:
        yield
    finally:
        if not conn.closed:
            conn.rollback()
            conn.execute(SQL["drop_run_lock"], values)
            conn.commit()


def mark_released(conn: Connection, run_id: int, cleared: int) -> Run:
    """Note in the receipt that the held clear was released and how many items it cleared."""
    return _changed(conn, "mark_released", {"run_id": run_id, "cleared": cleared})


def newest_import(conn: Connection, run: Run) -> int | None:
    """The id of the newest succeeded run of the same door and company."""
    values = {"company_id": run.company_id, "dialect": run.dialect, "door": run.door}
    row = conn.execute(SQL["newest_import"], values).fetchone()
    return None if row is None else row[0]


def list_faults(
    conn: Connection,
    run_id: int,
    limit: int = 1000,
    after: int = -1,
    *,
    warnings: bool = True,
    only_warnings: bool = False,
) -> list[dict[str, Any]]:
    """Faults of a run by line: line, field, value, code, message, hint, detail, severity."""
    values = {"run_id": run_id, "limit": limit, "after": after}
    values |= {"warnings": warnings or only_warnings, "faults": not only_warnings}
    with conn.cursor(row_factory=dict_row) as cursor:
        return [_told(each) for each in cursor.execute(SQL["list_faults"], values)]


def count_faults(conn: Connection, run_id: int) -> int:
    """How many faults a run has, warnings not counted."""
    row = conn.execute(SQL["count_faults"], {"run_id": run_id}).fetchone()
    return int(row[0]) if row else 0


def weightiest_fault(conn: Connection, run_id: int) -> dict[str, Any]:
    """The first fault that follows from no other, as `list_faults` gives it.

    `count` is how many faults have its code.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        fault = cursor.execute(SQL["weightiest_fault"], {"run_id": run_id}).fetchone()
    assert fault is not None, f"run {run_id} has no fault"
    return {**_told(fault), "count": fault["count"]}


def find_same_upload(conn: Connection, run: Run) -> Run | None:
    """The first succeeded run of the same door and company with the same bytes."""
    values = {"company_id": run.company_id, "dialect": run.dialect, "door": run.door}
    row = conn.execute(SQL["find_same_upload"], {**values, "upload_digest": run.upload_digest}).fetchone()
    return None if row is None else get_run(conn, run.organization_id, row[0])


def _told(fault: dict[str, Any]) -> dict[str, Any]:
    """A stored fault with the sentence and the hint of its code."""
    code = (WARNINGS if fault["is_warning"] else FAULTS)[fault["code"]]
    shown = {name: fault[name] or "" for name in ("value", "field", "detail")}
    return {
        "line": fault["line"],
        "field": fault["field"],
        "value": fault["value"],
        "code": code.code,
        "message": code.template.format_map(shown),
        "hint": code.hint,
        "detail": fault["detail"],
        "severity": "warning" if fault["is_warning"] else "fault",
    }


def _found(conn: Connection, statement: str, values: dict[str, Any]) -> Run | None:
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()


def _changed(conn: Connection, statement: str, values: dict[str, Any]) -> Run:
    run = _found(conn, statement, values)
    assert run is not None, f"{statement} found no run {values.get('run_id')}"
    return run
