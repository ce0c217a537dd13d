"""The gate: how many imports run at once in this process, and how many may wait for a place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from douane.errors import Failure

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

WAITING_MAX = 200


class Gate:
    """Runs imports in threads of its own, `at_once` at most; `waiting_max` more may stand in line."""

    def __init__(self, at_once: int, waiting_max: int = WAITING_MAX) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="import")
        self._at_once = at_once
        self._inside_max = at_once + waiting_max
        self._inside = 0

    @property
    def waiting(self) -> int:
        """How many imports wait for a place."""
        return max(0, self._inside - self._at_once)

    def check_room(self) -> None:
        """Raises a transient Failure when nobody more may wait."""
        if self._inside >= self._inside_max:
            raise Failure(
                f"{self.waiting} imports are waiting already. Send the file again in a moment.",
                transient=True,
            )

    async def run(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        """Call `function` in a thread when its turn comes; it goes on even if the caller gives up."""
        self._inside += 1
        work = asyncio.wrap_future(self._threads.submit(function, *args, **named))
        work.add_done_callback(self._leave)
        return await asyncio.shield(work)

    def close(self) -> None:
        """Wait for the imports inside, let nobody in any more."""
        self._threads.shutdown(wait=True)

    def _leave(self, _work: asyncio.Future[Any]) -> None:
        self._inside -= 1
