"""The walk of a file as a person reads it: one paragraph per stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .receipts import show_faults
from .tables import show_table
from .visible import cut, make_printable, visible

Told = Mapping[str, Any]

UNTOLD = {
    "entry_lines": "tells which entries balance, and which are new.",
    "accounts": "tells which accounts and addresses are new, and what a new one lacks.",
}
UNTOLD_OF_ROWS = "tells what is new and which customers exist."
"""What the walk leaves out, by the table that the lines go to."""


def show_explanation(told: Told) -> None:
    """Print what each stage handed over, as far as the file came, and why it came no further."""
    make_printable()
    for stage, show in SHOWN.items():
        if stage in told:
            show(told[stage])
    if "validate" in told:
        untold = UNTOLD.get(told["map"]["table"], UNTOLD_OF_ROWS)
        print(f"\nmerge     is not walked: douane import --dry-run {untold}")


def _receive(told: Told) -> None:
    print(f"receive   {visible(told['name'])}: {told['bytes']:,} bytes, SHA-256 {told['digest']}")


def _decode(told: Told) -> None:
    packed = f"out of {told['compression']}, " if told["compression"] else ""
    mark = " (by its byte order mark)" if told["has_byte_order_mark"] else ""
    mark = " (found out)" if told["is_detected"] else mark
    much = f"{told['bytes']:,} bytes of UTF-8 in {told['blocks']} block{'s' if told['blocks'] != 1 else ''}"
    print(f"decode    {packed}{told['charset']}{mark}: {much}")


def _parse(told: Told) -> None:
    start = "parse     "
    if cut := _cut(told):
        print(f"{start}{cut}")
        start = " " * len(start)
    print(f"{start}{len(told['labels'])} labels: {', '.join(map(visible, told['labels']))}")
    if "addresses" in told:
        much = f"{told['received']:,} objects with {told['addresses']:,} addresses"
        print(f"          {much}, {told['unreadable']:,} of them not readable as accounts")
    else:
        print(f"          {told['received']:,} lines, {told['unreadable']:,} of them not readable as rows")


def _cut(told: Told) -> str:
    """How lines are cut into cells; empty when that is the format's own affair."""
    if "has_header" not in told:
        return ""
    if "columns" in told:
        cut = f"{len(told['columns'])} columns of fixed width"
    else:
        quoted = f"quoted by {told['quote']}" if told["quote"] else "not quoted"
        cut = f"cells divided by {visible(told['delimiter'])} and {quoted}"
    skipped = told["lines_skipped"]
    before = f", below {skipped} skipped line{'s' if skipped != 1 else ''}" if skipped else ""
    return f"{cut}{', a header' if told['has_header'] else ', no header'}{before}"


def _map(told: Told) -> None:
    there = [each for each in told["columns"] if each["is_there"]]
    missing = [
        each for each in told["columns"] if not each["is_there"] and each["label"] not in told["defaults"]
    ]
    absent = [each["label"] for each in missing]
    lacking = [each["label"] for each in missing if each["is_required"]]
    print(f"map       {len(there)} labels fill fields of {told['table']}\n")
    rows = [{**each, "required": "required" if each["is_required"] else ""} for each in there]
    show_table(rows, ("label", "field", "kind", "required"))
    print()
    if lacking:
        print(f"          required and not in the file: {', '.join(lacking)}")
    if told["extras"]:
        done = "kept as extra values" if told["keeps_extras"] else "not kept"
        print(f"          {done}: {', '.join(map(visible, told['extras']))}")
    for what, texts in (("where it is empty", told["defaults"]), ("in every row", told["constants"])):
        if texts:
            shown = (f"{visible(name)} is {visible(text)}" for name, text in texts.items())
            print(f"          {what}: {', '.join(shown)}")
    if absent:
        print(f"          not in the file, so what is stored stays: {', '.join(absent)}")


def _validate(told: Told) -> None:
    print(f"validate  {told['accepted']:,} lines accepted, {told['rejected']:,} rejected")
    waited = told["settled_at_the_end"]
    if waited:
        lines = "line" if waited == 1 else "lines"
        print(f"          {waited:,} {lines} could only be settled at the end of the file")
    for each in told["conventions"]:
        print(f"          {each['label']}: {_convention(each)}")
    if told["rows"]:
        print("\nThe first rows, typed\n")
        _show_rows(told["rows"])
    for noun in ("faults", "warnings"):
        if told[noun]:
            print(f"\n{noun.capitalize()} by code, with the first of each\n")
            _show_counts(told[noun])
            print()
            show_faults(told[noun])


def _convention(each: Told) -> str:
    if each["declared"]:
        return f"{each['declared']} was declared"
    if len(each["proven"]) > 1:
        return f"{' and '.join(each['proven'])} both occur, so a value that could be either is rejected"
    return f"{each['proven'][0]} is proven by its values" if each["proven"] else "nothing to prove or declare"


def _show_rows(rows: list[dict[str, Any]]) -> None:
    """The rows side by side, since a row has many fields."""
    names = [f"line {row['line']}" for row in rows]
    columns = ("field", *names)
    rows = [_flat(row) for row in rows]
    fields = [name for name in dict.fromkeys(name for row in rows for name in row) if name != "line"]
    shown = [
        {"field": field, **{name: _cell(row.get(field)) for name, row in zip(names, rows, strict=True)}}
        for field in fields
    ]
    show_table(shown, columns, folded=names)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose addresses are fields of it."""
    named = {
        f"address {number} {name}": value
        for number, each in enumerate(row.get("addresses", []), 1)
        for name, value in each.items()
    }
    return {name: value for name, value in row.items() if name != "addresses"} | named


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else cut(str(value))


def _show_counts(found: list[dict[str, Any]]) -> None:
    show_table([{"code": each["code"], "lines": each["count"]} for each in found], ("code", "lines"))


def _refusal(told: Told) -> None:
    print(f"\nRefused: {visible(told['message'])}")
    if told["hint"]:
        print(visible(told["hint"]))


SHOWN = {
    "receive": _receive,
    "decode": _decode,
    "parse": _parse,
    "map": _map,
    "validate": _validate,
    "refusal": _refusal,
}
