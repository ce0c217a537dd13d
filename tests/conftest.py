"""One embedded PostgreSQL for the session, for each test a database of its own, and a source of files."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from douane.settings import Settings
from douane.store import embedded
from douane.store.database import Database, open_database
from douane.store.organizations import Company, ensure_company
from douane.store.runs import NewRun, Run, create_run

TEMPLATE = "template_of_tests"
PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

CompanyFactory = Callable[..., Company]
RunFactory = Callable[..., Run]

_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL that lives as long as the session."""
    # Not pytest's own folder: that is closed to the user PostgreSQL runs as when the tests run as root.
    data = Path(tempfile.mkdtemp(prefix="douane-tests-"))
    address = embedded.hold(data)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")
    yield address
    embedded.release(data)
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated database that nothing is connected to."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE}")
    open_database(Settings(database_url=make_conninfo(server, dbname=TEMPLATE))).close()
    return TEMPLATE


@pytest.fixture
def database_url(server: str, template: str) -> Iterator[str]:
    """The address of a migrated database for this test alone."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
        yield make_conninfo(server, dbname=name)
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an operator who changed nothing but the database and the data folder."""
    return Settings(data=tmp_path, database_url=database_url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The test's database, open."""
    with open_database(settings) as opened:
        yield opened


@pytest.fixture
def make_company(database: Database) -> CompanyFactory:
    """Makes a company by `make_company()`, each in a new organization unless one is named."""

    def make(organization: str | None = None, code: str | None = None) -> Company:
        with database.connection() as connection:
            return ensure_company(connection, organization or f"ORG{next(_numbers)}", code)

    return make


@pytest.fixture
def company(make_company: CompanyFactory) -> Company:
    """A company, the default one of its organization."""
    return make_company()


@pytest.fixture
def make_run(database: Database, settings: Settings) -> RunFactory:
    """Records a run of a file, ready to carry out: `make_run(company, dialect, door, text, **more)`."""

    def make(company: Company, dialect: str, door: str, text: str | bytes, **more: Any) -> Run:
        body = text.encode() if isinstance(text, str) else text
        path = settings.data / f"upload-{next(_numbers)}"
        path.write_bytes(body)
        new = NewRun(
            organization_id=company.organization_id,
            company_id=company.id,
            dialect=dialect,
            door=door,
            upload_bytes=len(body),
            upload_digest=hashlib.sha256(body).hexdigest(),
            upload_path=str(path),
            requested_by="a test",
            **{"upload_name": path.name, **more},
        )
        with database.connection() as conn:
            return create_run(conn, new)

    return make


@dataclass(frozen=True)
class Answer:
    """What a source answers: half of `body`, the rest once `held` is set, unless it `is_cut`."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    held: threading.Event | None = None
    is_cut: bool = False


class Source:
    """An HTTP server on loopback. The last answer of a path is given again and again."""

    answer = Answer

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, list[Answer]] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def gives(self, path: str, *answers: Answer) -> str:
        """What a path answers, one after the other; gives its address."""
        self._answers[path] = list(answers)
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def wait_until_asked(self, path: str, times: int = 1) -> None:
        """Until the path was asked for so many times."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.asked[path] >= times, PATIENCE_SECONDS), self.asked

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, path: str) -> Answer:
        with self._changed:
            self.asked[path] += 1
            self._changed.notify_all()
            answers = self._answers[path]
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = source._next(self.path.partition("?")[0])
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                half = len(answer.body) // 2
                try:
                    self.wfile.write(answer.body[:half])
                    if answer.held is not None:
                        answer.held.wait(PATIENCE_SECONDS)
                    if not answer.is_cut:
                        self.wfile.write(answer.body[half:])
                except OSError:
                    pass  # whoever asked is gone, as the test wants it
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def source() -> Iterator[Source]:
    """A source of files."""
    made = Source()
    yield made
    made.stop()
