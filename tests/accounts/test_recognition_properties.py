"""Recognition by text is nothing but faster: lists that are read whole do the same, and tell the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from .conftest import account, address
from .oracle import Books, merged
from .test_account_properties import (
    RELAXED,
    expected,
    make_noted,
    numbers,
    objects,
    seen,
    sizes,
)

__all__ = ["make_noted"]

FEW = examples(RELAXED, max_examples=15)

calm = st.builds(
    lambda name, own, **more: account(name, *own, **more),
    st.sampled_from(["A1", "A2", "A3"]),
    st.lists(
        st.builds(
            address,
            st.sampled_from(["X1", "X2", "X3"]),
            city=st.sampled_from(["Paris", "Paris", "Lyon"]),
            is_unlinked=st.sampled_from([None] * 4 + ["true"]),
        ),
        min_size=1,
        max_size=3,
    ),
    website=st.sampled_from([None, "u", "v"]),
    vat_number=st.sampled_from([None, None, "no number"]),
    is_deleted=st.sampled_from([None] * 8 + ["true"]),
)
pools = st.one_of(objects, st.lists(calm, min_size=2, max_size=6)).filter(bool)
nights = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6), min_size=2, max_size=5)


def drawn(pool: list[dict[str, Any]], night: list[int]) -> list[dict[str, Any]]:
    """The list of one night: some of the same few objects, so that most of them were sent before."""
    return [pool[at % len(pool)] for at in night]


@FEW
@given(pool=pools, nights=nights, size=sizes, read_first=st.integers(0, 2))
def test_lists_of_objects_sent_before_do_what_they_would_if_they_were_read(
    pool, nights, size, read_first, send_accounts, stored_accounts, make_noted
):
    number = next(numbers)
    known, read = make_noted(f"KNOWN{number}"), make_noted(f"READ{number}")
    for night in nights:
        sent = drawn(pool, night)
        told = [
            send_accounts(sent, company=known, size=size, read_first=read_first),
            send_accounts(sent, company=read, size=size, knows_texts=False),
        ]
        assert bare(told[0]) == bare(told[1])
        assert rows(stored_accounts(known)) == rows(stored_accounts(read))


@FEW
@given(pool=pools, nights=nights, size=sizes)
def test_lists_of_objects_sent_before_do_what_their_accounts_would_one_by_one(
    pool, nights, size, send_accounts, stored_accounts, make_noted
):
    company, books = make_noted(f"AGAIN{next(numbers)}"), Books()
    for night in nights:
        # The oracle knows nothing of warnings about cells.
        sent = [{**each, "vat_number": None} for each in drawn(pool, night)]
        receipt = send_accounts(sent, company=company, size=size)
        wanted = merged(books, sent)
        assert seen(stored_accounts(company)) == expected(books)
        assert {name: receipt["counts"][name] for name in wanted["counts"]} == wanted["counts"]
        assert sorted({each["line"] for each in receipt["faults"]}) == wanted["rejected"]


def bare(receipt: dict[str, Any]) -> dict[str, Any]:
    """What a receipt tells; in which order those of one line stand says nothing."""
    faults = sorted(sorted(map(str, each.values())) for each in receipt["faults"])
    return {name: receipt[name] for name in ("counts", "tables", "warnings_total")} | {"faults": faults}


def rows(stored: Any) -> Any:
    customers, *rest = stored
    return [{**each, "id": 0, "run_id": 0} for each in customers], *rest
