"""What those who watch over us ask: is the process alive, can it work, how much does it do."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CONTENT_TYPE_LATEST

from douane.store.runs import list_runs

from .service import Service


def watching(service: Service) -> list[HTTPRouteHandler]:
    """/health, /ready and /metrics; none asks for a credential, none tells a tenant's name."""

    @get("/health", tags=["Operation"], summary="Whether the process is alive; the database is not asked.")
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @get("/ready", tags=["Operation"], summary="Whether imports can be done: the database answers.")
    async def ready() -> Response[dict[str, Any]]:
        try:
            await asyncio.to_thread(_touch, service)
        except Exception:
            return Response(
                {"status": "not ready", "reason": "The database does not answer."}, status_code=503
            )
        return Response({"status": "ready"})

    @get("/metrics", tags=["Operation"], summary="Numbers in Prometheus' text format.")
    async def metrics() -> Response[bytes]:
        return Response(service.metrics.page(), media_type=CONTENT_TYPE_LATEST)

    return [health, ready, metrics]


def _touch(service: Service) -> None:
    """Read from a table that the migrations made."""
    with service.database.connection() as conn:
        list_runs(conn, organization_id=None, limit=1)
