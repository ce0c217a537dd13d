"""The calls getImportStatus and getstatus: how far an import is, and what became of its lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.pipeline.report import in_order
from douane.store.runs import Run, count_faults, find_run_by_request_id, list_faults
from douane.store.sources import Attempt, list_attempts

from .messages import refused
from .requests import ID

WAITING, RUNNING, SUCCEEDED, ENDED_IN_ERROR = 1, 2, 3, 4
ERROR_KEYS = ("line", "field", "value", "code", "message", "hint")
ERRORS_MAX = 100
GUID_CHARACTERS = 36

SENTENCES = {
    WAITING: "La demande est en attente.",
    RUNNING: "L'import est en cours.",
    SUCCEEDED: "L'import est terminé avec succès.",
    ENDED_IN_ERROR: "L'import est terminé en erreur, aucune écriture n'a été importée.",
}
PREVIEWED = "Le contrôle est terminé avec succès, rien n'a été importé (dry_run)."
PARTLY = "L'import est terminé, des lignes ont été rejetées."


def answer_status(asked: Asked) -> Reply:
    """The status of a request of the caller's. Refuses `no-request` and `unknown-request`."""
    query = {name.lower(): value.strip() for name, value in asked.query.items()}
    sent = query.get(ID.lower(), "")
    if not sent:
        raise refused("no-request")
    run = _run(asked, sent)
    if run is None:
        raise refused("unknown-request", sent)
    return Reply(200, _told(asked, run))


def status_of(run: Run) -> int:
    """1 waiting, 2 running, 3 succeeded whole, 4 anything else."""
    if run.state in {"waiting", "running"}:
        return WAITING if run.state == "waiting" else RUNNING
    is_whole = run.state == "succeeded" and not _counts(run).get("rejected")
    return SUCCEEDED if is_whole else ENDED_IN_ERROR


def _run(asked: Asked, sent: str) -> Run | None:
    """The run of this request id, None when there is none that the caller may see."""
    try:
        request_id = UUID(sent) if len(sent) == GUID_CHARACTERS else None
    except ValueError:
        request_id = None
    if request_id is None:
        return None
    run = find_run_by_request_id(asked.conn, asked.caller.organization_id, request_id)
    is_seen = run is not None and (asked.caller.opens_all or run.company_id == asked.caller.company_id)
    return run if is_seen else None


def _told(asked: Asked, run: Run) -> dict[str, Any]:
    status = status_of(run)
    errors, total = _errors(asked, run) if status == ENDED_IN_ERROR else ([], 0)
    attempts = [_attempt(each) for each in list_attempts(asked.conn, run.id)]
    return {
        ID: str(run.request_id),
        "status": status,
        "message": _sentence(run, status),
        "run": run.id,
        "counts": _counts(run) or None,
        **({"attempts": attempts} if attempts else {}),
        "errors": errors,
        "errorsTotal": total,
    }


def _sentence(run: Run, status: int) -> str:
    if run.state == "succeeded":
        return PARTLY if status == ENDED_IN_ERROR else PREVIEWED if run.is_dry_run else SENTENCES[status]
    return SENTENCES[status]


def _counts(run: Run) -> dict[str, int]:
    """What became of the lines, nothing until the import is done."""
    counts = in_order((run.receipt or {}).get("counts", {}))
    return {name: count for name, count in counts.items() if name != "cleared"}


def _errors(asked: Asked, run: Run) -> tuple[list[dict[str, Any]], int]:
    """The first faults of the lines and how many there are; why there was no import when no line says it."""
    found = list_faults(asked.conn, run.id, ERRORS_MAX, warnings=False)
    told = [{name: each[name] for name in ERROR_KEYS} for each in found]
    if told:
        total = len(told) if len(told) < ERRORS_MAX else count_faults(asked.conn, run.id)
        return told, total
    code, message = run.refusal_code or "failed", run.refusal_message or run.failure or ""
    nowhere = {"line": None, "field": None, "value": None}
    return [{**nowhere, "code": code, "message": message, "hint": run.refusal_hint or ""}], 1


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "startedAt": _moment(attempt.started_at),
        "endedAt": _moment(attempt.ended_at),
        "bytes": attempt.bytes,
        "outcome": attempt.outcome,
        "message": attempt.message,
        "nextAt": _moment(attempt.next_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
