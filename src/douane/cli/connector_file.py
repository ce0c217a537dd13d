"""Connectors as files: TOML or JSON that a person wrote, secrets typed beside it, and TOML shown of one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from getpass import getpass
from pathlib import Path
from typing import Any

from douane.errors import Refusal

from .documents import key_text, read_values, value_text
from .output import show_json


def read_file(file: Path, typed: Sequence[str]) -> Any:
    """What a file says of a connector, and the secrets of these names as they are typed.

    Refuses `bad-connector` for a file that is neither TOML nor JSON.
    """
    from douane.model.connector_document import DOCUMENT_BYTES_MAX

    try:
        sent = read_values(file, DOCUMENT_BYTES_MAX)
    except ValueError as reason:
        message = f"The connector in {file.name} cannot be read: {reason}."
        raise Refusal(
            "bad-connector", message, "Write it as docs/how-to/describe-a-source.md shows."
        ) from None
    if typed and isinstance(sent, dict) and isinstance(sent.get("secrets", {}), dict):
        sent["secrets"] = {**sent.get("secrets", {}), **{name: _typed(name) for name in typed}}
    return sent


def show_definition(definition: Mapping[str, Any], secret_names: Sequence[str], *, as_json: bool) -> None:
    """Print a connector as it can be added again; as JSON too where TOML has no word for what is in it."""
    if as_json or _holds_null(definition):
        show_json(definition)
        return
    print("\n".join(_lines(definition)))
    if secret_names:
        print(f"\n# Kept and not shown: {', '.join(secret_names)}.")


def _typed(name: str) -> str:
    """A secret, which a terminal does not show; or the next line of what is piped in."""
    if sys.stdin.isatty():
        return getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _lines(definition: Mapping[str, Any]) -> Iterator[str]:
    """Plain values first, then tables: TOML takes what follows a heading as part of it."""
    tables = {name: value for name, value in definition.items() if isinstance(value, dict)}
    for name, value in definition.items():
        if name not in tables and name != "before":
            yield f"{name} = {value_text(value)}"
    for name, table in tables.items():
        yield from ("", f"[{name}]", *_pairs(table))
    for call in definition.get("before", []):
        yield from ("", "[[before]]", *_pairs(call))


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{key_text(name)} = {value_text(value)}" for name, value in table.items())


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_null, value.values()))
    return any(map(_holds_null, value)) if isinstance(value, list) else value is None
