"""The model says what the database is: its fields are the columns, and the published columns fill them."""

from __future__ import annotations

import pytest

from douane.dialects.mydso.columns import MAPPINGS
from douane.model.account_tables import ACCOUNT_COLUMNS, ACCOUNT_TABLES
from douane.model.identifiers import is_siret, is_vat_number
from douane.model.kinds import Kind, sql_type
from douane.model.ledger import LEDGER_TABLES
from douane.model.table import Table
from douane.model.tables import TABLES
from douane.store.database import Database

COLUMNS = """
    select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    from pg_attribute as a
    where a.attrelid = %s::regclass
        and a.attnum > 0
        and not a.attisdropped
    order by a.attnum
"""
DEFAULTS = """
    select column_name, column_default
    from information_schema.columns
    where table_schema = 'douane'
        and table_name = %s
        and column_default is not null
"""
OWN = {
    "organization_id": "integer",
    "company_id": "integer",
    "id": "bigint",
    "key": "uuid",
    "alias": "uuid",
    "fingerprint": "bigint",
    "run_id": "bigint",
    "line": "integer",
}
MAY_BE_NULL = {"alias", "fingerprint", "line"}
OF_THE_GATEWAY = {
    "companies",
    "credentials",
    "runs",
    "faults",
    "before_images",
    "held_clears",
    "mappings",
    "allowed_networks",
    "sources",
    "fetch_attempts",
    "deposits",
    "deposit_chunks",
    "connectors",
    "connector_runs",
}
CLEARED = {"cleared_on": "date", "cleared_run_id": "bigint"}
OF_ACCOUNTS = {"account_manager_name", "is_inactive", "is_deleted"}
"""Fields of customers that MY DSO MANAGER knows nothing of."""

PUBLISHED = {
    "items": """
        client_code item_amount_initial item_amount_initial_inc_tax item_amount_remaining
        item_amount_remaining_inc_tax item_business_case item_currency item_date_due item_date_issue
        item_date_order item_date_payment item_erp_type item_file_number item_number item_order_number
        item_sales_administrative item_sales_manager item_type item_unique_key
    """,
    "clients": """
        client_address_city client_address_country client_address_postbox client_address_state
        client_address_street client_address_street_line2 client_address_street_line3
        client_address_street_number client_address_zip client_blocked client_blocked_date
        client_business_line client_business_name client_code client_comments client_commercial_email
        client_commercial_fax client_commercial_firstname client_commercial_lastname
        client_commercial_matricule client_commercial_phone client_commercial_phone_cell
        client_credit_limit client_email client_fax client_group client_guarantee_insurer
        client_guarantee_insurer_reference client_guarantee_score client_guarantee_temporary
        client_guarantee_temporary_date_end client_guarantee_temporary_date_start client_guarantee_type
        client_guarantees_currency client_id client_order_backlog client_others_guarantees
        client_payment_mean client_payment_term client_phone client_phone_cell client_siret
        client_trading_name client_unique_key client_url client_vat
    """,
    "contacts": """
        client_code contact_collection contact_comments contact_email contact_fax contact_firstname
        contact_lastname contact_phone contact_phone_cell contact_role contact_title contact_unique_key
    """,
    "users": "client_code user_email user_firstname user_lastname user_matricule",
}
REQUIRED = {
    "items": {
        "client_code",
        "item_type",
        "item_number",
        "item_date_issue",
        "item_date_due",
        "item_amount_initial_inc_tax",
    },
    "clients": {"client_code", "client_business_name"},
    "contacts": {"client_code", "contact_lastname"},
    "users": {"client_code", "user_lastname"},
}

each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
each_file = pytest.mark.parametrize("name", PUBLISHED)


def columns_of(table: Table) -> dict[str, str]:
    """The columns that the model wants the table to have, in order, with their types."""
    fields = {each.name: sql_type(each.kind) for each in table.fields}
    customer = {"customer_id": "bigint"} if table.has_customer else {}
    more = {each.name: each.type for each in ACCOUNT_COLUMNS} if table.name == "customers" else {}
    return OWN | customer | fields | (CLEARED if table.is_clearable else {}) | {"extra": "jsonb"} | more


@each_table
def test_the_fields_are_the_columns_of_the_database(table: Table, database: Database) -> None:
    with database.connection() as conn:
        found = conn.execute(COLUMNS, [table.name]).fetchall()
    own = [*OWN, "customer_id"] if table.has_customer else [*OWN]
    assert columns_of(table) == {name: kind for name, kind, _ in found}
    assert [name for name, _, _ in found][: len(own)] == own


@each_table
def test_a_file_may_leave_out_every_field(table: Table, database: Database) -> None:
    """A column that a file lacks is stored as null or as its default; only our own columns must be there."""
    with database.connection() as conn:
        found = conn.execute(COLUMNS, [table.name]).fetchall()
    must_be_there = {name for name, _, is_not_null in found if is_not_null}
    with_default = {each.name for each in table.fields if each.default}
    customer = {"customer_id"} if table.has_customer else set()
    assert must_be_there == (OWN.keys() - MAY_BE_NULL) | customer | with_default


@each_table
def test_the_defaults_are_those_of_the_database(table: Table, database: Database) -> None:
    with database.connection() as conn:
        found = dict(conn.execute(DEFAULTS, [table.name]).fetchall())
    wanted = {each.name: each.default for each in table.fields if each.default}
    assert {name: text.partition("::")[0].strip("'") for name, text in found.items()} == wanted


@each_table
def test_rows_are_kept_apart_by_company_first(table: Table, database: Database) -> None:
    with database.connection() as conn:
        found = conn.execute("select indexdef from pg_indexes where tablename = %s", [table.name]).fetchall()
    assert len(found) == 3
    assert all("(organization_id, company_id, " in definition for (definition,) in found)


@each_table
def test_identities_are_made_of_fields(table: Table) -> None:
    known = table.by_name.keys() | ({"customer_id"} if table.has_customer else set())
    for identity in table.identities:
        assert {part.partition(".")[0] for part in identity.parts} <= known
        assert identity.optional <= set(identity.parts)


def test_the_database_has_no_business_table_that_the_model_does_not_know(database: Database) -> None:
    with database.connection() as conn:
        found = conn.execute(
            "select c.table_name from information_schema.columns as c "
            "join information_schema.tables as t using (table_schema, table_name) "
            "where table_schema = 'douane' and column_name = 'organization_id' and table_type = 'BASE TABLE'"
        ).fetchall()
    assert {name for (name,) in found} == (
        TABLES.keys() | LEDGER_TABLES.keys() | ACCOUNT_TABLES.keys() | OF_THE_GATEWAY
    )


def test_the_files_have_as_many_columns_as_the_page_publishes() -> None:
    assert {name: len(mapping.columns) for name, mapping in MAPPINGS.items()} == {
        "items": 19,
        "clients": 46,
        "contacts": 12,
        "users": 5,
    }


@each_file
def test_the_published_columns_are_all_there(name: str) -> None:
    columns = MAPPINGS[name].columns
    assert [each.label for each in columns] == PUBLISHED[name].split()
    assert {each.label for each in columns if each.is_required} == REQUIRED[name]


@each_file
def test_each_column_fills_a_field_of_its_own(name: str) -> None:
    mapping = MAPPINGS[name]
    filled = [each.field for each in mapping.columns]
    known = mapping.table.by_name.keys() | ({"customer"} if mapping.table.has_customer else set())
    assert len(set(filled)) == len(filled)
    assert set(filled) == known - OF_ACCOUNTS


@each_file
def test_words_of_a_column_are_those_of_its_field(name: str) -> None:
    mapping = MAPPINGS[name]
    for column in mapping.columns:
        field = mapping.table.by_name.get(column.field)
        assert set(column.choices.values()) == set(field.choices if field else ())
        assert bool(column.choices) == (field is not None and field.kind is Kind.CHOICE)


def test_the_numbers_of_the_examples_are_real_ones() -> None:
    examples = {each.label: each.example for each in MAPPINGS["clients"].columns}
    assert is_siret(examples["client_siret"])
    assert is_vat_number(examples["client_vat"])
