"""The commands about custom fields and tags."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from douane.store.database import Database
from douane.store.organizations import ensure_company

Douane = Callable[..., tuple[int, str, str]]
LEVEL = ("custom-field", "add", "ACME", "account", "level", "Level")


@pytest.fixture(autouse=True)
def company(database: Database) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")


def test_custom_fields_are_added_changed_listed_and_removed(douane: Douane) -> None:
    assert douane("custom-field", "list", "ACME")[1] == "There is no custom field yet.\n"
    code, out, err = douane(*LEVEL, "--type", "list", "--choice", "gold", "--choice", "tin")
    assert (code, out, err) == (0, "Kept custom field level of ACME, about each account.\n", "")
    assert douane(*LEVEL, "--type", "list", "--choice", "gold", "--required")[0] == 0
    assert json.loads(douane("custom-field", "list", "ACME", "--json")[1]) == [
        {
            "entity": "account",
            "external_id": "level",
            "name": "Level",
            "type": "list",
            "is_required": True,
            "choices": ["gold"],
            "unit": "",
        }
    ]
    header, _, row = douane("custom-field", "list", "ACME")[1].splitlines()
    assert header.split() == ["entity", "external", "id", "name", "type", "is", "required", "choices", "unit"]
    assert row.split() == ["account", "level", "Level", "list", "yes", "gold"]
    assert (header.index("external"), header.index("choices")) == (row.index("level"), row.index("gold"))
    code, out, _ = douane("custom-field", "remove", "ACME", "account", "level")
    assert (code, out) == (0, "ACME has no custom field level any more.\n")
    assert "custom field 'level'" in douane("custom-field", "remove", "ACME", "account", "level")[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*LEVEL, "--type", "colour"), "'colour' is no type"),
        ((*LEVEL, "--choice", "gold"), "Only a list has choices"),
        ((*LEVEL, "--type", "list"), "A list needs choices"),
        ((*LEVEL[:4], "le vel", "Level"), "'le vel' is no external id"),
        ((*LEVEL, "--type", "metric"), "A metric needs a unit"),
        ((*LEVEL, "--unit", "kg"), "Only a metric has a unit"),
        ((*LEVEL, "--type", "list", "--choice", "a||b"), "A choice is a word"),
        ((*LEVEL[:3], "order", "level", "Level"), "'order' is neither account nor address"),
        ((*LEVEL[:4], "clé", "Level"), "'clé' is no external id"),
        ((*LEVEL[:5], "level"), "both the name and the external id"),
        ((*LEVEL[:5], ""), "is no name"),
    ],
)
def test_a_custom_field_that_cannot_be_meant_so_is_refused(words, told, douane: Douane) -> None:
    code, _, err = douane(*words)
    assert code
    assert told in err


def test_the_type_of_a_custom_field_stays(douane: Douane) -> None:
    douane(*LEVEL)
    code, _, err = douane(*LEVEL, "--type", "number", "--json")
    told = json.loads(err)["error"]
    assert (code, told["code"]) == (1, "bad-record")
    assert "has another type already" in told["message"]
    assert "remove it first" in told["hint"]


def test_an_organization_that_cannot_be_is_not_there(douane: Douane) -> None:
    code, out, err = douane("tag", "list", "A\udce9")
    assert (code, out) == (1, "")
    assert "There is no organization" in err


def test_tags_are_added_named_listed_and_removed(douane: Douane) -> None:
    assert douane("tag", "list", "ACME")[1] == "There is no tag yet.\n"
    assert douane("tag", "add", "ACME", "gold") == (0, "Kept tag gold of ACME.\n", "")
    assert (
        json.loads(douane("tag", "add", "ACME", "gold", "--name", "Gold ones", "--json")[1])["name"]
        == "Gold ones"
    )
    assert json.loads(douane("tag", "list", "ACME", "--json")[1]) == [
        {"external_id": "gold", "name": "Gold ones", "is_defined": True}
    ]
    assert "is no external id of a tag" in douane("tag", "add", "ACME", "a||b")[2]
    assert "is no name of a tag" in douane("tag", "add", "ACME", "tin", "--name", "x" * 300)[2]
    assert douane("tag", "remove", "ACME", "gold")[1] == "ACME has no tag gold any more.\n"
    assert "tag 'gold'" in douane("tag", "remove", "ACME", "gold")[2]
