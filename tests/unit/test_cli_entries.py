"""The commands about files of entries: import, explain, check and export, on a FEC and on a TRA."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from douane.model.entries import NewEntry, NewLine
from douane.store.accounts import Connection
from douane.store.database import Database
from douane.store.entries import add_entry
from douane.store.fiscal_years import list_years
from douane.store.journals import find_journal
from douane.store.organizations import Company, add_company, add_organization
from douane.store.references import accounts_by_number

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]

SIREN = "732829320"
NAME = f"{SIREN}FEC20241231.txt"
LABELS = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate"
    "|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def line(
    number: str, account: str, debit: str, credit: str, day: str = "20240315", label: str = "Été"
) -> str:
    name = {"411000": "Clients", "706000": "Prestations", "512000": "Banque"}[account]
    auxiliary = "DUPONT|Dupont SA" if account == "411000" else "|"
    return (
        f"VE|Ventes|{number}|{day}|{account}|{name}|{auxiliary}|F{number}|{day}|{label}|{debit}|{credit}"
        f"|||{day}|130,00|USD"
    )


def fec(*lines: str) -> str:
    return "\r\n".join((LABELS, *lines)) + "\r\n"


def entry(number: str, amount: str = "120,00", day: str = "20240315") -> tuple[str, str]:
    return line(number, "411000", amount, "0,00", day), line(number, "706000", "0,00", amount, day)


GOOD = fec(*entry("1"), *entry("2", "0,50"), *entry("10", "3,00", "20240316"))


def record(**cells: str) -> str:
    """An entry line of a TRA, cells by their places."""
    text = [" "] * 222
    for place, cell in cells.items():
        start = int(place[1:]) - 1
        text[start : start + len(cell)] = cell
    return "".join(text)


def posting(account: str, side: str, auxiliary: str = "") -> str:
    kind = "X" if auxiliary else " "
    amounts = {"p130": side, "p131": f"{'120,00':>20}", "p151": "N", "p152": f"{'7':>8}", "p173": "E--"}
    return record(
        p1="VTE", p4="15032024", p12="FC", p14=account, p31=kind, p32=auxiliary, p84="Facture", **amounts
    )


TRA_HEAD = ("***S5CLIJRLSTD" + " " * 19 + "011").ljust(160)
TRA = "\r\n".join(
    (
        TRA_HEAD,
        "***JALVTEVentes".ljust(120),
        "***CGN411000           Clients".ljust(120),
        "***CGN706000           Prestations".ljust(120),
        posting("411000", "D", "DUPONT"),
        posting("706000", "C"),
        "",
    )
)


@pytest.fixture
def acme(database: Database) -> None:
    """ACME has NORTH, whose SIREN is that of the files, and SOUTH, which has none."""
    with database.connection() as conn:
        add_organization(conn, "ACME")
        add_company(conn, "ACME", "NORTH", siren=SIREN)
        add_company(conn, "ACME", "SOUTH")


def counts(text: str, table: str = "entry_lines") -> list[int]:
    """Received, added, updated, unchanged, rejected of the table in a receipt."""
    (row,) = [each.split() for each in text.splitlines() if each.split()[:1] == [table]]
    return [int(each) for each in row[1:6]]


# --- import and explain


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("name", [NAME, "export.fec", "export.csv", "export.fec.gz"])
def test_a_fec_needs_neither_dialect_nor_table(douane: Douane, written: Written, name: str) -> None:
    content = GOOD.encode("iso8859-15")
    file = written(gzip.compress(content) if name.endswith(".gz") else content, name)
    code, out, err = douane("import", file, "--company", "NORTH")
    assert (code, err) == (0, "")
    assert "native fec" in out.splitlines()[0]
    assert counts(out) == [6, 6, 0, 0, 0]
    assert counts(out, "entries") == [3, 3, 0, 0, 0]
    assert counts(out, "fiscal_years") == [1, 1, 0, 0, 0]
    assert "The lines of an entry have the same journal, number, day." in out
    assert out.index("entry_lines") < out.index("entries")


@pytest.mark.usefixtures("acme")
def test_a_tra_is_imported_plain_or_in_a_zip(douane: Douane, written: Written, tmp_path: Path) -> None:
    assert counts(douane("import", written(TRA, "export.txt"), "--company", "NORTH")[1]) == [2, 2, 0, 0, 0]
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export.tra", TRA)
    code, out, _ = douane("import", str(packed), "--company", "NORTH")
    assert (code, counts(out)) == (0, [2, 0, 0, 2, 0])
    assert "native tra" in out.splitlines()[0]


@pytest.mark.usefixtures("acme")
def test_a_fec_of_another_siren_is_refused(douane: Douane, written: Written) -> None:
    code, out, _ = douane("import", written(GOOD, "552100554FEC20241231.txt"), "--company", "NORTH")
    assert code == 1
    assert "SIREN 552100554" in out


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "neither a FEC nor a TRA"),
        (["--table", "items"], "'items' was seen without the dialect"),
        (["--dialect", "mydso"], "--table is missing; expected one of items"),
        (
            ["--dialect", "native", "--table", "items"],
            "'items' is not a table of native; expected one of fec, tra",
        ),
        (["--table", "fec", "--option", "charset=x"], "fec takes encoding"),
    ],
)
def test_a_file_that_could_be_anything_needs_words(
    douane: Douane, written: Written, given: list[str], said: str
) -> None:
    code, out, err = douane("import", written("a;b\n1;2\n"), "--company", "NORTH", *given)
    assert (code, out) == (1, "")
    assert said in err


@pytest.mark.parametrize(("text", "name"), [(GOOD, NAME), (TRA, "export.tra")])
def test_explain_walks_through_a_file_of_entries(
    douane: Douane, written: Written, text: str, name: str
) -> None:
    code, out, err = douane("explain", written(text.encode("cp1252"), name))
    assert (code, err) == (0, "")
    assert "(found out)" in out
    assert "fill fields of entry_lines" in out
    assert "cells divided by" not in out
    assert "which entries balance" in out


# --- check


def checked(douane: Douane, *words: str) -> tuple[int, dict[str, Any]]:
    code, out, err = douane("check", *words, "--json")
    assert err == ""
    told: dict[str, Any] = json.loads(out)
    return code, told


@pytest.mark.parametrize("strict", [[], ["--strict"]])
@pytest.mark.parametrize(("text", "name", "total"), [(GOOD, NAME, "123.50"), (TRA, "export.tra", "120.00")])
def test_a_good_file_has_no_error(
    douane: Douane, written: Written, strict: list[str], text: str, name: str, total: str
) -> None:
    file = written(text, name)
    code, told = checked(douane, file, *strict)
    assert (code, told["errors"], told["is_fine"]) == (0, 0, True)
    assert (told["debit"], told["credit"], told["difference"]) == (total, total, "0.00")
    assert told["lines"] == text.count("Ventes|") or told["lines"] == 2
    code, out, _ = douane("check", file, *strict)
    assert code == 0
    assert out.splitlines()[-1] == told["verdict"]


def test_check_tells_what_the_import_would_reject(douane: Douane, written: Written) -> None:
    lines = (
        *entry("1"),
        line("2", "411000", "7,00", "0,00"),
        *entry("3", day="20241340"),
        *entry("4"),
        "x|y",
    )
    file = written(fec(*lines), NAME)
    code, told = checked(douane, file)
    assert code == 4
    assert (told["lines"], told["rejected"], told["difference"]) == (8, 4, "7.00")
    found = {each["code"]: each for each in told["findings"]}
    assert {name: each["count"] for name, each in found.items()} == {
        "entry-unbalanced": 1,
        "not-a-date": 6,
        "column-count": 1,
    }
    assert found["entry-unbalanced"]["examples"] == [
        {
            "line": 4,
            "field": None,
            "value": "VE 2 2024-03-15",
            "message": "The entry's debit less its credit is 7, not 0",
        }
    ]
    code, out, _ = douane("check", file)
    assert code == 4
    assert out.splitlines()[-1] == "The import would reject 4 of 8 lines and take the others."


def test_check_counts_one_as_one(douane: Douane, written: Written) -> None:
    out = douane("check", written(fec(line("1", "411000", "7,00", "0,00")), NAME))[1]
    assert "\n1 line, 1 entry\n" in out
    assert "\n1 error\n" in out
    assert out.endswith("The import would reject every line.\n")


def test_check_finds_the_grouping_that_balances(douane: Douane, written: Written) -> None:
    lines = (line("0", "411000", "7,00", "0,00"), line("1", "706000", "0,00", "7,00"))
    code, told = checked(douane, written(fec(*lines), NAME))
    assert (code, told["grouping"], told["entries"]) == (0, "journal, day", 1)


def test_a_date_that_could_mean_two_days_is_settled_by_the_file(douane: Douane, written: Written) -> None:
    lines = (*entry("1", day="03/04/2024"), *entry("2", day="13/04/2024"))
    assert checked(douane, written(fec(*lines), NAME))[0] == 0
    code, told = checked(douane, written(fec(*lines[:2]), NAME))
    assert (code, [each["code"] for each in told["findings"]]) == (4, ["ambiguous-date"])


def test_strict_tells_of_a_separator_at_the_end(douane: Douane, written: Written) -> None:
    lines = GOOD.splitlines()
    file = written("".join(f"{line}|\n" for line in lines), "trailing.fec")
    assert checked(douane, file, "--strict")[1]["has_trailing_separator"] is True
    assert "A separator ends the header, which is no error." in douane("check", file, "--strict")[1]
    plain = written(GOOD, "plain.fec")
    assert checked(douane, plain, "--strict")[1]["has_trailing_separator"] is False
    assert "separator" not in douane("check", plain, "--strict")[1]


def test_strict_is_the_verdict_of_the_tax_administration(douane: Douane, written: Written) -> None:
    lines = (
        *entry("1", "120.00", day="20240116"),
        line("", "411000", "1,00", "0,00"),
        line("2", "706000", "0,00", "1,00", label=""),
    )
    file = written(fec(*lines), NAME)
    assert checked(douane, file)[0] == 0
    code, told = checked(douane, file, "--strict")
    assert code == 4
    assert {each["code"]: each["count"] for each in told["findings"]}["missing-value"] == 2
    assert {each["code"]: each["count"] for each in told["findings"]}["decimal-point"] == 2
    assert told["verdict"] == "It does not pass the tax administration's check: 4 errors."


def test_only_files_of_entries_can_be_checked(douane: Douane, written: Written) -> None:
    file = written("a;b\n1;2\n")
    code, out, err = douane("check", file)
    assert (code, out) == (1, "")
    assert "neither a FEC nor a TRA" in err
    code, _, err = douane("check", file, "--table", "fec")
    assert code == 1
    assert "the header of a FEC names the columns" in err
    assert douane("check", written("", NAME))[0] == 1


def test_nothing_of_a_checked_file_acts_on_the_terminal(douane: Douane, written: Written) -> None:
    hostile = "\x1b[2J\u202e"
    file = written(fec(line("1", "411000", hostile, "0,00"), *entry("2", day=hostile)), f"a\x1b[31m{NAME}")
    for words in ([], ["--strict"], ["--json"]):
        code, out, err = douane("check", file, *words)
        assert code == 4
        assert not set(out + err) & set("\x1b\u202e")


# --- export


def export(douane: Douane, company: str, *words: str) -> tuple[int, str, str]:
    return douane("export", "fec", "--company", company, "--year", "2024", *words)


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("separator", ["tab", "pipe"])
@pytest.mark.parametrize("encoding", ["utf-8", "iso8859-15"])
def test_an_exported_fec_is_strict_and_comes_back_as_it_went(
    douane: Douane, written: Written, tmp_path: Path, separator: str, encoding: str
) -> None:
    douane("import", written(GOOD, NAME), "--company", "NORTH")
    first, second = str(tmp_path / "first.fec"), str(tmp_path / "second.fec")
    form = ["--separator", separator, "--encoding", encoding]
    code, out, err = export(douane, "NORTH", "--output", first, *form)
    assert (code, err) == (0, "")
    assert out.startswith("Wrote 6 lines of 2024-01-01 to 2024-12-31 to ")
    code, told = checked(douane, first, "--strict")
    assert (code, told["errors"], told["warnings"]) == (0, 0, 0)
    assert counts(douane("import", first, "--company", "NORTH")[1]) == [6, 0, 0, 6, 0]
    assert counts(douane("import", first, "--company", "SOUTH")[1]) == [6, 6, 0, 0, 0]
    assert export(douane, "SOUTH", "--output", second, *form)[0] == 0
    assert Path(first).read_bytes() == Path(second).read_bytes()
    sign = {"tab": "\t", "pipe": "|"}[separator]
    assert Path(first).read_bytes() == GOOD.replace("|", sign).encode(encoding)


@pytest.mark.usefixtures("acme")
def test_the_file_has_the_name_of_the_law(
    douane: Douane, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for company in ("NORTH", "SOUTH"):
        douane("import", written(GOOD, "export.fec"), "--company", company)
    code, out, _ = export(douane, "NORTH", "--json")
    assert code == 0
    assert json.loads(out) == {
        "file": NAME,
        "year": {"starts_on": "2024-01-01", "ends_on": "2024-12-31"},
        "lines": 6,
        "bytes": (folder / NAME).stat().st_size,
        "debit": "123.500000",
        "credit": "123.500000",
    }
    code, out, err = export(douane, "SOUTH")
    assert (code, out) == (1, "")
    assert "Company SOUTH has no SIREN" in err
    assert [each.name for each in folder.iterdir()] == [NAME]


@pytest.mark.usefixtures("acme")
def test_an_unknown_year_is_refused_with_those_there_are(douane: Douane, written: Written) -> None:
    assert "there is none yet" in export(douane, "NORTH")[2]
    douane("import", written(GOOD, NAME), "--company", "NORTH")
    code, out, err = douane("export", "fec", "--company", "NORTH", "--year", "2023")
    assert (code, out) == (1, "")
    assert "There is no fiscal year '2023'; there is 2024-01-01..2024-12-31." in err


@pytest.mark.usefixtures("acme")
def test_a_file_that_cannot_be_written_leaves_the_old_one(
    douane: Douane, written: Written, tmp_path: Path
) -> None:
    douane("import", written(GOOD.replace("Été", "Łódź"), NAME), "--company", "NORTH")
    folder = tmp_path / "exports"
    folder.mkdir()
    target = folder / "old.fec"
    target.write_text("old")
    code, _, err = export(douane, "NORTH", "--output", str(target), "--encoding", "iso8859-15")
    assert code == 1
    assert "iso8859-15 has no Ł (U+0141)" in err
    assert target.read_text() == "old"
    assert list(folder.iterdir()) == [target]
    assert export(douane, "NORTH", "--output", str(folder / "nowhere" / "x.fec"))[0] == 3


def company_of(conn: Connection, code: str) -> tuple[int, int]:
    row = conn.execute("select organization_id, id from companies where code = %s", [code]).fetchone()
    assert row is not None
    return row


def post(conn: Connection, of: tuple[int, int], label: str, *, is_pending: bool = False) -> None:
    """An entry as a single call posts it, without a number and without what a FEC is made of."""
    (year,) = list_years(conn, *of)
    accounts = accounts_by_number(conn, *of, ["411000", "706000"])
    five, nothing = Decimal(5), Decimal(0)
    lines = (
        NewLine(accounts["411000"][0], label, five, nothing),
        NewLine(accounts["706000"][0], label, nothing, five),
    )
    journal = find_journal(conn, *of, code="VE")
    add_entry(
        conn,
        *of,
        NewEntry(year.id, journal.id, year.ends_on, lines=lines, is_pending=is_pending),
    )


@pytest.mark.usefixtures("acme")
def test_what_a_fec_must_have_is_filled_in(
    douane: Douane, written: Written, database: Database, tmp_path: Path
) -> None:
    douane("import", written(GOOD, NAME), "--company", "NORTH")
    with database.connection() as conn:
        of = company_of(conn, "NORTH")
        post(conn, of, "")
        post(conn, of, "|")
        post(conn, of, "Brouillard", is_pending=True)
    target = tmp_path / "all.fec"
    code, out, _ = export(douane, "NORTH", "--output", str(target), "--separator", "pipe", "--json")
    assert (code, json.loads(out)["lines"]) == (0, 10)
    code, told = checked(douane, str(target), "--strict")
    assert (code, told["errors"]) == (0, 0)
    cells = [each.split("|") for each in target.read_text().splitlines()[1:]]
    assert [each[2] for each in cells] == ["1", "1", "2", "2", "10", "10", "11", "11", "12", "12"]
    assert [each[10] for each in cells[6:]] == ["Clients", "Prestations", "Clients", "Prestations"]


def test_other_companies_are_not_in_the_file(
    douane: Douane, written: Written, tmp_path: Path, acme: Company
) -> None:
    douane("import", written(GOOD, NAME), "--company", "NORTH")
    douane("import", written(fec(*entry("99")), "export.fec"), "--company", "SOUTH")
    target = str(tmp_path / "south.fec")
    assert "Wrote 2 lines" in export(douane, "SOUTH", "--output", target)[1]
