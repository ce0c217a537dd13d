"""The doors of the dialects as route handlers: one small function each, generated from one table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler, post

from douane.dialects.dialect import Answered, Circumstances, Dialect
from douane.dialects.door import Declared, Door, Reply
from douane.dialects.receipts import receipt_of
from douane.errors import Failure, Refusal
from douane.store.credentials import Caller
from douane.store.runs import Run

from .callers import headers_of
from .faults import each_fault
from .idempotency import KeyTaken, checked_key
from .openapi import operation
from .problems import circumstances_of, wire_problem
from .sending import Sending, record_refusal, take
from .service import Service

COMPRESSIONS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip"}


def doors(service: Service, dialect: Dialect) -> list[HTTPRouteHandler]:
    """One route handler per door of the dialect."""
    return [_handler(service, dialect, door) for door in dialect.doors]


def _handler(service: Service, dialect: Dialect, door: Door) -> HTTPRouteHandler:
    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        caller = await _caller(service, dialect, request)
        declared = await asyncio.to_thread(_declared, service, door, caller, request.path_params)
        with service.meter.place(door.path, caller.company_id) if dialect.metering else nullcontext():
            sending = await _sending(service, dialect, door, caller, declared, request)
            run, is_replay = await take(service, sending, request)
        about = _circumstances(service, request)
        reply = await asyncio.to_thread(_reply, service, sending, run, about)
        return _response(reply, {"Idempotency-Replayed": "true"} if is_replay else {})

    def turn_away(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, KeyTaken):
            request.state.run_id = error.run_id
        return _response(wire_problem(dialect, _circumstances(service, request), error))

    route = post(
        door.path,
        name=f"{dialect.name}:{door.path}",
        status_code=200,
        exception_handlers={Exception: turn_away},
        request_max_body_size=None,  # the spool keeps its own, much larger, bound
        operation_class=operation(dialect, door),
    )
    return route(answer)


async def _caller(service: Service, dialect: Dialect, request: Request[Any, Any, Any]) -> Caller:
    """Who asks; a sender who is metered is told how much is left, whatever comes of it."""
    caller = await service.callers.find(dialect, headers_of(request.scope))
    if dialect.metering is not None:
        standing = service.meter.count(caller)
        told = request.scope["state"].setdefault("headers", {})
        told.update(service.meter.headers(dialect.metering, standing))
        service.meter.check(standing)
    return caller


def _declared(service: Service, door: Door, caller: Caller, places: Mapping[str, Any]) -> Declared:
    """What the address and the caller declare. Raises Refusal."""
    if door.declare is None:
        return Declared(caller.declarations, lambda *_: None)
    with service.database.connection() as conn:
        said = door.declare(conn, caller, places)
    return replace(said, declarations={**caller.declarations, **said.declarations})


async def _sending(
    service: Service,
    dialect: Dialect,
    door: Door,
    caller: Caller,
    declared: Declared,
    request: Request[Any, Any, Any],
) -> Sending:
    """What the caller asks for. Refuses `unknown-option` with a run to show for it."""
    compression = request.headers.get("content-encoding", "").strip().lower()
    plain = {"compression": COMPRESSIONS.get(compression, compression)}
    try:
        options = door.read_options(request.query_params)
        key = checked_key(request.headers.get("idempotency-key"))
    except Refusal as refusal:
        sending = Sending(dialect, door, caller, declared, plain, False, None)
        run = await asyncio.to_thread(record_refusal, service, sending, refusal)
        request.state.run_id = run.id
        raise
    is_dry_run = options.pop("dry_run", "false") == "true"
    return Sending(dialect, door, caller, declared, options | plain, is_dry_run, key)


def _reply(service: Service, sending: Sending, run: Run, about: Circumstances) -> Reply:
    """The dialect's reply for a run, whether it was carried out now or earlier."""
    replies = sending.dialect.replies
    if run.is_async:
        return replies.accepted(run.id)
    if run.state == "refused":
        refusal = Refusal(run.refusal_code or "", run.refusal_message or "", run.refusal_hint or "")
        return replies.refused(refusal, about)
    if run.receipt is None:
        raise Failure(run.failure or "The import was not carried out.", transient=True)
    receipt = run.receipt
    return replies.succeeded(
        Answered(
            run_id=run.id,
            tables=receipt["tables"],
            rejected=receipt["counts"]["rejected"],
            faults=_messages(service, run) if receipt["counts"]["rejected"] else (),
            lines_max=service.settings.limits.exception_lines_max,
            door=run.door,
            receipt=partial(_receipt, service, run),
        )
    )


def _receipt(service: Service, run: Run) -> dict[str, Any]:
    with service.database.connection() as conn:
        return receipt_of(conn, run)


def _messages(service: Service, run: Run) -> Iterator[tuple[int, str]]:
    return (
        (fault["line"], fault["message"]) for fault in each_fault(service.database, run.id, warnings=False)
    )


def _circumstances(service: Service, request: Request[Any, Any, Any]) -> Circumstances:
    return circumstances_of(request.scope, service.settings.answer_errors_with_200)


def _response(reply: Reply, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(reply.body),
        status_code=reply.status,
        media_type="application/json",
        headers=reply.headers | (headers or {}),
    )
