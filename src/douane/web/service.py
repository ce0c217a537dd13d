"""What every handler works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from douane.settings import Settings
from douane.store.database import Database

from .gate import Gate
from .metrics import Metrics


@dataclass(frozen=True)
class Service:
    """The parts of one server process."""

    database: Database
    settings: Settings
    gate: Gate
    metrics: Metrics

    @property
    def spool_directory(self) -> Path:
        """Where uploads are spooled and those of synchronous runs are kept."""
        return self.settings.data / "uploads"
