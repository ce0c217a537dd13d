"""The model's description of the ledger is what the database has: names, types, and what may be empty."""

from __future__ import annotations

import pytest

from douane.model.account_tables import ACCOUNT_TABLES
from douane.model.kinds import Kind
from douane.model.ledger import LEDGER_TABLES, StoredTable
from douane.model.ledger_accounts import COMPLEMENTARY_FIELDS, FURTHER_FIELDS
from douane.model.table import Field
from douane.store.database import Database
from douane.store.posting import ENTRY_COLUMNS, LINE_COLUMNS

COLUMNS = """
    select a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull
    from pg_attribute as a
    where a.attrelid = %s::regclass
        and a.attnum > 0
        and not a.attisdropped
    order by a.attnum
"""
KEYS = """
    select indexdef
    from pg_indexes
    where schemaname = 'douane'
        and tablename = %s
"""

each_table = pytest.mark.parametrize(
    "table", (LEDGER_TABLES | ACCOUNT_TABLES).values(), ids=LEDGER_TABLES | ACCOUNT_TABLES
)


@each_table
def test_the_described_columns_are_those_of_the_database(table: StoredTable, database: Database) -> None:
    with database.connection() as conn:
        found = conn.execute(COLUMNS, [table.name]).fetchall()
    assert [(each.name, each.type, each.may_be_empty) for each in table.all_columns] == found


@each_table
def test_every_key_begins_with_the_owner(table: StoredTable, database: Database) -> None:
    with database.connection() as conn:
        found = conn.execute(KEYS, [table.name]).fetchall()
    owner = "(organization_id, company_id" if table.is_of_company else "(organization_id, "
    assert found
    assert all(owner in definition for (definition,) in found)


@each_table
def test_every_column_says_what_it_is(table: StoredTable) -> None:
    assert all(each.about for each in table.all_columns)


def test_what_a_run_writes_is_described() -> None:
    assert {each.name for each in LEDGER_TABLES["entries"].columns} >= set(ENTRY_COLUMNS)
    assert {each.name for each in LEDGER_TABLES["entry_lines"].columns} == set(LINE_COLUMNS)


@pytest.mark.parametrize("field", [*COMPLEMENTARY_FIELDS, *FURTHER_FIELDS], ids=lambda field: field.name)
def test_what_an_account_knows_besides_is_described(field: Field) -> None:
    assert field.about
    assert field.kind in {Kind.TEXT, Kind.FLAG, Kind.EMAIL}
