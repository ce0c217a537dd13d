"""Imports of Cegid Loop during which servers, workers and the database are killed: they are done, once."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from douane.settings import Settings
from douane.store import embedded
from douane.store.database import open_database
from douane.store.programs import find_programs

from .conftest import until

ENTRIES = 50
LINES = "select count(*) from entry_lines"
WAITS = "select count(*) from pg_locks where not granted and relation = 'entry_lines'::regclass"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL for one test, which may be killed."""

    data: Path
    url: str

    @property
    def folder(self) -> Path:
        """Where it keeps everything."""
        return self.data / "postgres"

    def kill(self) -> None:
        """As `kill -9` does to the first of its processes; the others notice and end."""
        process = int((self.folder / "postmaster.pid").read_text().partition("\n")[0])
        os.kill(process, signal.SIGKILL)

    def start(self) -> None:
        """Start it where it was, as whoever looks after it does."""
        options = f"-k {conninfo_to_dict(self.url)['host']}"
        log = str(self.data / "again.log")
        until(lambda: self._is_started("-w", "-l", log, "-o", options))

    def _is_started(self, *how: str) -> bool:
        # The processes of a server that was killed may hold its memory for another moment.
        try:
            find_programs(self.folder).run("pg_ctl", "start", "-D", str(self.folder), *how)
        except Exception:
            return False
        return True


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server that no other test uses."""
    data = Path(tempfile.mkdtemp(prefix="douane-tests-"))
    data.chmod(0o777)
    yield Postgres(data, embedded.hold(data))
    embedded.release(data)
    shutil.rmtree(data)


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    """The address of a migrated database of that server."""
    open_database(Settings(database_url=postgres.url)).close()
    return postgres.url


@contextmanager
def nothing_written(douane: Any) -> Iterator[None]:
    """Inside, imports stand still where they write the lines of entries."""
    with closing(psycopg.connect(douane.url)) as connection:
        connection.execute("lock table entry_lines in share mode")
        yield


def test_whatever_is_killed_an_import_is_done_and_once(
    postgres: Postgres, douane: Any, make_sender: Callable[..., Any], source: Any, files: Any
) -> None:
    held = threading.Event()
    body = files.fec(ENTRIES)
    url = source.gives("/fec.txt", source.answer(body=body, held=held), source.answer(body=body))

    server = douane.serve("--workers", "0")
    sender = make_sender().at(server)
    request = sender.ask("importFEC", URL=url)
    server.kill()
    sender.at(douane.serve("--workers", "0"))
    assert sender.status(request)["status"] == 1

    in_the_download = douane.work()
    until(lambda: source.asked["/fec.txt"])
    in_the_download.kill()
    held.set()
    assert sender.status(request)["status"] == 1

    with nothing_written(douane):
        in_the_merge = douane.work()
        until(lambda: douane.ask(WAITS))
        assert sender.status(request)["status"] == 2
        in_the_merge.kill()
    assert douane.ask(LINES) == 0

    survivor = douane.work()
    told = sender.end(request)
    assert (told["status"], told["counts"]["added"]) == (3, 2 * ENTRIES)
    assert [each["outcome"] for each in told["attempts"]] == ["stopped", "fetched"]
    assert (douane.ask(LINES), source.asked["/fec.txt"]) == (2 * ENTRIES, 2)

    second = source.gives("/second.txt", source.answer(body=files.fec(ENTRIES, first=ENTRIES + 1)))
    with nothing_written(douane):
        request = sender.ask("importFEC", URL=second)
        until(lambda: douane.ask(WAITS))
        postgres.kill()
    postgres.start()
    assert douane.ask(LINES) == 2 * ENTRIES
    told = sender.end(request)
    assert (told["status"], told["counts"]["added"]) == (3, 2 * ENTRIES)
    assert (douane.ask(LINES), source.asked["/second.txt"]) == (4 * ENTRIES, 1)
    assert survivor.process.poll() is None
