"""Deposits over a real connection: odd names, cut bodies, large files, and a server that is killed."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from douane.fetch.deposits import Prepared, fetch_deposit, prepare_deposit
from douane.settings import MEBIBYTE, Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.organizations import Company

PATIENCE_SECONDS = 120
COMMAND = [sys.executable, "-c", "from douane.cli import main; main()", "serve", "--port", "0"]
NAMES = [
    "842008161FEC20201231.txt",
    "a%20b.csv",
    "a%2Fb.csv",
    "%.csv",
    "é à.csv",
    "a#b?&=+;.csv",
    "日本.json",
]


class Gateway:
    """A running `douane serve`, which can be started again on the same data."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._errors = settings.data / "errors.txt"
        self.start()

    def start(self) -> None:
        with self._errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, "--data", str(self._settings.data)],
                env={**os.environ, "DATABASE_URL": self._settings.database_url},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert told, self.log()
        self.url = told.split()[-1]

    def log(self) -> str:
        return self._errors.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def begin(self, prepared: Prepared, *headers: str) -> socket.socket:
        """A connection on which the head of a PUT was sent, and nothing of its body."""
        address = urlsplit(prepared.deposit_url)
        lines = [f"PUT {address.path}?{address.query} HTTP/1.1", "Host: test", *headers]
        connection = socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2])))
        connection.settimeout(PATIENCE_SECONDS)
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    running = Gateway(settings)
    yield running
    running.kill()


class Sender:
    """What the tests do beside the server, on the same database."""

    def __init__(self, database: Database, settings: Settings, company: Company) -> None:
        self.database, self.settings = database, settings
        self.caller = Caller(1, company.organization_id, company.id, "ORG", "CODE", "loop", "login", {})

    def prepare(self, gateway: Gateway, name: str = NAMES[0]) -> Prepared:
        with self.database.connection() as conn:
            return prepare_deposit(conn, self.settings, self.caller, name, gateway.url)

    def fetched(self, prepared: Prepared) -> Path:
        with self.database.connection() as conn:
            organization_id, deposit_id = self.caller.organization_id, UUID(prepared.uri.split("/")[0])
            folder = self.settings.data / "fetched"
            return fetch_deposit(conn, self.settings, organization_id, deposit_id, folder).path


@pytest.fixture
def sender(database: Database, settings: Settings, company: Company) -> Sender:
    return Sender(database, settings, company)


def test_odd_names_and_large_files_go_through(gateway: Gateway, sender: Sender) -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
    with httpx.Client(timeout=PATIENCE_SECONDS, headers=headers) as client:
        for name in NAMES:
            prepared = sender.prepare(gateway, name)
            reply = client.put(prepared.deposit_url, content=name.encode())
            assert (reply.status_code, reply.content) == (201, b""), name
            assert sender.fetched(prepared).read_bytes() == name.encode()
        large = sender.prepare(gateway)
        piece = os.urandom(MEBIBYTE)
        reply = client.put(large.deposit_url, content=(piece for _ in range(40)))
        assert reply.status_code == 201
        assert sender.fetched(large).stat().st_size == 40 * MEBIBYTE
        assert reply.headers["etag"] == f'"{hashlib.sha256(piece * 40).hexdigest()}"'
    secrets = [each.deposit_url.rpartition("=")[2] for each in (prepared, large)]
    assert not [each for each in secrets if each in gateway.log()]


@pytest.mark.parametrize(
    ("framing", "body"),
    [("Content-Length: 100", b"a;b\n"), ("Transfer-Encoding: chunked", b"4\r\na;b\n\r\n")],
)
def test_a_cut_body_deposits_nothing(gateway: Gateway, sender: Sender, framing: str, body: bytes) -> None:
    prepared = sender.prepare(gateway)
    httpx.put(prepared.deposit_url, content=b"before")
    with gateway.begin(prepared, framing) as connection:
        connection.sendall(body)
        connection.shutdown(socket.SHUT_WR)
        told = connection.recv(65536)
    assert told == b"" or told.startswith(b"HTTP/1.1 400")
    assert sender.fetched(prepared).read_bytes() == b"before"


def test_a_kill_in_the_middle_leaves_what_was_there(gateway: Gateway, sender: Sender) -> None:
    prepared = sender.prepare(gateway)
    httpx.put(prepared.deposit_url, content=b"before")
    with gateway.begin(prepared, f"Content-Length: {8 * MEBIBYTE}") as connection:
        connection.sendall(os.urandom(4 * MEBIBYTE))
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.communicate()
    assert sender.fetched(prepared).read_bytes() == b"before"
    gateway.start()
    address = urlsplit(prepared.deposit_url)
    reply = httpx.put(f"{gateway.url}{address.path}?{address.query}", content=b"after")
    assert reply.status_code == 201
    assert sender.fetched(prepared).read_bytes() == b"after"
