"""Rules of accounts: what is required, kept, erased, shared, linked, taken off, and told."""

from __future__ import annotations

import pytest

from douane.model.custom_fields import CustomField
from douane.model.customer_tags import CustomerTag
from douane.store.custom_fields import put_custom_field
from douane.store.customer_tags import list_customer_tags, put_customer_tag

from .conftest import account, address, brief, flat

SIZES = pytest.mark.parametrize("size", [1, 100])
"""How many accounts stand in a batch: a list of one batch takes another way than a long one."""


def counts(receipt, table="customers"):
    return tuple(
        receipt["tables"][table][name] for name in ("received", "added", "updated", "unchanged", "rejected")
    )


def faults(receipt):
    return sorted((each["line"], each["code"], each["field"], each["value"]) for each in receipt["faults"])


def codes(receipt):
    return sorted((each["line"], each["code"]) for each in receipt["faults"])


@pytest.fixture
def linked(stored_accounts):
    """`linked()` gives the pairs of account and address."""
    return lambda: [(each["account"], each["address"]) for each in stored_accounts()[2]]


@SIZES
def test_new_accounts_get_their_addresses_and_links(size, send_accounts, stored_accounts):
    sent = [account("A1", address("X1"), address("X2", is_billing="false")), account("A2", address("X1"))]
    receipt = send_accounts(sent, size=size)
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
    again = send_accounts(sent, size=size)
    assert counts(again) == (2, 0, 0, 2, 0)
    assert stored_accounts() == (customers, addresses, links)


@SIZES
def test_a_new_account_says_what_is_required(size, send_accounts, stored_accounts):
    receipt = send_accounts(
        [
            account("A1", address(), legal_id=" "),
            account("A2"),
            account("A3", address("X3", city=None, street="")),
            account(" ", address("X4")),
            account("A5", address("X5")),
        ],
        size=size,
    )
    assert faults(receipt) == [
        (1, "missing-value", "legal_id", None),
        (2, "missing-value", "external_id", None),
        (3, "missing-value", "city (X3)", None),
        (3, "missing-value", "street (X3)", ""),
        (4, "missing-value", "external_id", " "),
    ]
    assert counts(receipt) == (5, 1, 0, 0, 4)
    assert counts(receipt, "addresses") == (4, 1, 0, 0, 3)
    assert [each["external_id"] for each in stored_accounts()[1]] == ["X5"]


@SIZES
def test_an_unknown_account_that_says_too_little_is_not_found(size, send_accounts):
    sent = [
        brief("A1", website="w"),
        brief("A2", is_inactive="true"),
        brief("A3", name="Three", is_deleted="true"),
    ]
    receipt = send_accounts([*sent, account("A4", address())], size=size)
    assert codes(receipt) == [(1, "unknown-account"), (2, "unknown-account"), (3, "unknown-account")]


@SIZES
def test_an_update_needs_the_external_id_alone_and_empty_cells_keep(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1", label="HQ"), website="w", account_manager_name="M")])
    receipt = send_accounts([brief("A1", website="", name="New", account_manager_name=None)], size=size)
    assert (receipt["faults"], counts(receipt)) == ([], (1, 0, 1, 0, 0))
    customer = stored_accounts()[0][0]
    assert (customer["name"], customer["website"], customer["account_manager_name"]) == ("New", "w", "M")
    receipt = send_accounts([brief("A1", address("X1", label=" ", city="Lyon"))], size=size)
    assert (counts(receipt), counts(receipt, "addresses")) == ((1, 0, 1, 0, 0), (1, 0, 1, 0, 0))
    kept = stored_accounts()[1][0]
    assert (kept["label"], kept["city"]) == ("HQ", "Lyon")


@SIZES
def test_an_address_that_is_updated_says_all_that_is_required(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1"))])
    before = stored_accounts()
    receipt = send_accounts(
        [brief("A1", {"external_id": "X1", "city": "Lyon"}), account("A2", address("X2"))], size=size
    )
    assert {each[:2] for each in faults(receipt)} == {(1, "missing-value")}
    assert stored_accounts()[1][0] == before[1][0]


@SIZES
def test_bad_cells_are_told_with_their_address(size, send_accounts):
    sent = [
        account("A1", address("X1"), address("X2", phone="1" * 16), is_inactive="perhaps"),
        account("A2", address("X3", is_billing="no way")),
    ]
    assert faults(send_accounts(sent, size=size)) == [
        (1, "not-a-flag", "is_inactive", "perhaps"),
        (1, "text-too-long", "phone (X2)", "1" * 16),
        (2, "not-a-flag", "is_billing (X3)", "no way"),
    ]


@SIZES
def test_deactivated_and_deleted(size, send_accounts, stored_accounts, linked):
    send_accounts([account("A1", address("X1")), account("A2", address("X1"))])
    receipt = send_accounts([brief("A1", is_inactive="true"), brief("A2", is_deleted="TRUE")], size=size)
    assert counts(receipt) == (2, 0, 2, 0, 0)
    assert receipt["tables"]["address_links"]["removed"] == 1
    first, second = stored_accounts()[0]
    assert (first["is_inactive"], first["is_deleted"], second["is_deleted"]) == (True, False, True)
    assert linked() == [("A1", "X1")]
    receipt = send_accounts([brief("A1", is_inactive="false"), brief("A2", name="Back")], size=size)
    assert codes(receipt) == [(2, "account-deleted")]
    assert counts(receipt) == (2, 0, 1, 0, 1)
    assert counts(send_accounts([brief("A2", is_deleted="true", website="w")], size=size)) == (1, 0, 1, 0, 0)


@SIZES
def test_a_shared_address_is_linked_by_saying_all_of_it(size, send_accounts, stored_accounts, linked):
    send_accounts([account("A1", address("X1", label="HQ"))])
    receipt = send_accounts([account("A2", {"external_id": "X1"}), account("A3", address("X1"))], size=size)
    assert {each[:2] for each in faults(receipt)} == {(1, "missing-value")}
    assert counts(receipt, "address_links") == (2, 1, 0, 0, 1)
    assert linked() == [("A1", "X1"), ("A3", "X1")]
    assert stored_accounts()[1][0]["label"] == "HQ"


@SIZES
def test_an_address_cannot_be_changed_and_linked_at_once(size, send_accounts, stored_accounts, linked):
    send_accounts([account("A1", address("X1"))])
    changed = address("X1", city="Lyon")
    receipt = send_accounts([account("A2", changed, address("X2"))], size=size)
    assert faults(receipt) == [(1, "address-changed-and-linked", "external_id", "X1")]
    assert counts(receipt) == (1, 0, 0, 0, 1)
    assert [each["external_id"] for each in stored_accounts()[1]] == ["X1"]
    assert counts(send_accounts([brief("A1", changed)], size=size)) == (1, 0, 1, 0, 0)
    assert counts(send_accounts([account("A2", changed, address("X2"))], size=size)) == (1, 1, 0, 0, 0)
    assert linked() == [("A1", "X1"), ("A2", "X1"), ("A2", "X2")]


@SIZES
def test_two_steps_may_be_two_objects_in_their_order(size, send_accounts):
    send_accounts([account("A1", address("X1"))])
    changed = address("X1", city="Lyon")
    receipt = send_accounts([account("A2", changed), brief("A1", changed), account("A3", changed)], size=size)
    assert codes(receipt) == [(1, "address-changed-and-linked")]
    assert counts(receipt) == (3, 1, 1, 0, 1)


@SIZES
def test_new_addresses_of_one_list_must_agree(size, send_accounts, stored_accounts):
    sent = [
        account("A1", address("X1")),
        account("A2", address("X1", city="Lyon")),
        account("A3", address("X1")),
    ]
    receipt = send_accounts(sent, size=size)
    assert codes(receipt) == [(2, "address-changed-and-linked")]
    assert counts(receipt) == (3, 2, 0, 0, 1)
    assert stored_accounts()[1][0]["city"] == "Paris"


@SIZES
def test_an_address_of_a_rejected_account_is_made_with_the_next_one(size, send_accounts, linked):
    sent = [account("A1", address("X1"), legal_id=None), account("A2", address("X1"))]
    assert counts(send_accounts(sent, size=size)) == (2, 1, 0, 0, 1)
    assert linked() == [("A2", "X1")]


@SIZES
def test_accounts_of_one_address_that_say_otherwise(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1")), account("A2", address("X1"))])
    sent = [brief("A1", address("X1", city="Lyon")), brief("A2", address("X1", city="Nice"))]
    receipt = send_accounts(sent, size=size)
    assert codes(receipt) == [(2, "address-told-otherwise")]
    assert stored_accounts()[1][0]["city"] == "Lyon"


@SIZES
def test_an_account_as_it_was_says_otherwise_than_one_that_changed(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1")), account("A2", address("X1"))])
    receipt = send_accounts(
        [account("A1", address("X1", city="Lyon")), account("A2", address("X1"))], size=size
    )
    assert codes(receipt) == [(2, "address-told-otherwise")]
    assert stored_accounts()[1][0]["city"] == "Lyon"


@SIZES
def test_a_change_through_one_account_has_the_others_read_again(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1")), account("A2", address("X1"))])
    assert counts(send_accounts([account("A1", address("X1", city="Lyon"))], size=size)) == (1, 0, 1, 0, 0)
    assert counts(send_accounts([account("A2", address("X1"))], size=size)) == (1, 0, 1, 0, 0)
    assert stored_accounts()[1][0]["city"] == "Paris"


@SIZES
def test_an_address_is_taken_off_its_account(size, send_accounts, stored_accounts, linked):
    send_accounts([account("A1", address("X1"), address("X2"))])
    off = {"external_id": "X1", "is_unlinked": "true"}
    receipt = send_accounts([brief("A1", off)], size=size)
    assert (counts(receipt), receipt["tables"]["address_links"]["removed"]) == ((1, 0, 1, 0, 0), 1)
    assert linked() == [("A1", "X2")]
    assert len(stored_accounts()[1]) == 2
    receipt = send_accounts([brief("A1", off, website="w"), account("A9", off, address("X3"))], size=size)
    assert codes(receipt) == [(1, "address-not-linked"), (2, "address-not-linked")]
    assert counts(send_accounts([account("A8", address("X1", city="Nice"))], size=size)) == (1, 1, 0, 0, 0)


@SIZES
def test_flags_of_a_link_are_kept_where_nothing_is_said(size, send_accounts, stored_accounts):
    send_accounts([account("A1", address("X1", is_shipping="false"))])
    receipt = send_accounts([brief("A1", address("X1", is_billing="false"))], size=size)
    assert (counts(receipt), counts(receipt, "address_links")) == ((1, 0, 1, 0, 0), (1, 0, 1, 0, 0))
    assert [tuple(each.values()) for each in stored_accounts()[2]] == [("A1", "X1", False, False)]


def test_the_flat_form_gives_the_same(send_accounts, stored_accounts, make_company):
    sent = [account("A1", address("X1"), address("X2")), account("A2", address("X1"))]
    nested, other = make_company(), make_company()
    send_accounts(sent, company=nested)
    receipt = send_accounts(flat(sent), company=other, size=1)
    assert counts(receipt) == (3, 3, 0, 0, 0)

    def bare(company):
        customers, *rest = stored_accounts(company)
        return [{**each, "id": 0, "run_id": 0} for each in customers], *rest

    assert bare(nested) == bare(other)
    assert counts(send_accounts(flat(sent), company=other, size=2)) == (3, 0, 0, 3, 0)


@SIZES
def test_objects_of_one_account_may_stand_apart(size, send_accounts, stored_accounts, linked):
    sent = [
        account("A1", address("X1"), website="old"),
        account("A2", address("X3")),
        account("A1", address("X2"), website="new", name=None),
    ]
    receipt = send_accounts(sent, size=size)
    assert counts(receipt) == (3, 3, 0, 0, 0)
    assert [(each["line"], each["code"]) for each in receipt["warnings"]] == [(3, "account-told-otherwise")]
    assert linked() == [("A1", "X1"), ("A1", "X2"), ("A2", "X3")]
    assert stored_accounts()[0][0]["website"] == "new"
    again = send_accounts(sent, size=size)
    assert (counts(again), len(again["warnings"])) == ((3, 0, 0, 3, 0), 1)


@SIZES
@pytest.mark.parametrize("apart", [False, True])
def test_one_bad_object_rejects_its_whole_account(apart, size, send_accounts, stored_accounts):
    bad, good = account("A1", address("X1", phone="1" * 20)), account("A1", address("X2"))
    between = [account("A2", address("X3"))] if apart else []
    receipt = send_accounts([bad, *between, good], size=size)
    last = 3 if apart else 2
    assert codes(receipt) == [(1, "text-too-long"), (last, "account-rejected")]
    assert counts(receipt) == (last, last - 2, 0, 0, 2)


@SIZES
def test_an_address_twice_in_one_account(size, send_accounts, linked):
    sent = [
        account("A1", address("X1"), address("X1")),
        account("A2", address("X2"), address("X2", city="Nice")),
    ]
    receipt = send_accounts(sent, size=size)
    assert codes(receipt) == [(2, "address-told-otherwise")]
    assert linked() == [("A1", "X1")]


@SIZES
def test_tags_are_known_ones_and_may_be_several(size, send_accounts, stored_accounts, database, company):
    with database.connection() as conn:
        for name in ("gold", 'b"{},\\'):
            put_customer_tag(conn, company.organization_id, CustomerTag(name, "A tag"))
    sent = [
        account("A1", address("X1"), tags='gold|| b"{},\\ '),
        account("A2", address("X2"), tags="gold||tin"),
    ]
    receipt = send_accounts(sent, size=size)
    assert faults(receipt) == [(2, "unknown-tag", "tags", "gold||tin")]
    assert stored_accounts()[0][0]["tags"] == ["gold", 'b"{},\\']
    receipt = send_accounts([brief("A1", tags="gold"), sent[1]], size=size, makes_tags=True)
    assert counts(receipt) == (2, 1, 1, 0, 0)
    assert [each["tags"] for each in stored_accounts()[0]] == [["gold"], ["gold", "tin"]]
    with database.connection() as conn:
        names = {each.external_id for each in list_customer_tags(conn, company.organization_id)}
    assert "tin" in names


@SIZES
def test_custom_fields_are_kept_erased_and_required(size, send_accounts, stored_accounts, database, company):
    with database.connection() as conn:
        for each in (
            CustomField("account", "score", "Score", "number", is_required=True),
            CustomField("account", "note", "Note", "long_text"),
            CustomField("account", "since", "Since", "date"),
            CustomField("account", "level", "Level", "list", choices=("gold", "tin")),
            CustomField("address", "dock", "Dock", "text", is_required=True),
        ):
            put_custom_field(conn, company.organization_id, each)
    whole = {
        "custom.score": "1.50",
        "custom.note": 'say "hi"',
        "custom.since": "31/12/2025",
        "custom.level": "tin||GOLD",
    }
    dock = {"custom.dock": "D1"}
    receipt = send_accounts(
        [
            account("A1", address("X1", **dock), **whole),
            account("A2", address("X2", **dock)),
            account("A3", address("X3"), **whole),
            account("A4", address("X4", **dock), **{**whole, "custom.score": "many", "custom.level": "lead"}),
            account("A5", address("X5", **dock), **{**whole, "custom.note": "", "custom.other": "?"}),
            account("A6", address("X6", **dock), **{**whole, "custom.note": "", "custom.since": None}),
        ],
        size=size,
    )
    assert faults(receipt) == [
        (2, "missing-value", "score", None),
        (3, "missing-value", "dock (X3)", None),
        (4, "not-an-amount", "score", "many"),
        (4, "unknown-choice", "level", "lead"),
        (5, "unknown-custom-field", "other", "?"),
    ]
    first, second = stored_accounts()[0]
    assert first["custom"] == {
        "score": 1.5,
        "note": 'say "hi"',
        "since": "2025-12-31",
        "level": ["tin", "gold"],
    }
    assert second["custom"] == {"score": 1.5, "level": ["tin", "gold"]}
    assert stored_accounts()[1][0]["custom"] == {"dock": "D1"}
    receipt = send_accounts(
        [
            brief("A1", **{"custom.note": " ", "custom.since": None}),
            brief("A6", **{"custom.score": ""}),
        ],
        size=size,
    )
    assert faults(receipt) == [(2, "missing-value", "score", None)]
    assert stored_accounts()[0][0]["custom"] == {
        "score": 1.5,
        "since": "2025-12-31",
        "level": ["tin", "gold"],
    }


@SIZES
def test_warnings_are_told_every_time(size, send_accounts):
    sent = [
        account("A1", address("X1", country="Atlantis"), vat_number="string"),
        account("A2", address("X2")),
    ]
    for _ in range(2):
        receipt = send_accounts(sent, size=size)
        assert sorted(each["code"] for each in receipt["warnings"]) == ["unknown-country", "vat-format"]
        assert receipt["faults"] == []
    assert counts(receipt) == (2, 0, 0, 2, 0)


def test_an_empty_list_is_nothing(send_accounts):
    assert counts(send_accounts([])) == (0, 0, 0, 0, 0)
