"""Records are cut out of a JSON text as it comes: what is taken, what is refused, and in how much memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from douane.formats.json_outside import REST_BYTES_MAX
from douane.formats.json_records import RECORD_BYTES_MAX, BadJson, CutJson, NoRecords, Records
from douane.model.json_paths import read_path


def cut(text: bytes, path: str = "$", size: int = 7) -> tuple[list[bytes], Any]:
    """The records as lines, and the rest, of a text that comes in blocks of `size` bytes."""
    lines: list[bytes] = []
    records = Records(read_path(path), lines.append)
    for start in range(0, len(text), size):
        records.feed(text[start : start + size])
    rest = records.finish()
    written = b"".join(lines).splitlines()
    assert len(written) == records.count
    return written, rest


@pytest.mark.parametrize("size", [1, 2, 5, 64, 10_000])
@pytest.mark.parametrize(
    ("path", "text", "expected", "rest"),
    [
        ("$", b"[]", [], []),
        ("$", b' [ 1 , "a,]" , {"b": [1, {"c": 2}]} ]\n', [b"1", b'"a,]"', b'{"b": [1, {"c": 2}]}'], []),
        ("$", b'\xef\xbb\xbf["\\\\", "\\"]", "\xc3\xa9"]', [b'"\\\\"', b'"\\"]"', b'"\xc3\xa9"'], []),
        ("$.data", b'{"data": [{"a": 1}], "next": "x"}', [b'{"a": 1}'], {"data": [], "next": "x"}),
        ("$.data", b'{"data": null, "n": 0}', [], {"data": None, "n": 0}),
        ("$.a.data", b'{"data": [1], "a": {"data": [2]}}', [b"2"], {"data": [1], "a": {"data": []}}),
        ("$['a b'][1]", b'{"a b": [[1], [2, 3], [4]]}', [b"2", b"3"], {"a b": [[1], [], [4]]}),
        ("$.c[*].d", b'{"c": [{"d": [1]}, {"e": [2]}, {"d": [3]}]}', [b"1", b"3"], None),
        ("$.c[*].d", b'{"c": []}', [], {"c": []}),
        ("$", b'[{"a":\r\n 1},\n{"b": "\\n"}]', [b'{"a":   1}', b'{"b": "\\n"}'], []),
        ("$.\xc3\xa9".encode("latin-1").decode("utf-8"), b'{"\\u00e9": [1]}', [b"1"], {"é": []}),
    ],
)
def test_records_and_the_rest(size: int, path: str, text: bytes, expected: list[bytes], rest: Any) -> None:
    seen, outside = cut(text, path, size)
    assert seen == expected
    if rest is not None:
        assert outside == rest


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        b"[1,, 2]",
        b"[1, 2,]",
        b"[,1]",
        b"[,]",
        b"[1 2]",
        b'[{"a": 1,}]',
        b'[{"a" 1}]',
        b"[1}",
        b"[1]]",
        b"[1] [2]",
        b"[nul]",
        b"[01]",
        b"[NaN]",
        b'["a\nb"]',
        b'["\xff"]',
        b'["\\x"]',
        b"<html><body>Sorry</body></html>",
        b"null",
        b'"[1]"',
        b"[" + b"[" * 5000 + b"]" * 5000 + b"]",
    ],
)
def test_what_is_no_json_is_told(text: bytes, size: int) -> None:
    with pytest.raises(BadJson) as caught:
        cut(text, size=size)
    assert not isinstance(caught.value, CutJson | NoRecords)
    assert str(caught.value)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_text_that_is_cut_anywhere_is_told(size: int) -> None:
    text = b'{"a": {"b": "x\\"y"}, "data": [{"c": [1, 2]}, {"c": "\\\\"}], "more": true}'
    for end in range(len(text)):
        with pytest.raises(CutJson):
            cut(text[:end], "$.data", size)


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("$", b'{"data": [1], "next": 2}', "an object was seen there"),
        ("$.accounts", b'{"data": [1], "next": 2}', "the answer has the names data, next"),
        ("$.data", b"[1]", "the answer has a list"),
        ("$.data", b'{"data": "none"}', "a text was seen there"),
        ("$.c[*].d", b'{"d": []}', "the answer has the names d"),
        ("$.data", b'{"data": {}}', "an object was seen there"),
    ],
)
def test_where_no_list_is_the_answer_is_described(path: str, text: bytes, told: str) -> None:
    with pytest.raises(NoRecords, match=told):
        cut(text, path)


def test_a_record_without_end_is_told() -> None:
    records = Records((), lambda _: None)
    with pytest.raises(BadJson, match="a record has more than 16 MiB"):
        records.feed(b'["' + b"x" * (RECORD_BYTES_MAX + 1))


def test_a_text_that_is_all_outside_is_told() -> None:
    records = Records(("data",), lambda _: None)
    with pytest.raises(NoRecords, match="more than 4 MiB stand outside of it"):
        records.feed(b'{"accounts": [' + b"1," * (REST_BYTES_MAX // 2))


def test_a_large_text_takes_little_memory() -> None:
    record = json.dumps({"name": "x" * 1000, "list": [{"a": 1}] * 20}).encode()
    block = b", ".join([record] * 500)
    count = 0

    def took(lines: bytes) -> None:
        nonlocal count
        count += lines.count(b"\n")

    records = Records(("data",), took)
    tracemalloc.start()
    try:
        records.feed(b'{"data": [' + block)
        for _ in range(100):
            records.feed(b", " + block)
        records.feed(b"]}")
        records.finish()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == records.count == 101 * 500
    assert peak < 20 * len(block) < 101 * len(block)
