"""The watch over one fetch: how long it may take, how long the other side may be silent, whether we stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from douane.errors import Failure, SourceFailure
from douane.settings import Settings

CONNECT_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.2
"""How often a fetch that waits looks whether it is to stop."""


class Stopped(Failure):
    """The fetch was let go because the process stops; nothing is wrong with the source."""

    def __init__(self) -> None:
        super().__init__("The fetch was let go because the worker stops.", transient=True)


class TookTooLong(SourceFailure):
    """The fetch has had all the time it may have; whether the other side would have gone on is unknown."""


@dataclass(frozen=True)
class Watch:
    """Bounds of one fetch. Moments are those of the monotonic clock, in seconds."""

    ends_at: float
    seconds_max: float
    silence_seconds: float
    is_stopping: Callable[[], bool]

    @classmethod
    def begin(cls, settings: Settings, is_stopping: Callable[[], bool]) -> Watch:
        """The watch over a fetch that begins now."""
        seconds = settings.fetch_seconds_max
        return cls(monotonic() + seconds, seconds, settings.fetch_silence_seconds, is_stopping)

    def look(self) -> None:
        """Raises Stopped when we are to stop, and TookTooLong when the fetch has."""
        if self.is_stopping():
            raise Stopped
        if monotonic() > self.ends_at:
            raise TookTooLong(f"The fetch was not done within {self.seconds_max:,.0f} seconds.")
