"""`douane journal`: the journals of a company."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from douane.errors import Refusal

from .companies import OneCompany, OneOrganization, books
from .options import Data, Json
from .output import show_json, show_rows

if TYPE_CHECKING:
    from douane.model.journals import Journal

COLUMNS = ("code", "name", "type", "counterpart", "is_closed")

Code = Annotated[str, typer.Argument(help="Its code, such as VE.", show_default=False)]
Name = Annotated[str | None, typer.Option(help="Its name.", show_default=False)]
Type = Annotated[
    str | None,
    typer.Option(help="What it is for: purchases, sales, bank, cash, general, ...", show_default=False),
]
Counterpart = Annotated[
    str | None,
    typer.Option(
        metavar="NUMBER",
        help="The ledger account of its other side; an empty text for none.",
        show_default=False,
    ),
]
Closed = Annotated[
    bool | None,
    typer.Option("--closed/--open", help="Whether nothing may be entered in it.", show_default=False),
]


def add(
    code: Code,
    *,
    company: OneCompany,
    name: Name = None,
    type: Type = None,
    counterpart: Counterpart = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a journal; without --type it is a general one.

    Example: douane journal add VE --name Ventes --type sales --company ACME
    """
    from douane.model.journals import Journal
    from douane.store.journals import add_journal

    with books(data, company, organization) as (conn, of):
        new = _changed(conn, of, Journal(code, code), name, type, counterpart)
        added = add_journal(conn, *of, new)
    _tell(added, "Added", as_json=as_json)


def list_all(
    company: OneCompany, organization: OneOrganization = None, data: Data = None, as_json: Json = False
) -> None:
    """List the journals of a company.

    Example: douane journal list --company ACME
    """
    from douane.store.journals import list_journals

    with books(data, company, organization) as (conn, of):
        rows = [_row(each) for each in list_journals(conn, *of)]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no journal yet.", folded=("name",))


def change(
    code: Code,
    *,
    company: OneCompany,
    name: Name = None,
    type: Type = None,
    counterpart: Counterpart = None,
    closed: Closed = None,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Change what is given of a journal; the rest stays, and so does its code.

    Example: douane journal change VE --closed --company ACME
    """
    from douane.store.journals import change_journal, find_journal

    with books(data, company, organization) as (conn, of):
        known = find_journal(conn, *of, code=code)
        wanted = _changed(conn, of, known, name, type, counterpart)
        if closed is not None:
            wanted = replace(wanted, is_closed=closed)
        changed = change_journal(conn, *of, wanted)
    _tell(changed, "Changed", as_json=as_json)


def remove(
    code: Code,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Remove a journal that has no entries.

    Example: douane journal remove VE --company ACME
    """
    from douane.store.journals import find_journal, remove_journal

    with books(data, company, organization) as (conn, of):
        known = find_journal(conn, *of, code=code)
        remove_journal(conn, *of, known.id)
    _tell(known, "Removed", as_json=as_json)


def _changed(
    conn: Any,
    of: tuple[int, int],
    journal: Journal,
    name: str | None,
    type_: str | None,
    counterpart: str | None,
) -> Journal:
    """The journal with what is given; refuses `unknown-record` for a counterpart that is no account."""
    from douane.store.references import accounts_by_number

    given: dict[str, Any] = {"name": name, "type": type_}
    journal = replace(journal, **{field: value for field, value in given.items() if value is not None})
    if counterpart is None:
        return journal
    found = accounts_by_number(conn, *of, [counterpart]) if counterpart else {}
    if counterpart and counterpart not in found:
        message = f"There is no ledger account {counterpart[:50]!r}."
        raise Refusal("unknown-record", message, "Import it with entries first, or correct the number.")
    account_id = found[counterpart][0] if counterpart else None
    return replace(journal, counterpart_account_id=account_id)


def _row(journal: Journal) -> dict[str, Any]:
    return {
        "code": journal.code,
        "name": journal.name,
        "type": journal.type,
        "counterpart": journal.counterpart_number,
        "is_closed": journal.is_closed,
    }


def _tell(journal: Journal, done: str, *, as_json: bool) -> None:
    from .visible import visible

    if as_json:
        show_json(_row(journal))
    else:
        print(f"{done} journal {visible(journal.code)}.")
