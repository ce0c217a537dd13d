"""What Prometheus may know: numbers about requests and runs, never the name of a tenant."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from douane.store.runs import Run

VERDICTS = ("added", "updated", "unchanged", "rejected")
STAGE_BUCKETS = (0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """The counters of one server process, in a registry of their own."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "douane_requests", "HTTP requests answered.", ["door", "status"], registry=self.registry
        )
        self._runs = Counter("douane_runs", "Runs that came to an end.", ["state"], registry=self.registry)
        self._rows = Counter("douane_rows", "Rows by verdict.", ["verdict"], registry=self.registry)
        self._stages = Histogram(
            "douane_stage_seconds",
            "Time per stage.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=self.registry,
        )
        queue = Gauge("douane_imports_waiting", "Imports waiting for a place.", registry=self.registry)
        queue.set_function(waiting)

    def count_request(self, door: str, status: int) -> None:
        """One request was answered; `door` is a route, not what the sender wrote."""
        self._requests.labels(door, str(status)).inc()

    def count_run(self, run: Run) -> None:
        """One run came to its end in this process."""
        self._runs.labels(run.state).inc()
        receipt = run.receipt
        if receipt is None:
            return
        for verdict in VERDICTS:
            self._rows.labels(verdict).inc(receipt["counts"][verdict])
        for stage, seconds in receipt["stages"].items():
            self._stages.labels(stage).observe(seconds)

    def page(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
