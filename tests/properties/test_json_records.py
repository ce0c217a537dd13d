"""Whatever JSON comes, in whatever blocks, its records are those that a plain decoder finds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from douane.formats.json_records import BadJson, Records

NAMES = st.text(max_size=4)
PARTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.text(alphabet=st.sampled_from('ab,"\\[]{}:\né'), max_size=8),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(NAMES, parts, max_size=3),
    max_leaves=12,
)
SPACES = st.sampled_from([None, 1, "\t"])


def fed(text: bytes, size: int, path: tuple[str, ...]) -> tuple[list[Any], Any]:
    lines: list[bytes] = []
    records = Records(path, lines.append)
    for start in range(0, len(text), size):
        records.feed(text[start : start + size])
    rest = records.finish()
    return [json.loads(line) for line in b"".join(lines).splitlines()], rest


@given(st.lists(PARTS, max_size=6), PARTS, SPACES, st.booleans(), st.integers(1, 40))
def test_records_are_those_of_a_plain_decoder(
    parts: list[Any], other: Any, indent: Any, is_ascii: bool, size: int
) -> None:
    document = {"before": other, "data": parts, "behind": other}
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode()
    assert fed(text, size, ("data",)) == (parts, document | {"data": []})


@given(st.text(alphabet=st.sampled_from('[]{},:"\\a1 n'), max_size=20), st.integers(1, 20))
def test_what_is_taken_is_json(text: str, size: int) -> None:
    try:
        found, _ = fed(text.encode(), size, ())
    except BadJson:
        return
    assert json.loads(text) == found
