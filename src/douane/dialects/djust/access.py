"""How senders of accounts are known: by a bearer token, which opens one company."""

from __future__ import annotations

from collections.abc import Mapping

from douane.dialects.access import Access, Handed, Wanted
from douane.dialects.bearer import caller_of, new_token, token_of
from douane.errors import Refusal
from douane.store import credentials
from douane.store.connectors import ensure_connector
from douane.store.credentials import Caller
from douane.store.database import Connection, Database

NAME = "djust"
AUTHORIZATION = "authorization"
WRONG_TOKEN = Refusal("access-denied", "The token is wrong.", "douane grant djust makes a new one.")


def authenticate(database: Database, sent: Mapping[str, str], needs_company: bool) -> Caller:
    """The caller behind the token, who always has a company. Refuses `access-denied`."""
    token = token_of(sent.get(AUTHORIZATION, ""))
    if not token:
        hint = 'Send the header "Authorization: Bearer" with the token; douane grant djust makes one.'
        raise Refusal("access-denied", "No token was sent.", hint)
    with database.connection() as conn:
        caller = caller_of(conn, NAME, token)
    if caller is None:
        raise WRONG_TOKEN
    return caller


def grant(conn: Connection, wanted: Wanted) -> Handed:
    """A token, and the connector that accounts can be sent to, made when the company has none."""
    if wanted.opens_all:
        message = f"A token of {NAME} opens one company, never all of {wanted.organization}."
        raise Refusal("unknown-option", message, "Leave --firm out, or name one by --company.")
    issued = credentials.issue(
        conn,
        NAME,
        wanted.organization,
        wanted.company,
        lambda login, _: new_token(login),
        declarations=wanted.declarations,
    )
    company = issued.company
    connector = ensure_connector(conn, (company.organization_id, company.id))
    keys = {"token": issued.token, "connector": connector.name}
    about = (
        f"It opens {NAME} for company {company.code} of {wanted.organization}.",
        f"Accounts are sent by POST to /v1/connectors/{connector.name}/runs.",
        "Keep the token now: it is not shown again.",
        f"douane revoke {issued.login} closes the credential.",
    )
    return Handed(keys, about)


ACCESS = Access(
    headers=(AUTHORIZATION,),
    schemes={"token": "bearer"},
    authenticate=authenticate,
    grant=grant,
    remembered_seconds=1.0,
)
