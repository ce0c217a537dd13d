"""Trying again: after which pauses, how often, and when not at all."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import psycopg
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from douane.errors import Failure
from douane.settings import Settings

PAUSES = (2, 10, 60, 300)
"""Seconds before the second, third, fourth and fifth try of an import."""

TRIES_MAX = len(PAUSES) + 1
GIVEN_UP = f"Given up after {TRIES_MAX} tries. Nothing of the file is stored; send it again."

FETCH_PAUSES = (2, 10, 60, 300, 900, 1800)
"""Seconds after the first, second, ... attempt to fetch; the last one after all further attempts."""

SPREAD = 0.1
"""By which share a pause is longer, by chance: the files of one source should not all come at once."""

ASKED_SECONDS_MAX = 3600.0
"""How long we wait at most because a source asks us to."""


class Again(Exception):
    """The job goes back into the queue; it is due at `at`."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime.now(UTC)
        super().__init__(f"It is tried again at {self.at:%Y-%m-%d %H:%M:%S} UTC.")

    @classmethod
    def after(cls, seconds: float) -> Again:
        """Due in so many seconds."""
        return cls(datetime.now(UTC) + timedelta(seconds=seconds))


class GrowingPauses(BaseRetryStrategy):
    """Try again after a transient failure, at most five times in all."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The pause before the next try; None when there is none."""
        if not is_transient(exception) or is_last_try(job):
            return None
        return RetryDecision(retry_in={"seconds": PAUSES[job.attempts]})


class AsTold(BaseRetryStrategy):
    """Try again when the task says so, at the moment it says, and when it had no chance to say anything."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """The moment of the next try; None when there is none."""
        if isinstance(exception, Again):
            return RetryDecision(retry_at=exception.at)
        return RetryDecision(retry_in={"seconds": PAUSES[0]}) if is_transient(exception) else None


def is_transient(error: BaseException) -> bool:
    """Whether the same import may succeed later. A database that goes away is back later."""
    return error.transient if isinstance(error, Failure) else isinstance(error, psycopg.OperationalError)


def is_last_try(job: Job) -> bool:
    """Whether the job, which had `attempts` tries before this one, gets no further one."""
    return job.attempts + 1 >= TRIES_MAX


def pause_after(failures: int, asked_seconds: float | None, settings: Settings) -> float:
    """Seconds to the next attempt to fetch, after so many that failed, 1 or more.

    `asked_seconds` is what the source asks for; it is heeded up to an hour.
    """
    usual = FETCH_PAUSES[min(failures, len(FETCH_PAUSES)) - 1]
    pause = min(usual, settings.fetch_pause_seconds_max) * (1 + SPREAD * random.random())  # noqa: S311 - no secret
    return max(pause, min(asked_seconds or 0.0, ASKED_SECONDS_MAX))
