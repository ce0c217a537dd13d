"""What tests of commands share: a command run on the test's database, and files to run it on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.cli import main
from douane.settings import Settings

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Douane:
    """Runs a command in this process; gives its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["douane", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def douane(command: Douane, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Douane:
    """Runs a command on the test's database; gives its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
        return command(*words, "--data", str(settings.data))

    return run


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file; gives its path as a word of a command."""

    def write(text: str | bytes, name: str = "file.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write
