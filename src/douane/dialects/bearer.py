"""Bearer tokens (RFC 6750) that say whose they are: the login of the credential, a dot and a secret."""

from __future__ import annotations

import secrets

from douane.store import credentials
from douane.store.credentials import NOBODY, Caller
from douane.store.database import Connection

TOKEN_CHARACTERS_MAX = 1024
SECRET_BYTES = 32


def new_token(login: str) -> str:
    """A token for this login; 256 bits of it are random."""
    return f"{login}.{secrets.token_urlsafe(SECRET_BYTES)}"


def token_of(header: str) -> str:
    """The token of an Authorization header, empty when it holds none."""
    scheme, _, token = header.strip().partition(" ")
    is_bearer = scheme.lower() == "bearer" and len(token) <= TOKEN_CHARACTERS_MAX
    return token.strip() if is_bearer else ""


def caller_of(conn: Connection, dialect: str, token: str) -> Caller | None:
    """Who has the token, None when it is nobody's; an unknown login costs the same work."""
    login, _, secret = token.rpartition(".")
    key = credentials.find_key(conn, dialect, login) if login and secret else None
    is_right = (key or NOBODY).has_token(token)
    if key is None or not is_right:
        return None
    credentials.note_use(conn, key.caller)
    return key.caller
