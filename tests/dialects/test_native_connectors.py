"""/v1/connectors: what is kept, shown and told, to whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.model.connector_document import DOCUMENT_BYTES_MAX
from douane.store.credentials import grant
from douane.store.database import Database
from douane.store.organizations import Company

Web = TestClient[Litestar]
Auth = tuple[str, str]

SHOP: dict[str, Any] = {
    "name": "Shop",
    "base_url": "https://shop.example/v1",
    "path": "/accounts",
    "authentication": {"kind": "header", "header": "X-Api-Key"},
    "schedule": "0 2 * * *",
}
SECRETS = {"secrets": {"key": "quite-a-secret"}}


def error(reply: Any) -> tuple[int, str, str]:
    told = reply.json()["error"]
    return reply.status_code, told["code"], told["message"]


def test_a_connector_is_kept_shown_changed_and_removed(web: Web, auth: Auth) -> None:
    added = web.post("/v1/connectors", json=SHOP | SECRETS, auth=auth)
    assert (added.status_code, added.json()) == (201, SHOP)
    assert web.get("/v1/connectors/SHOP", auth=auth).json() == SHOP
    other = SHOP | {"path": "/all"}
    changed = web.put("/v1/connectors/shop", json=other, auth=auth)
    assert (changed.status_code, changed.json()) == (200, other)
    (listed,) = web.get("/v1/connectors", auth=auth).json()["connectors"]
    assert (listed["name"], listed["secrets"], listed["mapping"]) == ("Shop", ["key"], "DJUST")
    assert listed["due_at"].endswith("T02:00:00Z")
    assert web.delete("/v1/connectors/Shop", auth=auth).status_code == 204
    assert error(web.get("/v1/connectors/Shop", auth=auth))[:2] == (404, "unknown-connector")
    assert error(web.delete("/v1/connectors/Shop", auth=auth))[:2] == (404, "unknown-connector")


def test_no_reply_tells_a_secret(web: Web, auth: Auth) -> None:
    replies = [
        web.post("/v1/connectors", json=SHOP | SECRETS, auth=auth),
        web.post("/v1/connectors", json=SHOP | SECRETS, auth=auth),
        web.put("/v1/connectors/shop", json=SHOP | SECRETS | {"method": "PUT"}, auth=auth),
        web.put("/v1/connectors/shop", json=SHOP | {"base_url": "https://evil.example"}, auth=auth),
        web.put("/v1/connectors/shop", content=json.dumps(SHOP | SECRETS)[:-1], auth=auth),
        web.get("/v1/connectors/shop", auth=auth),
        web.get("/v1/connectors", auth=auth),
        web.get("/v1/connectors/shop/history", auth=auth),
    ]
    assert [each.status_code for each in replies] == [201, 409, 400, 400, 400, 200, 200, 200]
    assert not [each.text for each in replies if "quite-a-secret" in each.text]


def test_secrets_go_to_no_other_host(web: Web, auth: Auth) -> None:
    web.post("/v1/connectors", json=SHOP | SECRETS, auth=auth)
    moved = web.put("/v1/connectors/shop", json=SHOP | {"base_url": "https://evil.example"}, auth=auth)
    status, code, message = error(moved)
    assert (status, code) == (400, "bad-connector")
    assert "send its secrets again: key" in message


def test_the_name_of_the_address_may_be_left_out_of_the_body(web: Web, auth: Auth) -> None:
    nameless = {name: value for name, value in (SHOP | SECRETS).items() if name != "name"}
    assert web.put("/v1/connectors/The shop", json=nameless, auth=auth).json()["name"] == "The shop"
    assert error(web.put("/v1/connectors/Others", json=SHOP | SECRETS, auth=auth))[:2] == (400, "bad-request")
    assert error(web.post("/v1/connectors", json=nameless, auth=auth))[2].endswith("name is missing.")


def test_all_that_is_wrong_is_told(web: Web, auth: Auth) -> None:
    status, code, message = error(web.post("/v1/connectors", json=SHOP | {"schedule": "daily"}, auth=auth))
    assert (status, code) == (400, "bad-connector")
    assert "schedule" in message
    assert "key is missing" in message


@pytest.mark.parametrize("body", [b"", b"{", b"[1, 2]", b'"text"', b"[" * 100_000])
def test_a_body_that_is_no_connector_is_refused(web: Web, auth: Auth, body: bytes) -> None:
    reply = web.post("/v1/connectors", content=body, auth=auth)
    assert error(reply)[0] == 400
    assert error(reply)[1] in {"bad-request", "bad-connector"}


def test_a_body_that_is_too_large_is_refused(web: Web, auth: Auth) -> None:
    reply = web.post("/v1/connectors", content=b" " * (DOCUMENT_BYTES_MAX + 1), auth=auth)
    assert error(reply)[:2] == (413, "request-too-large")


def test_a_pull_is_left_to_a_worker_and_stands_in_the_history(web: Web, auth: Auth) -> None:
    web.post("/v1/connectors", json=SHOP | SECRETS | {"when_busy": "skip"}, auth=auth)
    asked = web.post("/v1/connectors/shop/pulls", auth=auth)
    assert asked.status_code == 202
    run = asked.json()["run"]
    assert asked.json() == {"run": run, "state": "waiting", "status": f"/v1/runs/{run}"}
    receipt = web.get(asked.json()["status"], auth=auth).json()
    assert (receipt["state"], receipt["dialect"], receipt["table"]) == ("waiting", "djust", "accounts")
    assert (receipt["source"]["kind"], receipt["source"]["address"]) == (
        "connector",
        "https://shop.example/v1/accounts",
    )
    busy = web.post("/v1/connectors/shop/pulls", auth=auth)
    assert error(busy)[:2] == (409, "connector-busy")
    skipped, waiting = web.get("/v1/connectors/shop/history", auth=auth).json()["history"]
    assert (skipped["outcome"], skipped["run"]) == ("skipped", None)
    assert skipped["message"] == f"Run {run} of it was under way."
    assert (waiting["outcome"], waiting["run"], waiting["cause"]) == ("waiting", run, "person")
    assert waiting["asked_by"] == auth[0]
    before = web.get(f"/v1/connectors/shop/history?before={skipped['id']}&limit=1", auth=auth)
    assert before.json()["history"] == [waiting]


def test_a_dry_run_keeps_no_other_pull_waiting(web: Web, auth: Auth) -> None:
    web.post("/v1/connectors", json=SHOP | SECRETS | {"when_busy": "skip"}, auth=auth)
    tried = web.post("/v1/connectors/shop/pulls?dry_run=true", auth=auth)
    assert tried.status_code == 202
    assert web.get(tried.json()["status"], auth=auth).json()["dry_run"] is True
    assert web.post("/v1/connectors/shop/pulls?dry_run=false", auth=auth).status_code == 202
    busy = web.post("/v1/connectors/shop/pulls?dry_run=true", auth=auth)
    assert error(busy)[:2] == (409, "connector-busy")
    history = web.get("/v1/connectors/shop/history", auth=auth).json()["history"]
    assert [(each["outcome"], each["dry_run"]) for each in history] == [
        ("skipped", False),
        ("waiting", False),
        ("waiting", True),
    ]
    assert error(web.post("/v1/connectors/shop/pulls?dry_run=perhaps", auth=auth))[:2] == (400, "bad-request")


def test_there_is_nothing_to_pull_without_a_source(web: Web, auth: Auth) -> None:
    assert web.post("/v1/connectors", json={"name": "sent"}, auth=auth).status_code == 201
    assert error(web.post("/v1/connectors/sent/pulls", auth=auth))[:2] == (409, "connector-receives")
    assert error(web.post("/v1/connectors/nobody/pulls", auth=auth))[:2] == (404, "unknown-connector")


def test_a_connector_belongs_to_one_company(
    web: Web, auth: Auth, company: Company, database: Database
) -> None:
    web.post("/v1/connectors", json=SHOP | SECRETS, auth=auth)
    with database.connection() as conn:
        neighbour = grant(conn, "mydso", company.organization, "NEIGHBOUR")
        stranger = grant(conn, "mydso", "STRANGER", "STRANGER")
    for other in (neighbour, stranger):
        theirs = (other.login, other.password)
        assert web.get("/v1/connectors", auth=theirs).json() == {"connectors": []}
        for ask in (
            web.get("/v1/connectors/shop", auth=theirs),
            web.get("/v1/connectors/shop/history", auth=theirs),
            web.post("/v1/connectors/shop/pulls", auth=theirs),
            web.delete("/v1/connectors/shop", auth=theirs),
        ):
            assert error(ask)[:2] == (404, "unknown-connector")
    assert web.get("/v1/connectors/shop", auth=auth).status_code == 200
    assert web.get("/v1/connectors").status_code == 401


def test_the_addresses_are_described(web: Web) -> None:
    paths = web.get("/schema/openapi.json").json()["paths"]
    assert set(paths["/v1/connectors"]) == {"get", "post"}
    assert set(paths["/v1/connectors/{name}"]) == {"get", "put", "delete"}
    assert {"/v1/connectors/{name}/history", "/v1/connectors/{name}/pulls"} <= paths.keys()
