"""Whose file is fetched next: no organization keeps the others waiting, however slow its sources are."""

from __future__ import annotations

from collections.abc import Iterable

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from douane.store.jobs import TAKE_IN_TURN

from .queue import FETCHES


class JobsInTurn(JobManager):
    """The jobs of the queue, those to fetch in turn among the organizations.

    An organization is given a further one of a worker's `places` only as long as it holds fewer than are
    free. So one alone has half of them, two have three quarters, and each new one finds a place at once until
    more organizations hold places than `places` can be halved.
    """

    def __init__(self, connector: BaseConnector, places: int) -> None:
        super().__init__(connector)
        self._places = places

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The job that the worker is to do next, None when there is none for it."""
        wanted = list(queues or ())
        if wanted != [FETCHES]:
            return await super().fetch_job(queues=queues, worker_id=worker_id)
        rows = await self.connector.execute_query_all_async(
            TAKE_IN_TURN, queues=wanted, worker_id=worker_id, places=self._places
        )
        return next(map(Job.from_row, rows), None)
