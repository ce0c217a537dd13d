"""What went wrong, in a dialect's shape or our own; what is our own fault is logged under an id."""

from __future__ import annotations

import errno
import logging
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from psycopg import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

from douane.dialects.dialect import Circumstances, Dialect
from douane.dialects.door import Reply
from douane.dialects.native import replies
from douane.errors import Failure, Refusal

from .meter import TooMuch

if TYPE_CHECKING:
    from litestar.types import HTTPScope

log = logging.getLogger("douane.web")

RETRY_SECONDS = "5"
URL_CHARACTERS_MAX = 1000
HELD = (LockNotAvailable, DeadlockDetected)
PROCESS = str(uuid4())[:-12]
_numbers = count()


def circumstances_of(scope: HTTPScope, errors_with_200: bool = True) -> Circumstances:
    """What is known of a request. It has one id, whoever asks for it first."""
    state = scope.setdefault("state", {})
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return Circumstances(
        method=scope["method"],
        url=(path + query).decode("latin-1")[:URL_CHARACTERS_MAX],
        asked_at=datetime.now(UTC),
        request_id=state.get("request_id") or state.setdefault("request_id", new_request_id()),
        run_id=state.get("run_id"),
        errors_with_200=errors_with_200,
    )


def new_request_id() -> str:
    """An id that no other request has, in the shape of a UUID; those of one process are in their order."""
    return f"req-{PROCESS}{next(_numbers):012x}"


def problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The reply to any exception that no dialect answers for itself."""
    if isinstance(error, Refusal):
        return _refused(error)
    if isinstance(error, HTTPException):
        return _http(request, error)
    failure = as_failure(circumstances_of(request.scope), error)
    if failure.transient:
        return _response(503, replies.error("busy", failure.message), {"Retry-After": RETRY_SECONDS})
    return _response(500, replies.error("server-error", failure.message))


def wire_problem(dialect: Dialect, circumstances: Circumstances, error: Exception) -> Reply:
    """The dialect's reply to any exception."""
    if isinstance(error, TooMuch):
        reply = dialect.replies.refused(error, circumstances)
        return replace(reply, headers={**reply.headers, "Retry-After": str(error.seconds)})
    if isinstance(error, Refusal):
        return dialect.replies.refused(error, circumstances)
    return dialect.replies.failed(as_failure(circumstances, error), circumstances)


def as_failure(circumstances: Circumstances, error: Exception) -> Failure:
    """`error` as a failure whose message a sender may see; all but a full queue is logged under an id."""
    if isinstance(error, Failure) and error.transient:
        return error
    if isinstance(error, HELD):
        return Failure("An import or somebody else is changing what this request needs.", transient=True)
    sentence = _logged(circumstances, error)
    if isinstance(error, OperationalError):
        return Failure(f"The database does not answer. {sentence}", transient=True)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Failure(f"The disk of the server is full. {sentence}", transient=True)
    seen = error.message if isinstance(error, Failure) else "Something is wrong on our side."
    return Failure(f"{seen} {sentence}")


def _logged(about: Circumstances, error: Exception) -> str:
    """Log the error with its cause; gives the sentence that leads to the entry."""
    number = secrets.token_hex(6)
    path = about.url.partition("?")[0]
    log.error("error %s: %s %s (run %s)", number, about.method, path, about.run_id, exc_info=error)
    stored = f"Run {about.run_id} tells what was stored. " if about.run_id else ""
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
