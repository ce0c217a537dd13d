"""Report: the receipt of a run, in which every line is accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from douane.store.runs import Run, list_faults, weightiest_fault
from douane.store.sources import Attempt, get_source, list_attempts

from .tally import Tally

FAULTS_SHOWN = 1000
STAGES = ("receive", "decode", "parse", "map", "validate", "merge", "report")
COUNTS = ("received", "added", "updated", "unchanged", "rejected", "cleared")


def kept_receipt(
    tables: Mapping[str, Tally], notes: Mapping[str, str | int], stages: dict[str, float]
) -> dict[str, Any]:
    """What is stored of a run's outcome: counts, totals, held clear, seconds per stage.

    The first of `tables` is the one that the lines of the file go to. `notes` go into the receipt as
    they are.
    """
    tally = next(iter(tables.values()))
    held = {"rows": tally.held, "because": tally.held_because, "is_released": False} if tally.held else None
    return {
        "counts": _counts(tally),
        "tables": {name: {**_counts(each), "removed": each.removed} for name, each in tables.items()},
        "notes": dict(notes),
        "faults_total": tally.faults,
        "warnings_total": tally.warnings,
        "held": held,
        "stages": stages,
    }


Fault = Mapping[str, Any]


def as_told(fault: Fault) -> dict[str, Any]:
    """A fault as `list_faults` gives it, without what its message tells already."""
    return {name: value for name, value in fault.items() if name != "detail"}


def receipt_of(
    conn: psycopg.Connection[Any], run: Run, told_as: Callable[[Fault], Mapping[str, Any]] = as_told
) -> dict[str, Any]:
    """The receipt of a run in any state, as JSON values; with its first 1,000 faults and warnings.

    `told_as` makes of each of them what is told.
    """
    kept = run.receipt or {}
    faults = list_faults(conn, run.id, FAULTS_SHOWN, warnings=False) if kept.get("faults_total") else []
    return {
        "run": run.id,
        "state": run.state,
        "dialect": run.dialect,
        "table": run.door,
        "counts": in_order(kept.get("counts", _counts(Tally()))),
        "tables": {name: in_order(counts) for name, counts in kept.get("tables", {}).items()},
        "faults": _without_severity(faults, told_as),
        "faults_total": kept.get("faults_total", 0),
        "warnings": _warnings(conn, run, told_as) if kept.get("warnings_total") else [],
        "warnings_total": kept.get("warnings_total", 0),
        "held": kept.get("held"),
        **kept.get("notes", {}),
        "stages": {name: kept["stages"].get(name, 0.0) for name in STAGES} if kept else {},
        **_circumstances(run),
        **_source(conn, run),
    }


def first_fault(conn: psycopg.Connection[Any], run_id: int, tally: Tally) -> tuple[dict[str, Any], float]:
    """The first fault of a run that says what is wrong, and the share of the lines that have its code."""
    fault = weightiest_fault(conn, run_id)
    return fault, fault.pop("count") / max(tally.received, 1)


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in COUNTS}


def in_order(counts: dict[str, int]) -> dict[str, int]:
    """The counts as a reader adds them up; jsonb keeps no order."""
    return {name: counts[name] for name in (*COUNTS, "removed") if name in counts}


def _warnings(
    conn: psycopg.Connection[Any], run: Run, told_as: Callable[[Fault], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return _without_severity(list_faults(conn, run.id, FAULTS_SHOWN, only_warnings=True), told_as)


def _without_severity(
    faults: list[dict[str, Any]], told_as: Callable[[Fault], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    told = map(told_as, faults)
    return [{name: value for name, value in each.items() if name != "severity"} for each in told]


def _source(conn: psycopg.Connection[Any], run: Run) -> dict[str, Any]:
    """Where the upload is fetched from and how that went; nothing when it was sent."""
    source = get_source(conn, run.id)
    if source is None:
        return {}
    attempts = [_attempt(each) for each in list_attempts(conn, run.id)]
    until = source.tried_until.isoformat()
    told = {"kind": source.kind, "address": source.shown, "tried_until": until, "attempts": attempts}
    return {"source": told}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    moments = {name: getattr(attempt, name) for name in ("started_at", "ended_at", "next_at")}
    return {
        "number": attempt.number,
        "outcome": attempt.outcome,
        "message": attempt.message,
        "bytes": attempt.bytes,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


def _circumstances(run: Run) -> dict[str, Any]:
    """Who asked for what and when, and why it was refused or failed if it was."""
    refusal = {"code": run.refusal_code, "message": run.refusal_message, "hint": run.refusal_hint}
    moments = {"created_at": run.created_at, "started_at": run.started_at, "finished_at": run.finished_at}
    return {
        "dry_run": run.is_dry_run,
        "options": run.options,
        "requested_by": run.requested_by,
        "upload": {"name": run.upload_name, "bytes": run.upload_bytes, "digest": run.upload_digest},
        "refusal": refusal if run.refusal_code else None,
        "failure": run.failure,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }
