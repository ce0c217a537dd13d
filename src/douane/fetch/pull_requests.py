"""What is asked of a source: the address, headers and body of a call, its placeholders filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import msgspec

from douane.model.connector import BODY, Call, Connector
from douane.model.placeholders import filled, names_in
from douane.model.refusing import refusal

from .address import Address, follow, read_address
from .asking import Sent
from .connections import origin_of
from .pull_turns import Turn

_PLACE = re.compile(r"\{[^{}]*\}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True)
class Request:
    """Where to ask, and what is sent there, but for what opens the source. Values are in no repr."""

    address: Address
    sent: Sent


@dataclass(frozen=True)
class Requests:
    """Makes the requests of a connector. `values` are its secrets and what its calls have kept."""

    connector: Connector
    values: Mapping[str, str] = field(repr=False)

    @cached_property
    def home(self) -> Address:
        """The address of the source, to which alone its secrets go."""
        return read_address(self.connector.base_url)

    def is_home(self, address: Address) -> bool:
        """Whether one speaks to the source itself at the address."""
        return origin_of(address) == origin_of(self.home)

    def request(self, call: Call, turn: Turn) -> Request:
        """The request for a page. Of what is at another host nothing but the address is asked.

        Refuses `source-forbidden` for an address that is none, for a POST to another host, and when the next
        page is at another host.
        """
        address = turn.address or self._address(call)
        if not self.is_home(address):
            if turn.address is not None or call.method != "GET":
                raise refusal(
                    "source-forbidden",
                    f"{address.shown} is at another host, or another port, than the connector",
                )
            return Request(address, Sent())
        query = self._query(call, turn, address)
        if query:
            sign = "?" if address.query is None else "&"
            address = read_address(f"{address.text}{sign}{urlencode(query, quote_via=quote)}")
        body, kind = self._body(call, turn)
        headers = self._headers(call)
        usual = {"Accept": "application/json, */*;q=0.1"} | kind
        told = {name.lower() for name in headers}
        headers |= {name: value for name, value in usual.items() if name.lower() not in told}
        return Request(address, Sent(call.method, headers, body))

    def _address(self, call: Call) -> Address:
        if _PLACE.fullmatch(call.path):
            return follow(self.home, filled(call.path, self.values))
        path = filled(call.path, self.values, lambda value: quote(value, safe=""))
        return read_address(self.connector.base_url + path)

    def _query(self, call: Call, turn: Turn, address: Address) -> dict[str, Any]:
        """The parameters. An address that the source gave has its own, and what opens it is put behind."""
        query: dict[str, Any] = filled(call.query, self.values)
        if turn.address is not None:
            told = parse_qs(address.query or "", keep_blank_values=True)
            opening = {name for name, value in call.query.items() if names_in(value)}
            return {name: value for name, value in query.items() if name in opening - told.keys()}
        is_in_body = self.connector.pages.place == BODY
        return query if is_in_body else {**query, **turn.parameters}

    def _headers(self, call: Call) -> dict[str, str]:
        """The headers of the call, and those of the connector that need nothing which a later call keeps."""
        usual = {name: text for name, text in self.connector.headers.items() if self._can_fill(text)}
        told = {name.lower(): (name, text) for name, text in (*usual.items(), *call.headers.items())}
        headers = {name: filled(text, self.values).strip() for name, text in told.values()}
        for name, value in headers.items():
            if _CONTROL.search(value):
                raise refusal("bad-connector", f"the header {name} would hold signs that no header can have")
        return headers

    def _can_fill(self, text: str) -> bool:
        return names_in(text) <= self.values.keys()

    def _body(self, call: Call, turn: Turn) -> tuple[bytes, dict[str, str]]:
        """The body, and the header that says what it is."""
        body = filled(call.body, self.values)
        if self.connector.pages.place == BODY and turn.parameters:
            body = {**(body or {}), **turn.parameters}
        if body is None:
            return b"", {}
        if isinstance(body, str):
            return body.encode(), {}
        return msgspec.json.encode(body), {"Content-Type": "application/json"}
