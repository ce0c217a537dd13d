"""What the door of accounts answers: the receipt, or our own error; DJUST itself only pulls."""

from __future__ import annotations

from typing import Any

from douane.dialects.dialect import Answered, Circumstances
from douane.dialects.door import Reply
from douane.dialects.native.replies import STATUSES, error
from douane.errors import Failure, Refusal

RETRY_SECONDS = 5


def succeeded(answered: Answered) -> Reply:
    """The receipt of the run, its faults with the published codes beside ours."""
    return Reply(200, dict(answered.receipt()))


def accepted(run_id: int) -> Reply:
    """The upload is kept, with the run that will import it and where to follow it."""
    return Reply(202, {"run": run_id, "state": "waiting", "status": f"/v1/runs/{run_id}"})


def refused(refusal: Refusal, circumstances: Circumstances) -> Reply:
    """The error of `refusal`, with its run when there is one."""
    status = STATUSES.get(refusal.code, 400)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Douane"'
    if refusal.code == "idempotency-key-in-use":
        headers["Retry-After"] = str(RETRY_SECONDS)
    body = error(refusal.code, refusal.message, refusal.hint) | _run(circumstances)
    return Reply(status, body, headers)


def failed(failure: Failure, circumstances: Circumstances) -> Reply:
    """503 when trying again may help, else 500; the sentence is `failure.message`, never its cause."""
    if failure.transient:
        body = error("busy", failure.message) | _run(circumstances)
        return Reply(503, body, {"Retry-After": str(RETRY_SECONDS)})
    return Reply(500, error("server-error", failure.message) | _run(circumstances))


def _run(circumstances: Circumstances) -> dict[str, Any]:
    return {} if circumstances.run_id is None else {"run": circumstances.run_id}
