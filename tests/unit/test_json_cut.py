"""Where the parts of a JSON text begin and end, whatever stands in them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.formats import json_cut
from douane.formats.json_cut import count_parts, cuts, members

TEXTS = st.text(alphabet='a"\\[]{},:é ', max_size=8)
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=12,
)


@given(values=st.lists(VALUES, max_size=8), block=st.sampled_from([1, 2, 3, 7, 1 << 20]))
def test_the_parts_are_what_the_list_holds(values: list[Any], block: int) -> None:
    text = json.dumps(values, ensure_ascii=False).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_cut, "BLOCK_BYTES", block)
        found = cuts(text, 100)
    assert count_parts(text, found) == len(values)
    bounds = found.tolist()
    parts = [text[start + 1 : end] for start, end in pairwise(bounds)]
    assert [json.loads(part) for part in parts if values] == values


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_members_are_what_the_object_holds(values: dict[str, Any]) -> None:
    found = members(json.dumps(values).encode(), 6)
    assert {name: json.loads(bytes(text)) for name, text in found.items()} == values


def test_the_search_ends_with_too_many_parts() -> None:
    text = b"[" + b"1," * 2_000_000 + b"1]"
    assert 10 < count_parts(text, cuts(text, 10)) < 2_000_000


@pytest.mark.parametrize("text", [b"[]", b" 7", b"", b"{", b'{"a": 1, "b": 2, "c": 3}', b'"{}"'])
def test_what_is_no_small_object_is_told(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        members(text, 2)
