"""How bytes outside the charset travel from decode to parse: as U+FDD0, which no text may hold."""

from __future__ import annotations

import codecs

OUTSIDE = "\ufdd0"
"""A noncharacter: Unicode keeps it for a program's own use, so text that holds it is not text either."""

FORBIDDEN = {"\0": "nul-character", "\x1f": "unit-separator"}
"""What no cell may hold, with the fault: PostgreSQL stores no NUL, and keys join their parts by U+001F."""

OUTSIDE_ERRORS = "douane-outside"
"""The name of the codecs error handler that puts OUTSIDE where it cannot decode or encode."""


def signs_in(data: bytes) -> list[str]:
    """Those of OUTSIDE and FORBIDDEN that stand in `data`, which is UTF-8."""
    # A single byte is found ten times as fast as several.
    return [each for each in (OUTSIDE, *FORBIDDEN) if each.encode()[:1] in data and each.encode() in data]


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeDecodeError):
        return OUTSIDE, error.end
    if isinstance(error, UnicodeEncodeError):
        return OUTSIDE.encode() * (error.end - error.start), error.end
    raise error


codecs.register_error(OUTSIDE_ERRORS, _replace)
