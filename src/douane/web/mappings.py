"""/v1/mappings: the mappings of the caller's organization, listed, shown, kept and removed."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from douane.model.builtin_mappings import IMPORTPERSO
from douane.model.mapping_document import DOCUMENT_BYTES_MAX, MappingDocument, read_document
from douane.pipeline.mapped_values import wrong_values
from douane.store.mappings import (
    StoredMapping,
    add_mapping,
    get_mapping,
    list_mappings,
    put_mapping,
    remove_mapping,
)

from .openapi import security, taking
from .service import Service
from .stored import check_name, member, named, sent_json, stored

Asking = Request[Any, Any, Any]


def mappings(service: Service) -> list[HTTPRouteHandler]:
    """The routes of /v1/mappings; that of another organization is answered like one that is not there."""
    common: dict[str, Any] = {"tags": ["Mappings"], "security": security(service.dialects.values())}
    sent: dict[str, Any] = common | taking(IMPORTPERSO.as_json())

    @get("/v1/mappings", summary="The mappings of the organization, and the built-in ones.", **common)
    async def listed(request: Asking) -> dict[str, Any]:
        caller = await member(service, request)
        found = await stored(service, lambda conn: list_mappings(conn, caller.organization_id))
        return {"mappings": [_summary(each) for each in found]}

    @get("/v1/mappings/{name:str}", summary="A mapping, as it can be sent again.", **common)
    async def shown(request: Asking, name: FromPath[str]) -> dict[str, Any]:
        caller = await member(service, request)
        found = await stored(service, lambda conn: get_mapping(conn, caller.organization_id, name))
        return found.definition

    @post("/v1/mappings", status_code=201, summary="Keep a new mapping.", **sent)
    async def added(request: Asking) -> dict[str, Any]:
        caller = await member(service, request)
        document = await _document(request)
        kept = await stored(
            service, lambda conn: add_mapping(conn, caller.organization_id, document, caller.login)
        )
        return kept.definition

    @put("/v1/mappings/{name:str}", summary="Keep a mapping, in place of the one of its name.", **sent)
    async def changed(request: Asking, name: FromPath[str]) -> dict[str, Any]:
        caller = await member(service, request)
        document = await _document(request, name)
        kept = await stored(
            service, lambda conn: put_mapping(conn, caller.organization_id, document, caller.login)
        )
        return kept.definition

    @delete("/v1/mappings/{name:str}", status_code=204, summary="Remove a mapping.", **common)
    async def removed(request: Asking, name: FromPath[str]) -> None:
        caller = await member(service, request)
        await stored(service, lambda conn: remove_mapping(conn, caller.organization_id, name))

    return [listed, shown, added, changed, removed]


async def _document(request: Asking, name: str | None = None) -> MappingDocument:
    """The mapping in the body, which may leave out the name that the address has.

    Refuses `request-too-large`, `bad-request` for what is no JSON, and `bad-mapping`.
    """
    sent = await sent_json(request, DOCUMENT_BYTES_MAX)
    if name is None:
        return await asyncio.to_thread(read_document, sent, wrong_values)
    document = await asyncio.to_thread(read_document, named(sent, name), wrong_values)
    check_name(document.name, name, "mapping")
    return document


def _summary(mapping: StoredMapping) -> dict[str, Any]:
    return {
        "name": mapping.name,
        "table": mapping.definition["table"],
        "columns": len(mapping.definition["columns"]),
        "is_built_in": mapping.is_built_in,
        "changed_at": mapping.changed_at and mapping.changed_at.isoformat(),
        "changed_by": mapping.changed_by or None,
    }
