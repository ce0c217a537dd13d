"""The few pieces of Markdown that the generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by docs/generate.py from the code: change the code, not this page. -->"


def titled(title: str, *blocks: str) -> str:
    """A whole page: its title, a note for whoever would edit it, and its blocks with a line between."""
    return "\n\n".join((f"# {title}", MADE, *blocks)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell does not end it."""
    lines = [_row(head), _row(["---"] * len(head))]
    return "\n".join([*lines, *map(_row, rows)])


def code(text: str) -> str:
    """`text` as code, nothing for no text."""
    return f"`{text}`" if text else ""


def listed(words: Iterable[str]) -> str:
    """The words as code, one after the other."""
    return ", ".join(map(code, words))


def _row(cells: Sequence[str]) -> str:
    inside = " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells)
    return f"| {inside} |"
