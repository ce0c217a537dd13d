"""Requests of one address answered together: while one batch is in the database, the next one gathers.

Each company has a lane of its own: a batch that waits for an import of its company, which may hold new
accounts for minutes, keeps no other company from its answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TypeAlias

from psycopg.errors import LockNotAvailable

from douane.dialects.call import AskedOne, Gathering
from douane.dialects.door import Reply
from douane.errors import Failure, Refusal
from douane.settings import Settings
from douane.store.database import Database
from douane.store.waiting import wait_at_most

BATCH_MAX = 64
LOCK_SECONDS_MAX = 1.0
"""How long a batch waits for what others hold, before each request is tried alone."""

LOCK_SECONDS_ALONE = 0.05
"""How long each of these waits: those that need nothing that is held are soon answered."""

Outcome: TypeAlias = Reply | Exception
Waiting: TypeAlias = tuple[AskedOne, asyncio.Future[Outcome]]


class Gatherer:
    """The requests of one `Gathering`; used in one event loop. Nobody waits for others to come."""

    def __init__(
        self, gathering: Gathering, database: Database, settings: Settings, threads: Executor
    ) -> None:
        self._gathering = gathering
        self._database = database
        self._settings = settings
        self._threads = threads
        self._lanes: dict[int, deque[Waiting]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def ask(self, asked: AskedOne) -> Reply:
        """The reply to one request. Raises what turned it away, or kept all of its batch from an answer."""
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        lane = asked.caller.company_id
        if lane in self._lanes:
            self._lanes[lane].append((asked, answered))
        else:
            self._lanes[lane] = deque([(asked, answered)])
            work = asyncio.create_task(self._work(lane))
            self._working.add(work)
            work.add_done_callback(self._working.discard)
        outcome = await answered
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _work(self, lane: int) -> None:
        """Answer batch after batch of a company until nobody waits."""
        loop = asyncio.get_running_loop()
        waiting = self._lanes[lane]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(BATCH_MAX, len(waiting)))]
                asked = [each for each, _ in batch]
                outcomes = await loop.run_in_executor(self._threads, self._answer, asked)
                for (_, answered), outcome in zip(batch, outcomes, strict=True):
                    if not answered.done():  # the sender may have gone away
                        answered.set_result(outcome)
        finally:
            del self._lanes[lane]

    def _answer(self, batch: list[AskedOne]) -> Sequence[Outcome]:
        """The outcomes of a batch in its order; never raises. What breaks a batch breaks only its culprit."""
        try:
            return self._together(batch, LOCK_SECONDS_MAX)
        except Failure as failure:
            return [failure] * len(batch)
        except LockNotAvailable as error:
            if len(batch) == 1:
                return [error]
            return self._apart(batch, LOCK_SECONDS_ALONE)
        except Exception as error:
            if len(batch) == 1:
                return [error]
        return self._apart(batch, LOCK_SECONDS_MAX)

    def _apart(self, batch: list[AskedOne], seconds: float) -> list[Outcome]:
        """Each request in a transaction of its own; when the database is away, it is asked only once more."""
        outcomes: list[Outcome] = []
        for asked in batch:
            try:
                outcomes += self._together([asked], seconds)
            except Failure as failure:
                return outcomes + [failure] * (len(batch) - len(outcomes))
            except Exception as error:
                outcomes.append(error)
        return outcomes

    def _together(self, batch: list[AskedOne], seconds: float) -> list[Reply | Refusal]:
        with self._database.connection() as conn:
            wait_at_most(conn, seconds)
            replies = self._gathering.answer_many(conn, self._settings, batch)
            assert len(replies) == len(batch), "each request has its reply"
        return replies
