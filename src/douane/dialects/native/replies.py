"""What /v1 answers: errors as one object, faults as JSON or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from douane.pipeline.report import in_order
from douane.store.runs import Run

FAULT_COLUMNS = ("line", "field", "value", "code", "severity", "message", "hint")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that starts so as a formula."""

STATUSES = {
    "access-denied": 401,
    "unknown-run": 404,
    "unknown-record": 404,
    "upload-gone": 410,
    "nothing-held": 409,
    "release-stale": 409,
    "unknown-option": 400,
    "unknown-mapping": 404,
    "mapping-taken": 409,
    "too-many-mappings": 409,
    "unknown-connector": 404,
    "connector-taken": 409,
    "too-many-connectors": 409,
    "connector-receives": 409,
    "connector-busy": 409,
    "too-many-runs": 429,
    "request-too-large": 413,
    "upload-too-large": 413,
    "idempotency-key-reused": 422,
    "idempotency-key-in-use": 409,
}
"""Refusal code -> HTTP status; a code that is not here is 400."""


def error(code: str, message: str, hint: str = "") -> dict[str, Any]:
    """The body of every reply that is not a success."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def summary(run: Run) -> dict[str, Any]:
    """A run as it is listed; its receipt tells more."""
    kept = run.receipt or {}
    return {
        "run": run.id,
        "state": run.state,
        "dialect": run.dialect,
        "table": run.door,
        "dry_run": run.is_dry_run,
        "counts": in_order(kept["counts"]) if kept else None,
        "faults_total": kept.get("faults_total", 0),
        "refusal": run.refusal_code,
        "upload": {"name": run.upload_name, "bytes": run.upload_bytes, "digest": run.upload_digest},
        "created_at": run.created_at and run.created_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
    }


def faults_as_csv(faults: Iterable[Mapping[str, Any]], *, with_header: bool) -> str:
    """Lines of CSV, one per fault, in the order of FAULT_COLUMNS."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if with_header:
        writer.writerow(FAULT_COLUMNS)
    writer.writerows([guarded(fault[name]) for name in FAULT_COLUMNS] for fault in faults)
    return text.getvalue()


def guarded(value: object) -> object:
    """The cell, with an apostrophe before a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
