"""The documentation keeps its word: pages are fresh, links lead somewhere, commands and samples work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from douane.cli.commands import COMMANDS
from douane.cli.main import build_app
from douane.dialects.mydso.columns import MAPPINGS
from douane.model.catalogue import FAULTS, REFUSALS, WARNINGS

HOME = Path(__file__).parents[2]
REFERENCE = HOME / "docs" / "reference"
PAGES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])
CODES = {**FAULTS, **WARNINGS, **REFUSALS}

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")
FILES = (".csv", ".txt", ".fec", ".tra", ".toml", ".json")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOME).as_posix())


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_the_generated_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, HOME / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- codes


def test_every_code_is_documented_once() -> None:
    documented = re.findall(r"^\| `([a-z0-9-]+)` \|", text_of(REFERENCE / "faults.md"), re.MULTILINE)
    assert documented == list(CODES)


@pytest.mark.parametrize("name", CODES)
def test_a_code_is_a_kebab_noun_with_a_sentence_and_a_way_out(name: str) -> None:
    code = CODES[name]
    assert code.code == name
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert code.title
    assert code.hint.endswith((".", '"'))
    assert set(re.findall(r"\{(\w*)\}", code.template)) <= {"value", "field", "detail"}


def test_no_two_codes_have_one_title() -> None:
    titles = [code.title for code in CODES.values()]
    assert len(set(titles)) == len(titles)


# --- links


def links_of(page: Path) -> Iterator[str]:
    return (link for link in LINK.findall(FENCED.sub("", text_of(page))) if "://" not in link)


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, made as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in bare}


@each_page
def test_links_lead_to_pages_and_headings_that_exist(page: Path) -> None:
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [HOME / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        paths = (link.partition("#")[0] for link in links_of(page))
        waiting += [(page.parent / path).resolve() for path in paths if path]
    assert set(PAGES) <= reached


@each_page
def test_pages_name_no_folder_of_somebodys_machine(page: Path) -> None:
    assert not re.search(r"(?<![\w.}/])/(?:home|root|work|Users|tmp)/", text_of(page))


# --- commands


def commands_of(page: Path) -> Iterator[list[str]]:
    """The words of each `douane` command shown in a console, without variables, pipes and what they print."""
    for block in CONSOLE.findall(text_of(page).replace("\\\n", " ")):
        for line in block.splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True) if line.startswith("$ ") else []
            while words and ASSIGNMENT.fullmatch(words[0]):
                words.pop(0)
            if words[:1] == ["douane"]:
                yield words[1 : next((at for at, word in enumerate(words) if word in {"|", ">", "&"}), None)]


def parse(words: list[str]) -> None:
    """Parse a command without running it; typer's errors say what is wrong."""
    root: Any = typer.main.get_command(build_app())
    name = next((" ".join(words[:size]) for size in (2, 1) if " ".join(words[:size]) in COMMANDS), None)
    assert name, f"no such command: douane {' '.join(words)}"
    command = root
    for each in name.split():
        command = command.commands[each]
    command.make_context(name, words[len(name.split()) :])


@each_page
def test_commands_that_are_shown_can_be_typed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = list(commands_of(page))
    monkeypatch.chdir(tmp_path)
    for words in shown:
        for file in (word for word in words if word.endswith(FILES)):
            Path(file).touch()
        parse(words)


def test_every_command_is_shown_in_the_reference() -> None:
    headings = re.findall(r"^## douane (.+)$", text_of(REFERENCE / "commands.md"), re.MULTILINE)
    assert headings == list(COMMANDS)


# --- samples


def test_the_samples_import_without_a_fault(sender: Any) -> None:
    for name in ("clients", "contacts", "users", "items"):
        receipt = sender.send(name, (REFERENCE / "samples" / f"mydso-{name}.csv").read_bytes())
        assert (receipt["counts"]["added"], receipt["faults"], receipt["warnings"]) == (1, [], []), name


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_sample_has_every_column(name: str) -> None:
    header = text_of(REFERENCE / "samples" / f"mydso-{name}.csv").splitlines()[0]
    assert header.replace('"', "").split(";") == [each.label for each in MAPPINGS[name].columns]
