"""A receipt as a person reads it: what became of every line, what to correct, what waits for a decision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .tables import show_table
from .visible import cut, make_printable, visible

Receipt = Mapping[str, Any]

FAULTS_SHOWN = 10
COUNTS = ("received", "added", "updated", "unchanged", "rejected", "cleared", "removed")
FIRST_SHOWN = ("entry_lines", "customers", "addresses")
"""The tables that come first, where a file fills several: what its lines are, before what hangs on them."""
FAULT_COLUMNS = ("line", "field", "value", "code", "what_is_wrong")
ATTEMPT_COLUMNS = ("number", "started_at", "ended_at", "outcome", "bytes", "next_at", "message")
STAGES = ("receive", "decode", "parse", "map", "validate", "merge", "report")
UNTIL_STATE = {
    "waiting": "It waits for a worker; douane work starts one.",
    "running": "It is being carried out.",
}


def show_receipt(receipt: Receipt, *, all_faults: str | None = None) -> None:
    """Print a receipt; `all_faults` says where the faults beyond the first 10 are found."""
    make_printable()
    print(_headline(receipt))
    for line in _ending(receipt):
        print(line)
    if receipt["tables"]:
        print()
        show_counts(receipt["tables"])
    if receipt.get("grouping"):
        print(f"\nThe lines of an entry have the same {receipt['grouping']}.")
    if receipt.get("balanced"):
        print(f"Entries that were out of balance and got a line of ours: {receipt['balanced']:,}.")
    place = all_faults or f"douane run {receipt['run']} --faults"
    _show_told("fault", receipt["faults"], receipt["faults_total"], place)
    _show_told("warning", receipt["warnings"], receipt["warnings_total"], place)
    _show_held(receipt)
    _show_source(receipt.get("source"), receipt["state"])
    _show_stages(receipt["stages"])


def show_counts(tables: Mapping[str, Mapping[str, int]]) -> None:
    """Print what became of the rows of each table."""
    columns = [
        name for name in COUNTS if name in COUNTS[:6] or any(each.get(name) for each in tables.values())
    ]
    rows = [
        {"table": name, **{each: tables[name].get(each, 0) for each in columns}}
        for name in sorted(tables, key=_place)
    ]
    show_table(rows, ("table", *columns))


def _place(table: str) -> int:
    return FIRST_SHOWN.index(table) if table in FIRST_SHOWN else len(FIRST_SHOWN)


def show_faults(faults: Sequence[Mapping[str, Any]]) -> None:
    """Print faults as a table, and below it what to do about each code once.

    Where the dialect has codes of its own they stand beside ours, below with what it says of the first.
    """
    rows = [{**each, "value": cut(each["value"] or ""), "what_is_wrong": each["message"]} for each in faults]
    first = {each["code"]: each for each in reversed(faults)}
    hints = [{**each, "what_to_do": each["hint"]} for each in reversed(first.values())]
    has_published = any(each.get("wire_code") for each in faults)
    own, below = ((), ()) if not has_published else (("wire_code",), ("wire_message",))
    show_table(rows, (*FAULT_COLUMNS[:4], *own, "what_is_wrong"), folded=("value", "what_is_wrong"))
    print()
    show_table(hints, ("code", *own, "what_to_do", *below), folded=("what_to_do", *below))


def as_json_text(value: Any, *, indent: int | None = 2) -> str:
    """JSON in ASCII alone, so that no character of a sender's file acts on the terminal."""
    return json.dumps(value, indent=indent, default=str)


def _headline(receipt: Receipt) -> str:
    upload = receipt["upload"]
    dry_run = " (a dry run: nothing is stored)" if receipt["dry_run"] else ""
    what = f"Run {receipt['run']} {receipt['state']}: {receipt['dialect']} {receipt['table']}"
    if receipt.get("source") and not _is_fetched(receipt["source"]):
        return f"{what}{dry_run}"
    return f"{what}, {visible(upload['name'])}, {upload['bytes']:,} bytes{dry_run}"


def _ending(receipt: Receipt) -> list[str]:
    """Why there is no import, when there is none."""
    refusal = receipt["refusal"]
    if refusal:
        return [visible(text) for text in (refusal["message"], refusal["hint"]) if text]
    if receipt["failure"]:
        return [visible(receipt["failure"])]
    if receipt["state"] == "waiting" and receipt.get("source"):
        return ["Its file is being fetched; a worker tries again as long as it may help."]
    return [UNTIL_STATE[receipt["state"]]] if receipt["state"] in UNTIL_STATE else []


def _show_told(noun: str, told: Sequence[Mapping[str, Any]], total: int, place: str) -> None:
    if not total:
        return
    print(f"\n{total:,} {noun}{'s' if total > 1 else ''}\n")
    show_faults(told[:FAULTS_SHOWN])
    if total > FAULTS_SHOWN:
        print(f"These are the first {FAULTS_SHOWN}; {place} shows all.")


def _show_held(receipt: Receipt) -> None:
    held = receipt["held"]
    if not held:
        return
    print(f"\nHeld: {visible(held['because'])}")
    if held["is_released"]:
        print("It was released since.")
    elif "open_items" in receipt["tables"]:
        print(
            f"If these items are settled: douane run {receipt['run']} --release. If not: send a whole file."
        )


def _show_source(source: Mapping[str, Any] | None, state: str) -> None:
    """Where the file is fetched from, and every attempt."""
    if source is None:
        return
    attempts = source["attempts"]
    not_yet = "To be fetched" if state in UNTIL_STATE else "Not fetched"
    print(f"\n{'Fetched' if _is_fetched(source) else not_yet} from {visible(source['address'])}")
    if attempts:
        print()
        show_table([_attempt(each) for each in attempts], ATTEMPT_COLUMNS, folded=("message",))


def _is_fetched(source: Mapping[str, Any]) -> bool:
    return any(each["outcome"] == "fetched" for each in source["attempts"])


def _attempt(attempt: Mapping[str, Any]) -> dict[str, Any]:
    """With its moments to the second: the first attempts follow each other fast."""
    moments = {name: attempt[name] for name in ("started_at", "ended_at", "next_at")}
    read = {
        name: f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S}" if at else "" for name, at in moments.items()
    }
    return {**attempt, **read, "bytes": "" if attempt["bytes"] is None else f"{attempt['bytes']:,}"}


def _show_stages(stages: Mapping[str, float]) -> None:
    known = [name for name in STAGES if name in stages]
    if known:
        print("\nSeconds  " + "  ".join(f"{name} {stages[name]:.3f}" for name in known))
