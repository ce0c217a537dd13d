"""The commands: what they print, what they exit with, and that they start fast."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.cli.commands import COMMANDS
from douane.settings import Settings
from douane.store import credentials
from douane.store.database import Database

SECRET = "s3cr3t-word"
Douane = Callable[..., tuple[int, str, str]]


@pytest.fixture
def douane(command: Douane) -> Douane:
    """Runs a command without a data folder: on no database, or on that of `on_database`."""
    return command


@pytest.fixture
def on_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands use the test's database."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)


@pytest.mark.parametrize("words", sorted(COMMANDS.keys() - {"serve"}))
def test_every_command_has_help_with_an_example(douane: Douane, words: str) -> None:
    code, out, _ = douane(*words.split(), "--help")
    assert code == 0
    assert f"douane {words}" in out.partition("Example:")[2]


def test_help_needs_no_table_library() -> None:
    program = "import douane.cli.main, sys; print({'polars', 'pyarrow', 'procrastinate'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.usefixtures("on_database")
def test_a_grant_in_json_is_login_and_password_alone(douane: Douane, database: Database) -> None:
    words = ["grant", "mydso", "--organization", "ACME", "--decimal-sign", ",", "--date-order", "dmy"]
    code, out, err = douane(*words, "--map", "item_type:NF=FAC", "--map", "item_type:AV=AVO", "--json")
    assert (code, err) == (0, "")
    granted = json.loads(out)
    assert granted.keys() == {"login", "password"}
    with database.connection() as connection:
        caller = credentials.authenticate(connection, "mydso", granted["login"], granted["password"])
    assert caller is not None
    maps = {"item_type": {"NF": "FAC", "AV": "AVO"}}
    assert caller.declarations == {"decimal_sign": ",", "date_order": "dmy", "maps": maps}


@pytest.mark.usefixtures("on_database")
def test_credentials_list_no_secret_and_a_revoked_one_says_so(douane: Douane) -> None:
    granted = json.loads(douane("grant", "mydso", "--organization", "ACME", "--json")[1])
    assert douane("revoke", granted["login"])[0] == 0
    code, out, _ = douane("credentials", "--json")
    (listed,) = json.loads(out)
    assert code == 0
    assert listed["login"] == granted["login"]
    assert listed["revoked_at"] is not None
    assert granted["password"] not in out


@pytest.mark.usefixtures("on_database")
def test_organizations_and_companies_are_listed_in_a_table_that_aligns(douane: Douane) -> None:
    assert douane("organization", "add", "ACME", "--name", "Acme [Lyon] SA", "--siren", "732 829 320")[0] == 0
    assert douane("company", "add", "ACME", "NORTH")[0] == 0
    lines = douane("organization", "list")[1].splitlines()
    assert lines[0].index("siren") == lines[2].index("732829320")
    assert "Acme [Lyon] SA" in lines[2]
    (company,) = json.loads(douane("company", "list", "--organization", "ACME", "--json")[1])
    assert (company["organization"], company["code"], company["is_default"]) == ("ACME", "NORTH", True)


@pytest.mark.usefixtures("on_database")
def test_no_name_and_no_problem_acts_on_the_terminal(douane: Douane) -> None:
    name = "Acme\x1b[31m \u202eSA"
    assert douane("organization", "add", "ACME", "--name", name)[0] == 0
    assert "Acme\\x1b[31m \\u202eSA" in douane("organization", "list")[1]
    _, listed, _ = douane("organization", "list", "--json")
    assert json.loads(listed)[0]["name"] == name
    assert "\x1b" not in listed
    _, _, problem = douane("company", "add", "NO\x1b[31mNE", "X")
    assert "There is no organization NO\\x1b[31mNE" in problem


@pytest.mark.usefixtures("on_database")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grant", "nope", "--organization", "ACME"], "'nope' is not a dialect; expected mydso"),
        (["grant", "mydso", "--organization", "ACME", "--map", "NF"], "expected LABEL:WORD=VALUE"),
        (["organization", "add", "ACME", "--siren", "1"], "'1' is not a SIREN"),
        (["company", "add", "NONE", "X"], "There is no organization NONE."),
        (["revoke", "nobody"], "There is no login nobody."),
    ],
)
def test_a_refusal_exits_with_1_and_says_what_to_do(douane: Douane, words: list[str], said: str) -> None:
    code, out, err = douane(*words)
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.strip().splitlines()) == 2


def test_a_refusal_in_json_stays_json(douane: Douane) -> None:
    code, out, err = douane("grant", "nope", "--organization", "ACME", "--json")
    assert (code, out) == (1, "")
    assert json.loads(err)["error"].keys() == {"code", "message", "hint"}


def test_misuse_exits_with_2(douane: Douane) -> None:
    assert douane("grant")[0] == 2
    assert douane("no-such-command")[0] == 2


def test_a_failure_exits_with_3_without_the_password(douane: Douane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:1/d")
    code, out, err = douane("credentials")
    assert (code, out) == (3, "")
    assert "cannot be reached" in err
    assert SECRET not in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("on_database")
def test_the_doctor_finds_nothing_wrong_here(douane: Douane, tmp_path: Path) -> None:
    code, out, _ = douane("doctor", "--data", str(tmp_path), "--json")
    findings = {each["check"]: each for each in json.loads(out)}
    assert code == 0, out
    assert findings["database"]["seen"].startswith("PostgreSQL 18")
    assert findings["schema"]["seen"].endswith(".sql")


def test_the_doctor_makes_nothing(douane: Douane, tmp_path: Path) -> None:
    assert douane("doctor", "--data", str(tmp_path / "data"))[0] == 0
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("DOUANE_UPLOAD_BYTE_MAX", "1", "settings"),
        ("DOUANE_IMPORTS_AT_ONCE", "many", "settings"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:1/d", "database"),
    ],
)
def test_the_doctor_exits_with_1_and_says_what_is_wrong(
    douane: Douane, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, check: str
) -> None:
    monkeypatch.setenv(name, value)
    code, out, _ = douane("doctor", "--data", str(tmp_path), "--json")
    wrong = [each for each in json.loads(out) if not each["is_fine"]]
    assert code == 1
    assert [each["check"] for each in wrong] == [check]
    assert wrong[0]["what_to_do"]
    assert SECRET not in out


def test_the_doctor_sees_a_data_folder_open_to_others(douane: Douane, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    code, out, _ = douane("doctor", "--data", str(tmp_path), "--json")
    assert code == 1
    assert "open to others" in out
