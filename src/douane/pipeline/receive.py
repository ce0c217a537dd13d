"""Receive: the bytes of a sender go to a file as they come, counted and digested on the way."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from douane.model.refusing import refusal


@dataclass(frozen=True)
class Upload:
    """The bytes as received. `size` is in bytes, `digest` is the SHA-256 of the bytes in lower-case hex."""

    path: Path
    name: str
    size: int
    digest: str


class Spool:
    """A file that grows chunk by chunk until the sender is done.

    Nothing but the file's place and its running digest is kept in memory. Either `finish` or `discard`
    ends it; `discard` after either does nothing.
    """

    def __init__(self, directory: Path, bytes_max: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix="upload-", suffix=".part", dir=directory)
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._path = Path(path)
        self._bytes_max = bytes_max
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of the bytes written so far."""
        return self._hash.hexdigest()

    def expect(self, size: int) -> None:
        """Refuses `upload-too-large` when `size` more bytes would be too many."""
        if self.size + size > self._bytes_max:
            raise refusal("upload-too-large", f"{self._bytes_max:,}")

    def write(self, chunk: bytes) -> None:
        """Append `chunk`. Refuses `upload-too-large`, with nothing of the chunk written."""
        self.expect(len(chunk))
        self._append(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self, name: str) -> Upload:
        """The whole upload, under a path that stays. Refuses `empty-upload` when nothing was written."""
        if self.size == 0:
            self.discard()
            raise refusal("empty-upload")
        self._file.close()
        self._path = self._path.rename(self._path.with_suffix(".bin"))
        return Upload(self._path, name, self.size, self.digest)

    def discard(self) -> None:
        """Forget what was written, unless `finish` has handed it over."""
        if not self._file.closed:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def _append(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            rest = rest[self._file.write(rest) :]
