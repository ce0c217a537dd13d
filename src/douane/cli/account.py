"""`douane account`: the ledger accounts of a company, and which of them are open."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .companies import OneCompany, OneOrganization, books
from .options import Data, Json
from .output import show_json, show_rows

COLUMNS = ("number", "name", "is_auxiliary", "is_closed")

Number = Annotated[str, typer.Argument(help="Its number, such as 411000.", show_default=False)]
Start = Annotated[str, typer.Option("--start", help="Only numbers that start so.", show_default="all")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")]
Auxiliary = Annotated[bool, typer.Option("--auxiliary", help="The auxiliary account of this number.")]


def list_all(
    company: OneCompany,
    *,
    start: Start = "",
    limit: Limit = 1000,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the ledger accounts of a company by number.

    Example: douane account list --start 411 --company ACME
    """
    from douane.store.account_states import list_states

    with books(data, company, organization) as (conn, of):
        rows = [asdict(each) for each in list_states(conn, *of, start, limit)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no such account.", folded=("name",))


def close(
    number: Number,
    *,
    company: OneCompany,
    auxiliary: Auxiliary = False,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Close a ledger account: nothing more may be entered on it.

    Example: douane account close 411000 --company ACME
    """
    _set(number, company, organization, data, is_closed=True, is_auxiliary=auxiliary, as_json=as_json)


def reopen(
    number: Number,
    *,
    company: OneCompany,
    auxiliary: Auxiliary = False,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Open a ledger account that was closed.

    Example: douane account open 411000 --company ACME
    """
    _set(number, company, organization, data, is_closed=False, is_auxiliary=auxiliary, as_json=as_json)


def _set(
    number: str,
    company: OneCompany,
    organization: OneOrganization,
    data: Data,
    *,
    is_closed: bool,
    is_auxiliary: bool,
    as_json: bool,
) -> None:
    from douane.store.account_states import set_closed

    from .visible import visible

    with books(data, company, organization) as (conn, of):
        changed = set_closed(conn, *of, number, is_closed=is_closed, is_auxiliary=is_auxiliary)
    if as_json:
        show_json(asdict(changed))
    else:
        print(f"Account {visible(changed.number)} is {'closed' if changed.is_closed else 'open'}.")
