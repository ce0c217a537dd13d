"""The errors that the partners' API publishes, by code: sentence and HTTP status (errors.toml has them)."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

from douane.errors import Refusal

VALUE_CHARACTERS_MAX = 200
PLACE = re.compile("%([1-9])")


def _read() -> dict[str, tuple[str, int]]:
    text = files(__package__).joinpath("errors.toml").read_text(encoding="utf-8")
    sections: dict[str, dict[str, str]] = tomllib.loads(text)
    return {
        code: (said, int(status)) for status, section in sections.items() for code, said in section.items()
    }


ERRORS: dict[str, tuple[str, int]] = _read()
"""Code -> sentence with %1, %2 where something is to be filled in, and the HTTP status."""


def refused(code: str, *seen: object) -> Refusal:
    """The refusal with this wire code, `seen` in place of %1, %2, each cut to 200 characters."""

    def value(place: re.Match[str]) -> str:
        number = int(place[1]) - 1
        return str(seen[number])[:VALUE_CHARACTERS_MAX] if number < len(seen) else ""

    return Refusal(code, PLACE.sub(value, ERRORS[code][0]).strip())
