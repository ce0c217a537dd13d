"""What a short text that people give may hold."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether the text is one line that can be stored and shown: no control characters, no half of a pair.

    >>> is_plain("Banque\\u00a0n° 1"), is_plain("two\\nlines")
    (True, False)
    """
    return _CONTROL.search(text) is None
