"""Rows that stand as they were last sent are not read again, and nobody can tell but by the time."""

from __future__ import annotations

from decimal import Decimal

import pytest

HEADER = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax"
CLIENTS = "client_code;client_business_name;client_unique_key\n"


@pytest.fixture(autouse=True)
def customers(send):
    return send("clients", CLIENTS + "C1;One;U1\nC2;Two;U2\n")


@pytest.fixture
def send_items(send, settings):
    """Sends items in two blocks at least, as only a file of several is compared with all that is stored."""
    from dataclasses import replace

    several = replace(settings, block_bytes=100)

    def send_them(*lines, **more):
        return send("items", "\n".join((HEADER, *lines)) + "\n", settings=several, **more)

    return send_them


def item(number, amount="100,00", *, customer="C1"):
    return f"FAC;{number};{customer};2026-01-15;2026-02-15;{amount}"


def counts(receipt):
    return tuple(receipt["counts"].values())


def test_an_ambiguous_amount_is_settled_by_a_row_that_was_only_recognized(send_items, stored):
    send_items(item(1, "5,5"), item(2), item(3))
    receipt = send_items(item(1, "5,5"), item(2), item(3), item(4, "1,200"))
    assert counts(receipt) == (4, 1, 0, 3, 0, 0)
    assert stored("open_items", "amount_incl_tax")[-1]["amount_incl_tax"] == Decimal("1.2")
    assert counts(send_items(item(1, "5,5"), item(2), item(3), item(4, "1,200"))) == (4, 0, 0, 4, 0, 0)


def test_another_proof_gives_the_same_text_another_value(send_items, stored):
    send_items(item(1, "1,200"), item(2, "5,5"), item(3))
    receipt = send_items(item(1, "1,200"), item(2, "5.5"), item(3, "7"))
    assert counts(receipt) == (3, 0, 2, 1, 0, 0)
    assert next(r for r in stored("open_items") if r["number"] == "1")["amount_incl_tax"] == Decimal("1200")


def test_another_declaration_gives_the_same_text_another_value(send_items, stored):
    lines = [item(1, "1,200"), item(2), item(3)]
    send_items(*lines, declarations={"decimal_sign": ","})
    assert counts(send_items(*lines, declarations={"decimal_sign": "."})) == (3, 0, 1, 2, 0, 0)
    assert stored("open_items", "amount_incl_tax")[0]["amount_incl_tax"] == Decimal("1200")


def test_the_first_of_two_lines_counts_even_if_the_second_is_as_stored(send_items, stored):
    send_items(item(1), item(2), item(3))
    receipt = send_items(item(1, "7"), item(1), item(2), item(3))
    assert counts(receipt) == (4, 0, 1, 2, 1, 0)
    assert [(each["line"], each["code"]) for each in receipt["faults"]] == [(3, "duplicate-key")]
    receipt = send_items(item(1, "7"), item(2), item(3), item(1))
    assert [(each["line"], each["code"]) for each in receipt["faults"]] == [(5, "duplicate-key")]


def test_equal_repeats_are_unchanged(send_items):
    send_items(item(1), item(2), item(3))
    assert counts(send_items(item(1), item(1), item(2), item(3), item(1))) == (5, 0, 0, 5, 0, 0)


def test_a_code_that_passed_to_another_customer_is_looked_up_again(send, send_items, stored):
    send_items(item(1), item(2), item(3))
    send("clients", CLIENTS + "C9;One;U1\n")
    send("clients", CLIENTS + "C1;Another;U7\n")
    receipt = send_items(item(1), item(2), item(3))
    assert counts(receipt) == (3, 3, 0, 0, 0, 0)
    assert len({row["customer_id"] for row in stored("open_items", "customer_id")}) == 2


def test_warnings_are_told_every_time(send, settings):
    from dataclasses import replace

    several = replace(settings, block_bytes=60)
    text = "client_code;client_business_name;client_vat\nC1;One;FR00732829320\nC2;Two;\nC3;Three;\n"
    for _ in range(3):
        assert [each["line"] for each in send("clients", text, settings=several)["warnings"]] == [2]


def test_what_was_cleared_is_open_again_when_it_comes_back_unchanged(send_items, stored):
    send_items(item(1), item(2), item(3))
    send_items(item(1), item(2), clear_items_not_modified="true")
    assert counts(send_items(item(1), item(2), item(3), clear_items_not_modified="true")) == (
        3,
        0,
        1,
        2,
        0,
        0,
    )
    assert all(row["cleared_on"] is None for row in stored("open_items", "cleared_on"))
