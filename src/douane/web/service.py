"""What every handler works with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from douane.dialects.dialect import Dialect
from douane.settings import Settings
from douane.store.database import Database

from .bodies import LargeBodies
from .callers import Callers
from .gate import Gate
from .meter import Meter
from .metrics import Metrics

CALL_THREADS = 8
LARGE_AT_ONCE = 2


@dataclass(frozen=True)
class Service:
    """The parts of one server process. Calls have threads of their own: they never wait for an import.

    `bodies` bounds how many large bodies are held at once, `large` how many of them are answered at once.
    """

    database: Database
    settings: Settings
    dialects: Mapping[str, Dialect]
    gate: Gate
    metrics: Metrics
    callers: Callers
    meter: Meter
    bodies: LargeBodies = field(default_factory=LargeBodies)
    large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(CALL_THREADS, thread_name_prefix="call")
    )

    @property
    def spool_directory(self) -> Path:
        """Where uploads are spooled and those of synchronous runs are kept."""
        return self.settings.data / "uploads"
