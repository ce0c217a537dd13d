"""The commands about mappings, and files that are imported or explained by one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from douane.cli.mapping_file import as_toml
from douane.model.builtin_mappings import DJUST, IMPORTPERSO
from douane.model.mapping_document import DOCUMENT_BYTES_MAX, read_document
from douane.store.database import Database
from douane.store.organizations import ensure_company

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]

SALES = """
name = "SALES"
table = "customers"

[[columns]]
label = "Code client"
field = "code"

[[columns]]
label = "Ville"
field = "address_city"
default = "Lyon"

[constants]
address_country = "FR"
"""
FILE = "Code client;Ville;Zone\nC1;Nice;N\nC2;;S\n"


@pytest.fixture
def books(database: Database) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")


@pytest.fixture
def sales(douane: Douane, written: Written, books: None) -> str:
    """The file of a mapping that is kept."""
    file = written(SALES, "sales.toml")
    assert douane("mapping", "add", file)[:2] == (0, "Kept mapping SALES to customers, of 2 columns.\n")
    return file


def test_a_mapping_is_shown_as_it_was_added_until_it_is_removed(
    douane: Douane, sales: str, written: Written
) -> None:
    code, out, _ = douane("mapping", "show", "sales", "--organization", "ACME")
    assert code == 0
    assert read_document(tomllib.loads(out)) == read_document(tomllib.loads(SALES))
    assert douane("mapping", "add", written(out, "again.toml"))[0] == 0
    shown = json.loads(douane("mapping", "show", "SALES", "--json")[1])
    assert shown == json.loads(douane("mapping", "add", sales, "--json")[1])
    assert douane("mapping", "remove", "Sales")[:2] == (0, "Removed mapping SALES.\n")
    code, _, err = douane("mapping", "show", "SALES")
    assert (code, err.splitlines()[0]) == (1, "There is no mapping 'SALES'.")
    assert douane("mapping", "remove", "SALES")[0] == 1


@pytest.mark.usefixtures("sales")
def test_the_list_has_the_built_in_ones(douane: Douane) -> None:
    rows = json.loads(douane("mapping", "list", "--json")[1])
    assert [(each["name"], each["table"], each["columns"]) for each in rows] == [
        ("DJUST", "accounts", len(DJUST.columns)),
        ("IMPORTPERSO", "entry_lines", len(IMPORTPERSO.columns)),
        ("SALES", "customers", 2),
    ]
    assert rows[1]["changed_by"] == "built in"
    assert rows[2]["changed_by"].endswith("at the command line")
    assert "SALES" in douane("mapping", "list")[1]


@pytest.mark.usefixtures("sales")
def test_several_organizations_are_told_apart(douane: Douane, database: Database) -> None:
    with database.connection() as conn:
        ensure_company(conn, "GLOBEX", "NORTH")
    code, _, err = douane("mapping", "list")
    assert (code, err.splitlines()[0]) == (1, "There are several organizations: ACME, GLOBEX.")
    assert "SALES" not in douane("mapping", "list", "--organization", "GLOBEX")[1]
    assert douane("mapping", "list", "--organization", "NOBODY")[0] == 1


def test_without_an_organization_there_is_nothing_to_keep_it_for(douane: Douane, written: Written) -> None:
    code, _, err = douane("mapping", "add", written(SALES, "sales.toml"))
    assert (code, err.splitlines()[0]) == (1, "There is no organization yet.")


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("name = ", "x.toml", "cannot be read: it is no TOML"),
        ("{", "x.json", "cannot be read: it is no JSON"),
        (b"\xff", "x.toml", "cannot be read: it is no TOML"),
        ("[" * 100_000, "x.json", "nested too deeply"),
        ("a = " + "[" * 100_000, "x.toml", "nested too deeply"),
        ("9" * 5000, "x.json", "it is no JSON"),
        ("#" * (DOCUMENT_BYTES_MAX + 1), "x.toml", "larger than 262,144 bytes"),
        (SALES + 'vat_numbr = "FR1"', "x.toml", "no field 'vat_numbr'; vat_number is meant, perhaps"),
        (SALES.replace('default = "Lyon"', "default = 2026-01-01"), "x.toml", "default is a date; expected"),
        ('"\\ud800"', "x.json", "it is '\\ud800'; expected a table"),
    ],
)
@pytest.mark.usefixtures("books")
def test_a_file_that_is_no_mapping(
    douane: Douane, written: Written, text: str | bytes, name: str, told: str
) -> None:
    code, out, err = douane("mapping", "add", written(text, name))
    assert (code, out) == (1, "")
    assert told in err


def test_a_file_with_a_byte_order_mark(douane: Douane, written: Written, books: None) -> None:
    assert douane("mapping", "add", written("\ufeff" + SALES, "sales.toml"))[0] == 0


def test_a_file_is_imported_by_a_kept_mapping(douane: Douane, written: Written, sales: str) -> None:
    words = ["import", written(FILE), "--company", "NORTH", "--json"]
    for mapping, unchanged in (("sales", 0), (sales, 2)):
        code, out, _ = douane(*words, "--mapping", mapping)
        receipt = json.loads(out)
        assert (code, receipt["table"], receipt["dialect"]) == (0, "mapped", "native")
        assert (receipt["counts"]["added"], receipt["counts"]["unchanged"]) == (2 - unchanged, unchanged)


def test_a_run_goes_on_with_the_mapping_it_was_asked_with(
    douane: Douane, written: Written, sales: str, database: Database
) -> None:
    douane("import", written(FILE), "--company", "NORTH", "--mapping", "SALES")
    douane("mapping", "remove", "SALES")
    with database.connection() as conn:
        ((kept,),) = conn.execute("select declarations -> 'mapping' from runs").fetchall()
    assert read_document(kept) == read_document(tomllib.loads(Path(sales).read_text(encoding="utf-8")))


def test_explain_by_a_file_needs_no_database(command: Douane, written: Written, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "nowhere")]
    code, out, _ = command("explain", written(FILE), "--mapping", written(SALES, "sales.toml"), *data)
    assert code == 0
    assert "kept as extra values: zone" in out
    assert "where it is empty: Ville is Lyon" in out
    assert "in every row: address_country is FR" in out
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.usefixtures("sales")
def test_explain_by_name_tells_what_the_mapping_has(douane: Douane, written: Written) -> None:
    code, out, _ = douane("explain", written("CODE CLIENT;Zone\nC1;N\n"), "--mapping", "sales", "--json")
    told = json.loads(out)["map"]
    assert code == 0
    assert [(each["label"], each["is_there"]) for each in told["columns"]] == [
        ("code client", True),
        ("Ville", False),
    ]
    assert (told["defaults"], told["constants"]) == ({"Ville": "Lyon"}, {"address_country": "FR"})
    assert (told["extras"], told["keeps_extras"]) == (["zone"], True)


@pytest.mark.usefixtures("sales")
def test_the_charset_of_the_mapping_may_be_overruled(douane: Douane, written: Written) -> None:
    file = written("Code client;Ville\nC1;Nîmes\n".encode("cp850"))
    code, out, _ = douane("explain", file, "--mapping", "SALES", "--option", "encoding=cp850", "--json")
    assert code == 0
    assert json.loads(out)["validate"]["rows"][0]["address_city"] == "Nîmes"


@pytest.mark.parametrize("command_", ["import", "explain"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--mapping", "NONE"], "There is no mapping 'NONE'."),
        (["--mapping", "none.toml"], "There is no file 'none.toml'."),
        (["--mapping", "SALES", "--dialect", "mydso"], "--dialect was seen beside --mapping"),
        (["--mapping", "SALES", "--table", "fec"], "--table was seen beside --mapping"),
        (["--mapping", "SALES", "--option", "dry_run=true"], "mapped takes encoding."),
    ],
)
@pytest.mark.usefixtures("sales")
def test_what_cannot_be_meant_is_told(
    douane: Douane, written: Written, command_: str, words: list[str], told: str
) -> None:
    company = ["--company", "NORTH"] if command_ == "import" else []
    code, out, err = douane(command_, written(FILE), *company, *words)
    assert (code, out) == (1, "")
    assert told in err


@pytest.mark.parametrize("text", ['a"b\\c', "x\u202ey", "é € 😀", "a.b = [1]"])
def test_toml_is_read_back_and_shows_nothing_that_acts(text: str) -> None:
    sent: dict[str, Any] = {
        "name": "X",
        "table": "customers",
        "layout": {"delimiter": "\t"},
        "columns": [{"field": "code", "label": ["Code", text], "values": {text: text}, "required": True}],
        "constants": {"name": text},
    }
    shown = as_toml(sent)
    assert tomllib.loads(shown) == sent
    assert "\u202e" not in shown
