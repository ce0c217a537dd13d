"""The ids of new entries, reserved many at once: asking for them while lines are copied costs time."""

from __future__ import annotations

import numpy as np

from douane.store.posting import Posting

from .assembling import Numbers

MORE = 1.02
"""How many more are reserved than the first chunk lets expect; what is left over is lost."""


class EntryIds:
    """Ids for the entries of one run, which comes in about `chunks_expected` chunks of one size."""

    def __init__(self, posting: Posting, chunks_expected: float) -> None:
        self._posting = posting
        self._chunks_left = chunks_expected
        self._ids: Numbers = np.empty(0, np.int64)

    def take(self, count: int) -> Numbers:
        """So many ids, rising."""
        if count > len(self._ids):
            more = self._posting.reserve_ids("entries", max(count, int(count * self._chunks_left * MORE)))
            self._ids = np.append(self._ids, np.asarray(more, np.int64))
        self._chunks_left -= 1
        taken, self._ids = self._ids[:count], self._ids[count:]
        return taken
