"""What a mapping replaces in the cells of accounts, of which some hold several words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from douane.model.mapping_document import read_document
from douane.pipeline.accounts.flatten import Flattening

TAG = {"field": "tags", "path": "$.segments[*].code", "values": {"P": "premium", "X": ""}}
PLAIN = {"field": "trading_name", "path": "$.name", "values": {"a": "b"}}


def flattened(column: dict[str, Any], *objects: Any) -> Any:
    """What a mapping with the external id and this column makes of the objects."""
    columns = [{"field": "external_id", "path": "$.id"}, column]
    document = read_document(
        {"name": "M", "table": "accounts", "layout": {"kind": "json"}, "columns": columns}
    )
    (batch,) = Flattening(document).batches(iter([json.dumps(objects).encode()]))
    return batch


def cells(column: dict[str, Any], *objects: Any) -> list[Any]:
    batch = flattened(column, *objects)
    assert not batch.faults.height
    return list(batch.accounts[column["field"]])


def segments(*codes: Any) -> dict[str, Any]:
    return {"id": 1, "segments": [{"code": each} for each in codes]}


def test_each_of_several_words_is_replaced() -> None:
    several = segments("p", "Z", " P ")
    assert cells(TAG, several, segments("P"), {"id": 2}, {"id": 3, "segments": [{"code": None}]}) == [
        "premium||Z||premium",
        "premium",
        None,
        "",
    ]


def test_a_word_may_be_left_out() -> None:
    assert cells(TAG, segments("X", "P"))[0].strip("|") == "premium"


@pytest.mark.parametrize("field", ["tags", "custom.level"])
def test_one_word_that_is_none_is_told_with_its_cell(field: str) -> None:
    batch = flattened({**TAG, "field": field, "other_values": "reject"}, segments("P", "Z"), segments("P"))
    (fault,) = batch.faults.to_dicts()
    assert (fault["line"], fault["value"], fault["detail"]) == (1, "P||Z", "P, X")
    assert list(batch.accounts[field])[1] == "premium"


def test_other_fields_are_one_word() -> None:
    assert cells(PLAIN, {"id": 1, "name": "a||a"}) == ["a||a"]
