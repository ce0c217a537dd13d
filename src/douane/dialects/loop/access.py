"""How Cegid Loop knows its callers: by an API key with its secret, and a subscription key beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping

from douane.dialects.access import Access, Handed, Wanted
from douane.errors import Refusal
from douane.store import credentials
from douane.store.credentials import NOBODY, Caller, Issued
from douane.store.database import Connection, Database
from douane.store.establishments import list_establishments

NAME = "loop"
API_KEY, SUBSCRIPTION_KEY = "x-apikey", "ocp-apim-subscription-key"
SUBSCRIPTION_BYTES = 32
DENIED = "access-denied"


def authenticate(database: Database, sent: Mapping[str, str], needs_company: bool) -> Caller:
    """The caller behind both keys. Refuses `access-denied` when one is missing or wrong.

    Loop names the folder in the body, so a key of all companies is no caller where one is needed.
    """
    subscription = sent.get(SUBSCRIPTION_KEY, "").strip()
    if not subscription:
        raise _denied("missing subscription key", "Send it in the header Ocp-Apim-Subscription-Key.")
    login, separator, secret = (part.strip() for part in sent.get(API_KEY, "").partition(":"))
    if not (login and separator and secret):
        raise _denied("missing API key", "Send the header x-apikey as key:secret.")
    with database.connection() as conn:
        key = credentials.find_key(conn, NAME, login)
        is_right = (key or NOBODY).has_secret(secret), (key or NOBODY).has_token(subscription)
        if key is None or not all(is_right):
            raise _denied("invalid API key or subscription key", "douane grant loop makes new ones.")
        if needs_company and key.caller.opens_all:
            raise _denied("API key of all companies", "Use the key of one company here.")
        credentials.note_use(conn, key.caller)
        return key.caller


def grant(conn: Connection, wanted: Wanted) -> Handed:
    """A key, its secret and a subscription key, for one company or for all of the organization."""
    if wanted.opens_all and wanted.company is not None:
        message = f"A key of a firm opens all companies of {wanted.organization}, not {wanted.company} alone."
        raise Refusal("unknown-option", message, "Give --company or --firm, not both.")
    issued = credentials.issue(
        conn,
        NAME,
        wanted.organization,
        wanted.company,
        lambda *_: secrets.token_hex(SUBSCRIPTION_BYTES),
        opens_all=wanted.opens_all,
        declarations=wanted.declarations,
    )
    keys = {"key": issued.login, "secret": issued.secret, "subscription_key": issued.token}
    return Handed(keys, tuple(_about(conn, wanted, issued)))


def _about(conn: Connection, wanted: Wanted, issued: Issued) -> Iterator[str]:
    company = issued.company
    opened = "every company" if wanted.opens_all else f"company {company.code}"
    yield f"It opens {NAME} for {opened} of {wanted.organization}."
    yield f"The codeIbs of a company is its code: {company.code}."
    if not list_establishments(conn, company.organization_id, company.id):
        told = f"{company.code} has no establishment yet, so no SIRET can be sent for it: "
        yield f"{told}douane establishment add shows how."
    yield "Keep secret and subscription key now: they are not shown again."
    yield f"douane revoke {issued.login} closes the credential."


def _denied(because: str, hint: str) -> Refusal:
    return Refusal(DENIED, f"Access denied due to {because}.", hint)


ACCESS = Access(
    headers=(API_KEY, SUBSCRIPTION_KEY),
    schemes={"key": "x-apikey", "subscription_key": "Ocp-Apim-Subscription-Key"},
    authenticate=authenticate,
    grant=grant,
    remembered_seconds=1.0,
)
