"""The commands about files: import, explain, runs, run; what they print and what they exit with."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from douane.cli import main
from douane.settings import Settings
from douane.store.database import Database
from douane.store.organizations import ensure_company
from douane.store.runs import list_runs

CLIENTS = "client_code;client_business_name;client_email\nC1;One;one@example.com\nC2;Two;\n"
ITEM_LABELS = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax"
HOSTILE = "\x1b]0,owned\x07\x1b[2J\x9b1m\u202e[red]"

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]


@pytest.fixture
def books(database: Database) -> None:
    """Two companies of ACME, and customers C1 and C2 in NORTH are yet to come."""
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")
        ensure_company(conn, "ACME", "SOUTH")


def words(table: str, company: str = "NORTH") -> list[str]:
    return ["--dialect", "mydso", "--table", table, "--company", company]


def items(*lines: str) -> str:
    return "\n".join((ITEM_LABELS, *lines)) + "\n"


def item(number: int, kind: str = "FAC", due: str = "2026-02-15") -> str:
    return f"{kind};{number};C1;2026-01-15;{due};100,00"


def numbers_after(text: str, name: str) -> list[int]:
    """The numbers of the table's row that starts with `name`."""
    (row,) = [line.split() for line in text.splitlines() if line.split()[:1] == [name]]
    return [int(each) for each in row[1:]]


@pytest.mark.usefixtures("books")
def test_an_import_prints_counts_faults_and_seconds(douane: Douane, written: Written) -> None:
    douane("import", written(CLIENTS), *words("clients"))
    code, out, err = douane("import", written(items(item(1), item(2, "NF"), item(3))), *words("items"))
    assert (code, err) == (4, "")
    assert numbers_after(out, "open_items") == [3, 2, 0, 0, 1, 0]
    header, fault = (
        next(line for line in out.splitlines() if line.split()[:1] == [start]) for start in ("line", "3")
    )
    assert header.index("field") == fault.index("item_type")
    assert "NF is not one of" in fault
    assert "unknown-item-type   Use a listed type" in out
    assert all(stage in out.splitlines()[-1] for stage in ("receive", "decode", "parse", "merge", "report"))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", ["clients", "customers"])
def test_a_table_goes_by_the_doors_name_or_the_models(douane: Douane, written: Written, table: str) -> None:
    code, out, _ = douane("import", written(CLIENTS), *words(table))
    assert code == 0
    assert numbers_after(out, "customers") == [2, 2, 0, 0, 0, 0]


@pytest.mark.usefixtures("books")
def test_json_is_the_receipt_alone(douane: Douane, written: Written) -> None:
    code, out, err = douane("import", written(CLIENTS), *words("clients"), "--json")
    receipt = json.loads(out)
    assert (code, err) == (0, "")
    assert receipt["state"] == "succeeded"
    assert receipt["counts"]["added"] == 2
    assert receipt["upload"]["name"] == "file.csv"
    assert receipt["requested_by"].endswith("at the command line")


@pytest.mark.usefixtures("books")
def test_the_bytes_are_kept_where_the_server_keeps_them(
    douane: Douane, written: Written, database: Database, settings: Settings
) -> None:
    douane("import", written(CLIENTS), *words("clients"))
    with database.connection() as conn:
        (run,) = list_runs(conn, None)
    assert run.upload_path is not None
    kept = Path(run.upload_path)
    assert kept.is_absolute()
    assert kept.parent == settings.data / "uploads"
    assert kept.match("upload-*.bin")
    assert kept.read_text() == CLIENTS


@pytest.mark.usefixtures("books")
def test_a_dry_run_stores_nothing_but_its_receipt(
    douane: Douane, written: Written, database: Database
) -> None:
    code, out, _ = douane("import", written(CLIENTS), *words("clients"), "--dry-run")
    assert code == 0
    assert "a dry run: nothing is stored" in out
    assert numbers_after(out, "customers")[1] == 2
    with database.connection() as conn:
        assert conn.execute("select count(*) from customers").fetchone() == (0,)
    assert "dry run" in douane("runs")[1]


@pytest.mark.usefixtures("books")
def test_options_and_declarations_reach_the_import(douane: Douane, written: Written) -> None:
    clients = CLIENTS.replace("One", "Électricité").encode("latin-1")
    encoding = ["--option", "encoding=ISO-8859-1"]
    assert douane("import", written(clients), *words("clients"), *encoding)[0] == 0
    file = written(items(item(1, "NF", due="03/04/2026")))
    declared = ["--date-order", "dmy", "--map", "item_type:NF=FAC"]
    assert douane("import", file, *words("items"))[0] == 4
    assert douane("import", file, *words("items"), *declared)[0] == 0


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--company", "EAST"], "There is no company 'EAST'; there is NORTH of ACME, SOUTH of ACME."),
        (["--organization", "NONE"], "There is no organization NONE."),
        (["--table", "ledger"], "'ledger' is not a table of mydso; expected one of items, clients"),
        (["--dialect", "nope"], "'nope' is not a dialect; expected mydso"),
        (["--option", "encodng=x"], "clients takes encoding"),
        (["--option", "encoding"], "clients takes encoding"),
        (["--option", "dry_run=true"], "clients takes encoding"),
        (["--map", "NF"], "expected LABEL:WORD=VALUE"),
    ],
)
def test_a_wrong_word_is_refused_before_there_is_a_run(
    douane: Douane, written: Written, given: list[str], said: str
) -> None:
    code, out, err = douane("import", written(CLIENTS), *words("clients"), *given)
    assert (code, out) == (1, "")
    assert said in err
    assert douane("runs")[1] == "There is no run yet.\n"


def test_the_same_company_code_in_two_organizations_needs_the_organization(
    douane: Douane, written: Written, database: Database
) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "NORTH")
        ensure_company(conn, "BETA", "NORTH")
    code, _, err = douane("import", written(CLIENTS), *words("clients"))
    assert code == 1
    assert "ACME, BETA" in err
    assert douane("import", written(CLIENTS), *words("clients"), "--organization", "BETA")[0] == 0
    assert "BETA NORTH" in douane("runs", "--company", "NORTH", "--organization", "BETA")[1]
    assert douane("runs", "--organization", "ACME")[1] == "There is no run yet.\n"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("content", "refusal", "message"),
    [
        ("", "empty-upload", "The file is empty."),
        (b"\x1f\x8b rest", "broken-archive", "cannot be read"),
        ("client_code\nC1\n", "required-label", "The header lacks client_business_name; it has client_code."),
    ],
)
def test_a_refused_file_ends_with_1_and_has_a_run(
    douane: Douane, written: Written, content: str | bytes, refusal: str, message: str
) -> None:
    code, out, err = douane("import", written(content), *words("clients"))
    assert (code, err) == (1, "")
    assert "refused" in out.splitlines()[0]
    assert message in out
    (listed,) = json.loads(douane("runs", "--json")[1])
    assert (listed["state"], listed["refusal"], listed["company"]) == ("refused", refusal, "NORTH")


@pytest.mark.usefixtures("books")
def test_a_file_too_large_is_refused_before_it_is_copied(
    douane: Douane, written: Written, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("DOUANE_UPLOAD_BYTES_MAX", "10")
    code, out, _ = douane("import", written(CLIENTS), *words("clients"))
    assert code == 1
    assert "larger than 10 bytes" in out
    assert list((settings.data / "uploads").iterdir()) == []


@pytest.mark.usefixtures("books")
def test_a_failure_ends_with_3_in_plain_words_and_leaves_a_failed_run(
    douane: Douane, written: Written, database: Database, settings: Settings
) -> None:
    (settings.data / "work").write_text("a file where a folder should be")
    code, out, err = douane("import", written(CLIENTS), *words("clients"))
    assert (code, out) == (3, "")
    assert "could not be carried out" in err
    assert "Traceback" not in err
    with database.connection() as conn:
        (run,) = list_runs(conn, None)
    assert run.state == "failed"
    assert "could not be carried out" in douane("run", str(run.id))[1]


@pytest.mark.usefixtures("books")
def test_ctrl_c_leaves_a_failed_run(
    douane: Douane, written: Written, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("douane.cli.carrying.import_run", interrupted)
    code, _, _ = douane("import", written(CLIENTS), *words("clients"))
    assert code == 130
    with database.connection() as conn:
        (run,) = list_runs(conn, None)
    assert run.state == "failed"
    assert "stopped by the person" in str(run.failure)


def test_a_file_that_is_not_there_is_misuse(douane: Douane) -> None:
    assert douane("import", "nowhere.csv", *words("clients"))[0] == 2


@pytest.mark.usefixtures("books")
def test_runs_are_listed_newest_first(douane: Douane, written: Written) -> None:
    for _ in range(3):
        douane("import", written(CLIENTS), *words("clients"))
    lines = douane("runs", "--limit", "2")[1].splitlines()
    first, second = (int(line.split()[0]) for line in lines[2:])
    assert len(lines) == 4
    assert first == second + 1
    assert lines[0].index("file") == lines[2].index("file.csv")
    (listed,) = json.loads(douane("runs", "--limit", "1", "--before", str(second), "--json")[1])
    assert listed["run"] == second - 1
    assert listed["counts"]["added"] == 2


@pytest.mark.usefixtures("books")
def test_a_run_is_shown_again_with_all_its_faults(douane: Douane, written: Written) -> None:
    douane("import", written(CLIENTS), *words("clients"))
    many = items(*(item(number, "NF") for number in range(25)))
    receipt = json.loads(douane("import", many_file(written, many), *words("items"), "--json")[1])
    run = str(receipt["run"])
    assert json.loads(douane("run", run, "--json")[1]) == receipt
    shown = douane("run", run)[1]
    assert shown.count("NF is not one of") == 10
    assert f"douane run {run} --faults shows all" in shown
    assert douane("run", run, "--faults")[1].count("NF is not one of") == 25
    faults = json.loads(douane("run", run, "--faults", "--json")[1])
    assert [each["line"] for each in faults] == list(range(2, 27))
    assert faults[0]["severity"] == "fault"


def many_file(written: Written, text: str) -> str:
    """The file, compressed: a command reads it all the same."""
    return written(gzip.compress(text.encode()), "items.csv.gz")


@pytest.mark.usefixtures("books")
def test_a_run_without_faults_says_so(douane: Douane, written: Written) -> None:
    run = json.loads(douane("import", written(CLIENTS), *words("clients"), "--json")[1])["run"]
    assert douane("run", str(run), "--faults")[1] == "There is no fault.\n"
    assert json.loads(douane("run", str(run), "--faults", "--json")[1]) == []


@pytest.mark.usefixtures("books")
def test_a_held_clear_is_told_and_released(douane: Douane, written: Written) -> None:
    stock = ["--option", "clear_items_not_modified=true"]
    douane("import", written(CLIENTS), *words("clients"))
    douane("import", written(items(*map(item, range(200)))), *words("items"), *stock)
    code, out, _ = douane("import", written(items(item(1))), *words("items"), *stock)
    assert code == 0
    run = out.split()[1]
    assert f"douane run {run} --release" in out
    assert "held" in douane("runs", "--limit", "1")[1]
    code, out, _ = douane("run", run, "--release")
    assert code == 0
    assert numbers_after(out, "open_items") == [1, 0, 0, 1, 0, 199]
    assert "It was released since." in out
    assert douane("run", run, "--release")[0] == 1


@pytest.mark.parametrize("number", ["7", "9" * 30])
def test_an_unknown_run_is_refused(douane: Douane, number: str) -> None:
    code, out, err = douane("run", number)
    assert (code, out) == (1, "")
    assert f"There is no run {number}." in err


def test_explain_shows_what_each_stage_hands_over(douane: Douane, written: Written) -> None:
    text = ITEM_LABELS + ";item_field_perso1\n"
    text += "FAC;1;C1;2026-01-15;31/12/2026;1 200,00;x\nFAC;2;C1;2026-01-15;03/04/2026;1,200;\nFAC;3\n"
    code, out, _ = douane("explain", written(text), *words("items")[:4])
    assert code == 4
    assert "decode    utf-8" in out
    assert "kept as extra values: item_field_perso1" in out
    assert "item_date_due: day-first is proven by its values" in out
    assert "1 line could only be settled at the end of the file" in out
    assert "2026-04-03" in out
    assert "1.200000" in out
    assert "Column count doesn't match (defined=7, found=2)" in out


def test_explain_in_json_has_a_key_per_stage(douane: Douane, written: Written) -> None:
    text = "\ufeff" + items(item(1), item(2, due="03/04/2026"), item(3, due="13/04/2026"), item(4, "NF"))
    code, out, err = douane("explain", many_file(written, text), *words("items")[:4], "--rows", "2", "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, err) == (4, "")
    assert list(told) == ["receive", "decode", "parse", "map", "validate"]
    assert told["decode"]["compression"] == "gzip"
    assert told["decode"]["has_byte_order_mark"]
    assert told["decode"]["bytes"] == len(text.encode()) - 3
    assert told["parse"]["labels"] == ITEM_LABELS.split(";")
    columns = {each["label"]: each for each in told["map"]["columns"]}
    assert columns["item_date_due"] == {
        "label": "item_date_due",
        "field": "due_on",
        "kind": "date",
        "is_required": True,
        "is_there": True,
    }
    found = told["validate"]
    assert (found["accepted"], found["rejected"]) == (3, 1)
    assert [row["number"] for row in found["rows"]] == ["1", "3"]
    assert found["settled_at_the_end"] == 1
    assert [(each["code"], each["count"], each["line"]) for each in found["faults"]] == [
        ("unknown-item-type", 1, 5)
    ]
    proven = {each["label"]: each["proven"] for each in found["conventions"]}
    assert proven["item_date_due"] == ["day-first"]


@pytest.mark.parametrize(
    ("content", "reached", "message"),
    [
        ("", 0, "The file is empty."),
        ("a;a\n1;2\n", 2, "names a more than once"),
        ("client_code\nC1\n", 4, "The header lacks client_business_name; it has client_code."),
    ],
)
def test_explain_shows_how_far_a_refused_file_came(
    douane: Douane, written: Written, content: str, reached: int, message: str
) -> None:
    code, out, _ = douane("explain", written(content), *words("clients")[:4], "--json")
    told = json.loads(out)
    assert code == 1
    assert len(told) == reached + 1
    assert message in told["refusal"]["message"]
    assert (
        f"Refused: {told['refusal']['message']}"
        in douane("explain", written(content), *words("clients")[:4])[1]
    )


def test_explain_asks_no_database(
    written: Written, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("no connection is needed")

    monkeypatch.setattr(psycopg, "connect", refused)
    monkeypatch.setattr(sys, "argv", ["douane", "explain", written(CLIENTS), *words("clients")[:4]])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "2 lines accepted" in capsys.readouterr().out


@pytest.mark.usefixtures("books")
def test_nothing_of_a_file_acts_on_the_terminal(douane: Douane, written: Written) -> None:
    name = "a\x1b[31m[red]b.csv"
    lines = (f"{item(1, HOSTILE)};{HOSTILE}", f"{item(2)};{HOSTILE};{HOSTILE}", f"{item(3)};{HOSTILE}")
    text = "\n".join((f"{ITEM_LABELS};{HOSTILE}", *lines, ""))
    file = written(text, name)
    printed = [douane("explain", file, *words("items")[:4])[1]]
    printed += [douane("explain", file, *words("items")[:4], "--json")[1]]
    printed += [douane("import", file, *words("items"))[1], douane("runs")[1], douane("runs", "--json")[1]]
    printed += [douane("run", "1")[1], douane("run", "1", "--json")[1], douane("run", "1", "--faults")[1]]
    printed += [douane("run", "1", "--faults", "--json")[1]]
    for each in printed:
        assert not set(each) & set("\x1b\x07\x9b\u202e"), each
    assert "a\\x1b[31m[red]b.csv" in printed[2]
    assert "\\x9b1m\\u202e[red] is not one of" in printed[2]


@pytest.mark.usefixtures("books")
def test_a_hostile_header_is_refused_in_plain_text(douane: Douane, written: Written) -> None:
    file = written(f"{HOSTILE};{HOSTILE}\n1;2\n")
    for command in (["explain", file, *words("items")[:4]], ["import", file, *words("items")]):
        code, out, err = douane(*command)
        assert code == 1
        assert "more than once" in out
        assert not set(out + err) & set("\x1b\x07\x9b\u202e")
