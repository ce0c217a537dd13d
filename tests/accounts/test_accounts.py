"""Rules of accounts: what is required, kept, erased, shared, linked, taken off, and told."""

from __future__ import annotations

from .conftest import account, address


def counts(receipt, table="customers"):
    return tuple(
        receipt["tables"][table][name] for name in ("received", "added", "updated", "unchanged", "rejected")
    )


def faults(receipt):
    return [(each["line"], each["field"], each["value"], each["code"]) for each in receipt["faults"]]


def test_new_accounts_get_their_addresses_and_links(send_accounts, stored_accounts):
    sent = [account("A1", address("X1"), address("X2", is_billing="false")), account("A2", address("X1"))]
    receipt = send_accounts(sent)
    assert receipt["faults"] == []
    assert counts(receipt) == (2, 2, 0, 0, 0)
    assert counts(receipt, "addresses") == (3, 2, 0, 1, 0)
    assert counts(receipt, "address_links") == (3, 3, 0, 0, 0)
    customers, addresses, links = stored_accounts()
    assert [(each["external_id"], each["code"], each["name"]) for each in customers] == [
        ("A1", "A1", "A1 Ltd"),
        ("A2", "A2", "A2 Ltd"),
    ]
    assert [each["external_id"] for each in addresses] == ["X1", "X2"]
    assert [tuple(each.values()) for each in links] == [
        ("A1", "X1", True, True),
        ("A1", "X2", True, False),
        ("A2", "X1", True, True),
    ]
    again = send_accounts(sent)
    assert counts(again) == (2, 0, 0, 2, 0)
    assert stored_accounts() == (customers, addresses, links)
