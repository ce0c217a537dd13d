"""Entries of importJson that are odd: each costs its own line, which is told, and nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from douane.dialects.loop.import_json.dates import ISO_DAY
from douane.dialects.loop.import_json.entries import read_json_entries
from douane.dialects.loop.import_json.labels import LABELS
from douane.errors import Refusal
from douane.formats.csv import Piece
from douane.settings import Limits

AMOUNT = {"debit": {"amount": 1}}


def read(entries: str | bytes, limits: Limits | None = None, chunk_bytes: int = 1 << 20) -> Piece:
    """The whole table of a list of entries."""
    text = entries.encode() if isinstance(entries, str) else entries
    blocks = iter([b'{"data": {"ecritures": ', text, b"}}"])
    table = read_json_entries(ISO_DAY, {}, blocks, limits or Limits(), chunk_bytes)
    assert table.labels == LABELS
    pieces = list(table.pieces)
    return Piece(
        pl.concat([each.rows for each in pieces]),
        pl.concat([each.lines for each in pieces]),
        pl.concat([each.faults for each in pieces]),
        sum(each.received for each in pieces),
    )


def sent(*entries: Any) -> Piece:
    return read(json.dumps(entries))


def code_of(entry: Any) -> tuple[str, str | None]:
    """The code and detail of the only fault of a list whose second entry this is."""
    text = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    piece = read(
        b"[" + json.dumps(AMOUNT).encode() + b", " + text + b", " + json.dumps(AMOUNT).encode() + b"]"
    )
    assert piece.lines.to_list() == [1, 3]
    assert piece.received == 3
    (fault,) = piece.faults.to_dicts()
    assert fault["line"] == 2
    return fault["code"], fault["detail"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (None, "it is null, not an object"),
        (1, "it is a number, not an object"),
        ("x", "it is a text, not an object"),
        ([], "it is an array, not an object"),
        (False, "it is true or false, not an object"),
        ({}, "neither debit nor credit has an amount"),
        ({"debit": {}, "credit": None}, "neither debit nor credit has an amount"),
        ({"debit": 5}, "debit is a number, not an object"),
        ({"credit": "5"}, "credit is a text, not an object"),
        ({"debit": {"amount": [1]}}, "debit.amount is an array, not a single value"),
        (AMOUNT | {"libelle": {"a": 1}}, "libelle is an object, not a single value"),
        (AMOUNT | {"fichier": "a/b.pdf"}, "fichier is a text, not an object"),
        (AMOUNT | {"type": 8}, "type is 8, not 1 to 7"),
        (
            AMOUNT | {"journal": [], "compte": {}, "typeMouvement": True},
            "journal is an array, not a single value; compte is an object, not a single value; "
            "typeMouvement is true, not 1 to 7",
        ),
        (b'{"debit": {"amount": ' + b"9" * 5000 + b"}}", "a number has too many digits"),
    ],
)
def test_an_object_that_is_no_row_is_told(entry: Any, told: str) -> None:
    assert code_of(entry) == ("not-a-json-row", told)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (b'{"libelle": "\\u0000", "debit": {"amount": 1}}', "nul-character"),
        (b'{"libelle": "\\u001F", "debit": {"amount": 1}}', "unit-separator"),
        (b'{"\\u0000": "", "debit": {"amount": 1}}', "nul-character"),
        (b'{"axeAna": [{"code": "\\u0000"}], "debit": {"amount": 1}}', "nul-character"),
        (b'{"libelle": "\\uFDD0", "debit": {"amount": 1}}', "bytes-outside-charset"),
        (b'{"libelle": "Caf\xe9", "debit": {"amount": 1}}', "bytes-outside-charset"),
        (b'{"libelle": "' + b"x" * (1 << 20) + b'", "debit": {"amount": 1}}', "line-too-long"),
    ],
)
def test_a_text_that_no_cell_may_hold_is_told(entry: bytes, code: str) -> None:
    assert code_of(entry)[0] == code


def test_an_escaped_backslash_is_no_escape() -> None:
    piece = read(b'[{"libelle": "\\\\u0000 \\\\ud800", "debit": {"amount": 1}}]')
    assert piece.rows["libelle"].to_list() == ["\\u0000 \\ud800"]


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("1.10", "1.10"),
        ("1.005", "1.0050"),
        ("1E+2", "100"),
        ("1e-2", "0.01"),
        ("-0.0", "-0.0"),
        ("12345678901234.123456", "12345678901234.123456"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1e400", "1e400"),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("true", "true"),
        ('"1,50"', "1,50"),
        ('""', None),
    ],
)
def test_numbers_become_cells_as_they_were_written(number: str, cell: str | None) -> None:
    piece = read(f'[{{"debit": {{"amount": {number}}}, "credit": {{"amount": "0"}}}}]')
    assert piece.rows["debit.amount"].to_list() == [cell]


def test_the_currency_is_that_of_the_side_with_an_amount() -> None:
    zero, some = {"amount": 0, "currency": "EUR"}, {"amount": 5, "currency": "USD", "currencyAmount": 6}
    piece = sent({"debit": zero, "credit": some}, {"debit": some, "credit": zero}, {"credit": some})
    assert piece.rows["currency"].to_list() == ["USD"] * 3
    assert piece.rows["currencyAmount"].to_list() == ["6"] * 3


def test_of_two_spellings_the_one_that_holds_something_counts() -> None:
    piece = sent(AMOUNT | {"Libelle": "one", "libelle": None}, AMOUNT | {"LIBELLE": "two", " compte ": 411})
    assert piece.rows["libelle"].to_list() == ["one", "two"]
    assert piece.rows["compte"].to_list() == [None, "411"]


def test_names_that_are_not_published_are_kept() -> None:
    piece = sent(AMOUNT | {"zone": 1.5, "line": None, "fingerprint ": "x"}, AMOUNT)
    assert piece.rows["autres"].to_list() == ['{"fingerprint ":"x","zone":1.5}', None]


def test_a_deep_entry_costs_its_line() -> None:
    deep = b'{"x": ' + b"[" * 900 + b"]" * 900 + b', "debit": {"amount": 1}}'
    piece = read(b"[" + deep + b', {"debit": {"amount": 1}}]')
    assert piece.received == 2
    assert 2 in piece.lines.to_list()


@pytest.mark.parametrize("body", [b"{}", b'{"data": {}}', b'{"data": {"ecritures": null}}', b"[]", b"{"])
def test_a_body_without_entries_is_empty(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_json_entries(ISO_DAY, {}, iter([body]), Limits(), 100)
    assert refused.value.code == "empty-upload"


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(),
            st.text(st.characters(exclude_categories=["Cs"])),
            st.dictionaries(
                st.sampled_from(
                    ["libelle", "Libelle", "debit", "credit", "type", "date", "x", "fichier", "axeAna"]
                ),
                st.recursive(
                    st.one_of(
                        st.none(),
                        st.booleans(),
                        st.integers(),
                        st.text(st.characters(exclude_categories=["Cs"])),
                    ),
                    lambda inner: st.one_of(
                        st.lists(inner, max_size=2),
                        st.dictionaries(st.sampled_from(["amount", "uri", "y"]), inner),
                    ),
                    max_leaves=4,
                ),
            ),
        ),
        max_size=12,
    ),
    st.integers(1, 200),
)
def test_every_entry_is_a_row_or_a_fault_wherever_chunks_end(entries: list[Any], chunk_bytes: int) -> None:
    if not entries:
        return
    text = json.dumps(entries)
    whole, parts = read(text), read(text, chunk_bytes=chunk_bytes)
    assert sorted([*whole.lines, *whole.faults["line"]]) == list(range(1, len(entries) + 1))
    assert whole.received == len(entries)
    assert whole.rows.equals(parts.rows)
    assert whole.faults.equals(parts.faults)
    assert whole.lines.equals(parts.lines)
