"""How the pages of a list are turned: what is asked for next, and when the last page was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from douane.model.connector import CURSOR, LINK, NEXT, NONE, NUMBER, SHORT, Pages
from douane.model.json_paths import read_path, value_at
from douane.model.refusing import refusal

from .address import ADDRESS_CHARACTERS_MAX, Address, follow

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s=;,"]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)')
_PARAMETER = re.compile(r';\s*([^\s=;,"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')
_NO = {"", "0", "false", "no", "n", "none", "null"}


@dataclass(frozen=True)
class Turn:
    """A page to ask for, by these parameters or at this address. `key` tells it from the others."""

    number: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    address: Address | None = None
    key: str = ""


@dataclass(frozen=True)
class Page:
    """A page that was read: `count` records, of that digest, and the rest of the answer without them."""

    address: Address
    status: int
    count: int
    digest: bytes
    size: int
    rest: Any
    link: str = ""


def first_turn(pages: Pages) -> Turn:
    """The first page."""
    counted = {pages.parameter: pages.first} if pages.are_counted else {}
    return Turn(parameters=_sized(pages) | counted)


def next_turn(pages: Pages, turn: Turn, page: Page, records: int) -> Turn | None:
    """The page behind `page`, with which so many records were read, None behind the last one.

    Refuses `source-forbidden` when the next address is none, and `source-without-records` when what leads to
    the next page is neither text nor number, or no header Link.
    """
    number = turn.number + 1
    if pages.kind == NONE or (pages.are_counted and _is_last(pages, page)):
        return None
    if pages.are_counted:
        # Counted by what came, not by what was asked for: a source may give fewer than it was asked for.
        place = pages.first + (turn.number if pages.kind == NUMBER else records)
        return Turn(number, _sized(pages) | {pages.parameter: place}, key=str(place))
    told = linked(page.link) if pages.kind == LINK else _text_at(pages.at, page.rest) or None
    if told is None:
        return None
    if pages.kind == CURSOR:
        if len(told) > ADDRESS_CHARACTERS_MAX:
            limit = f"{ADDRESS_CHARACTERS_MAX:,} characters"
            raise refusal("source-without-records", f"a cursor of at most {limit} was expected at {pages.at}")
        return Turn(number, _sized(pages) | {pages.parameter: told}, key=told)
    assert pages.kind in (NEXT, LINK), "these are all kinds of pages"
    address = follow(page.address, told)
    return Turn(number, address=address, key=address.text)


def linked(header: str) -> str | None:
    """Where a header Link says that the next page is, None when it does not (RFC 8288).

    Refuses `source-without-records` when it says nothing at all: the next page may be meant.

    >>> linked('</a?page=1>; rel="prev", </a?page=3>; title="a, b"; rel="last next"')
    '/a?page=3'
    """
    links = _LINK.findall(header)
    if header.strip() and not links:
        raise refusal("source-without-records", f"its header Link cannot be read: {header[:50]!r}")
    for target, parameters in links:
        told = [each for each in _PARAMETER.findall(parameters) if each[0].lower() == "rel"]
        if told and "next" in "".join(told[0][1:]).lower().split():
            return str(target)
    return None


def told_total(pages: Pages, page: Page) -> int | None:
    """How many records the source says there are, None where it is not asked.

    Refuses `source-without-records` when it does not say.
    """
    if not pages.total:
        return None
    total = _text_at(pages.total, page.rest)
    if not re.fullmatch(r"[0-9]{1,15}", total):
        raise refusal("source-without-records", f"there is no number of records at {pages.total}")
    return int(total)


def _sized(pages: Pages) -> dict[str, Any]:
    return {pages.size_parameter: pages.size} if pages.size_parameter else {}


def _is_last(pages: Pages, page: Page) -> bool:
    if page.status == 404:
        return True
    if pages.more:
        return _text_at(pages.more, page.rest).lower() in _NO
    return page.count < pages.size if pages.ends == SHORT else page.count == 0


def _text_at(path: str, value: Any) -> str:
    """The text or number at the path, empty where there is nothing, or no."""
    found = value_at(value, read_path(path))
    if isinstance(found, dict | list):
        raise refusal("source-without-records", f"a text or a number was expected at {path}")
    return "" if found is None or found is False else str(found)
