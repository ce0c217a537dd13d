"""Properties of the merge of accounts: in whatever pieces they come, it does what one by one would."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from douane.model.custom_fields import CustomField
from douane.store.custom_fields import put_custom_field
from douane.store.database import Database

from .conftest import account, address, brief, flat
from .oracle import NOTE, Books, merged

numbers = count(1)
RELAXED = examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

names = st.sampled_from(["A1", "A2", "A3", "A4"])
optional = st.sampled_from([None, None, "", "u", "v"])
addresses = st.builds(
    address,
    st.sampled_from(["X1", "X2", "X3"]),
    city=st.sampled_from(["Paris", "Paris", "Paris", "Lyon", ""]),
    label=optional,
    is_shipping=st.sampled_from([None, None, "true", "false"]),
    is_unlinked=st.sampled_from([None, None, None, "false", "true"]),
)
lists_of_addresses = st.lists(addresses, max_size=3)
whole = st.builds(
    lambda name, own, **more: account(name, *own, **more),
    names,
    lists_of_addresses,
    website=optional,
    legal_id=st.sampled_from(["B", "B", "B", "B", None]),
    is_deleted=st.sampled_from([None] * 8 + ["true", "false"]),
    **{NOTE: optional},
)
brief_ones = st.builds(
    lambda name, own, **more: brief(name, *own, **more),
    names,
    lists_of_addresses,
    website=optional,
    **{NOTE: optional},
)
objects = st.lists(st.one_of(whole, whole, brief_ones), max_size=6)
sizes = st.sampled_from([1, 2, 3, 100])


@pytest.fixture
def make_noted(make_company: Any, database: Database) -> Any:
    """`make_noted(name)` makes a company whose accounts have the custom field NOTE."""

    def make(name: str) -> Any:
        company = make_company(name)
        with database.connection() as conn:
            put_custom_field(
                conn, company.organization_id, CustomField("account", NOTE.partition(".")[2], "Note")
            )
        return company

    return make


def seen(stored: Any) -> tuple[Any, ...]:
    """What is stored, in the terms of the oracle."""
    customers, kept, links = stored
    return (
        {
            each["external_id"]: (each["website"], each["is_deleted"], (each["custom"] or {}).get("note"))
            for each in customers
        },
        {each["external_id"]: {n: each[n] for n in ("city", "label") if each[n]} for each in kept},
        {(each["account"], each["address"]): each["is_shipping"] for each in links},
    )


def expected(books: Books) -> tuple[Any, ...]:
    return (
        {name: (each["website"], each["is_deleted"], each[NOTE]) for name, each in books.accounts.items()},
        books.addresses,
        books.links,
    )


@RELAXED
@given(lists=st.lists(objects, min_size=1, max_size=3), size=sizes)
def test_lists_do_what_their_accounts_would_one_by_one(
    lists, size, send_accounts, stored_accounts, make_noted
):
    company, books = make_noted(f"ONE{next(numbers)}"), Books()
    for sent in lists:
        receipt = send_accounts(sent, company=company, size=size)
        wanted = merged(books, sent)
        assert seen(stored_accounts(company)) == expected(books)
        assert {name: receipt["counts"][name] for name in wanted["counts"]} == wanted["counts"]
        assert sorted({each["line"] for each in receipt["faults"]}) == wanted["rejected"]
        for table in receipt["tables"].values():
            assert table["received"] == sum(table[each] for each in wanted["counts"])


@RELAXED
@given(sent=objects, size=sizes)
def test_sending_twice_changes_nothing(sent, size, send_accounts, stored_accounts, make_noted):
    """Those that were stored, that is: what was rejected may be stored once the others are.

    Of two accounts that say other things of one address the first may be told so the second time: it was
    linked when it said what was stored, and stands before the one that changed it.
    """
    company = make_noted(f"TWICE{next(numbers)}")
    first = send_accounts(sent, company=company, size=size)
    rejected = {each["line"] for each in first["faults"]}
    kept = [each for line, each in enumerate(sent, 1) if line not in rejected]
    once = stored_accounts(company)
    again = send_accounts(kept, company=company, size=size)
    assert {each["code"] for each in again["faults"]} <= {"address-told-otherwise", "account-rejected"}
    assert again["counts"]["unchanged"] + again["counts"]["rejected"] == len(kept)
    assert stored_accounts(company) == once


def spread(sent: list[dict[str, Any]], draws: Any) -> list[dict[str, Any]]:
    """The accounts in the flat form: an object for each address, some of which repeat the account emptily."""
    seen: set[str] = set()
    rows = []
    for each in flat(sent):
        empty: dict[str, Any] = {}
        if each["external_id"] in seen and draws.random() < 0.5:
            # What the account does not have stays so: empty it would erase.
            names = (name for name, value in each.items() if name not in KEPT and value is not None)
            empty = dict.fromkeys(names, draws.choice(["", None]))
        rows.append({**each, **empty})
        seen.add(each["external_id"])
    return rows


KEPT = ("external_id", "addresses")


@RELAXED
@given(
    sent=st.lists(whole, max_size=5, unique_by=lambda each: each["external_id"]),
    before=st.booleans(),
    draws=st.randoms(use_true_random=False),
    sizes=st.tuples(sizes, sizes),
)
def test_nested_and_flat_forms_are_stored_alike_by_either_path(
    sent, before, draws, sizes, send_accounts, stored_accounts, make_noted
):
    """In one batch accounts are staged, in several those that are new are copied straight into the tables."""
    number, stored = next(numbers), []
    for name, accounts, size in (
        ("STAGED", sent, 100),
        ("NESTED", sent, sizes[0]),
        ("FLAT", spread(sent, draws), sizes[1]),
    ):
        company = make_noted(f"{name}{number}")
        if before:
            send_accounts([account("A1", address("X1"), website="w", **{NOTE: "n"})], company=company)
        rejected = send_accounts(accounts, company=company, size=size)["counts"]["rejected"]
        customers, *rest = stored_accounts(company)
        bare = [{**each, "id": 0, "run_id": 0} for each in customers]
        stored.append((bool(rejected), bare, *rest))
    assert stored[0] == stored[1] == stored[2]


@RELAXED
@given(
    sent=st.lists(
        st.builds(
            lambda number, own: account(f"A{number}", *own),
            st.integers(1, 6),
            st.lists(st.builds(address, st.sampled_from(["X1", "X2", "X3", "X4"])), min_size=1, max_size=3),
        ),
        max_size=8,
    ),
    shuffled=st.randoms(use_true_random=False),
    sizes=st.tuples(sizes, sizes),
)
def test_order_and_form_do_not_matter_where_nothing_contradicts(
    sent, shuffled, sizes, send_accounts, stored_accounts, make_company
):
    number = next(numbers)
    nested, other = make_company(f"NESTED{number}"), make_company(f"FLAT{number}")
    send_accounts(sent, company=nested, size=sizes[0])
    rows = flat(sent)
    shuffled.shuffle(rows)
    receipt = send_accounts(rows, company=other, size=sizes[1])
    assert receipt["counts"]["added"] == receipt["counts"]["received"] == len(rows)

    def bare(company: Any) -> tuple[Any, ...]:
        customers, *rest = stored_accounts(company)
        return [{**each, "id": 0, "run_id": 0} for each in customers], *rest

    assert bare(nested) == bare(other)
