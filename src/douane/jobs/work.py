"""What the tasks of one process share: the database, the places for imports, and whom to tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event

from procrastinate.jobs import Job

from douane.settings import Settings
from douane.store.database import Database
from douane.store.jobs import EndedTry
from douane.store.runs import Run
from douane.store.sources import Attempt

from .places import Places

Ended = Callable[[Run], None]
"""Told of every run that came to its end here."""

Attempted = Callable[[Attempt], None]
"""Told of every attempt to fetch that came to its end here."""


class LeftJobs:
    """The jobs whose tasks ended in this process, until the queue has been seen to know it.

    A database that goes away at that moment leaves a job that is taken for running by a worker that is well.
    """

    def __init__(self) -> None:
        self._left: dict[EndedTry, float] = {}

    def add(self, job: Job) -> None:
        """The task of the job has ended; next the queue is told."""
        assert job.id is not None, "a job that runs is in the queue"
        self._left[EndedTry(job.id, job.worker_id, job.attempts)] = time.monotonic()

    def since(self, seconds: float) -> list[EndedTry]:
        """The tries that ended at least so many seconds ago."""
        latest = time.monotonic() - seconds
        return [each for each, at in self._left.copy().items() if at <= latest]

    def forget(self, tries: Sequence[EndedTry]) -> None:
        """The queue knows of these."""
        for each in tries:
            self._left.pop(each, None)


@dataclass(frozen=True)
class Work:
    """What tasks need. `leaving` is set when the worker that carries them out is to end."""

    database: Database
    settings: Settings
    places: Places
    ended: Ended
    attempted: Attempted
    leaving: Event = field(default_factory=Event)
    left: LeftJobs = field(default_factory=LeftJobs)
