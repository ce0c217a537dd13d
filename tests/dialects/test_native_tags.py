"""/v1/tags and /v1/custom-fields: what is kept, shown and removed, by whom."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from douane.store import custom_fields as store
from douane.store.credentials import grant
from douane.store.database import Database

Web = TestClient[Litestar]
Auth = tuple[str, str]

LEVEL = "/v1/custom-fields/account/level"
SERVICE: dict[str, Any] = {"name": "Service", "type": "list", "choices": ["gold", "tin"]}
NOTHING = {"entity": "account", "external_id": "level", "is_required": False, "unit": ""}


def error(reply: Any) -> tuple[int, str, str]:
    told = reply.json()["error"]
    return reply.status_code, told["code"], told["message"]


def test_a_tag_is_kept_named_listed_and_removed(web: Web, auth: Auth) -> None:
    assert web.get("/v1/tags", auth=auth).json() == {"tags": []}
    kept = web.put("/v1/tags/gold", json={}, auth=auth)
    assert kept.status_code == 200
    assert kept.json() == {"external_id": "gold", "name": "gold", "is_defined": True}
    named = {"external_id": "gold", "name": "Gold customers", "is_defined": True}
    assert web.put("/v1/tags/gold", json=named, auth=auth).json() == named
    assert web.get("/v1/tags", auth=auth).json() == {"tags": [named]}
    assert web.delete("/v1/tags/gold", auth=auth).status_code == 204
    assert error(web.delete("/v1/tags/gold", auth=auth)) == (
        404,
        "unknown-record",
        "There is no tag 'gold'.",
    )


@pytest.mark.parametrize(
    ("address", "external_id"),
    [
        ("a/b", "a/b"),
        ("Caf%C3%A9%20noir", "Café noir"),
        ("%3Fa%23b", "?a#b"),
        ("%F0%9F%98%80", "😀"),
        ("a%2Fb", "a/b"),
        ("100%25", "100%"),
    ],
)
def test_a_tag_may_be_called_anything_that_can_be_printed(
    web: Web, auth: Auth, address: str, external_id: str
) -> None:
    assert web.put(f"/v1/tags/{address}", json={}, auth=auth).json()["external_id"] == external_id
    assert [each["external_id"] for each in web.get("/v1/tags", auth=auth).json()["tags"]] == [external_id]
    assert web.delete(f"/v1/tags/{address}", auth=auth).status_code == 204


def test_a_custom_field_is_kept_changed_listed_and_removed(web: Web, auth: Auth) -> None:
    kept = web.put(LEVEL, json=SERVICE, auth=auth)
    assert (kept.status_code, kept.json()) == (200, NOTHING | SERVICE)
    changed = kept.json() | {"is_required": True, "choices": ["gold"]}
    assert web.put(LEVEL, json=changed, auth=auth).json() == changed
    weight = {"name": "Weight", "type": "metric", "unit": "kg"}
    other = web.put("/v1/custom-fields/address/weight", json=weight, auth=auth).json()
    assert web.get("/v1/custom-fields", auth=auth).json() == {"custom_fields": [changed, other]}
    assert web.delete(LEVEL, auth=auth).status_code == 204
    assert error(web.delete(LEVEL, auth=auth))[:2] == (404, "unknown-record")


def test_the_type_of_a_custom_field_stays(web: Web, auth: Auth) -> None:
    web.put(LEVEL, json=SERVICE, auth=auth)
    refused = web.put(LEVEL, json={"name": "Service"}, auth=auth)
    assert error(refused)[:2] == (400, "bad-record")
    assert "another type" in refused.json()["error"]["message"]
    assert "remove it first" in refused.json()["error"]["hint"]
    (kept,) = web.get("/v1/custom-fields", auth=auth).json()["custom_fields"]
    assert kept["type"] == "list"


@pytest.mark.parametrize(
    ("address", "body", "told"),
    [
        ("account/level", {}, "`name`"),
        ("account/level", [], "Expected `object`, got `array`"),
        ("account/level", {"name": 1}, "Expected `str`, got `int` - at `$.name`"),
        ("account/level", {"name": "N", "colour": "red"}, "unknown field `colour`"),
        ("account/level", {"name": "N", "choices": [1]}, "Expected `str`, got `int`"),
        ("account/level", {"name": "N", "external_id": "other"}, "the address says 'level'"),
        ("account/level", {"name": "N", "entity": "address"}, "the address says 'account'"),
        ("account/level", {"name": "level"}, "both the name and the external id"),
        ("account/level", {"name": "a\nb"}, "is no name"),
        ("account/level", {"name": "N", "type": "colour"}, "'colour' is no type"),
        ("account/level", {"name": "N", "type": "list"}, "A list needs choices"),
        ("account/level", {"name": "N", "type": "list", "choices": ["a||b"]}, "A choice is a word"),
        ("account/level", {"name": "N", "type": "metric"}, "A metric needs a unit"),
        ("account/le%20vel", {"name": "N"}, "'le vel' is no external id: expected"),
        ("account/cl%C3%A9", {"name": "N"}, "and no blank"),
        ("account/a%00b", {"name": "N"}, "is no external id"),
        ("order/level", {"name": "N"}, "'order' is neither account nor address"),
    ],
)
def test_a_custom_field_that_cannot_be_meant_so_is_refused(
    web: Web, auth: Auth, address: str, body: Any, told: str
) -> None:
    status, code, message = error(web.put(f"/v1/custom-fields/{address}", json=body, auth=auth))
    assert (status, code) in {(400, "bad-request"), (400, "bad-record")}
    assert told in message
    assert web.get("/v1/custom-fields", auth=auth).json() == {"custom_fields": []}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("a%7C%7Cb", {}),
        ("%20a", {}),
        ("a%00b", {}),
        ("a%0Ab", {}),
        ("a" * 65, {}),
        ("gold", {"name": "x" * 201}),
        ("gold", {"name": None}),
        ("gold", {"external_id": "tin"}),
        ("gold", {"names": "Gold"}),
        ("gold", "Gold"),
    ],
)
def test_a_tag_that_cannot_be_meant_so_is_refused(web: Web, auth: Auth, address: str, body: Any) -> None:
    status, code, _ = error(web.put(f"/v1/tags/{address}", json=body, auth=auth))
    assert (status, code) in {(400, "bad-request"), (400, "bad-record")}
    assert web.get("/v1/tags", auth=auth).json() == {"tags": []}


@pytest.mark.parametrize("path", ["/v1/tags/gold", LEVEL])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"[" * 9_000, 400),
        (b'{"name":' + b"9" * 5000 + b"}", 400),
        (b" " * (2 << 20), 413),
    ],
    ids=["empty", "cut", "bytes", "half", "deep", "digits", "large"],
)
def test_odd_bodies(web: Web, auth: Auth, path: str, body: bytes, status: int) -> None:
    assert error(web.put(path, content=body, auth=auth))[0] == status


@pytest.mark.parametrize("name", ["%00", "%ff", "x%0ay", "%2e%2e", "a" * 5000, "%F0%9F%98%80", "a%20b"])
@pytest.mark.parametrize("path", ["tags", "custom-fields/account", "custom-fields/address"])
def test_odd_names_are_nobodys(web: Web, auth: Auth, path: str, name: str) -> None:
    assert error(web.delete(f"/v1/{path}/{name}", auth=auth))[0] in {404, 405}


def test_only_those_who_are_known_see_them(web: Web, auth: Auth, stranger: Auth) -> None:
    web.put("/v1/tags/gold", json={}, auth=auth)
    web.put(LEVEL, json=SERVICE, auth=auth)
    assert web.get("/v1/tags", auth=stranger).json() == {"tags": []}
    assert web.get("/v1/custom-fields", auth=stranger).json() == {"custom_fields": []}
    for path in ("/v1/tags/gold", LEVEL):
        assert error(web.delete(path, auth=stranger))[:2] == (404, "unknown-record")
        assert error(web.delete(path))[:2] == (401, "access-denied")
        assert error(web.put(path, json={"name": "Mine"}))[:2] == (401, "access-denied")
    web.put(LEVEL, json={"name": "Mine"}, auth=stranger)
    web.put("/v1/tags/gold", json={"name": "Mine"}, auth=stranger)
    assert web.get("/v1/custom-fields", auth=auth).json()["custom_fields"] == [NOTHING | SERVICE]
    assert web.get("/v1/tags", auth=auth).json()["tags"][0]["name"] == "gold"
    for path in ("/v1/tags", "/v1/custom-fields"):
        assert error(web.get(path))[:2] == (401, "access-denied")


def test_companies_of_one_organization_share_them(web: Web, auth: Auth, database: Database) -> None:
    with database.connection() as conn:
        granted = grant(conn, "mydso", "ACME", "SOUTH")
    web.put("/v1/tags/gold", json={}, auth=auth)
    other = (granted.login, granted.password)
    assert web.get("/v1/tags", auth=other).json() == web.get("/v1/tags", auth=auth).json() != {"tags": []}


def test_custom_fields_are_bounded(web: Web, auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CUSTOM_FIELDS_MAX", 1)
    assert web.put(LEVEL, json=SERVICE, auth=auth).status_code == 200
    assert web.put(LEVEL, json=SERVICE, auth=auth).status_code == 200
    more = web.put("/v1/custom-fields/address/level", json=SERVICE, auth=auth)
    assert error(more)[:2] == (400, "bad-record")
    assert "as many as it may have" in more.json()["error"]["message"]


def test_the_reference_shows_what_to_send(web: Web) -> None:
    paths = web.get("/schema/openapi.json").json()["paths"]
    body = paths["/v1/custom-fields/{entity}/{external_id}"]["put"]["requestBody"]
    assert body["content"]["application/json"]["example"]["type"] == "list"
    assert "long_text" in body["description"]
    assert paths["/v1/tags/{external_id}"]["put"]["requestBody"]["content"]
    assert paths["/v1/tags"]["get"]["security"]
