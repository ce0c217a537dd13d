"""/v1/custom-fields: the custom fields of the caller's organization, listed, kept and removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from litestar import Request, delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from douane.model.custom_fields import TYPES, CustomField
from douane.store.custom_fields import list_custom_fields, put_custom_field, remove_custom_field

from .openapi import security, taking
from .service import Service
from .stored import member, sent_json, stored, typed

Asking = Request[Any, Any, Any]
BYTES_MAX = 1 << 20
ADDRESS = "/v1/custom-fields/{entity:str}/{external_id:str}"
EXAMPLE = {"name": "Service", "type": "list", "is_required": False, "choices": ["gold", "tin"]}
ABOUT = f"`type` is one of {', '.join(TYPES)}. A list has `choices`, a metric has a `unit`."


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """A custom field as it is sent; what it is about and its external id are those of the address."""

    name: str
    type: str = "text"
    is_required: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    entity: str | None = None
    external_id: str | None = None

    def of(self, entity: str, external_id: str) -> CustomField:
        """The custom field of this address."""
        return CustomField(
            entity, external_id, self.name, self.type, self.is_required, self.choices, self.unit
        )


def custom_fields(service: Service) -> list[HTTPRouteHandler]:
    """The routes of /v1/custom-fields; those of another organization are not there."""
    common: dict[str, Any] = {"tags": ["Custom fields"], "security": security(service.dialects.values())}
    sent: dict[str, Any] = common | taking(EXAMPLE, ABOUT)

    @get("/v1/custom-fields", summary="The custom fields of the organization.", **common)
    async def listed(request: Asking) -> dict[str, Any]:
        caller = await member(service, request)
        found = await stored(service, lambda conn: list_custom_fields(conn, caller.organization_id))
        return {"custom_fields": [asdict(each) for each in found]}

    @put(ADDRESS, summary="Keep a custom field of each account or address. Its type stays.", **sent)
    async def kept(request: Asking, entity: FromPath[str], external_id: FromPath[str]) -> dict[str, Any]:
        caller = await member(service, request)
        named = {"entity": entity, "external_id": external_id}
        told = typed(await sent_json(request, BYTES_MAX), Sent, named).of(entity, external_id)
        return asdict(
            await stored(service, lambda conn: put_custom_field(conn, caller.organization_id, told))
        )

    @delete(ADDRESS, status_code=204, summary="Remove a custom field; values that are stored stay.", **common)
    async def removed(request: Asking, entity: FromPath[str], external_id: FromPath[str]) -> None:
        caller = await member(service, request)
        await stored(
            service, lambda conn: remove_custom_field(conn, caller.organization_id, entity, external_id)
        )

    return [listed, kept, removed]
