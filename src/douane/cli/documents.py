"""What people write and keep with us: read out of files in TOML or JSON, and shown as TOML again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any


def read_values(file: Path, bytes_max: int) -> Any:
    """The values in a file. Raises ValueError, saying why, for one that is neither TOML nor JSON."""
    with file.open("rb") as content:
        data = content.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise ValueError(f"it is larger than {bytes_max:,} bytes")
    is_json = file.suffix.lower() == ".json"
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"it is no {'JSON' if is_json else 'TOML'}: {reason}") from None


def value_text(value: Any) -> str:
    """A value of TOML on one line."""
    if isinstance(value, dict):
        told = ", ".join(f"{key_text(name)} = {value_text(each)}" for name, each in value.items())
        return "{ " + told + " }" if told else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def key_text(name: str) -> str:
    """A key of TOML, in quotes where it needs them."""
    return name if name.isascii() and name.replace("_", "a").isalnum() else quoted(name)


def quoted(text: str) -> str:
    """A text in quotes; what is not to be seen is escaped, so that it cannot act on a terminal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped) + '"'
