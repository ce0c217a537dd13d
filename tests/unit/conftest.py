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
def douane(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Settings) -> Douane:
    """Runs a command on the test's database; gives its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
        monkeypatch.setattr(sys, "argv", ["douane", *words, "--data", str(settings.data)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a file; gives its path as a word of a command."""

    def write(text: str | bytes, name: str = "file.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write
