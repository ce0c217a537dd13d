"""The guide to connectors: its examples can be used as they are, and it names every key there is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from douane.model.connector import PullLimits
from douane.model.connector_document import as_json, read_connector
from douane.model.connector_form import (
    AUTHENTICATION_KEYS,
    CALL_KEYS,
    CONNECTOR_KEYS,
    LIMIT_KEYS,
    PAGES_KEYS,
    UNTIL_KEYS,
)

GUIDE = (Path(__file__).parents[2] / "docs/how-to/describe-a-source.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
NAMED = set(re.findall(r"`\[*([a-z_0-9]+)\]*`", GUIDE))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split('"')[1])
def test_an_example_can_be_used(example: str) -> None:
    described = read_connector(tomllib.loads(example))
    assert described.secrets
    assert read_connector(as_json(described.connector), described.secrets).connector == described.connector


@pytest.mark.parametrize(
    "keys", [CONNECTOR_KEYS, CALL_KEYS, AUTHENTICATION_KEYS, PAGES_KEYS, LIMIT_KEYS, UNTIL_KEYS]
)
def test_every_key_is_named(keys: dict[str, object]) -> None:
    assert keys.keys() <= NAMED


@pytest.mark.parametrize("each", fields(PullLimits), ids=lambda each: each.name)
def test_the_usual_bounds_are_told(each: object) -> None:
    name, usual = each.name, each.default  # type: ignore[attr-defined]
    (told,) = re.findall(rf"^\| `{name}` \|.*\| ([^|]*) \|$", GUIDE, re.MULTILINE)
    assert told == ("4 GiB" if name == "bytes_max" else f"{usual:,.0f}")
