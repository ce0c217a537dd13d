"""Mappings as files: TOML or JSON that a person wrote, and the TOML that is shown of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from douane.errors import Refusal

from .documents import key_text, read_values, value_text

if TYPE_CHECKING:
    from douane.model.mapping_document import MappingDocument

SUFFIXES = (".toml", ".json")


def read_mapping(file: Path) -> MappingDocument:
    """The mapping in a file. Refuses `bad-mapping`, telling all that is wrong with it."""
    from douane.model.mapping_document import read_document
    from douane.pipeline.mapped_values import wrong_values

    return read_document(_read(file), wrong_values)


def as_toml(document: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
    """A mapping in JSON values as TOML, which is read back to the same.

    `notes` stand as comments at the columns of these fields.
    """
    return "\n".join(_lines(document, notes or {})) + "\n"


def as_comment(text: str) -> str:
    """A text as a comment of TOML, on one line."""
    return "# " + "".join(each if each.isprintable() else " " for each in text)


def _read(file: Path) -> Any:
    """The values in a file. Refuses `bad-mapping` for one that is neither TOML nor JSON."""
    from douane.model.mapping_document import DOCUMENT_BYTES_MAX

    try:
        return read_values(file, DOCUMENT_BYTES_MAX)
    except ValueError as reason:
        message = f"The mapping in {file.name} cannot be read: {reason}."
        raise Refusal("bad-mapping", message, "Write it as docs/how-to/mappings.md shows.") from None


def _lines(document: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[str]:
    """Plain values first, then tables, then the columns: TOML takes what follows a heading as part of it."""
    for name, value in document.items():
        if not isinstance(value, dict) and name != "columns":
            yield f"{name} = {value_text(value)}"
    for name, value in document.items():
        if isinstance(value, dict):
            yield from ("", f"[{name}]")
            yield from (f"{key_text(each)} = {value_text(found)}" for each, found in value.items())
    for column in document["columns"]:
        yield from ("", "[[columns]]")
        if column["field"] in notes:
            yield as_comment(notes[column["field"]])
        yield from (f"{name} = {value_text(found)}" for name, found in column.items())
