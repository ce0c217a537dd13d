"""/v1/connectors: the connectors of the caller's company, listed, shown, kept, removed and pulled."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from litestar import Request, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from douane.dialects.native.connectors import asking, summary
from douane.jobs.asking import ask_by_hand
from douane.model.connector_document import DOCUMENT_BYTES_MAX
from douane.model.refusing import refusal
from douane.store.connector_runs import list_history
from douane.store.connectors import (
    Connection,
    StoredConnector,
    add_connector,
    get_connector,
    list_connectors,
    put_connector,
    remove_connector,
)
from douane.store.credentials import Caller
from douane.store.sealing import Sealer

from .callers import headers_of
from .openapi import security, taking
from .service import Service
from .stored import check_name, named, sent_json, stored

Asking = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many.")]
Before = Annotated[
    int | None, QueryParameter(ge=1, le=2**63 - 1, description="Only what has an id below this one.")
]
DryRun = Annotated[
    bool, QueryParameter(name="dry_run", description="Pull all, run every stage, and store nothing.")
]
EXAMPLE = {
    "name": "shop",
    "base_url": "https://api.shop.example/v1",
    "path": "/accounts",
    "authentication": {"kind": "header", "header": "X-Api-Key"},
    "pages": {"kind": "number", "parameter": "page", "size_parameter": "size", "size": 1000},
    "schedule": "0 2 * * *",
    "secrets": {"key": "the key that the shop gave you"},
}


def connectors(service: Service) -> list[HTTPRouteHandler]:
    """The routes of /v1/connectors; that of another company is answered like one that is not there."""
    common: dict[str, Any] = {"tags": ["Connectors"], "security": security(service.dialects.values())}
    return [*_looking(service, common), *_changing(service, common)]


def _looking(service: Service, common: dict[str, Any]) -> list[HTTPRouteHandler]:
    @get("/v1/connectors", summary="The connectors of the company.", **common)
    async def listed(request: Asking) -> dict[str, Any]:
        caller = await _caller(service, request)
        found = await stored(service, lambda conn: list_connectors(conn, _owner(caller)))
        return {"connectors": [summary(each) for each in found]}

    @get("/v1/connectors/{name:str}", summary="A connector, as it can be sent again.", **common)
    async def shown(request: Asking, name: FromPath[str]) -> dict[str, Any]:
        caller = await _caller(service, request)
        found = await stored(service, lambda conn: get_connector(conn, _owner(caller), name))
        return found.definition

    @get("/v1/connectors/{name:str}/history", summary="What it was asked for, the newest first.", **common)
    async def history(
        request: Asking, name: FromPath[str], limit: Limit = 50, before: Before = None
    ) -> dict[str, Any]:
        owner = _owner(await _caller(service, request))
        found = await stored(
            service,
            lambda conn: list_history(conn, get_connector(conn, owner, name), limit, before),
        )
        return {"history": [asking(each) for each in found]}

    return [listed, shown, history]


def _changing(service: Service, common: dict[str, Any]) -> list[HTTPRouteHandler]:
    sent: dict[str, Any] = common | taking(EXAMPLE)

    @post("/v1/connectors", status_code=201, summary="Keep a new connector.", **sent)
    async def added(request: Asking) -> dict[str, Any]:
        caller = await _caller(service, request)
        told = await sent_json(request, DOCUMENT_BYTES_MAX)
        kept = await stored(service, lambda conn: add_connector(conn, *_new(service, caller, told)))
        return kept.definition

    @put("/v1/connectors/{name:str}", summary="Keep a connector, in place of the one of its name.", **sent)
    async def changed(request: Asking, name: FromPath[str]) -> dict[str, Any]:
        caller = await _caller(service, request)
        told = named(await sent_json(request, DOCUMENT_BYTES_MAX), name)

        def put_named(conn: Connection) -> StoredConnector:
            kept = put_connector(conn, *_new(service, caller, told))
            check_name(kept.name, name, "connector")
            return kept

        return (await stored(service, put_named)).definition

    @delete("/v1/connectors/{name:str}", status_code=204, summary="Remove a connector.", **common)
    async def removed(request: Asking, name: FromPath[str]) -> None:
        caller = await _caller(service, request)
        await stored(service, lambda conn: remove_connector(conn, _owner(caller), name))

    @post("/v1/connectors/{name:str}/pulls", status_code=202, summary="Have its records pulled.", **common)
    async def pulled(request: Asking, name: FromPath[str], is_dry_run: DryRun = False) -> dict[str, Any]:
        caller = await _caller(service, request)
        ask = partial(
            ask_by_hand,
            settings=service.settings,
            owner=_owner(caller),
            name=name,
            person=caller.login,
            is_dry_run=is_dry_run,
        )
        asked = await stored(service, ask)
        if asked.skipped is not None:
            raise refusal("connector-busy", asked.skipped)
        request.state.run_id = asked.run_id
        return {"run": asked.run_id, "state": "waiting", "status": f"/v1/runs/{asked.run_id}"}

    return [added, changed, removed, pulled]


async def _caller(service: Service, request: Asking) -> Caller:
    """The caller, by a credential of any dialect. Refuses `access-denied`."""
    return await service.callers.find_any(service.dialects.values(), headers_of(request.scope))


def _owner(caller: Caller) -> tuple[int, int]:
    return caller.organization_id, caller.company_id


def _new(service: Service, caller: Caller, sent: Any) -> tuple[tuple[int, int], Any, Sealer, str]:
    """What is kept of a connector besides: whose it is, by what its secrets are sealed, and by whom."""
    return _owner(caller), sent, Sealer.of(service.settings), caller.login
