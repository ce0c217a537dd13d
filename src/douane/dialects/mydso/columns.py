"""The published columns of the four MY DSO MANAGER files (seeds 000 and 001), as mappings to the model."""

from __future__ import annotations

from douane.model.assignments import ASSIGNMENTS
from douane.model.contacts import CONTACTS, ROLES
from douane.model.customers import CUSTOMERS
from douane.model.mapping import Column, Mapping
from douane.model.open_items import OPEN_ITEMS

ITEM_TYPES = {
    "AVO": "credit-note",
    "DPA": "down-payment-request",
    "FAC": "invoice",
    "ODI": "miscellaneous",
    "RGL": "payment",
    "TRT": "bill",
}

ITEMS = Mapping(
    "items",
    OPEN_ITEMS,
    (
        Column("client_code", "customer", is_required=True, example="C0001"),
        Column("item_amount_initial", "amount_excl_tax", example="5 483,42"),
        Column("item_amount_initial_inc_tax", "amount_incl_tax", is_required=True, example="6 580,10"),
        Column("item_amount_remaining", "remaining_excl_tax", example="5 483,42"),
        Column("item_amount_remaining_inc_tax", "remaining_incl_tax", example="6 580,10"),
        Column("item_business_case", "business_case", example="Site Nord"),
        Column("item_currency", "currency", example="USD"),
        Column("item_date_due", "due_on", is_required=True, example="2024-11-28"),
        Column("item_date_issue", "issued_on", is_required=True, example="2024-11-21"),
        Column("item_date_order", "ordered_on", example="2024-11-02"),
        Column("item_date_payment", "paid_on"),
        Column("item_erp_type", "erp_type", example="NF"),
        Column("item_file_number", "file_number", example="D-17"),
        Column("item_number", "number", is_required=True, example="00000123"),
        Column("item_order_number", "order_number", example="PO-4711"),
        Column("item_sales_administrative", "sales_administrator", example="Ana Diaz"),
        Column("item_sales_manager", "sales_manager", example="John Roy"),
        Column(
            "item_type",
            "type",
            is_required=True,
            choices=ITEM_TYPES,
            fault="unknown-item-type",
            example="FAC",
        ),
        Column("item_unique_key", "external_id", example="INV-2024-123"),
    ),
)

CLIENTS = Mapping(
    "clients",
    CUSTOMERS,
    (
        Column("client_address_city", "address_city", example="Lyon"),
        Column("client_address_country", "address_country", example="France"),
        Column("client_address_postbox", "address_post_box", example="BP 12"),
        Column("client_address_state", "address_state", example="Rhône"),
        Column("client_address_street", "address_street", example="rue de la République"),
        Column("client_address_street_line2", "address_street_line2", example="Bâtiment B"),
        Column("client_address_street_line3", "address_street_line3"),
        Column("client_address_street_number", "address_street_number", example="12"),
        Column("client_address_zip", "address_postal_code", example="69002"),
        Column("client_blocked", "is_blocked", example="0"),
        Column("client_blocked_date", "blocked_on"),
        Column("client_business_line", "business_line", example="Retail"),
        Column("client_business_name", "name", is_required=True, example="My company"),
        Column("client_code", "code", is_required=True, example="C0001"),
        Column("client_comments", "comments"),
        Column("client_commercial_email", "sales_manager_email", example="john.roy@example.com"),
        Column("client_commercial_fax", "sales_manager_fax"),
        Column("client_commercial_firstname", "sales_manager_first_name", example="John"),
        Column("client_commercial_lastname", "sales_manager_last_name", example="Roy"),
        Column("client_commercial_matricule", "sales_manager_employee_number", example="S042"),
        Column("client_commercial_phone", "sales_manager_phone"),
        Column("client_commercial_phone_cell", "sales_manager_mobile_phone"),
        Column("client_credit_limit", "credit_limit", example="25 000,00"),
        Column("client_email", "email", example="accounts@example.com"),
        Column("client_fax", "fax"),
        Column("client_group", "group_names", example="Retail,South"),
        Column("client_guarantee_insurer", "guarantee_insurer", example="10 000,00"),
        Column("client_guarantee_insurer_reference", "guarantee_insurer_reference"),
        Column("client_guarantee_score", "guarantee_score"),
        Column("client_guarantee_temporary", "guarantee_temporary"),
        Column("client_guarantee_temporary_date_end", "guarantee_temporary_ends_on"),
        Column("client_guarantee_temporary_date_start", "guarantee_temporary_starts_on"),
        Column("client_guarantee_type", "guarantee_type"),
        Column("client_guarantees_currency", "guarantee_currency", example="EUR"),
        Column("client_id", "legal_id", example="FR12345678"),
        Column("client_order_backlog", "order_backlog"),
        Column("client_others_guarantees", "guarantee_others"),
        Column("client_payment_mean", "payment_means", example="transfer"),
        Column("client_payment_term", "payment_terms", example="30 days"),
        Column("client_phone", "phone", example="+33 4 78 00 00 00"),
        Column("client_phone_cell", "mobile_phone"),
        Column("client_siret", "siret", example="732 829 320 00074"),
        Column("client_trading_name", "trading_name", example="My shop"),
        Column("client_unique_key", "external_id", example="ERP-1"),
        Column("client_url", "website", example="https://www.example.com"),
        Column("client_vat", "vat_number", example="FR44732829320"),
    ),
)

CONTACT_COLUMNS = Mapping(
    "contacts",
    CONTACTS,
    (
        Column("client_code", "customer", is_required=True, example="C0001"),
        Column("contact_collection", "is_for_collection", example="1"),
        Column("contact_comments", "comments"),
        Column("contact_email", "email", example="mike.jackson@example.com"),
        Column("contact_fax", "fax"),
        Column("contact_firstname", "first_name", example="Mike"),
        Column("contact_lastname", "last_name", is_required=True, example="Jackson"),
        Column("contact_phone", "phone", example="+33 4 78 00 00 01"),
        Column("contact_phone_cell", "mobile_phone"),
        Column("contact_role", "role", choices={each: each for each in ROLES}, example="other"),
        Column("contact_title", "title", example="Mr"),
        Column("contact_unique_key", "external_id", example="CT-1"),
    ),
)

USERS = Mapping(
    "users",
    ASSIGNMENTS,
    (
        Column("client_code", "customer", is_required=True, example="C0001"),
        Column("user_email", "email", example="john.roy@example.com"),
        Column("user_firstname", "first_name", example="John"),
        Column("user_lastname", "last_name", is_required=True, example="Roy"),
        Column("user_matricule", "employee_number", example="S042"),
    ),
)

MAPPINGS: dict[str, Mapping] = {each.name: each for each in (ITEMS, CLIENTS, CONTACT_COLUMNS, USERS)}
