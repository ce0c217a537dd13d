"""The app: the dialects' doors and calls, the runs, health, the reference, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from litestar import Litestar, MediaType, Response, get

from douane.dialects import DIALECTS
from douane.dialects.dialect import Dialect
from douane.settings import Settings
from douane.store.database import Database

from .callers import Callers
from .connectors import connectors
from .custom_fields import custom_fields
from .deposits import depositing
from .doors import doors
from .front import Front
from .gate import Gate
from .health import watching
from .mappings import mappings
from .meter import Meter
from .metrics import Metrics
from .openapi import call_paths, config
from .outgoing import finishing
from .problems import problem
from .proposals import proposals
from .reference import STYLE
from .runs import runs
from .service import Service
from .tags import tags

PLAIN_BODY_BYTES_MAX = 64 * 1024
"""The body of a request that is not an upload."""


def create_app(
    database: Database,
    settings: Settings,
    metrics: Metrics | None = None,
    dialects: Mapping[str, Dialect] = DIALECTS,
) -> Litestar:
    """The app on `database`, which stays open when the app stops; it counts in `metrics` what it does."""
    gate = Gate(settings.imports_at_once)
    metrics = metrics or Metrics()
    metrics.show_waiting(lambda: gate.waiting)
    service = Service(database, settings, dialects, gate, metrics, Callers(database), Meter(settings))

    async def close() -> None:
        await gate.close()
        await asyncio.to_thread(service.threads.shutdown)

    app = Front(
        service,
        route_handlers=[
            *(door for dialect in dialects.values() for door in doors(service, dialect)),
            *runs(service),
            *mappings(service),
            *proposals(service),
            *connectors(service),
            *tags(service),
            *custom_fields(service),
            *depositing(service),
            *watching(service),
            stylesheet,
        ],
        exception_handlers={Exception: problem},
        before_send=[finishing(metrics)],
        on_shutdown=[close],
        openapi_config=config(dialects.values()),
        request_max_body_size=PLAIN_BODY_BYTES_MAX,
        logging_config=None,
    )
    told = app.openapi_schema
    told.paths = {**(told.paths or {}), **call_paths(dialects.values())}
    return app


@get("/schema/reference.css", media_type=MediaType.CSS, include_in_schema=False, sync_to_thread=False)
def stylesheet() -> Response[str]:
    """The style of the reference page."""
    return Response(STYLE, media_type=MediaType.CSS, headers={"Cache-Control": "max-age=3600"})
