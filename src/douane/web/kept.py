"""The uploads we keep: files of synchronous runs on disk, chunks of asynchronous ones in the database."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from douane.model.refusing import refusal
from douane.store.database import Database
from douane.store.runs import Run
from douane.store.uploads import fetch

DAY_SECONDS = 86_400
PART_DAYS = 1


@contextmanager
def kept_upload(database: Database, run: Run) -> Iterator[Path]:
    """The bytes of a run's upload as a file to read inside the block. Refuses `upload-gone`."""
    if run.upload_path and Path(run.upload_path).is_file():
        yield Path(run.upload_path)
        return
    with tempfile.TemporaryDirectory(prefix="douane-") as folder:
        target = Path(folder) / "upload"
        with database.connection() as conn:
            size = fetch(conn, run.id, target)
        if not size:
            raise refusal("upload-gone", str(run.id))
        yield target


def drop_old_files(directory: Path, days: int) -> int:
    """Delete uploads older than `days`, and parts that a dead process left; gives how many there were."""
    limits = {"upload-*.bin": days, "upload-*.part": PART_DAYS}
    old = [
        path
        for pattern, kept_days in limits.items()
        for path in directory.glob(pattern)
        if _is_older(path, kept_days * DAY_SECONDS)
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False  # an upload that ended since it was listed has another name now
