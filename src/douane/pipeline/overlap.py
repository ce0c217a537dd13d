"""Overlap: run an iterator ahead in a thread, so that reading goes on while the database writes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _End:
    """What the thread puts last: the iterator is over, or ended with this error."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Ahead(Generic[Item]):
    def __init__(self, source: Iterator[Item], waiting_max: int) -> None:
        self._source = source
        self._queue: queue.Queue[Item | _End] = queue.Queue(waiting_max)
        self._is_unwanted = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        end = _End()
        try:
            for item in self._source:
                if not self._put(item):
                    return
        except BaseException as error:
            end = _End(error)
        self._put(end)

    def _put(self, item: Item | _End) -> bool:
        while not self._is_unwanted.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def __iter__(self) -> Iterator[Item]:
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    def stop(self) -> None:
        self._is_unwanted.set()
        self._thread.join()


@contextmanager
def ahead(source: Iterator[Item], waiting_max: int = 1) -> Iterator[Iterator[Item]]:
    """The items of `source`, read ahead in a thread, `waiting_max` at most; its error is raised here.

    The thread has ended when the context is left, however it is left.
    """
    reader = _Ahead(source, waiting_max)
    try:
        yield iter(reader)
    finally:
        reader.stop()
