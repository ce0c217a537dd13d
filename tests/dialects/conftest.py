"""The app on a test's own database, a credential, and files to send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.settings import Settings
from douane.store.credentials import grant
from douane.store.database import Database
from douane.web.app import create_app

Auth = tuple[str, str]

CLIENTS = b'"client_code";"client_business_name"\n"C0001";"My company"\n"C0002";"Other company"\n'
ITEM_LABELS = (
    b'"item_type";"item_number";"client_code";"item_date_issue";"item_date_due";'
    b'"item_amount_initial_inc_tax"\n'
)
ITEMS = (
    ITEM_LABELS
    + b'"FAC";"00000123";"C0001";"2024-11-21";"2024-11-28";"6 580,10"\n'
    + b'"FAC";"00000124";"C0002";"2024-11-22";"2024-11-29";"1200"\n'
)


class Files:
    """The files that tests send, and what is made of them."""

    clients = CLIENTS
    items = ITEMS
    item_labels = ITEM_LABELS
    contacts = b"client_code;contact_lastname\nC0001;Jackson\n"
    users = b"client_code;user_lastname\nC0001;Roy\n"


@pytest.fixture
def files() -> type[Files]:
    return Files


@pytest.fixture
def app(database: Database, settings: Settings) -> Litestar:
    return create_app(database, settings)


@pytest.fixture
def web(app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def unmetered_web(database: Database, settings: Settings) -> Iterator[TestClient[Litestar]]:
    """The app without a limit on how often somebody may ask."""
    app = create_app(database, replace(settings, rate_requests_max=0))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def auth(database: Database) -> Auth:
    with database.connection() as conn:
        granted = grant(conn, "mydso", "ACME")
    return granted.login, granted.password


@pytest.fixture
def stranger(database: Database) -> Auth:
    """A credential of another organization."""
    with database.connection() as conn:
        granted = grant(conn, "mydso", "GLOBEX")
    return granted.login, granted.password


@pytest.fixture
def spool(settings: Settings) -> Path:
    """Where uploads are spooled and kept."""
    return settings.data / "uploads"
