"""Customers, contacts and assignments through the whole pipeline."""

from __future__ import annotations

import pytest

CLIENTS = "client_code;client_business_name\nC1;One\nC2;Two\n"


def counts(receipt: dict) -> tuple[int, ...]:
    return tuple(receipt["counts"].values())


def test_customers_are_added_updated_and_left_alone(send, stored):
    assert counts(send("clients", CLIENTS)) == (2, 2, 0, 0, 0, 0)
    receipt = send("clients", "client_code;client_business_name\nC1;One\nC2;Deux\nC3;Three\n")
    assert counts(receipt) == (3, 1, 1, 1, 0, 0)
    assert [row["name"] for row in stored("customers", "name")] == ["One", "Deux", "Three"]


def test_defaults_apply_to_new_rows_only(send, stored):
    send("clients", "client_code;client_business_name;client_blocked\nC1;One;1\nC2;Two;\n")
    send("clients", "client_code;client_business_name;client_blocked\nC1;One;\nC2;Two;\n")
    assert [row["is_blocked"] for row in stored("customers", "is_blocked")] == [True, False]


def test_a_customer_whose_code_changed_is_found_by_its_unique_key(send, stored):
    header = "client_code;client_business_name;client_unique_key\n"
    send("clients", header + "C1;One;U1\n")
    assert counts(send("clients", header + "C9;One;U1\n")) == (1, 0, 1, 0, 0, 0)
    assert stored("customers", "code", "external_id") == [{"code": "C9", "external_id": "U1"}]


def test_two_customers_cannot_share_a_unique_key(send):
    header = "client_code;client_business_name;client_unique_key\n"
    send("clients", header + "C1;One;U1\n")
    receipt = send("clients", header + "C9;Nine;U1\nC1;One;U1\n")
    assert counts(receipt) == (2, 0, 0, 1, 1, 0)
    assert (receipt["faults"][0]["line"], receipt["faults"][0]["code"]) == (2, "taken-identity")


def test_a_doubtful_vat_number_is_a_warning_and_a_wrong_siret_a_fault(send, stored):
    receipt = send(
        "clients",
        "client_code;client_business_name;client_vat;client_siret\n"
        "C1;One;FR00732829320;732 829 320 00074\nC2;Two;;73282932000075\n",
    )
    assert counts(receipt) == (2, 1, 0, 0, 1, 0)
    assert [(each["line"], each["code"]) for each in receipt["warnings"]] == [(2, "vat-format")]
    assert [(each["line"], each["code"]) for each in receipt["faults"]] == [(3, "siret-checksum")]


def test_all_faults_of_a_line_are_told_at_once(send):
    receipt = send("clients", "client_code;client_business_name;client_email;client_blocked\n;;nobody;2\n")
    assert {each["code"] for each in receipt["faults"]} == {"missing-value", "not-an-email", "not-a-flag"}
    assert receipt["counts"]["rejected"] == 1
    assert receipt["faults_total"] == 4


@pytest.fixture
def customers(send):
    return send("clients", CLIENTS)


CONTACTS = "client_code;contact_lastname;contact_firstname;contact_email\n"


def test_a_contact_sent_again_adds_nothing(send, customers, stored):
    text = CONTACTS + "C1;Jackson;Mike;mike@example.com\nC2;Jackson;Mike;\n"
    assert counts(send("contacts", text)) == (2, 2, 0, 0, 0, 0)
    assert counts(send("contacts", text)) == (2, 0, 0, 2, 0, 0)
    assert [row["role"] for row in stored("contacts", "role")] == ["other", "other"]


def test_a_contact_with_a_unique_key_can_change_its_name(send, customers, stored):
    header = "client_code;contact_lastname;contact_unique_key\n"
    send("contacts", header + "C1;Jackson;K1\n")
    assert counts(send("contacts", header + "C1;Roy;K1\n")) == (1, 0, 1, 0, 0, 0)
    assert stored("contacts", "last_name") == [{"last_name": "Roy"}]


USERS = "client_code;user_lastname;user_firstname\n"


def test_assignments_are_only_added_by_default(send, customers, stored):
    send("users", USERS + "C1;Roy;John\nC1;Diaz;Ana\nC2;Roy;John\n")
    assert counts(send("users", USERS + "C1;Meyer;Eva\n")) == (1, 1, 0, 0, 0, 0)
    assert len(stored("assignments")) == 4


def test_assignments_are_replaced_for_the_customers_of_the_file(send, customers, stored, database):
    send("users", USERS + "C1;Roy;John\nC1;Diaz;Ana\nC2;Roy;John\n")
    receipt = send("users", USERS + "C1;Meyer;Eva\nC1;Roy;John\n", replace_users_association="1")
    assert counts(receipt) == (2, 1, 0, 1, 0, 0)
    assert receipt["tables"]["assignments"]["removed"] == 1
    assert sorted(row["last_name"] for row in stored("assignments", "last_name")) == ["Meyer", "Roy", "Roy"]
    with database.connection() as conn:
        image = conn.execute("select action, image ->> 'last_name' from before_images").fetchone()
    assert image == ("removed", "Diaz")


def test_an_assignment_on_a_rejected_line_is_not_removed(send, customers, stored):
    header = "client_code;user_lastname;user_firstname;user_email\n"
    send("users", header + "C1;Roy;John;\nC1;Diaz;Ana;\n")
    receipt = send(
        "users", header + "C1;Meyer;Eva;\nC1;Roy;John;not an address\n", replace_users_association="1"
    )
    assert receipt["counts"]["rejected"] == 1
    assert sorted(row["last_name"] for row in stored("assignments", "last_name")) == ["Meyer", "Roy"]
