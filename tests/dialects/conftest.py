"""The app on a test's own database, a credential, and files to send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.loop.access import ACCESS as LOOP_ACCESS
from douane.model.establishments import Establishment
from douane.settings import Settings
from douane.store.credentials import grant
from douane.store.database import Database
from douane.store.establishments import add_establishment
from douane.store.organizations import Company, ensure_company
from douane.store.runs import Run, find_run_by_request_id
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


LOOP_SIRET = "07955542100027"
"""The SIRET of the published example."""


@dataclass(frozen=True)
class Loop:
    """A sender of Cegid Loop: the folder CEGID003 of ACME, which has one establishment, and its keys."""

    web: TestClient[Any]
    database: Database
    company: Company
    keys: dict[str, str]
    establishment: Establishment

    @property
    def headers(self) -> dict[str, str]:
        key = f"{self.keys['key']}:{self.keys['secret']}"
        return {"x-apikey": key, "Ocp-Apim-Subscription-Key": self.keys["subscription_key"]}

    def post(self, name: str, body: Any, **more: Any) -> Any:
        """The reply to a call; `body` is JSON unless it is bytes."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.web.post(f"/loop-api-publiques/{name}", **sent, headers=self.headers, **more)

    def get(self, name: str, **query: str) -> Any:
        return self.web.get(f"/loop-api-publiques/{name}", params=query, headers=self.headers)

    def told(self, reply: Any) -> str:
        """The message of a reply that is an error in the published shape."""
        assert reply.status_code == 200, reply.text
        assert reply.json().keys() == {"error"}, reply.text
        assert reply.json()["error"].keys() == {"instanceId", "message"}
        return str(reply.json()["error"]["message"])

    def status(self, request_id: str) -> dict[str, Any]:
        status: dict[str, Any] = self.get("getImportStatus", accountingImportRequestId=request_id).json()
        return status

    def run(self, reply: Any) -> Run:
        """The run of a reply that is a success."""
        assert reply.json().keys() == {"accountingImportRequestId"}, reply.text
        with self.database.connection() as conn:
            organization_id = self.company.organization_id
            run = find_run_by_request_id(conn, organization_id, reply.json()["accountingImportRequestId"])
        assert run is not None
        return run


@pytest.fixture
def loop(database: Database, web: TestClient[Any]) -> Loop:
    with database.connection() as conn:
        company = ensure_company(conn, "ACME", "CEGID003")
        place = Establishment("SIEGE", "Siège", LOOP_SIRET)
        place = add_establishment(conn, company.organization_id, company.id, place)
        keys = LOOP_ACCESS.grant(conn, Wanted("ACME", "CEGID003")).keys
    return Loop(web, database, company, dict(keys), place)
