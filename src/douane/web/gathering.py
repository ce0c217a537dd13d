"""Requests of one address answered together: while one batch is in the database, the next one gathers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TypeAlias

from douane.dialects.call import AskedOne, Gathering
from douane.dialects.door import Reply
from douane.errors import Failure, Refusal
from douane.settings import Settings
from douane.store.database import Database

BATCH_MAX = 64

Outcome: TypeAlias = Reply | Exception


class Gatherer:
    """The requests of one `Gathering`; used in one event loop. Nobody waits for others to come."""

    def __init__(
        self, gathering: Gathering, database: Database, settings: Settings, threads: Executor
    ) -> None:
        self._gathering = gathering
        self._database = database
        self._settings = settings
        self._threads = threads
        self._waiting: deque[tuple[AskedOne, asyncio.Future[Outcome]]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: AskedOne) -> Reply:
        """The reply to one request. Raises what turned it away, or kept all of its batch from an answer."""
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answered))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        outcome = await answered
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _work(self) -> None:
        """Answer batch after batch until nobody waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
                asked = [each for each, _ in batch]
                outcomes = await loop.run_in_executor(self._threads, self._answer, asked)
                for (_, answered), outcome in zip(batch, outcomes, strict=True):
                    if not answered.done():  # the sender may have gone away
                        answered.set_result(outcome)
        finally:
            self._working = None

    def _answer(self, batch: list[AskedOne]) -> Sequence[Outcome]:
        """The outcomes of a batch in its order; never raises. What breaks a batch breaks only its culprit."""
        try:
            return self._together(batch)
        except Failure as failure:
            return [failure] * len(batch)
        except Exception as error:
            if len(batch) == 1:
                return [error]
        return self._apart(batch)

    def _apart(self, batch: list[AskedOne]) -> list[Outcome]:
        """Each request in a transaction of its own; when the database is away, it is asked only once more."""
        outcomes: list[Outcome] = []
        for asked in batch:
            try:
                outcomes += self._together([asked])
            except Failure as failure:
                return outcomes + [failure] * (len(batch) - len(outcomes))
            except Exception as error:
                outcomes.append(error)
        return outcomes

    def _together(self, batch: list[AskedOne]) -> list[Reply | Refusal]:
        with self._database.connection() as conn:
            replies = self._gathering.answer_many(conn, self._settings, batch)
            assert len(replies) == len(batch), "each request has its reply"
        return replies
