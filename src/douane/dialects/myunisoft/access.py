"""How the partners' API knows its callers: by a secret, a token and, for a firm's token, the folder."""

from __future__ import annotations

import binascii
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping

import msgspec

from douane.dialects.access import Access, Handed, Wanted
from douane.errors import Refusal
from douane.store import credentials
from douane.store.credentials import NOBODY, Caller, Connection, Issued
from douane.store.database import Database
from douane.store.fiscal_years import list_years
from douane.store.organizations import Company

from .errors import refused

NAME = "myunisoft"
SECRET, AUTHORIZATION, SOCIETY = "x-third-party-secret", "authorization", "society-id"

JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
TOKEN_CHARACTERS_MAX = 4096
SIGNATURE_BYTES = 32

SOCIETY_ID = re.compile("-?[0-9]+")
SOCIETY_ID_MAX = 2**31 - 1
NOT_SENT = {"", "undefined"}
"""What a program that has no society-id sends as one."""


class _Claims(msgspec.Struct):
    """What a token says of itself; we read no more of it than whose it claims to be."""

    jti: str


def authenticate(database: Database, sent: Mapping[str, str], needs_company: bool) -> Caller:
    """The caller behind secret, token and society-id.

    Refuses ERR-INVALID-AUTH-HEADER, ERR-SECRET-HEADER-NOT-SET, ERR-INVALID-JWT, ERR-API-TOKEN-NOT-FOUND,
    ERR-INVALID-SECRET; for the folder GBL10, ERR-FOLDER-NOT-FOUND and DROIT1.
    """
    token = _bearer(sent.get(AUTHORIZATION, ""))
    secret = sent.get(SECRET, "").strip()
    if not secret:
        raise refused("ERR-SECRET-HEADER-NOT-SET")
    login = _login(token)
    with database.connection() as conn:
        key = credentials.find_key(conn, NAME, login)
        is_right = (key or NOBODY).has_token(token), (key or NOBODY).has_secret(secret)
        if key is None or not is_right[0]:
            raise refused("ERR-API-TOKEN-NOT-FOUND")
        if not is_right[1]:
            raise refused("ERR-INVALID-SECRET")
        credentials.note_use(conn, key.caller)
        society = sent.get(SOCIETY, "").strip()
        if society in NOT_SENT:
            return _unplaced(key.caller, needs_company)
        return _placed(conn, key.caller, society)


def grant(conn: Connection, wanted: Wanted) -> Handed:
    """A secret and a token, for one folder or for the whole firm."""
    if wanted.opens_all and wanted.company is not None:
        message = (
            f"A token of a firm opens all companies of {wanted.organization}, not {wanted.company} alone."
        )
        raise Refusal("unknown-option", message, "Give --company or --firm, not both.")
    target = "firm" if wanted.opens_all else "api"

    def make_token(login: str, company: Company) -> str:
        claims = {"jti": login, "target": target}
        return new_token(claims if wanted.opens_all else {**claims, "societyId": company.id})

    issued = credentials.issue(
        conn,
        NAME,
        wanted.organization,
        wanted.company,
        make_token,
        opens_all=wanted.opens_all,
        declarations=wanted.declarations,
    )
    return Handed({"secret": issued.secret, "token": issued.token}, tuple(_about(conn, wanted, issued)))


def _about(conn: Connection, wanted: Wanted, issued: Issued) -> Iterator[str]:
    company = issued.company
    opened = "every company" if wanted.opens_all else f"company {company.code}"
    yield f"It opens {NAME} for {opened} of {wanted.organization}."
    named = "; each request names a company by such a header." if wanted.opens_all else "."
    yield f"The society-id of {company.code} is {company.id}{named}"
    if not list_years(conn, company.organization_id, company.id):
        yield f"{company.code} has no fiscal year yet: douane year add 2026 --company {company.code}"
    yield "Keep secret and token now: they are not shown again."
    yield f"douane revoke {issued.login} closes the credential."


def new_token(claims: Mapping[str, object]) -> str:
    """A token that looks like a JWT, for partners who decode it; its signature is 256 random bits.

    We check no signature: the whole token is compared with a hash, so it can be revoked at any moment.
    """
    parts = (msgspec.json.encode({"alg": "HS256", "typ": "JWT"}), msgspec.json.encode(claims))
    return b".".join(map(_base64url, (*parts, secrets.token_bytes(SIGNATURE_BYTES)))).decode()


def _base64url(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def _bearer(header: str) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise refused("ERR-INVALID-AUTH-HEADER")
    return token.strip()


def _login(token: str) -> str:
    """Whose the token claims to be. Refuses ERR-INVALID-JWT."""
    if len(token) > TOKEN_CHARACTERS_MAX or not JWT.fullmatch(token):
        raise refused("ERR-INVALID-JWT")
    payload = token.split(".")[1]
    try:
        return msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims).jti
    except (binascii.Error, msgspec.MsgspecError, ValueError, RecursionError):
        raise refused("ERR-INVALID-JWT") from None


def _unplaced(caller: Caller, needs_company: bool) -> Caller:
    """The caller where the header names no folder, as a token of one folder need not."""
    if caller.opens_all and needs_company:
        raise refused("GBL10", SOCIETY)
    return caller


def _placed(conn: Connection, caller: Caller, society: str) -> Caller:
    """The caller in the folder of the header."""
    number = _number(society)
    if not caller.opens_all:
        if number != caller.company_id:
            raise refused("DROIT1")
        return caller
    placed = credentials.in_company(conn, caller, number) if number else None
    if placed is None:
        raise refused("ERR-FOLDER-NOT-FOUND", society[:20])
    return placed


def _number(society: str) -> int:
    """The folder's number, 0 for one that cannot be any's. Refuses GBL10 for what is no number."""
    if not SOCIETY_ID.fullmatch(society):
        raise refused("GBL10", SOCIETY)
    number = int(society) if len(society) <= len(str(SOCIETY_ID_MAX)) else 0
    return number if 0 < number <= SOCIETY_ID_MAX else 0


ACCESS = Access(
    headers=(SECRET, AUTHORIZATION, SOCIETY),
    schemes={"secret": "X-Third-Party-Secret", "token": "bearer"},
    authenticate=authenticate,
    grant=grant,
    remembered_seconds=1.0,
)
