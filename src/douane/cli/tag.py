"""`douane tag`: the words that an organization sorts its customers by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .options import Data, Json, Name, connected
from .output import show_json, show_rows
from .visible import visible

COLUMNS = ("external_id", "name", "is_defined")

Code = Annotated[str, typer.Argument(help="The code of the organization.", show_default=False)]
ExternalId = Annotated[str, typer.Argument(help="What senders call it.", show_default=False)]


def add(
    code: Code, external_id: ExternalId, name: Name = "", data: Data = None, as_json: Json = False
) -> None:
    """Add a tag to an organization, or give one another name.

    Example: douane tag add ACME gold --name "Gold customers"
    """
    from douane.model.customer_tags import CustomerTag
    from douane.store.customer_tags import put_customer_tag
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        owner = get_organization(conn, code).id
        kept = put_customer_tag(conn, owner, CustomerTag(external_id, name or external_id))
    if as_json:
        show_json(asdict(kept))
    else:
        print(f"Kept tag {kept.external_id} of {visible(code)}.")


def list_all(code: Code, data: Data = None, as_json: Json = False) -> None:
    """List the tags of an organization.

    Example: douane tag list ACME
    """
    from douane.store.customer_tags import list_customer_tags
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        found = list_customer_tags(conn, get_organization(conn, code).id)
    show_rows([asdict(each) for each in found], COLUMNS, as_json=as_json, nothing="There is no tag yet.")


def remove(code: Code, external_id: ExternalId, data: Data = None, as_json: Json = False) -> None:
    """Remove a tag; customers that have it keep it.

    Example: douane tag remove ACME gold
    """
    from douane.store.customer_tags import remove_customer_tag
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        remove_customer_tag(conn, get_organization(conn, code).id, external_id)
    if as_json:
        show_json({"external_id": external_id})
    else:
        print(f"{visible(code)} has no tag {visible(external_id)} any more.")
