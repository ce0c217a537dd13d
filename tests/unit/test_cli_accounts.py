"""The commands about accounts: a file is imported, explained, and a mapping proposed from it."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.model.mapping_document import read_document
from douane.store.database import Database
from douane.store.organizations import ensure_company

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]

PAYLOADS = Path(__file__).parents[1] / "dialects" / "djust"
NESTED = (PAYLOADS / "nested.json").read_bytes()


@pytest.fixture(autouse=True)
def books(database: Database) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")


def as_lines(text: bytes) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\r\n\n" for each in json.loads(text))


def test_a_file_of_accounts_needs_no_table(douane: Douane, written: Written) -> None:
    file = written(NESTED, "accounts.json")
    code, out, err = douane("import", file, "--dialect", "djust", "--company", "NORTH")
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.split()}
    assert rows["customers"] == ["2", "2", "0", "0", "0", "0"]
    assert rows["addresses"][:2] == ["4", "3"]
    assert rows["address_links"][:2] == ["4", "4"]


@pytest.mark.parametrize("name", ["a.ndjson", "A.JSONL", "a.jsonl.gz"])
def test_each_line_may_be_an_object(douane: Douane, written: Written, name: str) -> None:
    text = as_lines(NESTED)
    file = written(gzip.compress(text) if name.endswith(".gz") else text, name)
    words = ["--dialect", "djust", "--company", "NORTH", "--json"]
    assert json.loads(douane("import", file, *words)[1])["counts"]["added"] == 2
    listed = douane("import", written(NESTED, "accounts.json"), *words)
    assert json.loads(listed[1])["counts"]["unchanged"] == 2


def test_faults_have_the_published_codes(douane: Douane, written: Written) -> None:
    file = written(b'[{"accountExternalId": "A", "deleted": 7}]', "accounts.json")
    code, out, _ = douane("import", file, "--dialect", "djust", "--company", "NORTH", "--json")
    receipt = json.loads(out)
    assert code == 4
    assert {each["wire_code"] for each in receipt["faults"]} >= {"F-E-009"}
    every = json.loads(douane("run", str(receipt["run"]), "--faults", "--json")[1])
    assert [each["wire_code"] for each in every] == [each["wire_code"] for each in receipt["faults"]]


def test_tables_of_faults_have_the_published_codes_and_texts(douane: Douane, written: Written) -> None:
    file = written(b'[{"accountExternalId": "A", "deleted": 7}, {"accountExternalId": "A"}]', "accounts.json")
    published = {"F-E-009", "Field", "deleted", "must", "be", "a", "boolean:", "true", "or", "false"}
    for words in (["import", file, "--dialect", "djust", "--company", "NORTH"], ["run", "1"]):
        told = douane(*words)[1].split()
        assert published <= set(told)
        assert told.count("F-E-009") >= 3  # the other object is rejected for it too
    assert published <= set(douane("explain", file, "--dialect", "djust")[1].split())
    every = json.loads(douane("explain", file, "--dialect", "djust", "--json")[1])["validate"]["faults"]
    assert {each["code"]: each["wire_code"] for each in every} == {"not-a-flag": "F-E-009"}


def test_rejected_accounts_are_printed_as_a_list(douane: Douane, written: Written) -> None:
    sent = b'[{"accountExternalId": "A", "deleted": 7}]'
    words = ["--dialect", "djust", "--company", "NORTH", "--json"]
    run = json.loads(douane("import", written(sent, "accounts.json"), *words)[1])["run"]
    code, out, err = douane("run", str(run), "--rejected")
    assert (code, err) == (0, "")
    (told,) = json.loads(out)
    assert "deleted" in told.pop("douane_reason")
    assert told == json.loads(sent)[0]


def test_explain_shows_what_each_stage_hands_over(douane: Douane, written: Written) -> None:
    body = [*json.loads(NESTED), 3, {"accountExternalId": "X", "inactive": "perhaps"}]
    file = written(json.dumps(body).encode(), "accounts.json")
    code, out, _ = douane("explain", file, "--dialect", "djust")
    assert code == 4
    assert "4 objects with 4 addresses, 1 of them not readable as accounts" in out
    assert "address 2 external_id" in out
    assert "tells which accounts and addresses are new" in out
    told = json.loads(douane("explain", file, "--dialect", "djust", "--json", "--rows", "1")[1])
    assert told["validate"]["accepted"] == 2
    assert told["validate"]["rejected"] == 2
    (row,) = told["validate"]["rows"]
    assert row["external_id"] == "0987654321"
    assert [each["external_id"] for each in row["addresses"]] == ["ADDR54321", "ADDR98765"]
    assert {each["field"] for each in told["map"]["columns"] if not each["is_there"]} == {
        "address.label",
        "address.additional_street",
        "address.phone",
    }


def test_explain_tells_how_far_a_broken_file_came(douane: Douane, written: Written) -> None:
    code, out, _ = douane("explain", written(NESTED[:-9], "accounts.json"), "--dialect", "djust")
    assert code == 1
    assert "Refused: The file is no JSON that can be read: it ends before its list does." in out


def test_a_mapping_is_proposed_reviewed_and_used(douane: Douane, command: Douane, written: Written) -> None:
    body = {
        "data": [
            {
                "id": 1,
                "name": "A",
                "legalName": "A SA",
                "siren": "1",
                "score": 1.5,
                "adr": [{"id": 2, "name": "x", "zip": "1", "city": "y", "street": "z", "country": "FR"}],
            }
        ]
    }
    file = written(json.dumps(body).encode(), "answer.json")
    code, out, err = command("mapping", "propose", file, "--name", "SHOP")
    assert (code, err) == (0, "")
    document = read_document(tomllib.loads(out))
    assert (document.name, document.layout.records, document.layout.lists) == ("SHOP", "$.data", ("$.adr",))
    assert "# No column takes:" in out
    assert "#   $.score: 1.5" in out
    mapping = written(out.encode(), "shop.toml")
    assert douane("explain", file, "--mapping", mapping)[0] == 0
    assert douane("mapping", "add", mapping)[0] == 0
    imported = douane("import", file, "--mapping", "SHOP", "--company", "NORTH", "--json")
    assert json.loads(imported[1])["counts"]["added"] == 1
    as_json = json.loads(command("mapping", "propose", file, "--name", "SHOP", "--json")[1])
    assert read_document(as_json["mapping"]) == document


def test_lines_are_a_sample_too(command: Douane, written: Written) -> None:
    code, out, _ = command("mapping", "propose", written(as_lines(NESTED), "a.ndjson"))
    assert code == 0
    assert tomllib.loads(out)["layout"] == {"kind": "json", "lists": ["$.address"]}


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        (b"[{]", (), "is no JSON that can be read"),
        (b'{"a": 1}', (), "There is no list of objects"),
        (b"[{}]", ("--records", "a.b"), "--records is 'a.b'; expected a path"),
    ],
)
def test_a_sample_that_is_none_is_told(
    command: Douane, written: Written, text: bytes, words: tuple[str, ...], told: str
) -> None:
    code, _, err = command("mapping", "propose", written(text, "a.json"), *words)
    assert code != 0
    assert told in err
