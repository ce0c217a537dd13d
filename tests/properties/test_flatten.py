"""Accounts of JSON become the same tables in any form, in blocks of any size, read typed or one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from douane.model.builtin_mappings import DJUST
from douane.model.custom_fields import CustomField
from douane.model.mapping_document import read_document
from douane.pipeline.accounts.flatten import Flattening
from douane.pipeline.accounts.objects import read_singly
from douane.pipeline.accounts.records import CHECK, FINGERPRINT, PLACE, AccountBatch
from douane.pipeline.accounts.sources import sources_of
from douane.pipeline.accounts.typed import Reader
from douane.pipeline.batch import LINE

CUSTOMS = (CustomField("account", "score", "Score", "number"), CustomField("address", "dock", "Dock"))
TEXTS = st.text(max_size=6)
SINGLES = st.one_of(TEXTS, st.booleans(), st.integers(-9, 10**20), st.none())
ODD = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(SINGLES, max_size=2),
    st.dictionaries(st.just("a"), SINGLES, max_size=1),
)
OF_ACCOUNTS = ("accountExternalId", "accountName", "customerTagExternalId", "deleted", "score", "other")
OF_ADDRESSES = ("addressExternalId", "addressCity", "unlinkAddress", "billingAddress", "dock")


def objects(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, values))


# Beside an account, one of which nothing is said would be none.
named = st.fixed_dictionaries({"addressExternalId": st.sampled_from(["X1", " X2", 0, False])})
addresses = st.lists(
    st.builds(lambda one, name: {**one, **name}, objects(OF_ADDRESSES, SINGLES), named), max_size=3
)


@st.composite
def nested(draw: st.DrawFn) -> dict[str, Any]:
    """An account with its addresses in a list, of one name or the other."""
    name = draw(st.sampled_from(["address", "addresses", "shippingAddress"]))
    return {**draw(objects(OF_ACCOUNTS, SINGLES)), name: draw(addresses)}


flat = objects((*OF_ACCOUNTS, *OF_ADDRESSES, "shippingAddress"), SINGLES)
anything = st.one_of(
    nested(),
    flat,
    objects((*OF_ACCOUNTS, *OF_ADDRESSES, "address", "addresses"), st.one_of(SINGLES, ODD)),
    ODD,
)


def tables(accounts: list[Any], block: int = 1000, **more: Any) -> list[AccountBatch]:
    flattening = Flattening(DJUST, CUSTOMS, **more)
    texts = [json.dumps(each).encode() for each in accounts]
    text = b"\n".join(texts) if more else b"[" + b", \n".join(texts) + b"]"
    return list(flattening.batches(blocks(text, block)))


def blocks(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


def joined(batches: list[AccountBatch]) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[Any, ...]], int]:
    """The tables of all batches, their columns in one order, without those that hold nothing."""
    accounts = full(pl.concat([each.accounts.drop(FINGERPRINT, CHECK) for each in batches], how="diagonal"))
    of_addresses = full(pl.concat([each.addresses for each in batches], how="diagonal"))
    # Without the text that was seen, which is the object in its own form.
    faults = [row for each in batches for row in each.faults.drop("value").rows()]
    return accounts, of_addresses, faults, sum(each.received for each in batches)


def full(table: pl.DataFrame) -> pl.DataFrame:
    own = {LINE, PLACE}
    return table.select(
        each for each in sorted(table.columns) if each in own or table[each].null_count() < table.height
    )


def assert_equal(first: list[AccountBatch], second: list[AccountBatch]) -> None:
    one, other = joined(first), joined(second)
    assert_frame_equal(one[0], other[0])
    assert_frame_equal(one[1], other[1])
    assert one[2:] == other[2:]


@settings(deadline=None)
@given(st.lists(nested(), max_size=6))
def test_nested_and_flat_forms_have_the_same_rows(accounts: list[dict[str, Any]]) -> None:
    """An account with one address in a list is one object with it beside; with several, it is several."""
    lists = [next(value for value in each.values() if isinstance(value, list)) for each in accounts]
    own = [{name: value for name, value in each.items() if not isinstance(value, list)} for each in accounts]
    spread = [{**each, **one} for each, some in zip(own, lists, strict=True) for one in some or [{}]]
    told = [
        {**each, "address": [one] if one else []}
        for each, some in zip(own, lists, strict=True)
        for one in some or [{}]
    ]
    assert_equal(tables(spread), tables(told))


@settings(deadline=None)
@given(st.lists(anything, max_size=6), st.integers(1, 200))
def test_blocks_of_any_size_and_lines_give_the_same(accounts: list[Any], block: int) -> None:
    whole = tables(accounts)
    assert_equal(whole, tables(accounts, block))
    assert_equal(whole, tables(accounts, block, has_lines=True))


@settings(deadline=None)
@given(st.lists(st.one_of(nested(), flat), max_size=6))
def test_typed_reading_gives_what_reading_one_by_one_does(accounts: list[Any]) -> None:
    sources = sources_of(DJUST, CUSTOMS)
    text = b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in accounts)
    numbers = np.arange(3, 3 + len(accounts), dtype=np.uint32)
    typed, singly = Reader(sources).read(text, numbers), read_singly(text, numbers, sources)
    assert_frame_equal(full(typed.accounts), full(singly.accounts))
    assert_frame_equal(full(typed.addresses), full(singly.addresses))
    assert typed.faults.rows() == singly.faults.rows()
    assert typed.received == singly.received == len(accounts)


@settings(deadline=None)
@given(st.lists(anything, max_size=6))
def test_every_object_is_an_account_or_has_a_fault(accounts: list[Any]) -> None:
    made, of_addresses, faults, received = joined(tables(accounts))
    rows = set(made[LINE].to_list()) if made.width else set()
    wrong = {fault[0] for fault in faults}
    assert received == len(accounts)
    assert rows | wrong == set(range(1, len(accounts) + 1))
    assert not rows & wrong
    assert set(of_addresses[LINE].to_list() if of_addresses.width else ()) <= rows


PATHS = read_document(
    {
        "name": "PATHS",
        "table": "accounts",
        "layout": {"kind": "json", "records": "$.data[*].list", "lists": ["$.a.b[*].list", "$.one"]},
        "columns": [
            {"field": "external_id", "path": ["$.id", "$.ids[1]"]},
            {"field": "tags", "path": "$.tags[*].code"},
            {"field": "address.external_id", "path": "$.key"},
            {"field": "address.city", "path": "$.a.b[*].list[*].place.city"},
        ],
    }
)


def test_paths_lead_anywhere() -> None:
    first = {
        "ids": ["no", 17],
        "tags": [{"code": "x"}, {}, {"code": None}, {"code": "y"}],
        "a": {
            "b": [{"list": [{"key": "k1", "place": {"city": "Nice"}}, None]}, {}, {"list": [{"key": "k2"}]}]
        },
        "one": {"key": "k3", "place": []},
    }
    text = json.dumps({"data": [{"list": [first]}, {}, {"list": [{"id": None}]}], "next": None}).encode()
    accounts, of_addresses, faults, received = joined(list(Flattening(PATHS).batches(iter([text]))))
    assert accounts.rows(named=True) == [
        {"external_id": "17", "line": 1, "tags": "x||y"},
        {"external_id": "", "line": 2, "tags": None},
    ]
    assert of_addresses.sort(PLACE).rows(named=True) == [
        {"city": "Nice", "external_id": "k1", "line": 1, "place": 1},
        {"city": None, "external_id": "k2", "line": 1, "place": 3},
        {"city": None, "external_id": "k3", "line": 1, "place": 4},
    ]
    assert (faults, received) == ([], 2)
