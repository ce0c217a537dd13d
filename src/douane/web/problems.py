"""Errors outside a dialect's doors, in the native shape; what is our own fault is logged under an id."""

from __future__ import annotations

import errno
import logging
import secrets
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from psycopg import OperationalError

from douane.dialects.native import replies
from douane.errors import Failure, Refusal

log = logging.getLogger("douane.web")

RETRY_SECONDS = "5"


def problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The reply to any exception that no door answers for itself."""
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _http(request, error)
    failure = as_failure(request, error)
    if failure.transient:
        return _response(503, replies.error("busy", failure.message), {"Retry-After": RETRY_SECONDS})
    return _response(500, replies.error("server-error", failure.message))


def as_failure(request: Request[Any, Any, Any], error: Exception) -> Failure:
    """`error` as a failure whose message a sender may see; all but a full queue is logged under an id."""
    if isinstance(error, Failure) and error.transient:
        return error
    sentence = _logged(request, error)
    if isinstance(error, OperationalError):
        return Failure(f"The database does not answer. {sentence}", transient=True)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Failure(f"The disk of the server is full. {sentence}", transient=True)
    seen = error.message if isinstance(error, Failure) else "Something is wrong on our side."
    return Failure(f"{seen} {sentence}")


def _logged(request: Request[Any, Any, Any], error: Exception) -> str:
    """Log the error with its cause; gives the sentence that leads to the entry."""
    number = secrets.token_hex(6)
    run_id = request.state.get("run_id")
    log.error(
        "error %s: %s %s (run %s)", number, request.method, request.scope["path"], run_id, exc_info=error
    )
    stored = f"Run {run_id} tells what was stored. " if run_id else ""
    return f"{stored}The log has the cause under {number}."


def _refused(refusal: Refusal) -> Response[bytes]:
    status = replies.STATUSES.get(refusal.code, 400)
    headers = {"WWW-Authenticate": 'Basic realm="Douane"'} if status == 401 else {}
    return _response(status, replies.error(refusal.code, refusal.message, refusal.hint), headers)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Litestar's own errors: no such address, no such method, a parameter of the wrong type."""
    if error.status_code == 404:
        message = "There is nothing at this address."
        return _response(404, replies.error("not-found", message, "/schema lists the addresses."))
    if error.status_code == 405:
        message = f"{request.method} is not possible at this address."
        return _response(405, replies.error("method-not-allowed", message), error.headers or {})
    message = _complaints(error) or error.detail
    return _response(error.status_code, replies.error("bad-request", message), error.headers or {})


def _complaints(error: HTTPException) -> str:
    """What Litestar found wrong with each parameter."""
    found = error.extra if isinstance(error.extra, list) else []
    return "; ".join(f"{each.get('key')}: {each.get('message')}" for each in found if isinstance(each, dict))


def _response(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body), status_code=status, media_type="application/json", headers=headers
    )
