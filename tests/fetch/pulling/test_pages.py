"""Pages are turned in every way that connectors know, until the last one, and never for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest

COUNT = 25


def ids(records: list[Any]) -> list[str]:
    return [each["accountExternalId"] for each in records]


EXPECTED = [f"A{number}" for number in range(COUNT)]


def test_a_list_without_pages(puller: Any, make_source: Any, accounts: Any) -> None:
    source = make_source(lambda _: accounts(0, COUNT))
    assert puller.records(source, path="/accounts", query={"active": True}) == accounts(0, COUNT)
    assert [(each.path, each.query) for each in source.seen] == [("/accounts", {"active": "true"})]


def test_an_empty_list(puller: Any, make_source: Any) -> None:
    assert puller.records(make_source(lambda _: {"data": []}), records="$.data") == []


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"ends": "short", "size": 10}, ["1", "2", "3"]),
        ({"ends": "missing"}, ["1", "2", "3", "4"]),
        ({"more": "$.meta.more"}, ["1", "2", "3"]),
    ],
)
def test_pages_by_number(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, more: dict[str, Any], asked: list[str]
) -> None:
    def answer(seen: Any) -> Any:
        first = 10 * (int(seen.query["page"]) - 1)
        if first >= COUNT and more.get("ends") == "missing":
            return reply_with({"error": "no such page"}, 404)
        part = accounts(first, min(first + 10, COUNT)) if first < COUNT else []
        return {"meta": {"more": first + 10 < COUNT}, "data": part}

    source = make_source(answer)
    pages = {"kind": "number", "parameter": "page"} | more
    assert ids(puller.records(source, path="/a", records="$.data", pages=pages)) == EXPECTED
    assert [each.query["page"] for each in source.seen] == asked
    assert source.connections == 1


def test_the_size_of_pages_is_asked_for(puller: Any, make_source: Any, accounts: Any) -> None:
    source = make_source(lambda seen: accounts(0, 3) if seen.query["p"] == "0" else [])
    pages = {"kind": "number", "parameter": "p", "first": 0, "size_parameter": "n", "size": 3}
    assert len(puller.records(source, pages=pages)) == 3
    assert [each.query for each in source.seen] == [{"p": "0", "n": "3"}, {"p": "1", "n": "3"}]


def test_offsets_count_what_came_and_not_what_was_asked_for(
    puller: Any, make_source: Any, accounts: Any
) -> None:
    """The source gives at most 10 at once, whatever it is asked for."""

    def answer(seen: Any) -> Any:
        first = int(seen.query["offset"])
        return accounts(first, max(first, min(first + 10, COUNT)))

    source = make_source(answer)
    pages = {"kind": "offset", "parameter": "offset", "size_parameter": "limit", "size": 1000}
    assert ids(puller.records(source, pages=pages)) == EXPECTED
    assert [each.query["offset"] for each in source.seen] == ["0", "10", "20", "25"]


@pytest.mark.parametrize("end", [None, "", False, "absent"])
def test_cursors(puller: Any, make_source: Any, accounts: Any, end: Any) -> None:
    def answer(seen: Any) -> Any:
        first = int(seen.query.get("after", "c0")[1:])
        last = min(first + 10, COUNT)
        following = f"c{last}" if last < COUNT else end
        told = {} if following == "absent" else {"next": following}
        return {"result": {"items": accounts(first, last)}, "paging": told}

    source = make_source(answer)
    pages = {"kind": "cursor", "parameter": "after", "at": "$.paging.next"}
    records = puller.records(source, query={"state": "all"}, records="$.result.items[*]", pages=pages)
    assert ids(records) == EXPECTED
    assert [each.query for each in source.seen] == [
        {"state": "all"},
        {"state": "all", "after": "c10"},
        {"state": "all", "after": "c20"},
    ]


def test_cursors_that_are_numbers_in_the_body_of_a_post(puller: Any, make_source: Any, accounts: Any) -> None:

    def answer(seen: Any) -> Any:
        first = int(json.loads(seen.body).get("from", 0))
        return {"data": accounts(first, first + 1), "next": first + 1 if first < 2 else None}

    source = make_source(answer)
    pages = {"kind": "cursor", "parameter": "from", "in": "body", "at": "$.next"}
    records = puller.records(source, method="POST", body={"all": True}, records="$.data", pages=pages)
    assert ids(records) == ["A0", "A1", "A2"]
    assert [json.loads(each.body) for each in source.seen] == [
        {"all": True},
        {"all": True, "from": "1"},
        {"all": True, "from": "2"},
    ]
    assert {each.headers["content-type"] for each in source.seen} == {"application/json"}


@pytest.mark.parametrize("is_absolute", [True, False])
@pytest.mark.parametrize("kind", ["next", "link"])
def test_addresses_of_the_next_page(
    puller: Any, make_source: Any, reply_with: Any, accounts: Any, kind: str, is_absolute: bool
) -> None:
    def answer(seen: Any) -> Any:
        first = int(seen.query.get("from", "0"))
        last = min(first + 10, COUNT)
        place = f"/v1/accounts?from={last}&x=a%20b" if last < COUNT else ""
        target = f"http://{seen.headers['host']}{place}" if is_absolute and place else place
        body = {"data": accounts(first, last), "links": {"next": target if kind == "next" else None}}
        link = f'<{target}>; title="a, <b>"; rel="next", </v1/accounts>; rel=first' if target else ""
        return reply_with(body, headers={"Link": link} if kind == "link" else {})

    source = make_source(answer)
    pages = {"kind": kind} | ({"at": "$.links.next"} if kind == "next" else {})
    records = puller.records(
        source, path="/v1/accounts", query={"lang": "fr", "open": "{key}"}, records="$.data", pages=pages
    )
    assert ids(records) == EXPECTED
    assert [each.query for each in source.seen] == [
        {"lang": "fr", "open": "s3cret-key"},
        {"from": "10", "x": "a b", "open": "s3cret-key"},
        {"from": "20", "x": "a b", "open": "s3cret-key"},
    ]


def test_a_page_that_comes_twice_is_refused(puller: Any, make_source: Any, accounts: Any) -> None:
    """A source that does not know the parameter gives the first page again and again."""
    source = make_source(lambda seen: {"at": len(source.seen), "data": accounts(0, 3)})
    told = puller.refused(source, records="$.data", pages={"kind": "number", "parameter": "page"})
    assert told.code == "source-repeats"
    assert "page 2 has the records of page 1" in told.message
    assert len(source.seen) == 2


def test_a_page_in_the_middle_that_comes_twice_is_refused(
    puller: Any, make_source: Any, accounts: Any
) -> None:
    parts = [accounts(0, 3), accounts(3, 6), accounts(0, 3), accounts(6, 9), []]
    source = make_source(lambda seen: parts[int(seen.query["page"]) - 1])
    assert puller.refused(source, pages={"kind": "number", "parameter": "page"}).code == "source-repeats"


@pytest.mark.parametrize("kind", ["cursor", "next"])
def test_a_cursor_that_comes_twice_is_refused(
    puller: Any, make_source: Any, accounts: Any, kind: str
) -> None:
    source = make_source(
        lambda seen: {
            "data": accounts(len(source.seen), len(source.seen) + 1),
            "next": "?at=1" if len(source.seen) % 2 else "?at=2",
        }
    )
    pages = {"kind": kind, "at": "$.next"} | ({"parameter": "at"} if kind == "cursor" else {})
    told = puller.refused(source, records="$.data", pages=pages)
    assert told.code == "source-repeats"
    assert "leads to page 2 again" in told.message
    assert len(source.seen) == 3


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        ({"pages_max": 7}, "source-endless", "more than 7 pages"),
        ({"records_max": 7}, "source-too-large", "more than 7 records"),
        ({"bytes_max": 1000}, "source-too-large", "bytes"),
        ({"seconds_max": 1}, "source-endless", "not done in 1 seconds"),
    ],
)
def test_pages_without_end_are_bounded(
    puller: Any, make_source: Any, accounts: Any, limits: dict[str, Any], code: str, words: str
) -> None:
    source = make_source(lambda seen: accounts(int(seen.query["o"]), int(seen.query["o"]) + 1))
    told = puller.refused(source, pages={"kind": "offset", "parameter": "o"}, limits=limits)
    assert told.code == code
    assert words in told.message


def test_the_number_of_records_is_compared(puller: Any, make_source: Any, accounts: Any) -> None:
    source = make_source(lambda seen: {"data": accounts(0, 4), "total": "5"})
    told = puller.failed(source, records="$.data", pages={"total": "$.total"})
    assert told.message == "The source gives 4 records, and says that there are 5."
    right = make_source(lambda seen: {"data": accounts(0, 5), "total": 5})
    assert len(puller.records(right, records="$.data", pages={"total": "$.total"})) == 5
    none = make_source(lambda seen: {"data": []})
    assert puller.refused(none, records="$.data", pages={"total": "$.total"}).code == "source-without-records"


def test_nothing_more_is_an_empty_page(puller: Any, make_source: Any, reply_with: Any, accounts: Any) -> None:
    source = make_source(lambda seen: accounts(0, 2) if seen.query["p"] == "1" else reply_with(b"", 204))
    assert len(puller.records(source, pages={"kind": "number", "parameter": "p"})) == 2


def test_an_empty_page_in_the_middle_is_no_end_where_a_flag_says_so(
    puller: Any, make_source: Any, accounts: Any
) -> None:
    pages = {1: accounts(0, 2), 2: [], 3: accounts(2, 4)}
    source = make_source(lambda seen: {"data": pages[int(seen.query["p"])], "more": seen.query["p"] != "3"})
    told = {"kind": "number", "parameter": "p", "more": "$.more"}
    assert ids(puller.records(source, records="$.data", pages=told)) == ["A0", "A1", "A2", "A3"]


def test_an_empty_page_that_is_not_the_last_leads_offsets_nowhere(puller: Any, make_source: Any) -> None:
    source = make_source(lambda _: {"data": [], "more": True})
    pages = {"kind": "offset", "parameter": "o", "more": "$.more"}
    assert puller.refused(source, records="$.data", pages=pages).code == "source-repeats"
    assert len(source.seen) == 2


def test_a_cursor_of_any_length_is_refused(puller: Any, make_source: Any) -> None:
    """A source could have us keep a mebibyte for each of its pages."""
    source = make_source(lambda _: {"data": [1], "next": "x" * 8193})
    pages = {"kind": "cursor", "parameter": "c", "in": "body", "at": "$.next"}
    told = puller.refused(source, method="POST", records="$.data", pages=pages)
    assert "a cursor of at most 8,192 characters was expected at $.next. That was page 1." in told.message


@pytest.mark.parametrize("period", [1, 2, 3])
def test_cursors_in_a_circle(puller: Any, make_source: Any, accounts: Any, period: int) -> None:
    source = make_source(
        lambda _: {"data": accounts(len(source.seen), len(source.seen) + 1), "n": len(source.seen) % period}
    )
    pages = {"kind": "cursor", "parameter": "c", "at": "$.n"}
    told = puller.refused(source, records="$.data", pages=pages)
    assert f"page {period + 1} leads to page 2 again" in told.message
    assert len(source.seen) == period + 1


@pytest.mark.parametrize(
    "link",
    [
        '</a?p=1>; rel="prev", </a?p=2>; rel="next"',
        "<?p=2>;REL=NEXT",
        '<a?p=2> ; title="x, <y>; rel=prev" ; rel = "last next"',
        "<//{host}/a?p=2>; rel=next",
    ],
)
def test_ways_to_write_a_link(puller: Any, make_source: Any, reply_with: Any, link: str) -> None:
    def answer(seen: Any) -> Any:
        told = {"Link": link.replace("{host}", seen.headers["host"])} if "p" not in seen.query else {}
        return reply_with([len(source.seen)], headers=told)

    source = make_source(answer)
    assert puller.records(source, path="/a", pages={"kind": "link"}) == [1, 2]
    assert (source.seen[1].path, source.seen[1].query) == ("/a", {"p": "2"})


@pytest.mark.parametrize(
    ("link", "code", "words"),
    [
        ("/a?p=2; rel=next", "source-without-records", "its header Link cannot be read: '/a?p=2; rel=next'"),
        ("<>; rel=next", "source-repeats", "page 2 has the records of page 1"),
    ],
)
def test_a_link_that_leads_nowhere_is_no_end(
    puller: Any, make_source: Any, reply_with: Any, link: str, code: str, words: str
) -> None:
    told = puller.refused(
        make_source(lambda _: reply_with([1], headers={"Link": link})), pages={"kind": "link"}
    )
    assert told.code == code
    assert words in told.message


@pytest.mark.parametrize("no", [False, 0, "no", "N", "FALSE", None])
def test_ways_to_say_that_there_is_no_more(puller: Any, make_source: Any, no: Any) -> None:
    source = make_source(lambda _: {"data": [1], "more": no})
    pages = {"kind": "number", "parameter": "p", "more": "$.more"}
    assert puller.records(source, records="$.data", pages=pages) == [1]
    assert len(source.seen) == 1
