"""Connectors are read back as they were shown, and whatever is sent is read or refused in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.model.connector_document import as_json, read_connector
from douane.model.connector_form import CONNECTOR_KEYS

WORDS = st.text(alphabet="abcxyz", min_size=1, max_size=5)
PATHS = st.sampled_from(["$", "$.data", "$.a[0].b", "$['a b'][*]"])
PAGES = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["number", "offset"]), "parameter": WORDS},
        optional={"first": st.integers(0, 5), "more": PATHS, "total": PATHS},
    ),
    st.fixed_dictionaries({"kind": st.just("cursor"), "parameter": WORDS, "at": PATHS}),
    st.fixed_dictionaries({"kind": st.just("next"), "at": PATHS}),
    st.just({"kind": "link"}),
)
UNTILS = st.fixed_dictionaries({"status": st.integers(200, 299)}, optional={"path": PATHS}) | (
    st.fixed_dictionaries(
        {"path": PATHS}, optional={"value": WORDS, "seconds": st.floats(0, 10), "attempts": st.integers(1, 9)}
    )
)
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "path": WORDS.map("/{}".format),
        "query": st.dictionaries(WORDS, WORDS | st.integers(0, 9) | st.just("{secret_one}"), max_size=3),
        "until": UNTILS,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"name": WORDS, "base_url": WORDS.map("https://{}.example/v1".format)},
    optional={
        "before": st.lists(CALLS, max_size=3),
        "headers": st.dictionaries(WORDS, WORDS, max_size=3),
        "authentication": st.sampled_from(
            [{"kind": "basic", "user": "u"}, {"kind": "header", "header": "X-K"}]
        ),
        "records": PATHS,
        "pages": PAGES,
        "limits": st.fixed_dictionaries(
            {}, optional={"pages_max": st.integers(1, 9), "pause_seconds": st.floats(0, 9)}
        ),
        "schedule": st.just("0 2 * * *"),
    },
)
KNOWN = ("secret_one", "password", "key")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=8,
)


@given(DOCUMENTS, CALLS)
def test_a_connector_is_read_back_as_it_is_shown(document: dict[str, Any], call: dict[str, Any]) -> None:
    connector = read_connector(call | document, KNOWN).connector
    assert read_connector(as_json(connector), KNOWN).connector == connector


@given(st.dictionaries(st.sampled_from(sorted(CONNECTOR_KEYS)) | st.text(max_size=3), ANYTHING, max_size=6))
def test_anything_is_read_or_refused(document: dict[str, Any]) -> None:
    with suppress(Refusal):
        described = read_connector(document)
        again = read_connector(as_json(described.connector), described.secrets)
        assert again.connector == described.connector
