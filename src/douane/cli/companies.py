"""Which company a command is about: found by its code, or a plain answer when that names none or several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from douane.errors import Refusal

from .options import connected

if TYPE_CHECKING:
    import psycopg

    from douane.store.organizations import Company

NAMED_MAX = 20

OneOrganization = Annotated[
    str | None,
    typer.Option("--organization", help="Its organization, when several have such a company."),
]
OneCompany = Annotated[str, typer.Option("--company", help="The code of the company.", show_default=False)]


@contextmanager
def books(
    data: Path | None, company: str, organization: str | None
) -> Iterator[tuple[psycopg.Connection[Any], tuple[int, int]]]:
    """A connection as `connected` gives it, and the ids of the organization and the company."""
    with connected(data) as conn:
        owner = find_company(conn, company, organization)
        yield conn, (owner.organization_id, owner.id)


def find_company(conn: psycopg.Connection[Any], code: str, organization: str | None) -> Company:
    """The company with this code; refuses `unknown-option` when there is none or more than one."""
    from douane.store.organizations import list_companies

    known = list_companies(conn, organization)
    found = [each for each in known if each.code == code]
    if len(found) == 1:
        return found[0]
    if found:
        owners = ", ".join(each.organization for each in found)
        raise Refusal("unknown-option", f"Several have a company {code}: {owners}.", "Add --organization.")
    where = f" of {organization}" if organization else ""
    message = f"There is no company {code!r}{where}; {_named(known)}."
    raise Refusal("unknown-option", message, "douane company add makes one.")


def find_only_company(conn: psycopg.Connection[Any], code: str | None, organization: str | None) -> Company:
    """The company with this code, the only one without; refuses `unknown-option` as `find_company` does."""
    from douane.store.organizations import list_companies

    if code is not None:
        return find_company(conn, code, organization)
    known = list_companies(conn, organization)
    if len(known) == 1:
        return known[0]
    hint = "Add --company." if known else "douane company add makes one."
    raise Refusal("unknown-option", f"No company was named; {_named(known)}.", hint)


def _named(known: list[Company]) -> str:
    if not known:
        return "there is none yet"
    names = ", ".join(f"{each.code} of {each.organization}" for each in known[:NAMED_MAX])
    more = len(known) - NAMED_MAX
    return f"there is {names}" + (f" and {more} more" if more > 0 else "")
