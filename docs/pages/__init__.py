"""The generated pages: the name of each in docs/reference, and the function that makes its text."""

from __future__ import annotations

from collections.abc import Callable

from . import commands, djust, entries, faults, loop, mydso, myunisoft, settings, tables

PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables.page,
    "faults.md": faults.page,
    "mydso-columns.md": mydso.page,
    "entry-columns.md": entries.page,
    "myunisoft-calls.md": myunisoft.page,
    "loop-calls.md": loop.page,
    "djust-fields.md": djust.page,
    "samples/djust-accounts.json": djust.sample,
    "settings.md": settings.page,
    "commands.md": commands.page,
    **{f"samples/mydso-{name}.csv": make for name, make in mydso.samples().items()},
}
