"""Text that came with a file, made safe to print: what a terminal would obey is shown as an escape."""

from __future__ import annotations

import io
import sys
import unicodedata

OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that move the cursor, turn the text around, or are no character at all."""

TEXT_LENGTH_MAX = 60


def visible(text: str) -> str:
    r"""`text` on one line, with `\x1b` for an escape character and the like for others of its kind.

    >>> visible("caf\xe9 \x1b[31m\n")
    'café \\x1b[31m\\n'
    """
    if text.isprintable():
        return text
    return "".join(_escaped(each) if unicodedata.category(each) in OBEYED else each for each in text)


def cut(text: str) -> str:
    """`text`, with an ellipsis for what is beyond 60 characters."""
    return text if len(text) <= TEXT_LENGTH_MAX else f"{text[: TEXT_LENGTH_MAX - 1]}…"


def make_printable() -> None:
    """Let an output that lacks a character show its escape instead of ending the command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
