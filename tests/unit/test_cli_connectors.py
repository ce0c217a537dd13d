"""The commands about connectors, but for what needs a source that answers."""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Callable

import pytest

from douane.model.connector_document import as_json, read_connector
from douane.store.connector_runs import note_run
from douane.store.connectors import get_connector, set_due
from douane.store.database import Database
from douane.store.organizations import Company, ensure_company

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]

SHOP = """
name = "Shop"
base_url = "https://shop.example/v1"
path = "/accounts/{id}"
method = "POST"
headers = { X-Tenant = "a \\"quoted\\" one" }
body = { fields = ["name", { of = "address" }], "a b" = true }
schedule = "0 2 * * *"

[authentication]
kind = "basic"
user = "me"

[[before]]
path = "/exports"
keep = { id = "$.id" }
until = { path = "$.state", value = "done" }

[pages]
kind = "number"
parameter = "page"

[secrets]
password = "quite-a-secret"
"""


@pytest.fixture
def company(database: Database) -> Company:
    with database.connection() as conn:
        return ensure_company(conn, "ACME", "NORTH")


@pytest.fixture
def shop(douane: Douane, written: Written, company: Company) -> str:
    """The file of a connector that is kept."""
    file = written(SHOP, "shop.toml")
    code, out, err = douane("connector", "add", file)
    assert (code, err) == (0, "")
    assert out.startswith("Kept connector Shop, due at 20")
    assert out.endswith("02:00 UTC.\n")
    return file


def test_a_connector_is_shown_as_it_was_added_but_for_its_secrets(
    douane: Douane, shop: str, written: Written
) -> None:
    code, out, _ = douane("connector", "show", "SHOP")
    assert code == 0
    assert out.endswith("\n# Kept and not shown: password.\n")
    sent = tomllib.loads(SHOP)
    secrets = sent.pop("secrets")
    assert read_connector(tomllib.loads(out), secrets).connector == read_connector(sent, secrets).connector
    assert "quite-a-secret" not in out
    again = written(out, "again.toml")
    assert douane("connector", "add", again)[0] == 0
    shown = json.loads(douane("connector", "show", "shop", "--json")[1])
    assert shown == as_json(read_connector(sent, secrets).connector)


def test_the_list_tells_the_names_of_secrets_alone(douane: Douane, shop: str) -> None:
    (row,) = json.loads(douane("connector", "list", "--json")[1])
    assert (row["name"], row["schedule"], row["secrets"], row["mapping"]) == (
        "Shop",
        "0 2 * * *",
        ["password"],
        "DJUST",
    )
    _, out, _ = douane("connector", "list")
    assert "password" in out
    assert "quite-a-secret" not in out


def test_a_secret_is_asked_for_instead_of_being_in_the_file(
    douane: Douane, written: Written, company: Company, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed-secret\n"))
    file = written(SHOP.partition("[secrets]")[0], "shop.toml")
    assert douane("connector", "add", file, "--secret", "password")[0] == 0
    with database.connection() as conn:
        kept = get_connector(conn, (company.organization_id, company.id), "shop")
    assert kept.secret_names == ["password"]
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, _, err = douane("connector", "add", file, "--secret", "password")
    assert (code, "password" in err) == (1, True)


def test_what_has_null_in_it_is_shown_as_json(douane: Douane, written: Written, company: Company) -> None:
    sent = {"name": "null", "base_url": "https://a.example", "method": "POST", "body": {"after": None}}
    assert douane("connector", "add", written(json.dumps(sent), "null.json"))[0] == 0
    assert json.loads(douane("connector", "show", "null")[1]) == sent


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("name = ", "bad.toml", "it is no TOML"),
        ("{", "bad.json", "it is no JSON"),
        ('name = "x"\n#' + "x" * 300_000, "large.toml", "larger than 262,144 bytes"),
        ('name = "x"\nsecrets = { key = "quite-a-secret" }\nmethod = "PUT"', "bad.toml", "method"),
    ],
)
def test_a_file_that_is_no_connector_is_refused(
    douane: Douane, written: Written, company: Company, text: str, name: str, told: str
) -> None:
    code, out, err = douane("connector", "add", written(text, name))
    assert (code, out) == (1, "")
    assert told in err
    assert "quite-a-secret" not in err


def test_the_history_tells_runs_and_what_was_left_out(
    douane: Douane, shop: str, company: Company, database: Database
) -> None:
    assert douane("connector", "history", "shop")[1] == "It was asked for nothing yet.\n"
    with database.connection() as conn:
        stored = get_connector(conn, (company.organization_id, company.id), "shop")
        set_due(conn, stored, stored.due_at)
        note_run(
            conn,
            stored,
            "schedule",
            "its schedule",
            skipped="Run 7 of it was under way.",
            due_at=stored.due_at,
        )
    _, out, _ = douane("connector", "history", "shop")
    assert "skipped" in out
    assert "Run 7 of it was under way." in out
    (row,) = json.loads(douane("connector", "history", "shop", "--json")[1])
    assert (row["outcome"], row["cause"], row["run"]) == ("skipped", "schedule", None)


def test_a_connector_that_was_removed_is_gone(douane: Douane, shop: str) -> None:
    assert douane("connector", "remove", "shop")[:2] == (0, "Removed connector Shop.\n")
    assert douane("connector", "list")[1] == "There is no connector yet.\n"
    for command in ("show", "history", "remove", "run"):
        code, _, err = douane("connector", command, "shop")
        assert (code, "There is no connector 'shop'" in err) == (1, True)


def test_a_run_is_left_to_a_worker(douane: Douane, shop: str) -> None:
    code, out, _ = douane("connector", "run", "shop", "--no-wait", "--json")
    assert code == 0
    asked = json.loads(out)
    assert asked["state"] == "waiting"
    (row,) = json.loads(douane("connector", "history", "shop", "--json")[1])
    assert (row["run"], row["outcome"], row["cause"]) == (asked["run"], "waiting", "person")


def test_a_mapping_that_is_still_to_be_made_is_told(
    douane: Douane, written: Written, company: Company
) -> None:
    sent = {"name": "Shop", "base_url": "https://a.example", "mapping": "SHOP"}
    code, out, _ = douane("connector", "add", written(json.dumps(sent), "shop.json"))
    told = "Kept connector Shop. There is no mapping SHOP yet; douane mapping add makes it.\n"
    assert (code, out) == (0, told)


def test_a_dry_run_is_marked_as_one(douane: Douane, shop: str) -> None:
    assert douane("connector", "run", "shop", "--dry-run", "--no-wait")[0] == 0
    (row,) = json.loads(douane("connector", "history", "shop", "--json")[1])
    assert (row["outcome"], row["dry_run"]) == ("waiting", True)


def test_one_that_is_busy_says_so(douane: Douane, shop: str, written: Written) -> None:
    text = SHOP.partition("[secrets]")[0].replace('name = "Shop"', 'name = "Shop"\nwhen_busy = "skip"')
    assert douane("connector", "add", written(text, "skip.toml"))[0] == 0
    assert douane("connector", "run", "shop", "--no-wait")[0] == 0
    code, _, err = douane("connector", "run", "shop", "--no-wait")
    assert code == 1
    assert "was under way" in err


def test_the_company_is_named_when_there_are_several(
    douane: Douane, shop: str, written: Written, database: Database
) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "SOUTH")
    code, _, err = douane("connector", "list")
    assert (code, "NORTH of ACME, SOUTH of ACME" in err) == (1, True)
    assert len(json.loads(douane("connector", "list", "--company", "NORTH", "--json")[1])) == 1
    assert json.loads(douane("connector", "list", "--company", "SOUTH", "--json")[1]) == []
