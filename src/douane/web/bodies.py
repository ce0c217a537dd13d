"""Large bodies of calls: how many of them are held in memory at once, by one organization and by all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from douane.errors import Failure

LARGE_BYTES = 1 << 20
"""Requests with more take several times as much memory, and a thread for long: two of them at once do."""

OF_ONE_MAX, OF_ALL_MAX = 4, 12
"""So many senders may be on their way with large bodies at once; they may take their time."""

Grown = Callable[[int], None]
"""Told how large a body is so far, or announced to be. Raises a transient Failure when it is too much."""


class LargeBodies:
    """The large bodies of one process; used in one event loop."""

    def __init__(self) -> None:
        self._held: Counter[int] = Counter()

    @contextmanager
    def held(self, organization_id: int | None) -> Iterator[Grown]:
        """Room for one body of an organization inside the block; None is bounded elsewhere."""
        owner: int | None = None

        def grown(size: int) -> None:
            nonlocal owner
            if size > LARGE_BYTES and owner is None and organization_id is not None:
                self._take(organization_id)
                owner = organization_id

        try:
            yield grown
        finally:
            if owner is not None:
                self._held[owner] -= 1
                self._held += Counter()  # without those that hold nothing

    def _take(self, organization_id: int) -> None:
        if self._held[organization_id] >= OF_ONE_MAX or self._held.total() >= OF_ALL_MAX:
            raise Failure("Too many large requests are under way; send it again in a moment.", transient=True)
        self._held[organization_id] += 1
