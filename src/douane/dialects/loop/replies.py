"""What Cegid Loop answers when something goes wrong: with HTTP 200, but for what its gateway would say."""

from __future__ import annotations

from typing import Any

from douane.dialects.dialect import Answered, Circumstances
from douane.dialects.door import Reply
from douane.errors import Failure, Refusal

from .access import DENIED
from .messages import MESSAGES

RETRY_SECONDS = 5
CHALLENGE = 'AzureApiManagementKey realm="Douane",name="Ocp-Apim-Subscription-Key",type="header"'

GATEWAY_STATUSES = {
    DENIED: 401,
    "unknown-address": 404,
    "unknown-method": 405,
    "request-too-large": 413,
}
"""Code of what is turned away before a call looks at it -> HTTP status."""


def succeeded(answered: Answered) -> Reply:
    """The import is done; no address of this dialect waits for that."""
    return accepted(answered.run_id)


def accepted(run_id: int) -> Reply:
    """The upload is kept and will be imported."""
    return Reply(200, {"run": run_id})


def refused(refusal: Refusal, circumstances: Circumstances) -> Reply:
    """The error with HTTP 200, as published, or what the gateway before the calls would say."""
    sentences = " ".join(filter(None, (refusal.message, refusal.hint)))
    status = GATEWAY_STATUSES.get(refusal.code)
    if status is not None:
        headers = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
        return Reply(status, _of_the_gateway(status, sentences), headers)
    message = refusal.message if refusal.code in MESSAGES else sentences
    return Reply(200, {"error": {"instanceId": _instance(circumstances), "message": message}})


def failed(failure: Failure, circumstances: Circumstances) -> Reply:
    """503 when trying again may help, else 500."""
    status = 503 if failure.transient else 500
    headers = {"Retry-After": str(RETRY_SECONDS)} if failure.transient else {}
    body = {**_of_the_gateway(status, failure.message), "activityId": _instance(circumstances)}
    return Reply(status, body, headers)


def _of_the_gateway(status: int, message: str) -> dict[str, Any]:
    return {"statusCode": status, "message": message}


def _instance(circumstances: Circumstances) -> str:
    """The id of the request as a GUID."""
    return circumstances.request_id.removeprefix("req-")
