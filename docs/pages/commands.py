"""The page of the commands: what each does, takes and prints, as its help tells it."""

from __future__ import annotations

import re
from typing import Any

import typer

from douane.cli.commands import COMMANDS
from douane.cli.main import build_app

from .markdown import code, table, titled

TYPE = re.compile(r"<([a-z ]+)>")
TYPES = {"str": "TEXT", "int": "N", "int range": "N", "path": "PATH"}
ABOUT = """\
Every command that opens the database takes `--data DIR`, or reads `DATABASE_URL`. A command ends with 0 when
it is done, 1 when it was refused, 2 when it was called wrongly, 3 when it failed and 4 when lines of the
file are wrong; with `--json` an error is JSON too."""


def page() -> str:
    """The text of the page."""
    root = typer.main.get_command(build_app())
    return titled("Commands", ABOUT, *(_section(words, found(root, words.split())) for words in COMMANDS))


def found(root: Any, words: list[str]) -> Any:
    """The command that `words` call."""
    command = root
    for word in words:
        command = command.commands[word]
    return command


def _section(words: str, command: Any) -> str:
    context = typer.Context(command, info_name=f"douane {words}")
    about, _, example = command.help.partition("Example: ")
    records = filter(None, (each.get_help_record(context) for each in command.params))
    rows = [(code(_plain(names)), " ".join(meaning.split())) for names, meaning in records]
    shown = " ".join(example.split())
    blocks = [f"## douane {words}", about.strip(), f"```console\n$ {shown}\n```"]
    return "\n\n".join([*blocks, table(("takes", "meaning"), rows)])


def _plain(names: str) -> str:
    """What a sender types: a word in capitals stands for a value."""
    if not names.startswith("-"):
        return names.partition(" ")[0].upper()
    return TYPE.sub(lambda found: TYPES.get(found[1], found[0]), names)
