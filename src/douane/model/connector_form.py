"""The keys of a connector as a person writes it, and how the value of each is read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from .connector import (
    BASIC,
    BODY,
    CLIENT_CREDENTIALS,
    CURSOR,
    EMPTY,
    HEADER,
    LINK,
    MISSING,
    NEXT,
    NONE,
    NUMBER,
    OFFSET,
    PASSWORD,
    QUERY,
    QUEUE,
    SHORT,
    SKIP,
)
from .cron import is_cron
from .json_paths import read_path
from .mapping_form import Key, Read, number, one_of, text
from .placeholders import NAME
from .texts import is_code, is_plain

ADDRESS_CHARACTERS_MAX = 2000
ADDRESS_EXPECTED = "an address such as https://api.example.com/v1, without user, password and query"
VALUE_CHARACTERS_MAX = 8192
SECRET_CHARACTERS_MAX = 8192
PAIRS_MAX = 100
CALLS_MAX = 20
DAY_SECONDS = 86_400
NUMBER_MAX = 2**63 - 1
UNFIT_FOR_NAMES = frozenset('/\\?#%"')

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_NAME = re.compile(NAME)
_NO_CHARACTER = re.compile(r"[\x00\uD800-\uDFFF]")
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "keep-alive", "te"}
    | {"trailer", "upgrade", "expect", "range", "proxy-authorization", "proxy-connection"}
)


def seconds(least: float, most: float) -> Read:
    """Reads a number of seconds within these bounds."""

    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or not least <= value <= most:
            raise ValueError(f"{least:g} to {most:,.0f} seconds")
        return float(value)

    return read


def token_address(value: Any) -> str:
    """Reads an address that may have a query."""
    if not isinstance(value, str) or "#" in value or not is_plain(value):
        raise ValueError(ADDRESS_EXPECTED)
    address(value.partition("?")[0])
    return value


def address(value: Any) -> str:
    """Reads an address that paths can be put behind."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and is_plain(value) and " " not in value else None
        is_fine = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_fine = False
    if not is_fine or len(value) > ADDRESS_CHARACTERS_MAX or set("@?#{}") & set(value):
        raise ValueError(ADDRESS_EXPECTED)
    return str(value).rstrip("/")


def path_of_call(value: Any) -> str:
    """Reads what stands behind the base address, or a single placeholder for an address that was kept."""
    is_path = isinstance(value, str) and is_plain(value) and len(value) <= ADDRESS_CHARACTERS_MAX
    if (
        not is_path
        or set("?#") & set(value)
        or not (value == "" or value.startswith("/") or _is_place(value))
    ):
        raise ValueError('a path such as "/accounts" (what follows a ? goes into query), or "{name}"')
    return str(value)


def place_in_answer(value: Any) -> str:
    """Reads a path into JSON."""
    if not isinstance(value, str):
        raise ValueError("a path such as $.data.accounts")
    read_path(value)
    return value


def pairs(names: str, is_name: Callable[[str], object], read: Read) -> Read:
    """Reads a table of such names to such values; no value of it is ever shown."""

    def read_pairs(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > PAIRS_MAX:
            raise ValueError(f"a table of at most {PAIRS_MAX} {names}")
        for name in value:
            if not is_name(name):
                raise ValueError(f"{names}, which {name[:50]!r} is not")
        return {name: _read_of(name, read, each) for name, each in value.items()}

    return read_pairs


def value_sent(value: Any) -> str:
    """Reads a text to be sent, also out of a number or a flag."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str) or not is_plain(value) or len(value) > VALUE_CHARACTERS_MAX:
        raise ValueError("one line of text, or a number")
    return value


def secret(value: Any) -> str:
    """Reads a secret."""
    if not isinstance(value, str) or not is_plain(value) or not 0 < len(value) <= SECRET_CHARACTERS_MAX:
        raise ValueError(f"one line of 1 to {SECRET_CHARACTERS_MAX:,} characters")
    return value


def is_header(name: str) -> bool:
    """Whether a header of this name may be set."""
    return _HEADER.fullmatch(name) is not None and name.lower() not in _OURS


def any_json(value: Any) -> Any:
    """Takes what is sent as it is; what is no JSON, such as a date of TOML, or cannot be kept, is told."""
    if isinstance(value, dict):
        return {str(_plain_json(name)): any_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [any_json(each) for each in value]
    return _plain_json(value)


def _plain_json(value: Any) -> Any:
    is_there = value is None or isinstance(value, str | int | float)
    is_number = isinstance(value, int | float)
    if not is_there or (is_number and not abs(value) <= NUMBER_MAX):
        raise ValueError("texts, numbers below 2^63, true or false, lists and tables")
    if isinstance(value, str) and _NO_CHARACTER.search(value):
        raise ValueError("texts of characters")
    return value


def _read_of(name: str, read: Read, value: Any) -> Any:
    try:
        return read(value)
    except ValueError as expected:
        raise ValueError(f"{expected} for {name}") from None


def _is_place(value: str) -> bool:
    return value[:1] == "{" and value[-1:] == "}" and _NAME.fullmatch(value[1:-1]) is not None


def _table(value: Any) -> Any:
    """Takes any value: what it holds is read later."""
    return value


def _is_document_name(value: str) -> bool:
    return is_code(value) and not UNFIT_FOR_NAMES & set(value)


HEADERS = pairs("headers that may be set", is_header, value_sent)
NAMED = text("a name of 1 to 64 characters without / \\ ? # % and quotes", _is_document_name)

CALL_KEYS = {
    "path": Key("path", path_of_call, is_shown=False),
    "method": Key("method", one_of("GET", "POST")),
    "query": Key("query", pairs("parameters", bool, value_sent), dict, is_shown=False),
    "headers": Key("headers", HEADERS, dict, is_shown=False),
    "body": Key("body", any_json, is_shown=False),
    "keep": Key(
        "keep",
        pairs("names of letters, digits and _", _NAME.fullmatch, place_in_answer),
        dict,
        is_shown=False,
    ),
    "until": Key("until", _table),
}
UNTIL_KEYS = {
    "status": Key("status", number(200, 499)),
    "path": Key("path", place_in_answer),
    "value": Key("value", value_sent),
    "attempts": Key("attempts", number(1, 10_000)),
    "seconds": Key("seconds", seconds(0, 3600)),
}
AUTHENTICATION_KEYS = {
    "kind": Key("kind", one_of(NONE, BASIC, HEADER, CLIENT_CREDENTIALS, PASSWORD)),
    "user": Key("user", text()),
    "header": Key("header", text("the name of a header that may be set", is_header)),
    "token_url": Key("token_url", token_address, is_shown=False),
    "client_id": Key("client_id", text()),
    "client_in": Key("client_in", one_of(BASIC, BODY)),
    "scope": Key("scope", text(most=ADDRESS_CHARACTERS_MAX)),
}
PAGES_KEYS = {
    "kind": Key("kind", one_of(NONE, NUMBER, OFFSET, CURSOR, NEXT, LINK)),
    "parameter": Key("parameter", text("the name of a parameter", bool)),
    "in": Key("place", one_of(QUERY, BODY)),
    "first": Key("first", number(0, 1_000_000_000)),
    "size_parameter": Key("size_parameter", text("the name of a parameter", bool)),
    "size": Key("size", number(1, 10_000_000)),
    "at": Key("at", place_in_answer),
    "ends": Key("ends", one_of(EMPTY, SHORT, MISSING)),
    "more": Key("more", place_in_answer),
    "total": Key("total", place_in_answer),
}
LIMIT_KEYS = {
    "pages_max": Key("pages_max", number(1, 10_000_000)),
    "records_max": Key("records_max", number(1, 1_000_000_000)),
    "bytes_max": Key("bytes_max", number(1, 1 << 40)),
    "seconds_max": Key("seconds_max", seconds(1, DAY_SECONDS)),
    "silence_seconds": Key("silence_seconds", seconds(1, 3600)),
    "attempts_max": Key("attempts_max", number(1, 100)),
    "pause_seconds": Key("pause_seconds", seconds(0, 3600)),
    "pause_seconds_max": Key("pause_seconds_max", seconds(0, 3600)),
}
PLAIN_KEYS = {
    "name": Key("name", NAMED),
    "base_url": Key("base_url", address, is_shown=False),
    "records": Key("records", place_in_answer),
    "mapping": Key("mapping", NAMED),
    "schedule": Key("schedule", text('five fields of cron such as "0 2 * * *"', is_cron)),
    "when_busy": Key("when_busy", one_of(QUEUE, SKIP)),
}
CONNECTOR_KEYS = {
    **PLAIN_KEYS,
    **CALL_KEYS,
    "before": Key("before", _table),
    "authentication": Key("authentication", _table),
    "pages": Key("pages", _table),
    "limits": Key("limits", _table),
    "secrets": Key(
        "secrets", pairs("names of letters, digits and _", _NAME.fullmatch, secret), is_shown=False
    ),
}
"""What is described of a connector. Its headers go with every call, all else of a call with the last one."""
