"""Faults of an object in a JSON list that is no row, and refusals of a file that holds no such list."""

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

JSON_REFUSALS = (
    Code(
        "not-json",
        "Not JSON",
        "The file is no JSON that can be read: {detail}.",
        "Correct it where it breaks off, then send all of it again; nothing of it is stored.",
    ),
    Code(
        "no-json-list",
        "No list of objects",
        "There is no list of objects at {detail}.",
        "Send a list, or say in the mapping where the list stands, such as $.data.accounts.",
    ),
)
