"""The call that tells what a token opens: the addresses there are, and with mode=extended whose it is."""

from __future__ import annotations

from typing import Any

from douane.dialects.call import Asked
from douane.dialects.door import Reply

VERSION = {"current": 1, "latest": 1, "beta": False}


def get_key_info(asked: Asked) -> Reply:
    """Every address of the dialect as {path, method}: a token opens all of them."""
    if asked.query.get("mode") != "extended":
        return Reply(200, _routes())
    caller = asked.caller
    target = {
        "type": "firm" if caller.opens_all else "api",
        "schemaId": caller.organization_id,
        "thirdPartyId": caller.credential_id,
        "societyId": caller.company_id or None,
    }
    return Reply(
        200,
        {
            "target": target,
            "version": dict(VERSION),
            "canBeActivated": True,
            "isActivated": True,
            "routes": _routes(),
        },
    )


def _routes() -> list[dict[str, Any]]:
    # The dialect is made of its calls, of which this is one.
    from . import MYUNISOFT

    calls = [{"path": call.path, "method": call.method.lower()} for call in MYUNISOFT.calls]
    return calls + [{"path": door.path, "method": "post"} for door in MYUNISOFT.doors]
