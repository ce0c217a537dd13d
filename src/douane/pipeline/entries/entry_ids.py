"""The ids of new entries, reserved many at once: asking for them while lines are copied costs time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from douane.store.posting import Posting

from .assembling import Numbers

MORE = 1.02
"""How many more are reserved than the first chunk lets expect; what is left over is lost."""


class EntryIds:
    """Ids for the entries of one run, which comes in about `chunks_expected` chunks of one size.

    The first chunk gets its own at once, so that its lines can be copied while those for the rest are
    reserved.
    """

    def __init__(self, posting: Posting, chunks_expected: float, thread: ThreadPoolExecutor) -> None:
        self._posting = posting
        self._chunks_left = chunks_expected
        self._thread = thread
        self._ids: Numbers = np.empty(0, np.int64)
        self._coming: Future[Numbers] | None = None

    @classmethod
    @contextmanager
    def of(cls, posting: Posting, chunks_expected: float) -> Iterator[EntryIds]:
        """Ids as long as the context lasts."""
        with ThreadPoolExecutor(1, thread_name_prefix="ids") as thread:
            yield cls(posting, chunks_expected, thread)

    def take(self, count: int) -> Numbers:
        """So many ids, rising."""
        if count > len(self._ids) and self._coming is not None:
            self._ids = np.append(self._ids, self._coming.result())
            self._coming = None
        if count > len(self._ids):
            self._ids = np.append(self._ids, self._reserve(count))
        self._chunks_left -= 1
        rest = int(count * self._chunks_left * MORE) - len(self._ids)
        if self._coming is None and rest > count:
            self._coming = self._thread.submit(self._reserve, rest)
        taken, self._ids = self._ids[:count], self._ids[count:]
        return taken

    def _reserve(self, count: int) -> Numbers:
        return np.asarray(self._posting.reserve_ids("entries", count), np.int64)
