"""How a refusal of the catalogue is made: its template filled, its hint beside it."""

from __future__ import annotations

from douane.errors import Refusal

from .catalogue import REFUSALS

DETAIL_CHARACTERS_MAX = 200


def refusal(code: str, detail: str = "") -> Refusal:
    """The refusal `code` of the catalogue; `detail` fills its template and is cut to 200 characters."""
    entry = REFUSALS[code]
    return Refusal(code, entry.template.format(detail=detail[:DETAIL_CHARACTERS_MAX]), entry.hint)
