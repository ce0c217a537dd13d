"""The page of Cegid Loop tells every address, key, published sentence and outcome there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from douane.dialects.loop.bodies import LENGTHS
from douane.dialects.loop.calls import ANSWERS, HOME
from douane.dialects.loop.messages import PUBLISHED
from douane.dialects.loop.replies import GATEWAY_STATUSES
from douane.dialects.loop.status import ENDED_IN_ERROR, SENTENCES
from douane.store.sources import Outcome

FOLDER = Path(__file__).parents[2] / "docs" / "dialects"
PAGE = (FOLDER / "loop.md").read_text(encoding="utf-8")
FILLED = re.compile(r"\{\w+\}")


def test_every_address_is_told() -> None:
    assert HOME in PAGE
    for method, name, *_ in ANSWERS:
        assert f"{method} /{name}" in PAGE, name


def test_the_published_sentences_are_told_in_their_order() -> None:
    told = re.findall(r"^\d\. `(.*)`$", PAGE, re.MULTILINE)
    assert [FILLED.sub("{}", sentence) for sentence in told] == list(PUBLISHED.values())


def test_every_key_status_and_outcome_is_told() -> None:
    rows = set(re.findall(r"^\| `?(\w+)`? \|", PAGE, re.MULTILINE))
    assert rows >= {*LENGTHS, *map(str, SENTENCES)}
    assert SENTENCES[ENDED_IN_ERROR] in PAGE
    for word in ("fetching", *get_args(Outcome)):
        assert f"`{word}`" in PAGE, word
    for status in GATEWAY_STATUSES.values():
        assert re.search(rf"\b{status}\b", PAGE), status
