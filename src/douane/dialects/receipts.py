"""Receipts and faults as they are told: with the published codes of the dialect that a run came by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from douane.pipeline import report
from douane.pipeline.report import Fault, as_told
from douane.store.database import Connection
from douane.store.runs import Run

from . import DIALECTS


def receipt_of(conn: Connection, run: Run) -> dict[str, Any]:
    """The receipt of a run, as `pipeline.report` makes it."""
    return report.receipt_of(conn, run, partial(_told, run))


def faults_of(run: Run, faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults of a run, as `list_faults` gives them, as they are told."""
    return [_told(run, each) for each in faults]


def with_wire_codes(run: Run, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The same faults with the published codes of the dialect, one after the other."""
    spoken = DIALECTS.get(run.dialect)
    return iter(faults) if spoken is None else map(spoken.with_wire_code, faults)


def _told(run: Run, fault: Fault) -> dict[str, Any]:
    (found,) = with_wire_codes(run, [fault])
    return as_told(found)
