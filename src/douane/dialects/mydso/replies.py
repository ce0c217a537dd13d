"""What MY DSO MANAGER's doors answer: seven counters, the lines left out, or an error code and a sentence."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from douane.dialects.dialect import Answered, Circumstances
from douane.dialects.door import Reply
from douane.errors import Failure, Refusal

COUNTERS = {
    "nb_client_added": ("customers", "added"),
    "nb_client_modified": ("customers", "updated"),
    "nb_contact_added": ("contacts", "added"),
    "nb_item_added": ("open_items", "added"),
    "nb_item_modified": ("open_items", "updated"),
    "nb_user_added": ("assignments", "added"),
    "nb_user_modified": ("assignments", "updated"),
}

ACCESS_DENIED = "ACCESS_DENIED"
CSV_BAD_SYNTAX = "CSV_BAD_SYNTAX"
SERVER_BUSY = "SERVER_BUSY"
SERVER_ERROR = "SERVER_ERROR"

WIRE_CODES: dict[str, tuple[str, int | None]] = {
    "access-denied": (ACCESS_DENIED, 401),
    "empty-upload": ("CSV_EMPTY", None),
    "unknown-option": ("BAD_OPTION", None),
    "upload-too-large": ("FILE_TOO_LARGE", 413),
    "upload-cut": ("FILE_INCOMPLETE", 400),
    "idempotency-key-reused": ("IDEMPOTENCY_KEY_REUSED", 422),
    "idempotency-key-in-use": ("IDEMPOTENCY_KEY_IN_USE", 409),
}
"""Refusal code -> (error_code, HTTP status). The status None is 200 or 400, as the operator set it. A
code that is not here is about the file: CSV_BAD_SYNTAX."""

RETRY_SECONDS = 5


def succeeded(answered: Answered) -> Reply:
    """Success, with `exception_lines` when lines were left out."""
    body: dict[str, Any] = {"success": "true"}
    for name, (table, count) in COUNTERS.items():
        body[name] = answered.tables.get(table, {}).get(count, 0)
    lines = _exception_lines(answered)
    if lines:
        body["exception_lines"] = lines
    return Reply(200, body)


def accepted(run_id: int) -> Reply:
    """The upload is kept: success, with the run that will import it and where to follow it."""
    body = {"success": "true", **dict.fromkeys(COUNTERS, 0), "run": run_id, "status": f"/v1/runs/{run_id}"}
    return Reply(200, body)


def refused(refusal: Refusal, circumstances: Circumstances) -> Reply:
    """The error of `refusal`, with the status that `WIRE_CODES` gives it."""
    code, status = WIRE_CODES.get(refusal.code, (CSV_BAD_SYNTAX, None))
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Douane"'
    if status == 409:
        headers["Retry-After"] = str(RETRY_SECONDS)
    sentences = " ".join(filter(None, (refusal.message, refusal.hint)))
    return Reply(status or (200 if circumstances.errors_with_200 else 400), _error(code, sentences), headers)


def failed(failure: Failure, _: Circumstances) -> Reply:
    """503 when trying again may help, else 500; the sentence is `failure.message`, never its cause."""
    if failure.transient:
        return Reply(503, _error(SERVER_BUSY, failure.message), {"Retry-After": str(RETRY_SECONDS)})
    return Reply(500, _error(SERVER_ERROR, failure.message))


def _error(code: str, description: str) -> dict[str, Any]:
    return {
        "success": "false",
        "error_code": code,
        "error_description": description,
        **dict.fromkeys(COUNTERS, 0),
    }


def _exception_lines(answered: Answered) -> dict[str, str]:
    """One key per line, the faults of a line joined; the last key tells how many lines found no room."""
    by_line = islice(groupby(answered.faults, key=itemgetter(0)), answered.lines_max)
    lines = {f"line {line}": "; ".join(message for _, message in faults) for line, faults in by_line}
    left_out = answered.rejected - len(lines)
    if left_out > 0:
        lines["more"] = f"{left_out} more lines were ignored: see /v1/runs/{answered.run_id}/faults"
    return lines
