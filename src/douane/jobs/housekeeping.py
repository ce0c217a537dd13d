"""What a worker does beside its jobs: look after dead workers and itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from procrastinate.worker import Worker

from douane.errors import Failure
from douane.store.jobs import are_silent

from .recovery import recover
from .work import Work

LOOKS_PER_SILENCE = 3
"""How often we look for dead workers in the time after which one is taken for dead."""


async def keep_house(work: Work, workers: Sequence[Worker]) -> None:
    """Until it is cancelled. Raises Failure when one of `workers` of this process works no more.

    One that broke waits for its tasks to end, which may take long; it gives no sign of life then. One that
    had no time to give a sign gives it by the next look.
    """
    silence = work.settings.worker_silence_seconds
    was_silent = False
    while True:
        await asyncio.sleep(silence / LOOKS_PER_SILENCE)
        is_silent = await asyncio.to_thread(_are_silent, work, workers)
        if is_silent and was_silent:
            raise Failure("the worker does not reach its queue", transient=True)
        if not is_silent:
            await asyncio.to_thread(recover, work, silence)
        was_silent = is_silent


def _are_silent(work: Work, workers: Sequence[Worker]) -> bool:
    ids = [each.worker_id for each in workers if each.worker_id is not None]
    with work.database.connection() as conn:
        return are_silent(conn, ids, work.settings.worker_silence_seconds)
