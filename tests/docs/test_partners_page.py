"""The page of the partners' API tells all that is served, and names no code or setting that is not there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from douane.dialects.myunisoft import MYUNISOFT
from douane.dialects.myunisoft.errors import ERRORS
from douane.dialects.myunisoft.file_refusals import BY_DOOR, COMMON, MOSTLY, OF_FIELDS
from douane.dialects.myunisoft.replies import WIRE_CODES
from douane.settings import Limits, Settings

HOME = Path(__file__).parents[2]
PAGE = (HOME / "docs" / "dialects" / "myunisoft.md").read_text(encoding="utf-8")
PAGES = sorted([*HOME.glob("*.md"), *(HOME / "docs").rglob("*.md")])
SOURCES = sorted((HOME / "src" / "douane" / "dialects" / "myunisoft").glob("*.py"))

NAMED = set(re.findall(r"`([A-Z][A-Z_]*[0-9]+|ERR-[A-Z-]+)`", PAGE))
RAISED = re.compile(r"\"([A-Z_]+[0-9]+|ERR-[A-Z-]+)\"")
OUR_OWN = {"DOUANE_REWRITE_GOLDEN"}
"""Variables that are no settings."""


def raised() -> set[str]:
    """Every wire code that stands in the code of the dialect."""
    found = {code for source in SOURCES for code in RAISED.findall(source.read_text(encoding="utf-8"))}
    tables = (*BY_DOOR.values(), COMMON, MOSTLY, OF_FIELDS)
    told = {code for table in tables for code in table.values()}
    return (found | told | {code for code, _ in WIRE_CODES.values()}) & ERRORS.keys()


def test_the_codes_that_the_page_names_are_there() -> None:
    assert NAMED
    assert NAMED - ERRORS.keys() == set()


def test_the_page_names_every_code_that_is_told() -> None:
    assert raised() - NAMED == set()


@pytest.mark.parametrize("path", sorted({each.path for each in (*MYUNISOFT.calls, *MYUNISOFT.doors)}))
def test_every_address_is_told(path: str) -> None:
    assert path.removeprefix(MYUNISOFT.home) in PAGE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOME).as_posix())
def test_settings_that_are_named_are_there(page: Path) -> None:
    known = {f"DOUANE_{each.name.upper()}" for each in (*fields(Settings), *fields(Limits))}
    named = set(re.findall(r"\bDOUANE_[A-Z_]+\b", page.read_text(encoding="utf-8")))
    assert named - known - OUR_OWN == set()
