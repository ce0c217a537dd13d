"""`douane custom-field`: what an organization wants to know of accounts and addresses besides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .options import Data, Json, connected
from .output import show_json, show_rows
from .visible import visible

COLUMNS = ("entity", "external_id", "name", "type", "is_required", "choices", "unit")

Code = Annotated[str, typer.Argument(help="The code of the organization.", show_default=False)]
Entity = Annotated[str, typer.Argument(help="What it is about: account or address.", show_default=False)]
ExternalId = Annotated[str, typer.Argument(help="What senders call it.", show_default=False)]
Name = Annotated[str, typer.Argument(help="What people call it.", show_default=False)]
Type = Annotated[str, typer.Option(help="text, long_text, number, metric, date, list, media or boolean.")]
Required = Annotated[bool, typer.Option("--required", help="What is new must have it.")]
Choices = Annotated[
    list[str] | None,
    typer.Option("--choice", help="What a list may hold; once for each.", show_default=False),
]
Unit = Annotated[str, typer.Option(help="What a metric is counted in, such as kg.", show_default=False)]


def add(
    code: Code,
    entity: Entity,
    external_id: ExternalId,
    name: Name,
    type: Type = "text",
    required: Required = False,
    choice: Choices = None,
    unit: Unit = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a custom field to an organization, or change one. Its type stays.

    Example: douane custom-field add ACME account level "Service" --type list --choice gold --choice tin
    """
    from douane.model.custom_fields import CustomField
    from douane.store.custom_fields import put_custom_field
    from douane.store.organizations import get_organization

    wanted = CustomField(entity, external_id, name, type, required, tuple(choice or ()), unit)
    with connected(data) as conn:
        kept = put_custom_field(conn, get_organization(conn, code).id, wanted)
    if as_json:
        show_json(asdict(kept))
    else:
        print(f"Kept custom field {kept.external_id} of {visible(code)}, about each {kept.entity}.")


def list_all(code: Code, data: Data = None, as_json: Json = False) -> None:
    """List the custom fields of an organization.

    Example: douane custom-field list ACME
    """
    from douane.store.custom_fields import list_custom_fields
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        found = list_custom_fields(conn, get_organization(conn, code).id)
    rows = [asdict(each) if as_json else _told(asdict(each)) for each in found]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="There is no custom field yet.", folded=("choices",))


def remove(
    code: Code, entity: Entity, external_id: ExternalId, data: Data = None, as_json: Json = False
) -> None:
    """Remove a custom field; values that are stored stay.

    Example: douane custom-field remove ACME account level
    """
    from douane.store.custom_fields import remove_custom_field
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        remove_custom_field(conn, get_organization(conn, code).id, entity, external_id)
    if as_json:
        show_json({"entity": entity, "external_id": external_id})
    else:
        print(f"{visible(code)} has no custom field {visible(external_id)} any more.")


def _told(row: dict[str, object]) -> dict[str, object]:
    choices = row["choices"]
    return {**row, "choices": ", ".join(choices) if isinstance(choices, tuple) else ""}
