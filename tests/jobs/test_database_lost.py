"""A database that crashes, goes away and comes back while a worker is busy: what was begun is done, once."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from douane.settings import Settings
from douane.store import embedded
from douane.store.database import open_database
from douane.store.programs import find_programs

Ask = Callable[..., int]
Send = Callable[[int], int]
ItemsFile = Callable[[int], bytes]

ROWS = 300_000


@dataclass(frozen=True)
class Server:
    """A PostgreSQL for one test, which may crash."""

    data: Path
    url: str

    def crash(self) -> None:
        """Stop it without a word to anybody."""
        self._run("stop", "-m", "immediate")

    def start(self) -> None:
        """Start it where it was."""
        log = str(self.data / "again.log")
        self._run("start", "-l", log, "-o", f"-k {conninfo_to_dict(self.url)['host']}")

    def _run(self, command: str, *arguments: str) -> None:
        folder = self.data / "postgres"
        find_programs(folder).run("pg_ctl", command, "-w", "-D", str(folder), *arguments)


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that no other test uses."""
    data = Path(tempfile.mkdtemp(prefix="douane-tests-"))
    data.chmod(0o777)
    yield Server(data, embedded.hold(data))
    embedded.release(data)
    shutil.rmtree(data)


@pytest.fixture
def database_url(own_server: Server) -> str:
    """The address of a migrated database of that server."""
    open_database(Settings(database_url=own_server.url)).close()
    return own_server.url


def test_a_download_outlives_a_crash_of_the_database(
    own_server: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    held = threading.Event()
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(10), held=held)))
    worker = start_worker()
    source.wait_until_asked("/items.csv")
    own_server.crash()
    held.set()
    own_server.start()
    assert books.end(run_id).state == "succeeded"
    assert books.outcomes(run_id)[-1] == "fetched"
    assert books.items() == 10
    assert worker.poll() is None


def test_an_import_is_done_again_after_a_crash_of_the_database(
    own_server: Any, source: Any, books: Any, ask: Ask, items_file: ItemsFile, start_worker: Any
) -> None:
    run_id = ask(source.gives("/items.csv", source.answer(body=items_file(ROWS))))
    worker = start_worker()
    books.wait(run_id, "running")
    own_server.crash()
    own_server.start()
    assert books.end(run_id).state == "succeeded"
    assert books.items() == ROWS
    assert books.outcomes(run_id) == ["fetched"]
    assert source.asked["/items.csv"] == 1
    assert worker.poll() is None


def test_a_worker_goes_on_after_a_crash_of_the_database(
    own_server: Any, source: Any, books: Any, ask: Ask, send: Send, items_file: ItemsFile, start_worker: Any
) -> None:
    start_worker()
    books.end(send(10))
    own_server.crash()
    own_server.start()
    books.wait_for(lambda: _is_up(books), bool)
    later = [send(20), ask(source.gives("/items.csv", source.answer(body=items_file(30))))]
    assert [books.end(run_id).state for run_id in later] == ["succeeded", "succeeded"]
    assert books.items() == 30


def _is_up(books: Any) -> bool:
    return books.value("select true") is True
