"""What `import` and `explain` are told of a file: its dialect, its door, the door's options, declarations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from douane.errors import Refusal

if TYPE_CHECKING:
    from douane.dialects.door import Door

File = Annotated[
    Path,
    typer.Argument(help="The file, plain or gzip.", exists=True, dir_okay=False, readable=True),
]
Dialect = Annotated[str, typer.Option(help="Whose columns the file has, such as mydso.", show_default=False)]
Table = Annotated[
    str,
    typer.Option(
        help="What it holds: items, clients, contacts, users; or open_items, customers, assignments.",
        show_default=False,
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="NAME=VALUE",
        help="An option of the door, such as encoding=ISO-8859-1; repeat for more.",
        show_default=False,
    ),
]

DRY_RUN = "dry_run"


def find_door(dialect: str, table: str) -> Door:
    """The door of a dialect by its own name or by its table's; refuses `unknown-option`."""
    from douane.dialects import DIALECTS

    if dialect not in DIALECTS:
        message = f"{dialect!r} is not a dialect; expected {' or '.join(DIALECTS)}."
        raise Refusal("unknown-option", message, "Write for example --dialect mydso.")
    doors = [each for each in DIALECTS[dialect].doors if not each.is_async]
    for door in doors:
        if table in {door.name, door.table}:
            return door
    names = ", ".join(each.name for each in doors)
    raise Refusal(
        "unknown-option",
        f"{table!r} is not a table of {dialect}; expected one of {names}.",
        "Write for example --table items.",
    )


def chosen_options(door: Door, pairs: list[str]) -> dict[str, str]:
    """Every option of the door with its value, from texts NAME=VALUE; refuses `unknown-option`."""
    known = [each.name for each in door.options if each.name != DRY_RUN]
    given: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name not in known:
            message = f"--option {pair!r} was seen; {door.name} takes {', '.join(known)}."
            raise Refusal("unknown-option", message, f"Write for example --option {known[0]}=VALUE.")
        given[name] = value
    read = door.read_options(given)
    return {name: read[name] for name in known}
