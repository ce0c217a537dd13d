"""`douane reference`: the lists that accounts refer to, which an organization or a company may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import typer

from douane.errors import Refusal
from douane.model.references import PaymentDeadline, PaymentType, VatParameter, Way
from douane.model.refusing import refusal

from .companies import OneCompany, OneOrganization, books
from .options import Data, Json
from .output import show_json, show_rows

LISTS: dict[str, type[Any]] = {
    "ways": Way,
    "payment-deadlines": PaymentDeadline,
    "payment-types": PaymentType,
    "vat-parameters": VatParameter,
}
EXAMPLE = "douane reference set vat-parameters code=01 rate=20 --company ACME"
FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

List = Annotated[
    Literal["ways", "payment-deadlines", "payment-types", "vat-parameters"],
    typer.Argument(help="Which list.", metavar="LIST", show_default=False),
]
Values = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME=VALUE...", help="What the row holds, by the list's columns.", show_default=False
    ),
]
Key = Annotated[str, typer.Argument(help="Its id, or its code where it has one.", show_default=False)]


def list_all(
    list_name: List,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show a list: ways, payment-deadlines, payment-types or vat-parameters.

    Example: douane reference list vat-parameters --company ACME
    """
    from douane.store.references import list_references

    kind = LISTS[list_name]
    with books(data, company, organization) as (conn, of):
        rows = [asdict(each) for each in list_references(conn, kind, *of)]
    show_rows(rows, _columns(kind), as_json=as_json, nothing="The list is empty.")


def put(
    list_name: List,
    values: Values,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add a row to a list, or change what is given of the row with that id or code.

    Ways and payment deadlines are rows of the whole organization, the others of the company.

    Example: douane reference set vat-parameters code=01 rate=20 --company ACME
    """
    from douane.store.references import list_references, put_reference

    kind = LISTS[list_name]
    given = _given(kind, values)
    with books(data, company, organization) as (conn, of):
        key = _key(kind)
        known = {getattr(each, key): asdict(each) for each in list_references(conn, kind, *of)}
        row = _made(kind, {**known.get(given.get(key), {}), **given})
        stored = asdict(put_reference(conn, *of, row))
    if as_json:
        show_json({column: stored[column] for column in _columns(kind)})
    else:
        show_rows([stored], _columns(kind), as_json=False, nothing="")


def remove(
    list_name: List,
    key: Key,
    *,
    company: OneCompany,
    organization: OneOrganization = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take a row out of a list.

    Example: douane reference remove payment-types LCR --company ACME
    """
    from douane.store.references import list_references, remove_reference

    kind = LISTS[list_name]
    with books(data, company, organization) as (conn, of):
        found = {str(getattr(each, _key(kind))): each for each in list_references(conn, kind, *of)}
        if key not in found:
            raise refusal("unknown-record", f"{key[:50]!r} in {list_name}")
        remove_reference(conn, *of, kind, found[key].id)
    if as_json:
        show_json({"list": list_name, _key(kind): getattr(found[key], _key(kind)), "is_removed": True})
    else:
        print(f"{list_name} has no {_key(kind)} {key} any more.")


def _columns(kind: type[Any]) -> tuple[str, ...]:
    """What is shown of a row; the id of one that goes by its code is nobody's business."""
    return tuple(each.name for each in fields(kind) if each.name != "id" or _key(kind) == "id")


def _key(kind: type[Any]) -> str:
    """By what a row is named: its code, where it has one."""
    return "code" if any(each.name == "code" for each in fields(kind)) else "id"


def _given(kind: type[Any], pairs: Sequence[str]) -> dict[str, Any]:
    """The values by name; refuses `unknown-option` for what the list does not have."""
    types = {each.name: str(each.type) for each in fields(kind) if each.name in _columns(kind)}
    given = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or name not in types:
            raise Refusal("unknown-option", f"{pair[:50]!r} was seen; expected {_shapes(types)}.", EXAMPLE)
        given[name] = _read(name, types[name], text)
    return given


def _shapes(names: Sequence[str] | dict[str, str]) -> str:
    return ", ".join(f"{name}=..." for name in names)


def _read(name: str, type_: str, text: str) -> Any:
    """The value of a text; an empty one is none where there may be none."""
    if not text and "None" in type_:
        return None
    try:
        match type_.partition(" ")[0]:
            case "int":
                return int(text)
            case "Decimal":
                return Decimal(text.replace(",", "."))
            case "bool":
                return FLAGS[text.lower()]
            case _:
                return text
    except (ValueError, InvalidOperation, KeyError):
        expected = {"int": "a number", "Decimal": "a percentage"}.get(type_.partition(" ")[0], "yes or no")
        message = f"{name} is {text[:50]!r}; expected {expected}."
        raise Refusal("unknown-option", message, f"Write for example {EXAMPLE}.") from None


def _made(kind: type[Any], values: dict[str, Any]) -> Any:
    """The row; refuses `unknown-option` when a new one lacks something."""
    required = [each.name for each in fields(kind) if each.default is MISSING]
    lacking = [name for name in required if name not in values]
    if lacking:
        message = f"There is no such row yet, and a new one also needs {_shapes(lacking)}."
        raise Refusal("unknown-option", message, f"Write for example {EXAMPLE}.")
    return kind(**values)
