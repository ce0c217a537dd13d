"""Ledger accounts: what may be known of an account beyond its own columns."""

from .kinds import Kind
from .table import Field

COMPLEMENTARY_FIELDS = (
    Field("name", about="Name of the third party"),
    Field("siren", about="SIREN of the third party"),
    Field("activity_id", about="Its activity, a number of the sender's list"),
    Field("is_foreign", Kind.FLAG, "It is established abroad"),
    Field("profession", about="Its profession"),
    Field("manager", about="Who runs it"),
    Field("contact_last_name", about="Contact's last name"),
    Field("contact_first_name", about="Contact's first name"),
    Field("contact_job_title", about="Contact's function"),
    Field("contact_phone", about="Contact's phone"),
    Field("contact_second_phone", about="Contact's other phone"),
    Field("contact_email", Kind.EMAIL, "Contact's e-mail address"),
    Field("contacts", about="Further ones: id, last_name, first_name, job_title, phone, second_phone, email"),
    Field("bank_accounts", about="Bank accounts: id, iban, bic, bank, mandate, mandate_signed_on"),
    Field("payment_deadline_id", about="When it pays, one of payment_deadlines"),
    Field("payment_type_id", about="How it pays, one of payment_types"),
    Field("address_number", about="Number in the street"),
    Field("address_repetition", about="What follows the number: B, T"),
    Field("address_way_id", about="Kind of street, one of ways"),
    Field("address_street", about="Street"),
    Field("address_complement", about="Further line of the address"),
    Field("address_postal_code", about="Postal code"),
    Field("address_city", about="City"),
    Field("address_country", about="Country"),
    Field("address_country_id", about="Country, a number of the sender's list"),
    Field("reference", about="Who refers to it"),
    Field("group", about="Group it belongs to"),
    Field("doubtful_account_id", about="Ledger account of its doubtful debts"),
    Field("language_id", about="Its language: 1 fr, 2 en, 3 de, 4 es, 999 another"),
    Field("is_archived", Kind.FLAG, "It is archived"),
)
"""What the column `details` may hold of a third party."""

FURTHER_FIELDS = (
    Field("has_analytics", Kind.FLAG, "Its lines are split by analytic sections"),
    Field("is_recognized_alone", Kind.FLAG, "Documents read by a machine need no confirmation"),
    Field("recognition_threshold", about="From which confidence on they need none"),
)
"""What `details` may hold of the account itself."""
