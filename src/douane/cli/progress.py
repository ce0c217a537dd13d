"""A bar or a line on the terminal while an import is under way; nothing at all where no person is looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, int, int], None]
"""Told what is being done, the bytes that are done and those there are."""


@contextmanager
def shown_progress(*, is_wanted: bool = True, stays: bool = False) -> Iterator[Tell]:
    """A bar on stderr, when that is a terminal; it disappears at the end unless it `stays`."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    is_disabled = not (is_wanted and console.is_terminal)
    with Progress(*columns, console=console, transient=not stays, disable=is_disabled) as progress:
        task = progress.add_task("", total=None)

        def tell(doing: str, done: int, total: int) -> None:
            progress.update(task, description=f"{doing:<10}", completed=done, total=total)

        yield tell


@contextmanager
def shown_waiting(*, is_wanted: bool = True) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is waited for and how long already, when that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    is_disabled = not (is_wanted and console.is_terminal)
    with Progress(*columns, console=console, transient=True, disable=is_disabled) as progress:
        task = progress.add_task("", total=None)
        yield lambda doing: progress.update(task, description=doing)
