"""The ids of new rows, reserved many at once, ahead of those that need them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Reserve = Callable[[int], Sequence[int]]


class Ids:
    """Ids of one table. While some are used, as many as were taken the last time are reserved."""

    def __init__(self, reserve: Reserve, thread: ThreadPoolExecutor) -> None:
        self._reserve = reserve
        self._thread = thread
        self._ids: Numbers = np.empty(0, np.int64)
        self._coming: Future[Sequence[int]] | None = None

    @classmethod
    @contextmanager
    def of(cls, reserve: Reserve) -> Iterator[Ids]:
        """Ids as long as the context lasts."""
        with ThreadPoolExecutor(1, thread_name_prefix="ids") as thread:
            yield cls(reserve, thread)

    def take(self, count: int, *, more: bool) -> Numbers:
        """So many ids, rising. With `more` about as many are wanted again."""
        while count > len(self._ids):
            found = self._reserve(count - len(self._ids)) if self._coming is None else self._coming.result()
            self._coming = None
            self._ids = np.append(self._ids, np.asarray(found, np.int64))
        taken, self._ids = self._ids[:count], self._ids[count:]
        if more and self._coming is None and len(self._ids) < count:
            self._coming = self._thread.submit(self._reserve, count)
        return taken
