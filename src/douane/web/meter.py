"""How much a credential may ask: requests in a window of time, and calls of one address at once.

Both are counted per process: behind several of them a sender may ask as many times as much.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from douane.dialects.dialect import Metering
from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.settings import Settings
from douane.store.credentials import Caller


class TooMuch(Refusal):
    """Refused for now; `seconds` later it may be asked again."""

    def __init__(self, code: str, detail: str, seconds: float) -> None:
        refused = refusal(code, detail)
        super().__init__(refused.code, refused.message, refused.hint)
        self.seconds = max(1, round(seconds + 0.5))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left in a caller's window, which ends at `reset` (seconds since 1970)."""

    is_within: bool
    remaining: int
    reset: float


class Meter:
    """The counts of one process, by the settings `rate_requests_max`, `rate_seconds`, `calls_at_once_max`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._windows = FixedWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerSecond(max(1, settings.rate_requests_max), max(1, settings.rate_seconds))
        self._under_way: Counter[Hashable] = Counter()

    def count(self, caller: Caller) -> Standing | None:
        """Count one request of the caller's credential; None when nothing is counted."""
        if self._settings.rate_requests_max <= 0:
            return None
        key = str(caller.credential_id)
        is_within = self._windows.hit(self._rate, key)
        window = self._windows.get_window_stats(self._rate, key)
        return Standing(is_within, window.remaining, window.reset_time)

    def check(self, standing: Standing | None) -> None:
        """Refuses `too-many-requests`."""
        if standing is not None and not standing.is_within:
            detail = f"{self._settings.rate_requests_max} requests in {self._settings.rate_seconds} seconds"
            raise TooMuch("too-many-requests", detail, standing.reset - time.time())

    def headers(self, metering: Metering, standing: Standing | None) -> dict[str, str]:
        """What the sender is told about the window."""
        if standing is None:
            return {}
        return {
            metering.remaining: str(standing.remaining),
            metering.reset: f"{standing.reset:.6f}",
            metering.total: str(self._settings.rate_requests_max),
        }

    @contextmanager
    def place(self, address: str, company_id: int) -> Iterator[None]:
        """A place among the calls of one address and company. Refuses `too-many-at-once`."""
        most = self._settings.calls_at_once_max
        key = (address, company_id)
        if 0 < most <= self._under_way[key]:
            raise TooMuch("too-many-at-once", str(most), 0)
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
