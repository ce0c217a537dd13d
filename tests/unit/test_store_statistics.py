"""The planner is told what the tables hold before it plans an import."""

from __future__ import annotations

import pytest

from douane.store.database import Connection, Database
from douane.store.organizations import Company
from douane.store.statistics import refresh_statistics

ROWS = 200_000
FILL = """
    insert into address_links (organization_id, company_id, customer_id, address_id, run_id)
    select %s, %s, n, n, 1
    from generate_series(1, %s) as n
"""
KNOWN = "select reltuples from pg_class where oid = 'address_links'::regclass"


@pytest.fixture(autouse=True)
def alone(database: Database) -> None:
    """Nobody else looks at the table."""
    with database.connection() as conn:
        conn.execute("alter table address_links set (autovacuum_enabled = false)")


def fill(conn: Connection, company: Company) -> None:
    conn.execute(FILL, [company.organization_id, company.id, ROWS])


def known(database: Database) -> float:
    with database.connection() as conn:
        row = conn.execute(KNOWN).fetchone()
        assert row is not None
        return float(row[0])


def refresh(database: Database) -> None:
    with database.connection() as conn:
        refresh_statistics(conn, ["address_links"])


def test_a_table_that_was_filled_is_known(database: Database, company: Company) -> None:
    with database.connection() as conn:
        fill(conn, company)
    refresh(database)
    assert known(database) == pytest.approx(ROWS, rel=0.2)


def test_a_table_that_was_looked_at_while_it_was_filled_is_known(
    database: Database, company: Company
) -> None:
    """As autovacuum does: it finds pages, and not one row in them that is committed."""
    with database.connection() as conn:
        fill(conn, company)
        with database.connection() as other:
            other.execute("analyze address_links")
    assert known(database) == 0
    refresh(database)
    assert known(database) == pytest.approx(ROWS, rel=0.2)
