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
    typer.Argument(
        help="The file: plain, gzip, or a zip of a FEC, TRA or JSON.",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
]
Dialect = Annotated[
    str | None,
    typer.Option(
        help="Whose columns the file has, such as mydso.", show_default="native for a FEC and a TRA"
    ),
]
Table = Annotated[
    str | None,
    typer.Option(
        help="What it holds: items, clients, contacts, users, accounts, fec, tra; or the table: open_items, "
        "customers.",
        show_default="fec for a FEC, tra for a TRA",
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
NATIVE = "native"


def find_door(dialect: str | None, table: str | None, file: Path) -> tuple[str, Door]:
    """The dialect and its door, by the door's name or its table's; a FEC and a TRA are known by themselves.

    A dialect of one door needs no table. Refuses `unknown-option`.
    """
    doors = _doors()
    if dialect is None:
        table = table or _native_table(file)
        if table not in {each.name for each in doors[NATIVE]}:
            message = f"{table!r} was seen without the dialect that it is a table of."
            raise Refusal("unknown-option", message, "Write for example --dialect mydso --table items.")
        dialect = NATIVE
    if dialect not in doors:
        message = f"{dialect!r} is not a dialect; expected {' or '.join(doors)}."
        raise Refusal("unknown-option", message, "Write for example --dialect mydso.")
    for door in doors[dialect]:
        if table in {door.name, door.table} or (table is None and len(doors[dialect]) == 1):
            return dialect, door
    seen = "--table is missing" if table is None else f"{table!r} is not a table of {dialect}"
    first, *_ = names = [each.name for each in doors[dialect]]
    message = f"{seen}; expected one of {', '.join(names)}."
    raise Refusal("unknown-option", message, f"Write for example --table {first}.")


def _doors() -> dict[str, list[Door]]:
    """The doors by dialect, our own too, which has no address on the web."""
    from douane.dialects import DIALECTS
    from douane.dialects.native.entries import DOORS

    spoken = {name: each.doors for name, each in DIALECTS.items()} | {NATIVE: DOORS}
    return {name: [door for door in doors if not door.is_async] for name, doors in spoken.items() if doors}


def _native_table(file: Path) -> str:
    from .recognizing import native_format

    found = native_format(file)
    if found is None:
        message = f"{file.name} is neither a FEC nor a TRA by its name or its first line."
        raise Refusal("unknown-option", message, "Say whose columns it has: --dialect mydso --table items.")
    return found


def chosen_options(door: Door, pairs: list[str]) -> dict[str, str]:
    """Every option of the door with its value, from texts NAME=VALUE; refuses `unknown-option`."""
    known = [each.name for each in door.options if each.name != DRY_RUN]
    given: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name not in known:
            message = f"--option {pair!r} was seen; {door.name} takes {', '.join(known) or 'none'}."
            hint = f"Write for example --option {known[0]}=VALUE." if known else "Leave --option out."
            raise Refusal("unknown-option", message, hint)
        given[name] = value
    read = door.read_options(given)
    return {name: read[name] for name in known}
