"""/v1/mappings/proposals: a mapping to accounts that may fit a sample of JSON; nothing is kept."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import Request, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from douane.formats.json_outside import BadJson
from douane.formats.json_whole import read_sample
from douane.model.json_paths import read_path
from douane.model.proposal import propose
from douane.model.refusing import refusal

from .body import read_body
from .callers import headers_of
from .openapi import security, taking
from .service import Service

Asking = Request[Any, Any, Any]
Name = Annotated[str, QueryParameter(description="What the mapping will be called.")]
Records = Annotated[
    str | None, QueryParameter(description="The path to the list of objects; else the longest list of them.")
]
EXAMPLE = [{"id": 1, "name": "One", "addresses": [{"id": 7, "city": "Paris", "zip": "75001"}]}]


def proposals(service: Service) -> list[HTTPRouteHandler]:
    """The route; whoever has a credential may ask."""

    @post(
        "/v1/mappings/proposals",
        status_code=200,
        summary="A mapping to accounts that may fit a sample; nothing is kept.",
        tags=["Mappings"],
        security=security(service.dialects.values()),
        **taking(EXAMPLE, is_object=False),
    )
    async def proposed(request: Asking, name: Name = "ACCOUNTS", records: Records = None) -> dict[str, Any]:
        dialects, headers = service.dialects.values(), headers_of(request.scope)
        await service.callers.find_any(dialects, headers, needs_company=False)
        async with service.large:
            body = await read_body(request.receive, 0, service.settings.limits.call_bytes_max)
            return await asyncio.to_thread(_proposal, body, name, records)

    return [proposed]


def _proposal(body: bytes, name: str, records: str | None) -> dict[str, Any]:
    """Refuses `not-json`, `no-json-list` and `unknown-option`."""
    try:
        path = None if records is None else read_path(records)
    except ValueError as expected:
        raise refusal("unknown-option", f"records is {records!r:.60}; expected {expected}.") from None
    try:
        sample = read_sample(body)
    except BadJson as reason:
        raise refusal("not-json", str(reason)) from None
    return propose(sample, name, path).as_json
