"""What must be true of a connector as a whole: what it needs is there, and no secret where it can be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .connector import (
    BASIC,
    BODY,
    CLIENT_CREDENTIALS,
    COUNTED,
    CURSOR,
    EMPTY,
    HEADER,
    NEXT,
    NONE,
    PASSWORD,
    SHORT,
    Authentication,
    Call,
    Connector,
    Pages,
)
from .placeholders import names_in

Complaints = Iterator[str]

NEEDS = {
    BASIC: ("user",),
    HEADER: ("header",),
    CLIENT_CREDENTIALS: ("token_url", "client_id"),
    PASSWORD: ("token_url", "user"),
}
TAKES = {
    BASIC: ("user",),
    HEADER: ("header",),
    CLIENT_CREDENTIALS: ("token_url", "client_id", "client_in", "scope"),
    PASSWORD: ("token_url", "user", "client_id", "client_in", "scope"),
}
KNOWING = {
    "parameter": (*COUNTED, CURSOR),
    "at": (CURSOR, NEXT),
    "ends": COUNTED,
    "more": COUNTED,
}
"""The ways to turn pages that know a key."""

_OPENS = re.compile(
    r"(?i)(^|[-_. ])(authori[sz]ation|auth|cookie|api[-_ ]?key|key|token|jwt|bearer|session|secret"
    r"|credentials?|pass(word|wd|phrase)?|pwd|signature|sig)$"
    r"|(?i:(apikey|token|secret|password)$)"
)
_IS_OPENING = re.compile(r"(?i)(bearer|basic) \S{8,}")
"""What a header that opens something begins with, whatever it is called."""


def problems_of(connector: Connector, sent: Collection[str], known: Collection[str]) -> Complaints:
    """What is wrong with a connector, given the names of the secrets that were `sent` and are `known`."""
    headers = (connector.headers, *(each.headers for each in connector.calls))
    yield from _authentication(connector.authentication, {name for each in headers for name in each})
    yield from _pages(connector.pages, connector.call)
    yield from _names(connector, {*sent, *known})
    yield from _secrets(connector, sent, known)
    yield from _openly(connector.headers, "headers")
    for where, call in _calls(connector):
        yield from _call(where, call)


def _authentication(told: Authentication, headers: Collection[str]) -> Complaints:
    for name in NEEDS.get(told.kind, ()):
        if not getattr(told, name):
            yield f"authentication: {name} is missing, which {told.kind} needs"
    usual = Authentication()
    for name in ("user", "header", "token_url", "client_id", "client_in", "scope"):
        if getattr(told, name) != getattr(usual, name) and name not in TAKES.get(told.kind, ()):
            yield f"authentication: {name} is nothing that {told.kind} knows"
    opening = told.header if told.kind == HEADER else "Authorization" if told.kind != NONE else ""
    if opening.lower() in {name.lower() for name in headers}:
        yield f"headers: {opening} is set by authentication already"
    if names_in(told.token_url):
        yield "authentication: token_url holds a placeholder, of which none is filled there"
    for name, _ in parse_qsl(urlsplit(told.token_url).query):
        if _OPENS.search(name):
            yield f"authentication: token_url: {name[:40]} is open to all; expected among the secrets"
    if ":" in told.user and told.kind == BASIC:
        yield "authentication: user holds a colon, which basic cannot tell from the password behind it"


def _pages(pages: Pages, call: Call) -> Complaints:
    if not pages.parameter and pages.kind in (*COUNTED, CURSOR):
        yield f"pages: parameter is missing, which {pages.kind} needs"
    if not pages.at and pages.kind in (CURSOR, NEXT):
        yield "pages: at is missing, the path of what leads to the next page"
    if pages.size_parameter and not pages.size:
        yield "pages: size is missing, which size_parameter is to be sent with"
    if pages.ends == SHORT and not pages.size:
        yield "pages: size is missing, by which it is known that a page is short"
    if pages.place == BODY and (call.method != "POST" or not isinstance(call.body or {}, dict)):
        yield 'pages: in is "body", which is for calls with the method POST and a table as body'
    for name, knowing in KNOWING.items():
        if getattr(pages, name) not in ("", EMPTY) and pages.kind not in knowing:
            yield f"pages: {name} is nothing that {pages.kind} knows"


def _names(connector: Connector, secrets: Collection[str]) -> Complaints:
    """Placeholders that nothing is there for yet, and names that would mean two things."""
    there: set[str] = set()
    for where, call in _calls(connector):
        for name in sorted(call.keep.keys() & ({*secrets} | there)):
            yield f"{where}keep: {name} is the name of something else already"
        there |= call.keep.keys()
    later: set[str] = {name for _, call in _calls(connector) for name in call.keep}
    for where, call in _calls(connector):
        for name in sorted(call.names & later):
            yield f"{where}{{{name}}} is kept by this call or a later one; expected by an earlier one"
        later -= call.keep.keys()


def _secrets(connector: Connector, sent: Collection[str], known: Collection[str]) -> Complaints:
    needed = connector.secret_names
    for name in sorted(needed - {*sent, *known}):
        yield f"secrets: {name} is missing"
    for name in sorted({*sent} - needed - connector.authentication.optional_secrets):
        yield f"secrets: {name} is needed nowhere"


def _call(where: str, call: Call) -> Complaints:
    if call.body is not None and call.method != "POST":
        yield f"{where}body is for the method POST"
    if call.until is not None and not call.until.status and not call.until.path:
        yield f"{where}until: neither status nor path is there"
    if call.until is not None and call.until.value and not call.until.path:
        yield f"{where}until: path is missing, at which the value is expected"
    yield from _openly(call.headers, f"{where}headers")
    yield from _openly(call.query, f"{where}query")
    yield from _openly(call.body, f"{where}body")


def _openly(value: Any, where: str) -> Complaints:
    """What is named like a secret and written like none: it would be stored and shown as it is."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if _is_open(name, each):
                yield f"{where}: {name[:40]} is open to all; expected {{key}}, and the value in secrets"
            yield from _openly(each, where)
    elif isinstance(value, list):
        for each in value:
            yield from _openly(each, where)


def _is_open(name: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return False
    text = str(value)
    is_secret = _OPENS.search(name) or _IS_OPENING.match(text)
    return bool(is_secret) and not names_in(text)


def _calls(connector: Connector) -> Iterator[tuple[str, Call]]:
    for number, each in enumerate(connector.before, 1):
        yield f"before, call {number}: ", each
    yield "", connector.call
