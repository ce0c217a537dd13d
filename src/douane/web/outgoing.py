"""What is added to every reply on its way out: security headers, the run's id, a count for the metrics.

A handler may leave more headers in `scope["state"]["headers"]`: they go out even with an error's reply.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from .metrics import Metrics

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
UNKNOWN_DOOR = "unknown"


def finishing(metrics: Metrics) -> Callable[[Message, Scope], Awaitable[None]]:
    """The hook that completes the start of each reply; a handler's own header wins."""

    async def finish(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in scope["state"].get("headers", {}).items():
            headers[name] = value
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        run_id = scope["state"].get("run_id")
        if run_id is not None:
            headers["Douane-Run"] = str(run_id)
        metrics.count_request(scope.get("path_template") or UNKNOWN_DOOR, message["status"])

    return finish
