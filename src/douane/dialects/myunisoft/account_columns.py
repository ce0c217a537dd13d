"""Which fields an account and its complementary information have on the wire, in requests."""

from __future__ import annotations

from .account_fields import (
    WireField,
    by_name,
    read_date,
    read_flag,
    read_id,
    read_items,
    read_line,
    read_measure,
    read_number,
    read_text,
)

COMPLEMENTARY = "complementary_info"
COUNTERPARTS = "array_counterpart_account"

BANK_ACCOUNT = by_name(
    WireField("id_iban_compte_tiers", "id", read_id),
    WireField("id", "id", read_id),
    WireField("iban", "iban", read_text),
    WireField("bic", "bic", read_text),
    WireField("etablissement", "bank", read_text),
    WireField("rum", "mandate", read_text),
    WireField("rum_date_signature", "mandate_signed_on", read_date),
)

CONTACT = by_name(
    WireField("id_contact_compte_tiers", "id", read_id),
    WireField("lastname", "last_name", read_text),
    WireField("firstname", "first_name", read_text),
    WireField("function", "job_title", read_text),
    WireField("tel1", "phone", read_text),
    WireField("tel2", "second_phone", read_text),
    WireField("email", "email", read_text),
)

HEAD = by_name(
    WireField("account_id", "id", read_id),
    WireField("account_number", "number", read_number),
    WireField("label", "name", read_line),
)

COLUMNS = by_name(
    WireField("provider", "is_service", read_flag),
    WireField("intraco_account", "is_intracommunity", read_flag),
    WireField("btp_autoliquidation", "is_reverse_charged", read_flag),
    WireField("exoneration", "is_exempt", read_flag),
    WireField("das_2", "is_fee_declared", read_flag),
    WireField("vat_param_id", "vat_parameter_id", read_id),
    WireField("counterpart_account_id", "counterpart_id", read_id),
)
"""What has a column of its own."""

DETAILS = by_name(
    WireField("analytics", "has_analytics", read_flag),
    WireField("ocr_autovalidation", "is_recognized_alone", read_flag),
    WireField("ocr_threshold", "recognition_threshold", read_measure),
)
"""What the details hold of the account itself."""

COMPLEMENTARY_DETAILS = by_name(
    WireField("profession", "profession", read_text),
    WireField("siren", "siren", read_text),
    WireField("id_ape", "activity_id", read_id),
    WireField("is_foreign", "is_foreign", read_flag),
    WireField("person_in_charge", "manager", read_text),
    WireField("name", "name", read_text),
    WireField("contact_lastname", "contact_last_name", read_text),
    WireField("contact_firstname", "contact_first_name", read_text),
    WireField("function", "contact_job_title", read_text),
    WireField("tel", "contact_phone", read_text),
    WireField("tel2", "contact_second_phone", read_text),
    WireField("email", "contact_email", read_text),
    WireField("contact_list", "contacts", read_items(CONTACT)),
    WireField("iban_list", "bank_accounts", read_items(BANK_ACCOUNT)),
    WireField("id_payment_deadline", "payment_deadline_id", read_id),
    WireField("payment_type_id", "payment_type_id", read_id),
    WireField("address_number", "address_number", read_text),
    WireField("repetition_index", "address_repetition", read_text),
    WireField("way_type_id", "address_way_id", read_id),
    WireField("address", "address_street", read_text),
    WireField("address_complement", "address_complement", read_text),
    WireField("postal_code", "address_postal_code", read_text),
    WireField("city", "address_city", read_text),
    WireField("country", "address_country", read_text),
    WireField("id_country", "address_country_id", read_id),
    WireField("misc_referent", "reference", read_text),
    WireField("misc_group", "group", read_text),
    WireField("misc_doubtful_id", "doubtful_account_id", read_id),
    WireField("misc_language_id", "language_id", read_id),
    WireField("misc_archived", "is_archived", read_flag),
)
"""What the details hold of a third party."""
