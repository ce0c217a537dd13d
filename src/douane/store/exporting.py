"""The final entry lines of a fiscal year, in the order of a ledger, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from .queries import queries

SQL = queries("exporting")
ROWS_AT_ONCE = 50_000
COLUMNS = (
    "journal_code",
    "journal_name",
    "number",
    "entered_on",
    "account_number",
    "account_name",
    "auxiliary_number",
    "auxiliary_name",
    "piece",
    "piece_on",
    "label",
    "debit",
    "credit",
    "lettering",
    "lettered_on",
    "validated_on",
    "currency_amount",
    "currency",
)
"""What the rows hold; amounts are text, so that nothing of them is lost and nobody makes objects of them."""

Connection = psycopg.Connection[Any]


def entry_lines_of_year(
    conn: Connection, organization_id: int, company_id: int, year_id: int, rows_at_once: int = ROWS_AT_ONCE
) -> Iterator[list[tuple[Any, ...]]]:
    """The lines (COLUMNS) by the entry's day, journal and number, as they are when this begins.

    An entry without a number gets one: the next ones of its journal after the highest of its numbers, by
    day. Entries that are not final are left out. The server holds what is not fetched yet.
    """
    values = {"organization_id": organization_id, "company_id": company_id, "year_id": year_id}
    # A table that was just filled has no statistics, and a year joined line by line takes minutes.
    conn.execute(SQL["expect_all_rows"])
    conn.execute(SQL["join_whole_tables"])
    with conn.cursor(name="entry_lines_of_year", row_factory=tuple_row) as cursor:
        cursor.execute(SQL["entry_lines_of_year"], values)
        while rows := cursor.fetchmany(rows_at_once):
            yield rows
