"""What is told of connectors and their history, over /v1 and at the command line."""

from __future__ import annotations

from typing import Any

from douane.model.connector import QUEUE
from douane.pipeline.report import in_order
from douane.store.connector_runs import Asking
from douane.store.connectors import StoredConnector


def summary(stored: StoredConnector) -> dict[str, Any]:
    """A connector as it is listed; of its secrets only the names are known."""
    definition = stored.definition
    return {
        "name": stored.name,
        "base_url": definition.get("base_url"),
        "mapping": stored.mapping,
        "schedule": definition.get("schedule"),
        "when_busy": definition.get("when_busy", QUEUE),
        "due_at": stored.due_at,
        "secrets": stored.secret_names,
        "changed_at": stored.changed_at,
        "changed_by": stored.changed_by,
    }


def asking(asked: Asking) -> dict[str, Any]:
    """One time that a connector was asked for a run; `message` says why there is none, or what came of it."""
    return {
        "id": asked.id,
        "cause": asked.cause,
        "due_at": asked.due_at,
        "asked_at": asked.asked_at,
        "asked_by": asked.asked_by,
        "run": asked.run_id,
        "outcome": asked.outcome,
        "dry_run": bool(asked.is_dry_run),
        "counts": in_order(asked.counts) if asked.counts else None,
        "attempts": asked.attempts or 0,
        "next_at": asked.next_at if asked.finished_at is None else None,
        "finished_at": asked.finished_at,
        "message": asked.skipped or asked.message,
    }
