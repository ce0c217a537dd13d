"""What outlives a request: `queue` defers an import, `imports` carries it out, `worker` runs them."""

from .queue import defer_import, defer_run
from .worker import run_worker

__all__ = ["defer_import", "defer_run", "run_worker"]
