"""The organizations and their companies: who the rows belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as stdnum_siren

from douane.errors import Refusal
from douane.model.texts import CODE_CHARACTERS_MAX, is_code

from .queries import queries
from .references import ensure_references

SQL = queries("organizations")

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Organization:
    """The security boundary: one firm or group."""

    id: int
    code: str
    name: str
    siren: str | None


@dataclass(frozen=True)
class Company:
    """One legal entity's books, inside an organization (whose code is `organization`)."""

    id: int
    organization_id: int
    organization: str
    code: str
    name: str
    siren: str | None
    is_default: bool


def add_organization(conn: Connection, code: str, name: str = "", siren: str = "") -> Organization:
    """Make an organization; refuses `unknown-option` for a code that is taken, or a bad code or SIREN."""
    values = {"code": checked_code(code), "name": name or code, "siren": checked_siren(siren)}
    if conn.execute(SQL["add_organization"], values).fetchone() is None:
        raise Refusal("unknown-option", f"There is an organization {code} already.", "Choose another code.")
    return get_organization(conn, code)


def get_organization(conn: Connection, code: str) -> Organization:
    """The organization with this code; refuses `unknown-option` when there is none."""
    found = _one(conn, Organization, "find_organization", {"code": code}) if is_code(code) else None
    if found is None:
        hint = "douane organization list shows them; douane organization add makes one."
        raise Refusal("unknown-option", f"There is no organization {code}.", hint)
    return found


def list_organizations(conn: Connection) -> list[Organization]:
    """All organizations by code."""
    with conn.cursor(row_factory=class_row(Organization)) as cursor:
        return cursor.execute(SQL["list_organizations"]).fetchall()


def add_company(conn: Connection, organization: str, code: str, name: str = "", siren: str = "") -> Company:
    """Make a company, the default one when it is its organization's first; refuses as `add_organization`."""
    owner = get_organization(conn, organization).id
    values = {"organization_id": owner, "code": checked_code(code)}
    # Two first companies at once must not both become the default one.
    conn.execute(SQL["lock_organization"], values)
    names = {"name": name or code, "siren": checked_siren(siren)}
    if conn.execute(SQL["add_company"], {**values, **names}).fetchone() is None:
        message = f"Organization {organization} has a company {code} already."
        raise Refusal("unknown-option", message, "Choose another code.")
    added = get_company(conn, organization, code)
    ensure_references(conn, owner, added.id)
    return added


def get_company(conn: Connection, organization: str, code: str | None = None) -> Company:
    """A company by code, the default one without; refuses `unknown-option` when there is none."""
    owner = get_organization(conn, organization).id
    found = _company(conn, owner, code)
    if found is None:
        message = f"Organization {organization} has no {f'company {code}' if code else 'company yet'}."
        hint = "douane company list shows them; douane company add makes one."
        raise Refusal("unknown-option", message, hint)
    return found


def find_company(conn: Connection, organization_id: int, code: str) -> Company | None:
    """The company of the organization with this code."""
    return _company(conn, organization_id, code)


def company_of(conn: Connection, company_id: int) -> Company:
    """The company with this id, which exists."""
    found = _one(conn, Company, "company_of", {"company_id": company_id})
    assert found is not None, f"company {company_id} is gone"
    return found


def list_companies(conn: Connection, organization: str | None = None) -> list[Company]:
    """The companies of an organization, or of all, by code."""
    if organization is not None:
        get_organization(conn, organization)
    with conn.cursor(row_factory=class_row(Company)) as cursor:
        return cursor.execute(SQL["list_companies"], {"organization": organization}).fetchall()


def ensure_company(conn: Connection, organization: str, code: str | None) -> Company:
    """The company, made on first use together with its organization, its lists filled where they are empty.

    Without `code` it is the organization's default company, which takes the organization's code.
    """
    values = {"code": checked_code(organization), "name": organization, "siren": None}
    conn.execute(SQL["add_organization"], values)
    owner = get_organization(conn, organization)
    conn.execute(SQL["lock_organization"], {"organization_id": owner.id})
    known = _company(conn, owner.id, code)
    if known is None:
        return add_company(conn, organization, code or organization)
    ensure_references(conn, owner.id, known.id)
    return known


def checked_code(code: str) -> str:
    """`code` when it can stand in a table, a file name and a log; refuses `unknown-option` otherwise."""
    if not is_code(code):
        message = f"{code[:100]!r} is not a code; expected 1 to {CODE_CHARACTERS_MAX} printable characters."
        raise Refusal("unknown-option", message, "Use letters and digits, such as ACME.")
    return code


def checked_siren(siren: str) -> str | None:
    """The 9 digits of a SIREN, None for an empty text; refuses `unknown-option` when it is none."""
    if not siren:
        return None
    try:
        return str(stdnum_siren.validate(siren))
    except ValidationError as error:
        message = f"{siren[:50]!r} is not a SIREN: {str(error).rstrip('.').lower()}."
        raise Refusal("unknown-option", message, "Write its 9 digits, such as 732829320.") from error


def _company(conn: Connection, organization_id: int, code: str | None) -> Company | None:
    statement = "find_default_company" if code is None else "find_company"
    return _one(conn, Company, statement, {"organization_id": organization_id, "code": code})


def _one(conn: Connection, kind: type[Row], statement: str, values: dict[str, Any]) -> Row | None:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()
