"""The files that were fetched: on the disk of this machine until their runs are over."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from douane.settings import Settings
from douane.store import uploads
from douane.store.database import Database
from douane.store.runs import Run, list_faults, live_upload_paths, set_upload

ABANDONED_SECONDS = 3600.0
"""Nothing is written to a file for so long while it is being fetched."""


def folder_of(settings: Settings) -> Path:
    """Where fetched files are. The path is a whole one, as runs remember it."""
    return settings.data.resolve() / "fetched"


def is_here(run: Run) -> bool:
    """Whether the upload of the run was fetched to this machine before, whole."""
    path = Path(run.upload_path or "")
    if not path.is_file() or path.stat().st_size != run.upload_bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == run.upload_digest


def put_away(database: Database, run: Run) -> None:
    """The run is over: its file goes, into the database when there are lines to correct and send again."""
    if run.upload_path is None:
        return
    path = Path(run.upload_path)
    with database.connection() as conn:
        if path.is_file() and list_faults(conn, run.id, 1, warnings=False):
            uploads.keep(conn, run.id, path)
        set_upload(conn, run.id, run.upload_name, run.upload_bytes, run.upload_digest, None)
    path.unlink(missing_ok=True)


def drop_leftovers(database: Database, settings: Settings) -> int:
    """Delete the files that dead workers of this machine left and no run waits for; gives how many."""
    old = [path for path in folder_of(settings).glob("*") if _is_abandoned(path)]
    if not old:
        return 0
    with database.connection() as conn:
        needed = live_upload_paths(conn, [str(path) for path in old])
    left = [path for path in old if str(path) not in needed]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _is_abandoned(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - ABANDONED_SECONDS
    except FileNotFoundError:
        return False  # somebody has put it away since it was listed
