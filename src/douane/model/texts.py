"""What a short text that people give may hold."""

from __future__ import annotations

import re

CODE_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether the text is one line that can be stored and shown: no control characters, no half of a pair.

    >>> is_plain("Banque\\u00a0n° 1"), is_plain("two\\nlines")
    (True, False)
    """
    return _CONTROL.search(text) is None


def is_code(text: str) -> bool:
    """Whether the text can stand in a table, a file name and a log: CODE_CHARACTERS_MAX signs that are shown.

    >>> is_code("NORTH"), is_code(""), is_code(" NORTH"), is_code("N\\t1")
    (True, False, False, False)
    """
    return text.isprintable() and text == text.strip() and 0 < len(text) <= CODE_CHARACTERS_MAX


def is_name(text: str) -> bool:
    """Whether the text is one line of 1 to TEXT_CHARACTERS_MAX characters.

    >>> is_name("Banque\\u00a0n° 1"), is_name(""), is_name("x" * 201)
    (True, False, False)
    """
    return is_plain(text) and 0 < len(text) <= TEXT_CHARACTERS_MAX
