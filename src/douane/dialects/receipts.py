"""Receipts and faults as they are told: with the published codes of the dialect that a run came by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from douane.pipeline import report
from douane.pipeline.report import Fault, as_told
from douane.store.database import Connection
from douane.store.runs import Run

from .djust.fault_codes import with_wire_code

WITH_WIRE_CODES: Mapping[str, Callable[[Fault], dict[str, Any]]] = {"djust": with_wire_code}
"""Dialects whose faults have published codes, and what adds them."""


def receipt_of(conn: Connection, run: Run) -> dict[str, Any]:
    """The receipt of a run, as `pipeline.report` makes it."""
    return report.receipt_of(conn, run, lambda fault: _told(run, fault))


def faults_of(run: Run, faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults of a run, as `list_faults` gives them, as they are told."""
    return [_told(run, each) for each in faults]


def published(run: Run, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The same faults with the published codes of the dialect, one after the other."""
    return map(WITH_WIRE_CODES.get(run.dialect, dict), faults)


def _told(run: Run, fault: Fault) -> dict[str, Any]:
    return as_told(WITH_WIRE_CODES.get(run.dialect, dict)(fault))
