"""The credentials: what opens a dialect for one company of one organization.

A password has 256 random bits, so nobody can guess it from its plain sha256, which is all we keep: a
slow hash protects passwords that people choose, and would cost every request its time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from douane.errors import Refusal

from .organizations import ensure_company
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


@dataclass(frozen=True)
class Credential:
    """A credential as it is listed; its secret is not part of it."""

    dialect: str
    login: str
    organization: str
    company: str
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
    owner = {"organization_id": company.organization_id, "company_id": company.id, "dialect": dialect}
    secret = {"login": login, "secret_hash": _hash(password), "declarations": Jsonb(dict(declarations or {}))}
    conn.execute(SQL["grant"], {**owner, **secret})
    return Granted(login, password, organization_code, company.code)


def authenticate(conn: Connection, dialect: str, login: str, password: str) -> Caller | None:
    """The caller, or None for a wrong or revoked credential; an unknown login costs the same work."""
    with conn.cursor(row_factory=dict_row) as cursor:
        values = {"dialect": dialect, "login": _storable(login)}
        row = cursor.execute(SQL["authenticate"], values).fetchone()
    known = row.pop("secret_hash") if row else bytes(32)
    is_right = hmac.compare_digest(bytes(known), _hash(password))
    if row is None or not is_right:
        return None
    conn.execute(SQL["note_use"], row)
    return Caller(**row)


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
    name = re.sub(r"[^a-z0-9]+", "-", organization_code.lower()).strip("-")
    return f"{name or 'login'}-{secrets.token_hex(4)}"


def _hash(password: str) -> bytes:
    return sha256(password.encode("utf-8", "surrogatepass")).digest()


def _storable(login: str) -> str:
    """`login` without what PostgreSQL's text cannot hold; such a login matches nothing."""
    return login.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
