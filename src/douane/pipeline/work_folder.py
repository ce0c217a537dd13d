"""The folders that imports work in: each has one as long as it lasts, and what dead ones left is deleted."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from douane.settings import Settings

ABANDONED_SECONDS = 3600.0
"""A folder is this old before it is looked at: one that has just been made may not be held yet."""


@contextmanager
def work_folder(settings: Settings) -> Iterator[Path]:
    """A folder of its own for one import. The system lets go of it when the process dies."""
    place = _place(settings)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=place) as name, _held(Path(name)):
        yield Path(name)


def drop_abandoned(settings: Settings) -> int:
    """Delete the folders that dead processes of this machine left; gives how many."""
    dropped = 0
    latest = time.time() - ABANDONED_SECONDS
    for path in _place(settings).glob("run-*"):
        # What goes away at this moment, or is held by an import, is none of ours.
        with suppress(FileNotFoundError, BlockingIOError):
            if path.stat().st_mtime < latest:
                with _held(path):
                    shutil.rmtree(path, ignore_errors=True)
                dropped += 1
    return dropped


def _place(settings: Settings) -> Path:
    return settings.data / "work"


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a folder inside the block. Raises BlockingIOError when somebody else does."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
