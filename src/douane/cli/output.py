"""What commands print: tables that align, JSON, and problems as seen, expected, what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]


def show_json(value: Any) -> None:
    """Print `value` as JSON; moments as ISO 8601."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def show_rows(rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, nothing: str) -> None:
    """Print rows as a table of `columns`, or as a JSON array; `nothing` is said instead of an empty table."""
    if as_json:
        show_json([{column: row[column] for column in columns} for row in rows])
    elif not rows:
        print(nothing)
    else:
        _show_table(rows, columns)


def show_problem(code: str, message: str, hint: str) -> None:
    """Print to stderr what was seen and expected, and below it what to do; JSON when `--json` was given."""
    if "--json" in sys.argv:
        print(json.dumps({"error": {"code": code, "message": message, "hint": hint}}), file=sys.stderr)
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text(message, style="bold red" if console.is_terminal else ""))
    if hint:
        console.print(Text(hint))


def _show_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        is_number = all(isinstance(row[column], int) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    console = Console(highlight=False)
    if not console.is_terminal:
        # A pipe has no width: nothing is cut or wrapped for the program at its end.
        console.width = max(
            console.width, Measurement.get(console, console.options.update(width=10_000), table).maximum
        )
    console.print(table)


def _cell(value: Any) -> Text:
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("" if value is None else str(value))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
