"""The guide to mappings: its examples can be used as they are, and it names every key there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from douane.model.mapped_tables import MAPPED_TABLES
from douane.model.mapping_document import DOCUMENT_KEYS, read_document
from douane.model.mapping_form import ACCOUNT_KEYS, COLUMN_KEYS, ENTRY_KEYS, LAYOUT_KEYS
from douane.pipeline.mapped_values import wrong_values

GUIDE = (Path(__file__).parents[2] / "docs/how-to/mappings.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split('"')[1])
def test_an_example_can_be_used(example: str) -> None:
    sent = tomllib.loads(example)
    document = read_document(sent, wrong_values)
    assert read_document(document.as_json()) == document
    assert {each["field"] for each in sent["columns"]} == {each.field for each in document.columns}


KEYS = [DOCUMENT_KEYS, LAYOUT_KEYS, COLUMN_KEYS, ENTRY_KEYS, ACCOUNT_KEYS, MAPPED_TABLES]


@pytest.mark.parametrize("keys", KEYS)
def test_every_key_is_named(keys: dict[str, object]) -> None:
    named = set(re.findall(r"`\[*([a-z_]+)\]*`", GUIDE))
    assert keys.keys() <= named
