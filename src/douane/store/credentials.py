"""The credentials: what opens a dialect for one company of an organization, or for all of them.

A password, secret or token has 256 random bits, so nobody can guess it from its plain sha256, which is all
we keep: a slow hash protects passwords that people choose, and would cost every request its time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from douane.errors import Refusal

from .organizations import Company, ensure_company
from .queries import queries

SQL = queries("credentials")
PASSWORD_BYTES = 32

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Granted:
    """A new credential; the password is shown once and kept nowhere."""

    login: str
    password: str
    organization: str
    company: str


@dataclass(frozen=True)
class Issued:
    """A new credential of two secrets, both shown once and kept nowhere.

    `company` is what it opens, or the organization's default company when it opens all.
    """

    login: str
    secret: str
    token: str
    company: Company


@dataclass(frozen=True)
class Caller:
    """Who sends: what a right login and password stand for.

    `declarations` settle what a file leaves open: `{"decimal_sign": "," | ".", "date_order": "dmy" |
    "mdy", "maps": {"item_type": {"NF": "FAC"}}}`, each key optional.
    """

    credential_id: int
    organization_id: int
    company_id: int
    organization: str
    company: str
    dialect: str
    login: str
    declarations: dict[str, Any]
    opens_all: bool = False


@dataclass(frozen=True)
class Key:
    """A credential that opens something, with the hashes of what proves it."""

    caller: Caller
    secret_hash: bytes
    token_hash: bytes

    def has_secret(self, secret: str) -> bool:
        """Whether this is its password or secret; takes the same time either way."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))

    def has_token(self, token: str) -> bool:
        """Whether this is its token; takes the same time either way."""
        return hmac.compare_digest(self.token_hash, _hash(token))


@dataclass(frozen=True)
class Credential:
    """A credential as it is listed; its secrets are not part of it. No company stands for all of them."""

    dialect: str
    login: str
    organization: str
    company: str | None
    declarations: dict[str, Any]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def grant(
    conn: Connection,
    dialect: str,
    organization_code: str,
    company_code: str | None = None,
    declarations: Mapping[str, Any] | None = None,
) -> Granted:
    """Make a credential; organization and company are made on first use.

    Without `company_code` it opens the organization's default company.
    """
    company = ensure_company(conn, organization_code, company_code)
    login, password = _new_login(organization_code), secrets.token_urlsafe(PASSWORD_BYTES)
    values = {
        "organization_id": company.organization_id,
        "company_id": company.id,
        "dialect": dialect,
        "login": login,
        "secret_hash": _hash(password),
        "token_hash": None,
        "declarations": Jsonb(dict(declarations or {})),
    }
    conn.execute(SQL["grant"], values)
    return Granted(login, password, organization_code, company.code)


def issue(
    conn: Connection,
    dialect: str,
    organization_code: str,
    company_code: str | None,
    make_token: Callable[[str, Company], str],
    *,
    opens_all: bool = False,
    declarations: Mapping[str, Any] | None = None,
) -> Issued:
    """Make a credential of a secret and a token, which `make_token(login, company)` gives; see `grant`."""
    company = ensure_company(conn, organization_code, company_code)
    login = _new_login(organization_code)
    secret, token = (
        f"{_slug(organization_code)}-{secrets.token_urlsafe(PASSWORD_BYTES)}",
        make_token(login, company),
    )
    values = {
        "organization_id": company.organization_id,
        "company_id": None if opens_all else company.id,
        "dialect": dialect,
        "login": login,
        "secret_hash": _hash(secret),
        "token_hash": _hash(token),
        "declarations": Jsonb(dict(declarations or {})),
    }
    conn.execute(SQL["grant"], values)
    return Issued(login, secret, token, company)


def authenticate(conn: Connection, dialect: str, login: str, password: str) -> Caller | None:
    """The caller, or None for a wrong or revoked credential; an unknown login costs the same work."""
    key = find_key(conn, dialect, login)
    is_right = (key or NOBODY).has_secret(password)
    if key is None or not is_right:
        return None
    note_use(conn, key.caller)
    return key.caller


def find_key(conn: Connection, dialect: str, login: str) -> Key | None:
    """The credential of this login, None when there is none or it is revoked."""
    with conn.cursor(row_factory=dict_row) as cursor:
        values = {"dialect": dialect, "login": _storable(login)}
        row = cursor.execute(SQL["find_key"], values).fetchone()
    if row is None:
        return None
    secret_hash, token_hash = bytes(row.pop("secret_hash")), bytes(row.pop("token_hash") or NOTHING)
    return Key(Caller(**row), secret_hash, token_hash)


def note_use(conn: Connection, caller: Caller) -> None:
    """Remember that the caller's credential was used, to the minute."""
    conn.execute(SQL["note_use"], {"credential_id": caller.credential_id})


def in_company(conn: Connection, caller: Caller, company_id: int) -> Caller | None:
    """The caller as one of this company of the own organization, None when there is no such company."""
    values = {"organization_id": caller.organization_id, "company_id": company_id}
    found = conn.execute(SQL["find_company"], values).fetchone()
    return replace(caller, company_id=company_id, company=found[0]) if found else None


def revoke(conn: Connection, login: str) -> None:
    """Close a credential for good; refuses `unknown-option` when there is no such login."""
    if not conn.execute(SQL["revoke"], {"login": _storable(login)}).fetchall():
        raise Refusal("unknown-option", f"There is no login {login}.", "douane credentials lists them.")


def list_credentials(conn: Connection) -> list[Credential]:
    """All credentials, revoked ones too, by organization and company."""
    with conn.cursor(row_factory=class_row(Credential)) as cursor:
        return cursor.execute(SQL["list_credentials"]).fetchall()


def _new_login(organization_code: str) -> str:
    """A login that says whose it is; letters, digits and dashes, so that any program can send it."""
    return f"{_slug(organization_code)}-{secrets.token_hex(4)}"


def _slug(organization_code: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", organization_code.lower()).strip("-") or "login"


def _hash(password: str) -> bytes:
    return sha256(password.encode("utf-8", "surrogatepass")).digest()


NOTHING = bytes(32)
NOBODY = Key(Caller(0, 0, 0, "", "", "", "", {}), NOTHING, NOTHING)
"""What a secret is compared with when nobody is known by the login; the sha256 of nothing sendable."""


def _storable(login: str) -> str:
    """`login` without what PostgreSQL's text cannot hold; such a login matches nothing."""
    return login.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
