"""The doors of the dialects as route handlers: one small function each, generated from one table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler, post

from douane.dialects.door import Answered, Dialect, Door, Reply
from douane.errors import Failure, Refusal
from douane.store.runs import Run

from .access import caller_of
from .faults import each_fault
from .idempotency import KeyTaken, checked_key
from .openapi import operation
from .problems import as_failure
from .sending import Sending, record_refusal, take
from .service import Service

COMPRESSIONS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip"}


def doors(service: Service, dialect: Dialect) -> list[HTTPRouteHandler]:
    """One route handler per door of the dialect."""
    return [_handler(service, dialect, door) for door in dialect.doors]


def _handler(service: Service, dialect: Dialect, door: Door) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        sending = await _sending(service, dialect, door, request)
        run, is_replay = await take(service, sending, request)
        reply = await asyncio.to_thread(_reply, service, dialect, run)
        return _response(reply, {"Idempotency-Replayed": "true"} if is_replay else {})

    def turn_away(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        return _response(_error_reply(service, dialect, request, error))

    route = post(
        door.path,
        name=f"{dialect.name}:{door.path}",
        status_code=200,
        exception_handlers={Exception: turn_away},
        request_max_body_size=None,  # the spool keeps its own, much larger, bound
        operation_class=operation(dialect, door),
    )
    return route(answer)


async def _sending(
    service: Service, dialect: Dialect, door: Door, request: Request[Any, Any, Any]
) -> Sending:
    """Who asks for what. Refuses `access-denied`, and `unknown-option` with a run to show for it."""
    caller = await caller_of(service, request, [dialect.name])
    compression = request.headers.get("content-encoding", "").strip().lower()
    plain = {"compression": COMPRESSIONS.get(compression, compression)}
    try:
        options = door.read_options(request.query_params)
        key = checked_key(request.headers.get("idempotency-key"))
    except Refusal as refusal:
        sending = Sending(dialect, door, caller, plain, False, None)
        run = await asyncio.to_thread(record_refusal, service, sending, refusal)
        request.state.run_id = run.id
        raise
    is_dry_run = options.pop("dry_run", "false") == "true"
    return Sending(dialect, door, caller, options | plain, is_dry_run, key)


def _reply(service: Service, dialect: Dialect, run: Run) -> Reply:
    """The dialect's reply for a run, whether it was carried out now or earlier."""
    if run.is_async:
        return dialect.replies.accepted(run.id)
    if run.state == "refused":
        refusal = Refusal(run.refusal_code or "", run.refusal_message or "", run.refusal_hint or "")
        return dialect.replies.refused(refusal, service.settings.answer_errors_with_200)
    if run.receipt is None:
        raise Failure(run.failure or "The import was not carried out.", transient=True)
    receipt = run.receipt
    return dialect.replies.succeeded(
        Answered(
            run_id=run.id,
            tables=receipt["tables"],
            rejected=receipt["counts"]["rejected"],
            faults=_messages(service, run) if receipt["counts"]["rejected"] else (),
            lines_max=service.settings.limits.exception_lines_max,
        )
    )


def _messages(service: Service, run: Run) -> Iterator[tuple[int, str]]:
    return (
        (fault["line"], fault["message"]) for fault in each_fault(service.database, run.id, warnings=False)
    )


def _error_reply(
    service: Service, dialect: Dialect, request: Request[Any, Any, Any], error: Exception
) -> Reply:
    if isinstance(error, KeyTaken):
        request.state.run_id = error.run_id
    if isinstance(error, Refusal):
        return dialect.replies.refused(error, service.settings.answer_errors_with_200)
    return dialect.replies.failed(as_failure(request, error))


def _response(reply: Reply, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(reply.body),
        status_code=reply.status,
        media_type="application/json",
        headers=reply.headers | (headers or {}),
    )
