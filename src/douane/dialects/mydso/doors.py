"""The doors of MY DSO MANAGER: four files, each to be imported while the sender waits or later."""

from __future__ import annotations

from dataclasses import replace

from douane.dialects.door import DRY_RUN, TRUE_OR_FALSE, ZERO_OR_ONE, Door, Option

from .columns import MAPPINGS

ENCODING = Option(
    "encoding",
    "UTF-8",
    "Charset of the file: any that Python knows, such as ISO-8859-1.",
    example="ISO-8859-1",
)
CLEAR = Option(
    "clear_items_not_modified",
    "false",
    "true: the file holds every open item, and what it no longer holds is cleared (STOCK). "
    "false: the file holds changes only, and an item is cleared by its payment date (DELTA).",
    TRUE_OR_FALSE,
    example="true",
)
REPLACE = Option(
    "replace_users_association",
    "0",
    "1: the users of a customer named in the file become those of the file. 0: they are added.",
    ZERO_OR_ONE,
    example="1",
)
ABOUTS = {
    "items": "Add and modify open items: invoices, credit notes, payments, bills.",
    "clients": "Add and modify customers.",
    "contacts": "Add contacts to customers.",
    "users": "Associate users with customers.",
}
OWN_OPTIONS = {"items": (CLEAR,), "users": (REPLACE,)}


def _door(name: str) -> Door:
    mapping = MAPPINGS[name]
    required = [each for each in mapping.columns if each.is_required]
    labels = ";".join(f'"{each.label}"' for each in required)
    values = ";".join(f'"{each.example}"' for each in required)
    return Door(
        name=name,
        path=f"/api/{name}",
        table=mapping.table.name,
        about=ABOUTS[name],
        options=(ENCODING, *OWN_OPTIONS.get(name, ()), DRY_RUN),
        labels=tuple(each.label for each in mapping.columns),
        required=tuple(each.label for each in required),
        sample=f"{labels}\n{values}\n",
    )


def _later(door: Door) -> Door:
    return replace(door, path=f"/apiPutFiles/{door.name}", is_async=True)


NOW = tuple(_door(name) for name in ("items", "clients", "contacts", "users"))
DOORS = (*NOW, *(_later(each) for each in NOW))
