"""What the partners' API answers when something goes wrong, and to uploads that have a run."""

from __future__ import annotations

from typing import Any

from douane.dialects.dialect import Answered, Circumstances
from douane.dialects.door import Reply
from douane.errors import Failure, Refusal

from .errors import ERRORS

RETRY_SECONDS = 5
BAD_REQUEST = "ERR-BAD-REQUEST"
UNREADABLE_FILE = "IMPORT18"

WIRE_CODES: dict[str, tuple[str, int]] = {
    "access-denied": ("DROIT5", 401),
    "bad-request": (BAD_REQUEST, 400),
    "request-too-large": (BAD_REQUEST, 413),
    "unknown-address": ("ERR-HTTP", 404),
    "unknown-method": ("ERR-HTTP", 405),
    "too-many-requests": ("ERR-TOO-MANY-REQUEST", 429),
    "too-many-at-once": ("ERR-TOO-MANY-CONCURRENT-REQUEST", 429),
    "unknown-option": ("GBL37", 400),
    "empty-upload": ("IMPORT14", 400),
    "broken-archive": ("IMPORT8", 400),
    "archive-too-large": ("IMPORT9", 400),
    "no-data-file": ("IMPORT12", 400),
    "several-data-files": ("IMPORT12", 400),
    "required-label": ("IMPORT28", 400),
    "no-header": ("IMPORT28", 400),
    "upload-too-large": (BAD_REQUEST, 413),
    "upload-cut": (BAD_REQUEST, 400),
    "idempotency-key-reused": (BAD_REQUEST, 422),
    "idempotency-key-in-use": (BAD_REQUEST, 409),
}
"""Refusal code -> (wire code, HTTP status). A code that is neither here nor a wire code itself is about the
file: IMPORT18, 400."""


def succeeded(answered: Answered) -> Reply:
    """The import is done."""
    return Reply(200, {"status": "success", "run": answered.run_id})


def accepted(run_id: int) -> Reply:
    """The upload is kept and will be imported."""
    return Reply(200, {"status": "success", "run": run_id})


def refused(refusal: Refusal, circumstances: Circumstances) -> Reply:
    """The error of `refusal`: its own wire code, or that which stands for it; our sentences go beside."""
    if refusal.code in ERRORS:
        status = ERRORS[refusal.code][1]
        return Reply(status, _error(refusal.code, refusal.message, circumstances, refusal.hint))
    code, status = WIRE_CODES.get(refusal.code, (UNREADABLE_FILE, 400))
    if code.startswith("ERR-"):
        return Reply(status, _error(code, refusal.message, circumstances, refusal.hint))
    hint = " ".join(filter(None, (refusal.message, refusal.hint)))
    return Reply(status, _error(code, ERRORS[code][0], circumstances, hint))


def failed(failure: Failure, circumstances: Circumstances) -> Reply:
    """503 when trying again may help, else 500."""
    code = "ERR-API-UNDER-MAINTENANCE" if failure.transient else "ERR-INTERNAL"
    headers = {"Retry-After": str(RETRY_SECONDS)} if failure.transient else {}
    return Reply(ERRORS[code][1], _error(code, failure.message, circumstances), headers)


def _error(code: str, message: str, about: Circumstances, hint: str = "") -> dict[str, Any]:
    details: dict[str, Any] = {
        "url": about.url,
        "method": about.method,
        "requestedAt": about.asked_at.strftime("%d %b %Y, %H:%M:%S"),
        "correlationId": about.request_id,
    }
    if hint:
        details["hint"] = hint
    if about.run_id is not None:
        details["run"] = about.run_id
    return {"error": {"code": code, "message": message, "details": details}}
