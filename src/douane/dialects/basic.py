"""HTTP Basic (RFC 7617): dialects whose credential is a login and a password."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from functools import partial

from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.store import credentials
from douane.store.credentials import Caller, Connection
from douane.store.database import Database

from .access import Access, Handed, Wanted

SECRET_BYTES_MAX = 1024


def basic_access(dialect: str) -> Access:
    """Access to `dialect` by a login and a password."""
    return Access(
        headers=("authorization",),
        schemes={"credential": "basic"},
        authenticate=partial(_authenticate, dialect),
        grant=partial(_grant, dialect),
    )


def login_and_password(header: str) -> tuple[str, str] | None:
    """Login and password of an Authorization header, None when it holds none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > SECRET_BYTES_MAX:
        return None
    try:
        login, colon, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (login, password) if colon and "\0" not in login + password else None


def _authenticate(dialect: str, database: Database, sent: Mapping[str, str], needs_company: bool) -> Caller:
    """The caller; `access-denied` does not say what was wrong. Such a credential always has a company."""
    given = login_and_password(sent.get("authorization", ""))
    if given is None:
        raise refusal("access-denied")
    with database.connection() as conn:
        caller = credentials.authenticate(conn, dialect, *given)
    if caller is None:
        raise refusal("access-denied")
    return caller


def _grant(dialect: str, conn: Connection, wanted: Wanted) -> Handed:
    if wanted.opens_all:
        message = f"A credential of {dialect} opens one company, never all of {wanted.organization}."
        raise Refusal("unknown-option", message, "Leave --firm out, or name one by --company.")
    made = credentials.grant(conn, dialect, wanted.organization, wanted.company, wanted.declarations)
    return Handed(
        {"login": made.login, "password": made.password},
        (
            f"It opens {dialect} for company {made.company} of {made.organization}.",
            "Keep the password now: it is not shown again.",
        ),
    )
