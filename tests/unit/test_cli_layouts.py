"""What `douane explain` says of how a file is cut into cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Douane = Callable[..., tuple[int, str, str]]
Written = Callable[..., str]

BY_POSITION = [{"position": 1, "field": "code"}, {"position": 2, "field": "name"}]
BY_PLACE = [
    {"start": 1, "width": 4, "field": "code"},
    {"start": 5, "width": 3, "field": "name"},
]


def parse_of(
    command: Douane, written: Written, text: str, layout: dict[str, Any], columns: list[Any]
) -> tuple[dict[str, Any], str]:
    """What the stage gives in JSON, and its line for people."""
    document = {"name": "CUSTOMERS", "table": "customers", "layout": layout, "columns": columns}
    mapping = written(json.dumps(document), "mapping.json")
    code, out, err = command("explain", written(text), "--mapping", mapping)
    assert (code, err) == (0, "")
    told = json.loads(command("explain", written(text), "--mapping", mapping, "--json")[1])
    (line,) = [each for each in out.splitlines() if each.startswith("parse ")]
    return told["parse"], line.removeprefix("parse").strip()


@pytest.mark.parametrize(
    ("layout", "text", "line"),
    [
        ({"header": True}, "a;b\nC1;One\n", 'cells divided by ; and quoted by ", a header'),
        (
            {"header": False, "quote": "", "delimiter": "\t", "skip_lines": 1},
            "Customers\nC1\tOne\n",
            r"cells divided by \t and not quoted, no header, below 1 skipped line",
        ),
    ],
)
def test_files_with_a_delimiter(
    command: Douane, written: Written, layout: dict[str, Any], text: str, line: str
) -> None:
    told, said = parse_of(command, written, text, layout, BY_POSITION)
    assert said == line
    assert (told["delimiter"], told["quote"]) == (layout.get("delimiter", ";"), layout.get("quote", '"'))
    assert (told["has_header"], told["lines_skipped"]) == (layout["header"], layout.get("skip_lines", 0))
    assert (told["received"], told["unreadable"]) == (1, 0)


def test_files_of_fixed_width(command: Douane, written: Written) -> None:
    layout = {"kind": "fixed", "header": False, "skip_lines": 2}
    told, said = parse_of(command, written, "Customers\n\nC1  One\nC2  Two\n", layout, BY_PLACE)
    assert said == "2 columns of fixed width, no header, below 2 skipped lines"
    assert [(each["start"], each["width"]) for each in told["columns"]] == [(1, 4), (5, 3)]
    assert (told["received"], told["unreadable"]) == (2, 0)
