"""The rejected lines of files that a mapping describes: as they were sent, ready to be sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.carry_out import import_run
from douane.dialects.native.mapped import MAPPED, MAPPING
from douane.settings import Settings
from douane.store.database import Database
from douane.store.runs import Run

Web = TestClient[Any]
Auth = tuple[str, str]
Layout = dict[str, Any]
Send = Callable[[Layout, str | bytes], Any]

BY_POSITION = [{"position": 1, "field": "code"}, {"position": 2, "field": "blocked_on"}]
BY_LABEL = [{"label": "Code", "field": "code"}, {"label": "Day", "field": "blocked_on"}]
BY_PLACE = [
    {"label": "code", "start": 1, "width": 4, "field": "code"},
    {"label": "day", "start": 5, "width": 8, "field": "blocked_on"},
]


@pytest.fixture
def send(database: Database, settings: Settings, make_company: Any, make_run: Any, auth: Auth) -> Send:
    """Imports a file of customers by a mapping with this layout and its columns."""

    def sent(layout: Layout, file: str | bytes) -> Run:
        body = file.encode("cp1252") if isinstance(file, str) else file
        parts = {"layout": {name: each for name, each in layout.items() if name != "columns"}}
        document = {"name": "CUSTOMERS", "table": "customers", "columns": layout["columns"], **parts}
        run = make_run(make_company("ACME"), "native", MAPPED, body, declarations={MAPPING: document})
        return import_run(database, settings, run)

    return sent


BARE = {"date_format": "ddmmyyyy", "encoding": "windows-1252", "columns": BY_POSITION, "header": False}
FIXED = {**BARE, "columns": BY_PLACE, "kind": "fixed"}
CASES: dict[str, tuple[Layout, str, str]] = {
    "no header": (
        BARE,
        'C1;31122026\r\n"É\r\n2";soon\r\nC3;01012026\r\nC4;soon;\r\n',
        '"É\r\n2";soon\r\nC4;soon;\r\n',
    ),
    "no header, no quote, lines skipped": (
        {**BARE, "quote": "", "skip_lines": 2},
        'Customers;"\r\n\r\nC1;31122026\r\n"C2;soon\r\nC3;01012026',
        'Customers;"\r\n\r\n"C2;soon\r\n',
    ),
    "fixed": (
        FIXED,
        "É1  31122026\r\nÉ2  soon\r\n\r\n C3 soon     and more\r\n",
        "É2  soon\r\n C3 soon     and more\r\n",
    ),
    "fixed, lines skipped, header": (
        {**FIXED, "skip_lines": 1, "header": True},
        "Customers\n \nCODEDAY\nC1  31122026\nC2  soon",
        "Customers\r\n \r\nCODEDAY\r\nC2  soon\r\n",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_lines_stand_alone_where_no_header_could_name_a_reason(
    web: Web, auth: Auth, send: Send, case: tuple[Layout, str, str]
) -> None:
    layout, file, expected = case
    run = send(layout, file)
    reply = web.get(f"/v1/runs/{run.id}/rejected.csv", auth=auth)
    assert (reply.status_code, reply.content.decode("cp1252")) == (200, expected)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_corrected_lines_can_be_sent_again(
    web: Web, auth: Auth, send: Send, case: tuple[Layout, str, str]
) -> None:
    layout, file, expected = case
    rejected = web.get(f"/v1/runs/{send(layout, file).id}/rejected.csv", auth=auth).content.decode("cp1252")
    counts = send(layout, rejected.replace("soon;", "soon").replace("soon", "31122026")).receipt["counts"]
    assert (counts["received"], counts["added"]) == (expected.count("soon"), expected.count("soon"))


def test_skipped_lines_come_before_the_header_with_the_reason(web: Web, auth: Auth, send: Send) -> None:
    layout = {**BARE, "columns": BY_LABEL, "header": True, "skip_lines": 2}
    run = send(layout, "Customers\n\n\nCode;Day\nC1;31122026\nC2;soon\n")
    rejected = web.get(f"/v1/runs/{run.id}/rejected.csv", auth=auth).content.decode("cp1252")
    assert rejected == (
        'Customers\r\n\r\ndouane_reason;Code;Day\r\n"day: soon is not a date written ddmmyyyy";C2;soon\r\n'
    )
    counts = send(layout, rejected.replace(";soon", ";01012026")).receipt["counts"]
    assert (counts["received"], counts["added"]) == (1, 1)


def test_lines_without_a_place_in_the_charset_are_given_back(web: Web, auth: Auth, send: Send) -> None:
    run = send({**BARE, "skip_lines": 1}, b"Customers \x81\nC1;31122026\nC\x81;soon\n")
    reply = web.get(f"/v1/runs/{run.id}/rejected.csv", auth=auth)
    assert reply.content == b"Customers ?\r\nC?;soon\r\n"
