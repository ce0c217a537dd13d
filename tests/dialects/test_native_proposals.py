"""/v1/mappings/proposals: a sample is sent, a mapping comes back, and nothing is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.model.mapping_document import read_document

Web = TestClient[Any]
Auth = tuple[str, str]

NESTED = (Path(__file__).parent / "djust" / "nested.json").read_bytes()
PATH = "/v1/mappings/proposals"


def test_a_sample_gives_a_mapping_that_can_be_kept(web: Web, auth: Auth) -> None:
    body = {"data": json.loads(NESTED), "errors": [{"code": 1}] * 9}
    reply = web.post(PATH, params={"name": "SHOP", "records": "$.data"}, json=body, auth=auth)
    assert reply.status_code == 200
    told = reply.json()
    assert (told["objects"], told["missing"], told["unmapped"]) == (2, [], [])
    assert told["examples"]["address.city"] == "Toronto"
    assert read_document(told["mapping"]).layout.records == "$.data"
    assert web.get("/v1/mappings/SHOP", auth=auth).status_code == 404
    assert web.post("/v1/mappings", json=told["mapping"], auth=auth).status_code == 201


@pytest.mark.parametrize(
    ("body", "query", "status", "code"),
    [
        (b"", {}, 400, "not-json"),
        (b"[{]", {}, 400, "not-json"),
        (b"[" * 100_000, {}, 400, "not-json"),
        (b'{"a": "\xff"}', {}, 400, "not-json"),
        (b'{"a": 1}', {}, 400, "no-json-list"),
        (b"[{}]", {"records": "$.data"}, 400, "no-json-list"),
        (b"[{}]", {"records": "data"}, 400, "unknown-option"),
    ],
)
def test_what_is_no_sample_is_told(
    web: Web, auth: Auth, body: bytes, query: dict[str, str], status: int, code: str
) -> None:
    reply = web.post(PATH, params=query, content=body, auth=auth)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_only_those_who_are_known_are_answered(web: Web) -> None:
    assert web.post(PATH, content=NESTED).status_code == 401


def test_it_stands_in_the_reference(web: Web) -> None:
    schema = web.get("/schema/openapi.json").json()["paths"]
    assert "application/json" in schema[PATH]["post"]["requestBody"]["content"]
    door = schema["/v1/connectors/{name}/runs"]["post"]
    assert [each["name"] for each in door["parameters"] if each["in"] == "path"] == ["name"]
    assert door["requestBody"]["content"]["application/json"]["example"][0]["accountExternalId"]
