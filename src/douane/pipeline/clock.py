"""How long each stage took: stages overlap, so their seconds may add up to more than the run's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")


@dataclass
class Clock:
    """Seconds by stage. A stage that reads another one is not charged for the other's time."""

    seconds: dict[str, float] = field(default_factory=dict)
    now: Callable[[], float] = time.perf_counter

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge what happens inside to the stage."""
        start = self.now()
        try:
            yield
        finally:
            self._charge(name, self.now() - start)

    def timed(self, name: str, source: Iterator[Item], upstream: str | None = None) -> Iterator[Item]:
        """`source`, its time charged to the stage, without what `upstream` took meanwhile."""
        while True:
            before = self.seconds.get(upstream, 0.0) if upstream else 0.0
            start = self.now()
            item = next(source, None)
            spent = self.now() - start
            after = self.seconds.get(upstream, 0.0) if upstream else 0.0
            self._charge(name, spent - (after - before))
            if item is None:
                return
            yield item

    def _charge(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def rounded(self) -> dict[str, float]:
        """The seconds to the millisecond."""
        return {name: round(value, 3) for name, value in self.seconds.items()}
