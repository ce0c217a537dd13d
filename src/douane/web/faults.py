"""The faults of a run, page by page, so that a million of them need no more memory than a few thousand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from douane.store.database import Database
from douane.store.runs import list_faults

PAGE = 5000

Fault = dict[str, Any]


def each_fault(database: Database, run_id: int, *, warnings: bool) -> Iterator[Fault]:
    """Every fault in the order of the lines, and the warnings too when asked for."""
    return chain.from_iterable(in_pages(database, run_id, warnings=warnings))


def in_pages(database: Database, run_id: int, *, warnings: bool) -> Iterator[list[Fault]]:
    """The same, about PAGE at a time; no line's faults are spread over two pages."""
    after = -1
    while True:
        with database.connection() as conn:
            page = list_faults(conn, run_id, PAGE, after, warnings=warnings)
        whole = whole_lines(page, PAGE)
        if whole:
            yield whole
        if len(page) < PAGE:
            return
        after = whole[-1]["line"]


def whole_lines(page: list[Fault], limit: int) -> list[Fault]:
    """The page without its last line when the limit may have cut that line's faults in two."""
    if len(page) < limit:
        return page
    return [each for each in page if each["line"] != page[-1]["line"]] or page
