"""Faults of an object in a JSON list that is no row."""

from __future__ import annotations

from .code import Code

JSON_FAULTS = (
    Code(
        "not-a-json-row",
        "Not a row in JSON",
        "The object cannot be read as a row: {detail}",
        "Correct the object; its number in the list is the line.",
    ),
)
