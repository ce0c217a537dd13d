"""/v1/mappings: what is kept, shown and told, to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.dialects.carry_out import import_run
from douane.dialects.native.mapped import MAPPED, MAPPING
from douane.model.builtin_mappings import IMPORTPERSO
from douane.model.mapping_document import DOCUMENT_BYTES_MAX
from douane.settings import Settings
from douane.store import mappings as store
from douane.store.credentials import grant
from douane.store.database import Database
from douane.store.organizations import Company
from douane.store.runs import Run

Web = TestClient[Litestar]
Auth = tuple[str, str]

CLIENTS: dict[str, Any] = {
    "name": "Clients",
    "table": "customers",
    "columns": [{"field": "code", "label": "Code"}, {"field": "name", "label": ["Nom", "Raison sociale"]}],
}


def error(reply: Any) -> tuple[int, str, str]:
    told = reply.json()["error"]
    return reply.status_code, told["code"], told["message"]


def test_a_mapping_is_kept_shown_changed_and_removed(web: Web, auth: Auth) -> None:
    added = web.post("/v1/mappings", json=CLIENTS, auth=auth)
    assert (added.status_code, added.json()) == (201, CLIENTS)
    assert web.get("/v1/mappings/CLIENTS", auth=auth).json() == CLIENTS
    other = CLIENTS | {"extras": "ignore"}
    changed = web.put("/v1/mappings/clients", json=other, auth=auth)
    assert (changed.status_code, changed.json()) == (200, other)
    assert web.delete("/v1/mappings/Clients", auth=auth).status_code == 204
    assert error(web.get("/v1/mappings/Clients", auth=auth))[:2] == (404, "unknown-mapping")
    assert error(web.delete("/v1/mappings/Clients", auth=auth))[:2] == (404, "unknown-mapping")


def test_the_name_of_the_address_may_be_left_out_of_the_body(web: Web, auth: Auth) -> None:
    nameless = {name: value for name, value in CLIENTS.items() if name != "name"}
    assert web.put("/v1/mappings/Les clients", json=nameless, auth=auth).json()["name"] == "Les clients"
    refused = web.put("/v1/mappings/Others", json=CLIENTS, auth=auth)
    assert error(refused)[:2] == (400, "bad-request")
    assert error(web.post("/v1/mappings", json=nameless, auth=auth))[2].endswith("name is missing.")


def test_the_list_has_the_built_in_ones_until_there_is_one_of_the_name(web: Web, auth: Auth) -> None:
    web.post("/v1/mappings", json=CLIENTS, auth=auth)
    own, shipped, built_in = web.get("/v1/mappings", auth=auth).json()["mappings"]
    assert (shipped["name"], shipped["table"]) == ("DJUST", "accounts")
    assert (own["name"], own["table"], own["columns"], own["is_built_in"]) == (
        "Clients",
        "customers",
        2,
        False,
    )
    assert own["changed_by"] == auth[0]
    assert (built_in["name"], built_in["is_built_in"], built_in["changed_at"]) == ("IMPORTPERSO", True, None)
    assert web.get("/v1/mappings/importperso", auth=auth).json() == IMPORTPERSO.as_json()
    web.put("/v1/mappings/ImportPerso", json=CLIENTS | {"name": "ImportPerso"}, auth=auth)
    listed = web.get("/v1/mappings", auth=auth).json()["mappings"]
    assert [(each["name"], each["is_built_in"]) for each in listed] == [
        ("Clients", False),
        ("DJUST", True),
        ("ImportPerso", False),
    ]


def test_a_name_is_taken_once_whatever_its_case(web: Web, auth: Auth) -> None:
    web.post("/v1/mappings", json=CLIENTS, auth=auth)
    again = web.post("/v1/mappings", json=CLIENTS | {"name": "CLIENTS"}, auth=auth)
    assert error(again) == (409, "mapping-taken", "There is a mapping CLIENTS already.")


def test_all_that_is_wrong_is_told(web: Web, auth: Auth) -> None:
    sent = CLIENTS | {"layout": {"delimiter": ";;"}, "constants": {"siret": "1"}}
    status, code, message = error(web.post("/v1/mappings", json=sent, auth=auth))
    assert (status, code) == (400, "bad-mapping")
    assert "delimiter is ';;'" in message
    assert "constants: siret: '1' is not 14 digits" in message


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad-request"),
        (b"name = 'x'", 400, "bad-request"),
        (b"[" * 100_000, 400, "bad-request"),
        (b'{"a":' * 20_000, 400, "bad-request"),
        (b'"\\ud800"', 400, "bad-request"),
        (b'{"name": "\xff"}', 400, "bad-request"),
        (b'{"name": "a\\u0000b", "table": "customers", "columns": [{}]}', 400, "bad-mapping"),
        (b"[]", 400, "bad-mapping"),
        (b"null", 400, "bad-mapping"),
        (b'{"columns":' + b"9" * 5000 + b"}", 400, ""),
        (b" " * (DOCUMENT_BYTES_MAX + 1), 413, "request-too-large"),
    ],
)
@pytest.mark.parametrize("method", ["post", "put"])
def test_odd_bodies(web: Web, auth: Auth, method: str, body: bytes, status: int, code: str) -> None:
    path = "/v1/mappings" if method == "post" else "/v1/mappings/X"
    reply = web.request(method, path, content=body, auth=auth)
    seen = error(reply)
    assert seen[0] == status
    assert seen[1] == code or not code
    assert web.get("/v1/mappings", auth=auth).json()["mappings"][1]["name"] == "IMPORTPERSO"


def test_the_largest_mapping_is_kept(web: Web, auth: Auth) -> None:
    words = {f"word {number}": f"{number:08}" for number in range(8000)}
    sent = CLIENTS | {"columns": [{"field": "code", "label": "Code", "values": words}]}
    assert DOCUMENT_BYTES_MAX / 2 < len(json.dumps(sent)) < DOCUMENT_BYTES_MAX
    assert web.post("/v1/mappings", json=sent, auth=auth).json() == sent


@pytest.mark.parametrize("name", ["%00", "%ff", "x%0ay", "%2e%2e", "a" * 5000, "%F0%9F%98%80"])
def test_odd_names_are_nobodys(web: Web, auth: Auth, name: str) -> None:
    assert error(web.get(f"/v1/mappings/{name}", auth=auth))[0] == 404


def test_only_those_who_are_known_see_them(web: Web, stranger: Auth, auth: Auth) -> None:
    web.post("/v1/mappings", json=CLIENTS, auth=auth)
    assert error(web.get("/v1/mappings/Clients", auth=stranger))[:2] == (404, "unknown-mapping")
    assert error(web.delete("/v1/mappings/Clients", auth=stranger))[:2] == (404, "unknown-mapping")
    assert len(web.get("/v1/mappings", auth=stranger).json()["mappings"]) == 2
    for method, path in (("get", "/v1/mappings"), ("put", "/v1/mappings/Clients"), ("post", "/v1/mappings")):
        assert error(web.request(method, path))[:2] == (401, "access-denied")
    assert web.get("/v1/mappings/Clients", auth=auth).json() == CLIENTS


def test_companies_of_one_organization_share_them(web: Web, auth: Auth, database: Database) -> None:
    with database.connection() as conn:
        granted = grant(conn, "mydso", "ACME", "SOUTH")
    web.post("/v1/mappings", json=CLIENTS, auth=auth)
    other = (granted.login, granted.password)
    assert web.get("/v1/mappings/clients", auth=other).json() == CLIENTS


def test_there_is_a_bound(web: Web, auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAPPINGS_MAX", 1)
    assert web.post("/v1/mappings", json=CLIENTS, auth=auth).status_code == 201
    assert error(web.post("/v1/mappings", json=CLIENTS | {"name": "B"}, auth=auth))[:2] == (
        409,
        "too-many-mappings",
    )
    assert web.put("/v1/mappings/CLIENTS", json=CLIENTS, auth=auth).status_code == 200


def test_the_reference_shows_what_to_send(web: Web) -> None:
    paths = web.get("/schema/openapi.json").json()["paths"]
    body = paths["/v1/mappings/{name}"]["put"]["requestBody"]
    assert body["content"]["application/json"]["example"]["name"] == "IMPORTPERSO"
    assert "requestBody" not in paths["/v1/mappings"]["get"]


def test_the_rejected_lines_of_a_mapped_file_come_back(
    web: Web,
    auth: Auth,
    database: Database,
    settings: Settings,
    make_run: Callable[..., Run],
    make_company: Callable[..., Company],
) -> None:
    mapping = CLIENTS | {"layout": {"delimiter": ",", "encoding": "cp1252", "skip_lines": 1}}
    text = "Liste\nCode,Nom\nA,Été\n,Hiver\n".encode("cp1252")
    declared = {"declarations": {MAPPING: mapping}}
    ended = import_run(database, settings, make_run(make_company("ACME"), "native", MAPPED, text, **declared))
    rejected = web.get(f"/v1/runs/{ended.id}/rejected.csv", auth=auth).content.decode("cp1252")
    skipped, header, line = rejected.splitlines()
    assert (skipped, header) == ("Liste", "douane_reason,Code,Nom")
    assert line.endswith('code is empty but required",,Hiver')
