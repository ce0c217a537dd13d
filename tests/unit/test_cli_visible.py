"""Text of senders on a terminal: what is shown as it is, what as an escape, and how tables find room."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from douane.cli import tables
from douane.cli.visible import cut, visible


@pytest.mark.parametrize("text", ["", "café", "1\N{NO-BREAK SPACE}200,00", "日本", "[red]", "🙂", "a\\x1b"])
def test_text_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x9b1m\x7f", "\\x9b1m\\x7f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("a\u2028b", "a\\u2028b"),
        ("\udcff\ufdd0", "\\udcff\\ufdd0"),
    ],
)
def test_what_a_terminal_obeys_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(text).isprintable()


def test_a_long_text_is_cut() -> None:
    assert cut("x" * 60) == "x" * 60
    assert cut("x" * 61) == "x" * 59 + "…"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a table prints on a terminal of 60 columns."""
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, color_system=None, width=60, highlight=False)
    monkeypatch.setattr(tables, "Console", lambda **_: terminal)
    return out


def test_a_narrow_terminal_folds_one_column_and_cuts_none(printed: io.StringIO) -> None:
    rows = [{"line": 7, "field": "f" * 30, "what": "no " * 20}, {"line": 1234, "field": "g", "what": "yes"}]
    tables.show_table(rows, ("line", "field", "what"), folded=("what",))
    lines = printed.getvalue().splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[2].startswith("   7   " + "f" * 30)
    assert printed.getvalue().count("no") == 20
    assert "…" not in printed.getvalue()


def test_a_table_wider_than_the_terminal_keeps_its_width(printed: io.StringIO) -> None:
    tables.show_table([{"a": "x" * 50, "b": "y" * 50}], ("a", "b"))
    assert "x" * 50 + "   " + "y" * 50 in printed.getvalue()
