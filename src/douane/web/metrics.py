"""What Prometheus may know: numbers about requests and runs, never the name of a tenant.

Each process counts what it does itself, from the moment it starts; a scrape asks nobody and nothing else.
Prometheus adds the processes up, and knows what to make of a counter that starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)

from douane.store.runs import Run
from douane.store.sources import Attempt

VERDICTS = ("added", "updated", "unchanged", "rejected")
STAGE_BUCKETS = (0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """The counters of one process, in a registry of their own; any thread may count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "douane_requests", "HTTP requests answered.", ["door", "status"], registry=self.registry
        )
        self._runs = Counter("douane_runs", "Runs that came to an end.", ["state"], registry=self.registry)
        self._rows = Counter("douane_rows", "Rows by verdict.", ["verdict"], registry=self.registry)
        self._attempts = Counter(
            "douane_fetch_attempts", "Attempts to fetch a file.", ["outcome"], registry=self.registry
        )
        self._fetched_bytes = Counter(
            "douane_fetched_bytes", "Bytes of the files that were fetched.", registry=self.registry
        )
        self._stages = Histogram(
            "douane_stage_seconds",
            "Time per stage.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=self.registry,
        )

    @property
    def told(self) -> tuple[Callable[[Run], None], Callable[[Attempt], None]]:
        """What a worker tells of its runs and of its attempts to fetch."""
        return self.count_run, self.count_attempt

    def show_waiting(self, waiting: Callable[[], int]) -> None:
        """Also tell how many imports wait for a place at the doors of this process."""
        queue = Gauge("douane_imports_waiting", "Imports waiting for a place.", registry=self.registry)
        queue.set_function(waiting)

    def count_request(self, door: str, status: int) -> None:
        """One request was answered; `door` is a route, not what the sender wrote."""
        self._requests.labels(door, str(status)).inc()

    def count_run(self, run: Run) -> None:
        """One run came to its end in this process, at a door or in the hands of its worker."""
        self._runs.labels(run.state).inc()
        receipt = run.receipt
        if receipt is None:
            return
        for verdict in VERDICTS:
            self._rows.labels(verdict).inc(receipt["counts"][verdict])
        for stage, seconds in receipt["stages"].items():
            self._stages.labels(stage).observe(seconds)

    def count_attempt(self, attempt: Attempt) -> None:
        """One attempt to fetch came to its end in this process."""
        self._attempts.labels(attempt.outcome).inc()
        self._fetched_bytes.inc(attempt.bytes or 0)

    def page(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[None]:
    """Tell them at an address of their own while inside, for a process that has no other. Raises OSError."""
    server, thread = start_http_server(port, host, metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
