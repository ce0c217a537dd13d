"""Calls before the last one are made in order, repeated until they are ready, and keep what is needed."""

from __future__ import annotations

from typing import Any

import pytest

READY = {"path": "$.state", "value": "done", "attempts": 5, "seconds": 0}


def exporting(make_source: Any, reply_with: Any, looks: int) -> Any:
    """A source that makes an export, ready after so many looks."""

    def answer(seen: Any) -> Any:
        if seen.path == "/exports":
            return reply_with({"export": {"id": "7/é", "count": 2}}, 201)
        if seen.path == "/exports/7%2F%C3%A9":
            left = looks - sum(each.path == seen.path for each in source.seen)
            return (
                {"state": "running", "progress": left}
                if left >= 0
                else {"state": "done", "file": "/files/f7"}
            )
        assert seen.path == "/files/f7"
        return [{"a": 1}, {"a": 2}]

    source = make_source(answer)
    return source


CHAIN = [
    {"path": "/exports", "method": "POST", "body": {"of": "accounts"}, "keep": {"id": "$.export.id"}},
    {"path": "/exports/{id}", "keep": {"file": "$.file"}, "until": READY},
]


def test_calls_in_a_chain(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = exporting(make_source, reply_with, looks=3)
    assert puller.records(source, before=CHAIN, path="{file}", headers={"X-All": "yes"}) == [
        {"a": 1},
        {"a": 2},
    ]
    assert [each.path for each in source.seen] == ["/exports", *["/exports/7%2F%C3%A9"] * 4, "/files/f7"]
    assert {each.headers["x-all"] for each in source.seen} == {"yes"}
    assert len(puller.notes) == 3
    assert (
        puller.notes[0]
        == "Not ready: $.state is 'running', where 'done' was expected. Asked again in 0 seconds."
    )


def test_a_chain_that_is_never_ready(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = exporting(make_source, reply_with, looks=100)
    told = puller.failed(source, before=CHAIN, path="{file}")
    assert told.message == (
        "/exports/{id} is not ready after 5 looks: $.state is 'running', where 'done' was expected."
    )
    assert len(source.seen) == 6


def test_what_is_not_ready_in_time_is_told(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = exporting(make_source, reply_with, looks=100)
    later = {**CHAIN[1], "until": READY | {"seconds": 2}}
    told = puller.failed(source, before=[CHAIN[0], later], path="{file}", limits={"seconds_max": 1})
    assert "/exports/{id} is not ready after 1 looks: $.state is 'running'" in told.message


@pytest.mark.parametrize("status", [202, 404])
def test_a_status_may_be_waited_for(puller: Any, make_source: Any, reply_with: Any, status: int) -> None:
    """The last call too may be repeated until it is ready; what it said before is no record."""
    source = make_source(lambda _: reply_with([9], status) if len(source.seen) < 4 else [1, 2])
    assert puller.records(source, until={"status": 200, "seconds": 0}) == [1, 2]


def test_the_last_call_may_wait_for_a_value(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: {"ready": len(source.seen) == 3, "data": [len(source.seen)]})
    until = {"path": "$.ready", "value": True, "seconds": 0}
    assert puller.records(source, records="$.data", until=until) == [3]


def test_a_denied_call_is_not_waited_for(puller: Any, make_source: Any, reply_with: Any) -> None:
    source = make_source(lambda _: reply_with(b"", 403))
    assert puller.refused(source, until={"status": 200, "seconds": 0}).code == "source-denied"
    assert len(source.seen) == 1


def test_trouble_on_the_way_is_tried_again(puller: Any, make_source: Any, reply_with: Any) -> None:
    def answer(seen: Any) -> Any:
        return reply_with(b"", 503) if len(source.seen) in (1, 3) else {"id": 1, "data": [1]}

    source = make_source(answer)
    before = [{"path": "/a", "keep": {"id": "$.id"}}]
    assert puller.records(source, before=before, path="/b/{id}", records="$.data") == [1]
    assert [each.path for each in source.seen] == ["/a", "/a", "/b/1", "/b/1"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"name": 1}, "source-refuses", "answers nothing at $.id, where id was expected"),
        ({"id": {"a": 1}}, "source-refuses", "answers nothing at $.id"),
        (b"<html>", "source-not-json", "answers what is no JSON"),
    ],
)
def test_what_was_to_be_kept_and_is_not_there(
    puller: Any, make_source: Any, reply_with: Any, body: Any, code: str, words: str
) -> None:
    source = make_source(lambda _: reply_with(body))
    told = puller.refused(source, before=[{"path": "/a", "keep": {"id": "$.id"}}], query={"id": "{id}"})
    assert told.code == code
    assert words in told.message


def test_a_login_in_the_chain(puller: Any, make_source: Any, reply_with: Any) -> None:
    """A header that needs what a call keeps goes with all calls behind that one."""

    def answer(seen: Any) -> Any:
        if seen.path == "/login":
            return {"session": "abc"}
        is_open = seen.headers.get("authorization") == "Bearer abc" and seen.query.get("s") == "abc"
        return [1] if is_open else reply_with(b"", 401)

    source = make_source(answer)
    login = {
        "path": "/login",
        "method": "POST",
        "body": {"password": "{password}"},
        "keep": {"session": "$.session"},
    }
    headers = {"Authorization": "Bearer {session}"}
    assert puller.records(source, before=[login], query={"s": "{session}"}, headers=headers) == [1]
    assert [("authorization" in each.headers) for each in source.seen] == [False, True]


def test_a_header_made_of_an_answer_is_one_line(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: {"id": "a\r\nX-Evil: 1"})
    before = [{"path": "/a", "keep": {"id": "$.id"}}, {"path": "/b", "headers": {"X-Id": "{id}"}}]
    told = puller.refused(source, before=before, path="/c")
    assert told.code == "bad-connector"
    assert len(source.seen) == 1


def test_a_file_at_another_host_is_asked_for_without_what_opens(puller: Any, make_source: Any) -> None:
    other = make_source(lambda _: [1])
    source = make_source(lambda _: {"url": f"{other.url}/f?sig=1"})
    before = [{"path": "/a", "keep": {"url": "$.url"}}]
    told = {"authentication": {"kind": "header", "header": "X-Key"}, "query": {"key": "{key}"}}
    assert puller.records(source, before=before, path="{url}", **told) == [1]
    assert set(other.seen[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert other.seen[0].query == {"sig": "1"}
