"""The legal name of a FEC's file."""

from __future__ import annotations

from datetime import date

import pytest

from douane.formats.fec_name import LegalName, legal_name, parse_legal_name

NAMED = LegalName("842008161", date(2020, 12, 31))


@pytest.mark.parametrize(
    "name",
    [
        "842008161FEC20201231.txt",
        "842008161fec20201231.CSV",
        "842008161Fec20201231",
        "842008161FEC20201231.zip",
        "C:\\exports\\842008161FEC20201231 (1).txt",
        legal_name("842008161", date(2020, 12, 31)),
    ],
)
def test_legal_names(name: str) -> None:
    assert parse_legal_name(name) == NAMED


@pytest.mark.parametrize(
    "name",
    ["", "fec.txt", "8420081611FEC20201231.txt", "842008161FEC20201331.txt", "842008161FEC202012311.txt"],
)
def test_other_names(name: str) -> None:
    assert parse_legal_name(name) is None
