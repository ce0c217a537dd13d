"""/v1/tags: the tags of the caller's organization, listed, kept and removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from litestar import Request, delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from douane.model.customer_tags import CustomerTag
from douane.store.customer_tags import list_customer_tags, put_customer_tag, remove_customer_tag

from .openapi import security, taking
from .service import Service
from .stored import member, sent_json, stored, typed

Asking = Request[Any, Any, Any]
BYTES_MAX = 10_000
EXAMPLE = {"name": "Gold customers"}
ABOUT = "Without a name, the tag is called by its external id."


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """A tag as it is sent or listed; the external id is that of the address. By being sent it is defined."""

    name: str = ""
    external_id: str | None = None
    is_defined: bool = True


def tags(service: Service) -> list[HTTPRouteHandler]:
    """The routes of /v1/tags; those of another organization are not there."""
    common: dict[str, Any] = {"tags": ["Tags"], "security": security(service.dialects.values())}
    sent: dict[str, Any] = common | taking(EXAMPLE, ABOUT)

    @get("/v1/tags", summary="The tags of the organization.", **common)
    async def listed(request: Asking) -> dict[str, Any]:
        caller = await member(service, request)
        found = await stored(service, lambda conn: list_customer_tags(conn, caller.organization_id))
        return {"tags": [asdict(each) for each in found]}

    # A path, as an external id may have a slash in it.
    @put("/v1/tags/{external_id:path}", summary="Keep a tag, in place of the one of its external id.", **sent)
    async def kept(request: Asking, external_id: FromPath[str]) -> dict[str, Any]:
        caller = await member(service, request)
        own = str(external_id).removeprefix("/")
        told = typed(await sent_json(request, BYTES_MAX), Sent, {"external_id": own})
        tag = CustomerTag(own, told.name or own)
        return asdict(await stored(service, lambda conn: put_customer_tag(conn, caller.organization_id, tag)))

    @delete("/v1/tags/{external_id:path}", status_code=204, summary="Remove a tag.", **common)
    async def removed(request: Asking, external_id: FromPath[str]) -> None:
        caller = await member(service, request)
        own = str(external_id).removeprefix("/")
        await stored(service, lambda conn: remove_customer_tag(conn, caller.organization_id, own))

    return [listed, kept, removed]
