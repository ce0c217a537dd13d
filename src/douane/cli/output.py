"""What commands print: tables that align, JSON, and problems as seen, expected, what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from .tables import show_table
from .visible import visible

Row = Mapping[str, Any]


def show_json(value: Any) -> None:
    """Print `value` as JSON; moments as ISO 8601, in ASCII so that no text acts on a terminal."""
    print(json.dumps(value, indent=2, default=_plain))


def show_rows(
    rows: Sequence[Row], columns: Sequence[str], *, as_json: bool, nothing: str, folded: Sequence[str] = ()
) -> None:
    """Print rows as a table of `columns`, or as a JSON array; `nothing` is said instead of an empty table.

    Columns that are `folded` take more lines where the terminal is narrow.
    """
    if as_json:
        show_json([{column: row[column] for column in columns} for row in rows])
    elif not rows:
        print(nothing)
    else:
        show_table(rows, columns, folded)


def show_problem(code: str, message: str, hint: str) -> None:
    """Print to stderr what was seen and expected, and below it what to do; JSON when `--json` was given."""
    if "--json" in sys.argv:
        print(json.dumps({"error": {"code": code, "message": message, "hint": hint}}), file=sys.stderr)
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text(visible(message), style="bold red" if console.is_terminal else ""))
    if hint:
        console.print(Text(visible(hint)))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
