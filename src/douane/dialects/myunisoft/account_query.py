"""What the query of a request about accounts asks for; an empty value counts as not sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from douane.store.account_lists import Page

from .account_fields import read_id, read_text
from .errors import refused

COUNT_MAX = 2**31 - 1
COUNT = re.compile(r"[0-9]{1,10}", re.ASCII)
DAY = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FLAGS = {"true": True, "1": True, "false": False, "0": False}

Query = Mapping[str, str]


def text_in(query: Query, name: str) -> str:
    """The text of this name, empty when it was not sent."""
    return read_text(name, query.get(name, "")) or ""


def id_in(query: Query, name: str) -> int | None:
    """The id of this name; refuses GBL10 for what is none."""
    return read_id(name, query.get(name, ""))


def flag_in(query: Query, name: str) -> bool | None:
    """True or false; refuses GBL10 for anything else."""
    text = text_in(query, name).lower()
    if not text:
        return None
    if text not in FLAGS:
        raise refused("GBL10", name)
    return FLAGS[text]


def count_in(query: Query, name: str, default: int) -> int:
    """A whole number from 0 on; refuses GBL10 for anything else."""
    text = text_in(query, name)
    if not text:
        return default
    if not COUNT.fullmatch(text):
        raise refused("GBL10", name)
    return min(int(text), COUNT_MAX)


def page_in(query: Query, limit: int) -> Page:
    """The page that `limit` and `offset` ask for, one row long at least; `limit` long when none is told."""
    return Page(max(1, count_in(query, "limit", limit)), count_in(query, "offset", 0))


def object_in(query: Query, name: str) -> Mapping[str, Any]:
    """The JSON object of this name, empty when it was not sent; refuses GBL10 for what is none."""
    text = text_in(query, name)
    try:
        sent = msgspec.json.decode(text) if text else {}
    except (ValueError, RecursionError):
        raise refused("GBL10", name) from None
    if not isinstance(sent, dict):
        raise refused("GBL10", name)
    return sent


def day_of(value: Any) -> date | None:
    """A day written YYYYMMDD or YYYY-MM-DD, None for nothing; refuses GBL2."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refused("GBL2")


def pages(rows: int, limit: int) -> int:
    """How many pages so many rows fill."""
    return -(-rows // limit)
