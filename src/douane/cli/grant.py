"""`douane grant`: makes a credential and shows what it consists of, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from douane.errors import Refusal

if TYPE_CHECKING:
    from douane.dialects.dialect import Dialect as Spoken

from .options import Data, Json, connected
from .output import show_json

Dialect = Annotated[str, typer.Argument(help="The dialect it opens, such as mydso.", show_default=False)]
Organization = Annotated[
    str, typer.Option(help="The organization it belongs to, made on first use.", show_default=False)
]
Company = Annotated[
    str | None,
    typer.Option(help="The company it opens, made on first use.", show_default="the default company"),
]
Firm = Annotated[
    bool, typer.Option("--firm", help="Open every company of the organization, where the dialect can.")
]
DecimalSign = Annotated[
    Literal[",", "."] | None,
    typer.Option(help="What 1,200 means: this sign is the decimal one.", show_default=False),
]
DateOrder = Annotated[
    Literal["dmy", "mdy"] | None,
    typer.Option(help="What 03/04/2026 means: day or month first.", show_default=False),
]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="LABEL:WORD=VALUE",
        help="Read this word of a column as that value; repeat for more.",
        show_default=False,
    ),
]


def grant(
    dialect: Dialect,
    *,
    organization: Organization,
    company: Company = None,
    firm: Firm = False,
    decimal_sign: DecimalSign = None,
    date_order: DateOrder = None,
    maps: Maps = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a credential that opens a dialect for a company. What it consists of is shown once and not kept.

    Example: douane grant mydso --organization ACME --map item_type:NF=FAC
    """
    from douane.dialects.access import Wanted

    declarations = declared(decimal_sign, date_order, maps or [])
    access = _dialect(dialect).access
    with connected(data) as connection:
        handed = access.grant(connection, Wanted(organization, company, firm, declarations))
    if as_json:
        show_json(handed.keys)
        return
    width = max(map(len, handed.keys)) + 2
    for name, value in handed.keys.items():
        print(f"{name:{width}}{value}")
    for sentence in handed.about:
        print(sentence)


def declared(decimal_sign: str | None, date_order: str | None, maps: list[str]) -> dict[str, Any]:
    """The declarations of a credential, as far as given; refuses `unknown-option` for a bad map."""
    given: dict[str, Any] = {"decimal_sign": decimal_sign, "date_order": date_order, "maps": {}}
    for each in maps:
        label, _, pair = each.partition(":")
        word, _, value = pair.partition("=")
        if not (label and word and value):
            message = f"--map {each!r} was seen; expected LABEL:WORD=VALUE."
            raise Refusal("unknown-option", message, "Write for example --map item_type:NF=FAC.")
        given["maps"].setdefault(label, {})[word] = value
    return {name: value for name, value in given.items() if value}


def _dialect(name: str) -> Spoken:
    from douane.dialects import DIALECTS

    if name not in DIALECTS:
        message = f"{name!r} is not a dialect; expected {' or '.join(DIALECTS)}."
        raise Refusal("unknown-option", message, "Write for example douane grant mydso --organization ACME.")
    return DIALECTS[name]
