"""/v1/runs: the runs of the caller's company, their receipts, faults and rejected lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from douane.dialects.native.replies import faults_as_csv, summary
from douane.dialects.receipts import faults_of, receipt_of
from douane.model.refusing import refusal
from douane.pipeline.release import release_run
from douane.store.credentials import Caller
from douane.store.runs import Run, get_run, list_faults, list_runs

from .callers import headers_of
from .faults import in_pages
from .openapi import security
from .rejected import rejected_csv, rejected_json
from .service import Service

CSV = "text/csv"
JSON = "application/json"
Asking = Request[Any, Any, Any]
RunsLimit = Annotated[int, QueryParameter(ge=1, le=500, description="How many runs.")]
Before = Annotated[int | None, QueryParameter(description="Only runs with an id below this one.")]
FAULTS_OF_A_LINE_MAX = 100
"""More than any line can have: two for each of its mapped columns. A page ends with a whole line."""

FaultsLimit = Annotated[int, QueryParameter(ge=1, le=10_000, description="How many faults (JSON only).")]
After = Annotated[int, QueryParameter(description="Only faults of lines after this one (JSON only).")]
Format = Annotated[
    Literal["json", "csv"] | None, QueryParameter(name="format", description="Wins over the Accept header.")
]


def runs(service: Service) -> list[HTTPRouteHandler]:
    """The routes of /v1/runs; a run of another company is answered like one that does not exist."""
    common: dict[str, Any] = {"tags": ["Runs"], "security": security(service.dialects.values())}

    @get("/v1/runs", summary="The newest runs first.", **common)
    async def listed(request: Asking, limit: RunsLimit = 50, before: Before = None) -> dict[str, Any]:
        caller = await _caller(service, request)
        found = await asyncio.to_thread(_listed, service, caller, limit, before)
        return {"runs": [summary(run) for run in found]}

    @get("/v1/runs/{run_id:int}", summary="The receipt of a run.", **common)
    async def receipt(request: Asking, run_id: FromPath[int]) -> dict[str, Any]:
        return await asyncio.to_thread(_receipt, service, await _run(service, request, run_id))

    @get("/v1/runs/{run_id:int}/faults", summary="Every fault and warning of a run, by line.", **common)
    async def faults(
        request: Asking,
        run_id: FromPath[int],
        limit: FaultsLimit = 1000,
        after: After = -1,
        shape: Format = None,
    ) -> Response[Any]:
        run = await _run(service, request, run_id)
        if _is_csv(request, shape):
            return _csv(_fault_lines(service, run), f"run-{run.id}-faults.csv")
        page = await asyncio.to_thread(_page, service, run, limit, after)
        return Response(page)

    @get(
        "/v1/runs/{run_id:int}/rejected.csv", summary="The rejected lines as sent, with the reason.", **common
    )
    async def rejected(request: Asking, run_id: FromPath[int]) -> Stream:
        run = await _run(service, request, run_id)
        lines = await asyncio.to_thread(rejected_csv, service.database, service.settings, run)
        return _csv(lines, f"run-{run.id}-rejected.csv")

    @get(
        "/v1/runs/{run_id:int}/rejected.json",
        summary="The rejected accounts as sent, with the reason, as a list to correct and send again.",
        **common,
    )
    async def rejected_list(request: Asking, run_id: FromPath[int]) -> Stream:
        run = await _run(service, request, run_id)
        objects = await asyncio.to_thread(rejected_json, service.database, service.settings, run)
        return _file(objects, f"run-{run.id}-rejected.json", JSON)

    @post("/v1/runs/{run_id:int}/release", status_code=200, summary="Do the clear that was held.", **common)
    async def release(request: Asking, run_id: FromPath[int]) -> dict[str, Any]:
        run = await _run(service, request, run_id)
        released = await service.gate.run(run.company_id, release_run, service.database, run)
        return await asyncio.to_thread(_receipt, service, released)

    return [listed, receipt, faults, rejected, rejected_list, release]


async def _caller(service: Service, request: Asking) -> Caller:
    """The caller, by a credential of any dialect. Refuses `access-denied`."""
    headers = headers_of(request.scope)
    return await service.callers.find_any(service.dialects.values(), headers)


async def _run(service: Service, request: Asking, run_id: int) -> Run:
    """The caller's run. Refuses `access-denied` and `unknown-run`."""
    caller = await _caller(service, request)
    run = await asyncio.to_thread(_found, service, caller, run_id)
    if run is None:
        raise refusal("unknown-run", str(run_id))
    request.state.run_id = run.id
    return run


def _found(service: Service, caller: Caller, run_id: int) -> Run | None:
    if not 0 < run_id < 2**63:
        return None
    with service.database.connection() as conn:
        run = get_run(conn, caller.organization_id, run_id)
    return run if run and run.company_id == caller.company_id else None


def _listed(service: Service, caller: Caller, limit: int, before: int | None) -> list[Run]:
    with service.database.connection() as conn:
        return list_runs(conn, caller.organization_id, caller.company_id, limit, before)


def _receipt(service: Service, run: Run) -> dict[str, Any]:
    with service.database.connection() as conn:
        return receipt_of(conn, run)


def _page(service: Service, run: Run, limit: int, after: int) -> dict[str, Any]:
    """One page of faults, whole lines only; `next` goes into `after` to get the next one, null at the end."""
    with service.database.connection() as conn:
        page = list_faults(conn, run.id, limit + FAULTS_OF_A_LINE_MAX, after)
    told = [each for each in page if each["line"] <= page[min(limit, len(page)) - 1]["line"]]
    return {"faults": faults_of(run, told), "next": told[-1]["line"] if len(told) < len(page) else None}


def _fault_lines(service: Service, run: Run) -> Iterator[str]:
    yield faults_as_csv([], with_header=True)
    for page in in_pages(service.database, run.id, warnings=True):
        yield faults_as_csv(page, with_header=False)


def _is_csv(request: Asking, shape: str | None) -> bool:
    if shape is not None:
        return shape == "csv"
    return request.accept.best_match(["application/json", "text/csv"]) == "text/csv"


def _csv(lines: Iterator[str] | Iterator[bytes], name: str) -> Stream:
    return _file(lines, name, CSV)


def _file(parts: Iterator[str] | Iterator[bytes], name: str, kind: str) -> Stream:
    return Stream(parts, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
