"""The places for imports of one process, shared by what was sent and what was fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from .retrying import Again

LOOK_SECONDS = 0.2
"""How often who waits for a place looks whether to stop."""


class Places:
    """So many imports at once; never two of one company, which would only wait for each other's locks."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._companies: set[int] = set()
        self._changed = Condition()

    @contextmanager
    def taken(self, company_id: int, is_stopping: Callable[[], bool]) -> Iterator[None]:
        """Wait for a place and the company's turn, and hold both inside. Raises Again when it is to stop."""
        with self._changed:
            while self._free == 0 or company_id in self._companies:
                if is_stopping():
                    raise Again
                self._changed.wait(LOOK_SECONDS)
            self._free -= 1
            self._companies.add(company_id)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._companies.discard(company_id)
                self._changed.notify_all()
