"""The file that pulled records go to: page by page, each whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from douane.errors import Failure


class PulledFile:
    """A file that grows page by page; `size` is in bytes.

    Either `finish` or `discard` ends it; `discard` after either does nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix="pull-", suffix=".part", dir=folder)
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._path = Path(path)
        self._hash = hashlib.sha256()
        self._page = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """The SHA-256 of the file so far, in hex."""
        return self._hash.hexdigest()

    @property
    def page_digest(self) -> bytes:
        """The SHA-256 of the records of the page that was begun last."""
        return self._page.digest()

    @contextmanager
    def page(self) -> Iterator[None]:
        """What is written inside belongs to one page, and is gone again when an exception ends it."""
        size, digest, self._page = self.size, self._hash.copy(), hashlib.sha256()
        try:
            yield
        except BaseException:
            self._file.truncate(size)
            self._file.seek(size)
            self.size, self._hash = size, digest
            raise

    def write(self, lines: bytes) -> None:
        """Append whole lines. Raises a transient Failure when there is no room for them."""
        rest = memoryview(lines)
        with kept():
            while rest:
                rest = rest[self._file.write(rest) :]
        self._hash.update(lines)
        self._page.update(lines)
        self.size += len(lines)

    def finish(self) -> Path:
        """The path of the whole file, which stays."""
        self._file.close()
        self._path = self._path.rename(self._path.with_suffix(".ndjson"))
        return self._path

    def discard(self) -> None:
        """Forget what was written, unless `finish` has handed it over."""
        if not self._file.closed:
            self._file.close()
            self._path.unlink(missing_ok=True)


@contextmanager
def kept() -> Iterator[None]:
    """Tells in words that something cannot be kept on disk."""
    try:
        yield
    except OSError as error:
        raise Failure(f"What is pulled cannot be kept: {error.strerror}.", transient=True) from error
