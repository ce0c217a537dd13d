"""One gateway for all tests of the documentation; each test has a company of its own, hence its own rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from psycopg.conninfo import make_conninfo

from douane.settings import Limits, Settings
from douane.store.credentials import grant
from douane.store.database import Database, open_database
from douane.web.app import create_app

NAME = "docs"
CLIENTS = "client_code;client_business_name\nC1;One\n"
_numbers = count(1)


@dataclass(frozen=True)
class Gateway:
    """A gateway whose limits are small enough to reach."""

    database: Database
    settings: Settings
    web: TestClient[Any]


@pytest.fixture(scope="session")
def gateway(server: str, template: str) -> Iterator[Gateway]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {NAME} template {template}")
    limits = Limits(upload_bytes_max=100_000, line_bytes_max=20_000, columns_max=60)
    with tempfile.TemporaryDirectory() as folder:
        address = make_conninfo(server, dbname=NAME)
        settings = Settings(Path(folder), address, limits, clear_rows_min=1)
        with (
            open_database(settings) as database,
            TestClient(create_app(database, settings), raise_server_exceptions=False) as web,
        ):
            yield Gateway(database, settings, web)


@dataclass(frozen=True)
class Sender:
    """Somebody who holds a credential of a company that nobody else uses."""

    gateway: Gateway
    auth: tuple[str, str]

    def post(self, path: str, body: str | bytes, headers: dict[str, str] | None = None) -> Any:
        """The reply to a file sent to a door."""
        return self.gateway.web.post(path, content=body, headers=headers, auth=self.auth)

    def get(self, path: str) -> Any:
        return self.gateway.web.get(path, auth=self.auth)

    def receipt(self, reply: Any) -> dict[str, Any]:
        """The receipt of the run that a door started."""
        receipt: dict[str, Any] = self.get(f"/v1/runs/{reply.headers['douane-run']}").json()
        return receipt

    def send(self, door: str, text: str | bytes) -> dict[str, Any]:
        """The receipt of a file sent to a door."""
        return self.receipt(self.post(f"/api/{door}", text))


MakeSender = Callable[[], Sender]


@pytest.fixture
def sender(gateway: Gateway) -> Sender:
    with gateway.database.connection() as conn:
        granted = grant(conn, "mydso", f"DOCS{next(_numbers)}")
    return Sender(gateway, (granted.login, granted.password))


@pytest.fixture
def sender_with_customer(sender: Sender) -> Sender:
    """A sender whose company has the customer C1."""
    assert sender.send("clients", CLIENTS)["counts"]["added"] == 1
    return sender
