"""`douane check`: the verdict on a file of entries, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from douane.errors import Refusal

from .doors import NATIVE, File, Options, chosen_options, find_door
from .explain import intake_of
from .options import Data, Json
from .progress import shown_progress
from .receipts import as_json_text
from .tables import show_table
from .visible import cut, make_printable, visible

HAS_ERRORS = 4

Strict = Annotated[
    bool,
    typer.Option("--strict", help="Judge a FEC as the tax administration does, line by line."),
]
Format = Annotated[str | None, typer.Option("--table", help="fec or tra.", show_default="found out")]


def check(
    file: File,
    *,
    table: Format = None,
    strict: Strict = False,
    options: Options = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say what is wrong with a FEC or a TRA: its totals, its errors by code, the verdict. Needs no database.

    Without --strict the verdict is that of the import: which lines and entries it would not take. With
    --strict it is that of the tax administration's own checker, which is stricter about values and does not
    ask whether entries balance. Ends with 0 when there is no error, with 4 when there are some, with 1 when
    the file is neither a FEC nor a TRA.

    Example: douane check 732829320FEC20241231.txt --strict
    """
    from .recognizing import native_format

    spoken, door = find_door(NATIVE, table or native_format(file) or _neither(file), file)
    chosen = chosen_options(door, options or [])
    from douane.settings import from_environment

    from .verdicts import verdict_of

    settings = from_environment(data)
    intake = intake_of(file, spoken, door.name, chosen, {}, settings)
    with shown_progress(is_wanted=not as_json) as tell:
        told = verdict_of(file, door.name, intake, settings, is_strict=strict, tell=tell)
    told["verdict"] = _sentence(told)
    if as_json:
        print(as_json_text(told))
    else:
        _show(told)
    if told["errors"]:
        raise typer.Exit(HAS_ERRORS)


def _neither(file: Path) -> NoReturn:
    message = f"{file.name} is neither a FEC nor a TRA by its name or its first line."
    raise Refusal("unknown-option", message, "If it is one all the same, add --table fec or --table tra.")


def _show(told: Mapping[str, Any]) -> None:
    make_printable()
    counted = [_many(told[each], one, more) for each, one, more in COUNTED if each in told]
    print(f"{visible(told['file'])}: {told['format'].upper()} in {told['charset']}")
    print(", ".join(counted))
    if told.get("grouping"):
        print(f"The lines of an entry have the same {told['grouping']}.")
    if told.get("has_trailing_separator"):
        print("A separator ends the header, which is no error.")
    print()
    show_table([{each: told[each] for each in SUMS}], SUMS)
    for noun, is_warning in (("error", False), ("warning", True)):
        found = [each for each in told["findings"] if each["is_warning"] is is_warning]
        if found:
            _show_findings(noun, told[f"{noun}s"], found)
    print(f"\n{told['verdict']}")


COUNTED = (("lines", "line", "lines"), ("entries", "entry", "entries"))
SUMS = ("debit", "credit", "difference")


def _show_findings(noun: str, count: int, found: list[Mapping[str, Any]]) -> None:
    """The findings by code, the first of each as examples, and what to do about them."""
    print(f"\n{_many(count, noun, f'{noun}s')}\n")
    show_table(found, ("code", "count", "title", "hint"), folded=("title", "hint"))
    examples = [
        {**example, "code": each["code"], "value": cut(example["value"] or "")}
        for each in found
        for example in each["examples"]
    ]
    print("\nThe first of each\n")
    show_table(examples, ("line", "code", "field", "value", "message"), folded=("value", "message"))


def _sentence(told: Mapping[str, Any]) -> str:
    """The verdict."""
    if told["is_strict"]:
        return _strict_sentence(told)
    rejected = told["rejected"]
    if not rejected:
        return "The import would take every line."
    if rejected == told["lines"]:
        return "The import would reject every line."
    return f"The import would reject {rejected:,} of {told['lines']:,} lines and take the others."


def _strict_sentence(told: Mapping[str, Any]) -> str:
    judge = "the tax administration's check" if told["format"] == "fec" else "the check of a TRA"
    if told["errors"]:
        return f"It does not pass {judge}: {_many(told['errors'], 'error', 'errors')}."
    with_warnings = f", with {_many(told['warnings'], 'warning', 'warnings')}" if told["warnings"] else ""
    return f"It passes {judge}{with_warnings}."


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
