"""Mappings as files: TOML or JSON that a person wrote, and the TOML that is shown of one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from douane.errors import Refusal

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

    with file.open("rb") as content:
        data = content.read(DOCUMENT_BYTES_MAX + 1)
    if len(data) > DOCUMENT_BYTES_MAX:
        raise _unreadable(file, f"it is larger than {DOCUMENT_BYTES_MAX:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if file.suffix.lower() == ".json" else "TOML"
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _unreadable(file, f"it is no {kind}: {reason}") from None


def _unreadable(file: Path, reason: str) -> Refusal:
    message = f"The mapping in {file.name} cannot be read: {reason}."
    return Refusal("bad-mapping", message, "Write it as docs/how-to/mappings.md shows.")


def _lines(document: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[str]:
    """Plain values first, then tables, then the columns: TOML takes what follows a heading as part of it."""
    for name, value in document.items():
        if not isinstance(value, dict) and name != "columns":
            yield f"{name} = {_value(value)}"
    for name, value in document.items():
        if isinstance(value, dict):
            yield from ("", f"[{name}]")
            yield from (f"{_key(each)} = {_value(found)}" for each, found in value.items())
    for column in document["columns"]:
        yield from ("", "[[columns]]")
        if column["field"] in notes:
            yield as_comment(notes[column["field"]])
        yield from (f"{name} = {_value(found)}" for name, found in column.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "a").isalnum() else _text(name)


def _text(text: str) -> str:
    """A text in quotes; what is not to be seen is escaped, so that it cannot act on a terminal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped) + '"'
