"""Tables of what came from others: aligned, safe to print, nothing cut off where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from .visible import make_printable, visible

FOLDED_WIDTH_MIN = 16
GAP = 3
PIPE_WIDTH = 10_000


def show_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], folded: Sequence[str] = ()) -> None:
    """Print the `columns` of the rows; those that are `folded` take more lines when they find no room."""
    make_printable()
    console = Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        is_number = all(isinstance(row[name], int) for row in rows)
        title = name.replace("_", " ")
        table.add_column(
            title,
            justify="right" if is_number else "left",
            no_wrap=name not in folded,
            overflow="fold" if name in folded else "ellipsis",
        )
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    for each in cells:
        table.add_row(*each)
    console.width = max(console.width, _width(console, table, cells, columns, folded))
    console.print(table)


def _width(
    console: Console,
    table: Table,
    cells: Sequence[Sequence[Text]],
    columns: Sequence[str],
    folded: Sequence[str],
) -> int:
    """What the table needs: a pipe has no width, a terminal may fold."""
    if not console.is_terminal:
        return Measurement.get(console, console.options.update(width=PIPE_WIDTH), table).maximum
    widths = [max(len(name), *(row[at].cell_len for row in cells)) for at, name in enumerate(columns)]
    needed = (
        min(width, FOLDED_WIDTH_MIN) if name in folded else width
        for name, width in zip(columns, widths, strict=True)
    )
    return sum(needed) + GAP * len(columns)


def _cell(value: Any) -> Text:
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("" if value is None else visible(str(value)))
