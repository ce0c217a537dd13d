"""Rejected lines and the sweep: what a line may stand for is never cleared because the line was bad."""

from __future__ import annotations

from dataclasses import replace

import pytest

HEADER = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax"
KEYED = HEADER + ";item_unique_key"
STOCK = {"clear_items_not_modified": "true"}


@pytest.fixture(autouse=True)
def customers(send):
    return send("clients", "client_code;client_business_name\nC1;One\nC2;Two\n")


def items(*lines, header=HEADER):
    return "\n".join((header, *lines)) + "\n"


def item(number, *, kind="FAC", customer="C1", issued="2026-01-15", key=None):
    line = f"{kind};{number};{customer};{issued};2026-02-15;100,00"
    return line if key is None else f"{line};{key}"


def open_numbers(stored):
    rows = stored("open_items", "number", "cleared_on")
    return sorted(row["number"] for row in rows if row["cleared_on"] is None)


def test_a_line_with_the_key_of_another_row_keeps_the_document_it_names(send, stored):
    send("items", items(item(1, key="K1"), item(2, key="K2"), item(3, key="K3"), header=KEYED))
    mistyped = items(item(1, key="K1"), item(2, key="K1"), item(3, key="K3"), header=KEYED)
    receipt = send("items", mistyped, **STOCK)
    assert [each["code"] for each in receipt["faults"]] == ["duplicate-key"]
    assert open_numbers(stored) == ["1", "2", "3"]


@pytest.mark.parametrize("bad", [{"issued": "2026-01-99"}, {"kind": "NF"}])
def test_a_line_with_an_unknown_key_and_an_unreadable_document_holds_the_clear(send, stored, bad):
    send("items", items(item(1), item(2)))
    receipt = send("items", items(item(1, key="K1"), item(2, key="K2", **bad), header=KEYED), **STOCK)
    assert receipt["held"]["rows"] == 1
    assert open_numbers(stored) == ["1", "2"]


def test_a_line_of_an_unknown_customer_keeps_its_document_whoever_owes_it(send, stored):
    send("items", items(item(1), item(2), item(3)))
    receipt = send("items", items(item(1), item(2, customer="C9")), **STOCK)
    assert receipt["held"] is None
    assert receipt["counts"]["cleared"] == 1
    assert open_numbers(stored) == ["1", "2"]


def test_a_line_of_an_unknown_customer_without_a_readable_document_holds_the_clear(send, stored):
    send("items", items(item(1), item(2)))
    receipt = send("items", items(item(1), item(2, customer="C9", kind="NF")), **STOCK)
    assert receipt["held"]["rows"] == 1


def test_every_row_that_a_rejected_line_may_stand_for_is_kept(send, stored):
    send("items", items(item(7, key="K1"), item(7, key="K2"), item(3, key="K3"), header=KEYED))
    receipt = send("items", items(item(7), item(3)), **STOCK)
    assert [each["code"] for each in receipt["faults"]] == ["ambiguous-match"]
    assert open_numbers(stored) == ["3", "7", "7"]


def test_a_file_with_nothing_but_an_ambiguous_line_clears_nothing(send, stored, settings):
    send("items", items(item(7, key="K1"), item(7, key="K2"), item(3, key="K3"), header=KEYED))
    send("items", items(item(7)), settings=replace(settings, clear_despite_unreadable=True), **STOCK)
    assert open_numbers(stored) == ["3", "7", "7"]


def test_one_new_key_on_two_known_documents_costs_the_second_line(send, stored):
    send("items", items(item(1), item(2)))
    receipt = send("items", items(item(1, key="K1"), item(2, key="K1"), header=KEYED), **STOCK)
    assert [(each["line"], each["code"]) for each in receipt["faults"]] == [(3, "duplicate-key")]
    assert open_numbers(stored) == ["1", "2"]


def test_a_line_that_waits_keeps_its_key_from_later_lines(send, stored):
    send("items", items(item(1)))
    text = items(item(1, key="K1"), item(2, key="K1"), header=KEYED)
    for _ in range(2):
        receipt = send("items", text)
        assert [(each["line"], each["code"]) for each in receipt["faults"]] == [(3, "duplicate-key")]
    assert stored("open_items", "number", "external_id") == [{"number": "1", "external_id": "K1"}]


def test_what_a_file_leaves_out_does_not_change_how_a_row_is_found(send, stored):
    send("users", "client_code;user_lastname;user_firstname;user_matricule\nC1;Roy;John;M1\n")
    send("users", "client_code;user_lastname;user_matricule\nC1;Roy;M1\n")
    receipt = send("users", "client_code;user_lastname;user_firstname\nC1;Roy;John\n")
    assert receipt["counts"]["added"] == 0
    assert len(stored("assignments")) == 1


def test_a_kept_amount_takes_the_sign_of_the_new_type(send, stored):
    header = KEYED + ";item_amount_remaining_inc_tax"
    send("items", items(item(1, key="K1") + ";40", header=header))
    send("items", items(item(1, kind="AVO", key="K1") + ";", header=header))
    send("items", items(item(1, kind="AVO", key="K1"), header=KEYED))
    row = stored("open_items", "amount_incl_tax", "remaining_incl_tax")[0]
    assert [int(each) for each in row.values()] == [-100, -40]
    send("items", items(item(1, key="K1"), header=KEYED))
    row = stored("open_items", "amount_incl_tax", "remaining_incl_tax")[0]
    assert [int(each) for each in row.values()] == [100, 40]


def test_customers_are_created_only_for_lines_that_are_imported(send, stored, settings):
    creating = replace(settings, create_missing_customers=True)
    declared = {"maps": {"client_code": {"x1": "C77"}}}
    text = items(
        item(1, customer="NEW1", issued="03/04/2026"), item(2, customer="NEW2"), item(3, customer="x1")
    )
    receipt = send("items", text, settings=creating, declarations=declared)
    assert receipt["counts"]["added"] == 2
    assert [row["code"] for row in stored("customers", "code")] == ["C1", "C2", "NEW2", "C77"]
