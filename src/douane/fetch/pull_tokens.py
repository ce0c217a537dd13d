"""Access tokens of OAuth2: got with the secrets of a client or a person, and again when they run out."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from douane.errors import SourceFailure
from douane.model.connector import BODY, PASSWORD, Authentication
from douane.model.refusing import refusal

from .address import Address, read_address
from .answers import LATER, pause_of
from .asking import Answer, Sent
from .connections import Connections
from .pull_masks import Masks

ANSWER_BYTES_MAX = 1 << 20
EARLY_SECONDS_MAX = 30.0
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_ERROR = re.compile(r"[a-z_]{1,40}")


class Tokens:
    """The access token of a connector, got when it is first needed."""

    def __init__(
        self, told: Authentication, secrets: Mapping[str, str], connections: Connections, masks: Masks
    ) -> None:
        self._told = told
        self._masks = masks
        self._secrets = secrets
        self._connections = connections
        self._token = ""
        self._ends_at = 0.0

    def current(self) -> str:
        """The token, a new one when it has run out.

        Raises SourceFailure when there is none now, and refuses `source-denied`, `source-redirects` and what
        the guard refuses.
        """
        if not self._token or monotonic() > self._ends_at:
            self._renew()
        return self._token

    def forget(self) -> None:
        """The source takes the token no longer."""
        self._token = ""

    def _renew(self) -> None:
        address = read_address(self._told.token_url)
        with self._connections.answered(address, self._sent()) as answer:
            told = _told(answer, address)
        token = told.get("access_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise refusal("source-denied", f"{address.shown} gives no access_token")
        self._masks.add("access_token", token)
        self._token, self._ends_at = token, monotonic() + _seconds(told.get("expires_in"))

    def _sent(self) -> Sent:
        told, secret = self._told, self._secrets.get("client_secret", "")
        form = {"grant_type": "client_credentials"}
        if told.kind == PASSWORD:
            form = {"grant_type": "password", "username": told.user, "password": self._secrets["password"]}
        if told.scope:
            form["scope"] = told.scope
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if told.client_in == BODY or not secret:
            names = {"client_id": told.client_id, "client_secret": secret}
            form |= {name: value for name, value in names.items() if value}
        else:
            headers["Authorization"] = basic(quote(told.client_id, safe=""), quote(secret, safe=""))
        return Sent("POST", headers, urlencode(form).encode())


def basic(user: str, password: str) -> str:
    """What the header Authorization says for a user and a password (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _told(answer: Answer, address: Address) -> dict[str, Any]:
    """What a token endpoint tells (RFC 6749, 5.1 and 5.2)."""
    if answer.status >= 500 or answer.status in LATER:
        pause = pause_of(answer.headers.get("retry-after", ""))
        raise SourceFailure(f"{address.shown} answers {answer.status}.", pause_seconds=pause)
    if 300 <= answer.status < 400:
        raise refusal("source-redirects", f"{address.shown} redirects, where a token was expected")
    told = _decoded(answer)
    if answer.status >= 400:
        error = str(told.get("error", ""))
        named = f" {error}" if _ERROR.fullmatch(error) else ""
        raise refusal("source-denied", f"{address.shown} answers {answer.status}{named}")
    return told


def _decoded(answer: Answer) -> dict[str, Any]:
    text = bytearray()
    for block in answer.blocks:
        text += block
        if len(text) > ANSWER_BYTES_MAX:
            return {}
    try:
        told = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(expires_in: Any) -> float:
    """How long to use a token that is told to last so long: a little shorter, so that it never comes late."""
    try:
        seconds = max(float(expires_in), 0.0)
    except (TypeError, ValueError):
        return float("inf")
    return seconds - min(seconds / 10, EARLY_SECONDS_MAX)
