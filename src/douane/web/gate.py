"""The gate: how many imports run at once in this process, in which order, and how many may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from douane.errors import Failure

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

WAITING_MAX = 200


class Gate:
    """Runs imports in threads of its own, `at_once` at most; `waiting_max` more may stand in line.

    Each import has a lane. Those of one lane run one after the other, in the order they came: they would
    wait for each other's locks in the database anyway, and so they wait without taking a place from others.
    """

    def __init__(self, at_once: int, waiting_max: int = WAITING_MAX) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="import")
        self._places = asyncio.Semaphore(at_once)
        self._lanes: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        self._inside: set[asyncio.Task[Any]] = set()
        self._inside_max = at_once + waiting_max
        self._running = 0

    @property
    def waiting(self) -> int:
        """How many imports wait for a place or for another of their lane."""
        return len(self._inside) - self._running

    def check_room(self) -> None:
        """Raises a transient Failure when nobody more may wait."""
        if len(self._inside) >= self._inside_max:
            raise Failure(
                f"{self.waiting} imports are waiting already. Send the file again in a moment.",
                transient=True,
            )

    async def run(
        self,
        lane: Hashable,
        function: Callable[Arguments, Result],
        *args: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Call `function` in a thread when its turn comes; it goes on even if the caller gives up."""
        work = asyncio.create_task(self._in_turn(lane, partial(function, *args, **named)))
        self._inside.add(work)
        work.add_done_callback(self._inside.discard)
        return await asyncio.shield(work)

    async def close(self) -> None:
        """Wait for the imports inside, those in line too; let nobody in any more."""
        await asyncio.gather(*self._inside, return_exceptions=True)
        self._threads.shutdown(wait=True)

    async def _in_turn(self, lane: Hashable, call: Callable[[], Result]) -> Result:
        async with self._lanes.setdefault(lane, asyncio.Lock()), self._places:
            self._running += 1
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
            finally:
                self._running -= 1
