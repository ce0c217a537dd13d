"""Properties of the merge: twice is once, counts add up, the order of the rows does not matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COLUMNS = "number, type, external_id, amount_incl_tax, order_number, cleared_on is null as is_open"
numbers = count(1)
RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

amounts = st.sampled_from(["1", "2,50", "-3", "1 200,00", "oops", ""])
lines = st.fixed_dictionaries(
    {
        "number": st.integers(1, 6).map(str),
        "type": st.sampled_from(["FAC", "AVO"]),
        "unique": st.sampled_from(["", "", "", "U1", "U2"]),
        "amount": amounts,
        "order": st.sampled_from(["", "PO1", "PO2"]),
        "customer": st.sampled_from(["C1", "C2", "C9"]),
    }
)
files = st.lists(lines, max_size=12)


def text_of(rows: list[dict[str, Any]]) -> str:
    header = (
        "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax;"
        "item_unique_key;item_order_number\n"
    )
    return header + "".join(
        f"{row['type']};{row['number']};{row['customer']};2026-01-15;2026-02-15;{row['amount']};"
        f"{row['unique']};{row['order']}\n"
        for row in rows
    )


def add_up(receipt: dict[str, Any]) -> bool:
    counts = receipt["counts"]
    told = counts["added"] + counts["updated"] + counts["unchanged"] + counts["rejected"]
    return counts["received"] == told


def fresh(make_company, send):
    """A company of its own for each example, with the two customers that the lines name."""
    company = make_company(f"EXAMPLE{next(numbers)}")
    send("clients", "client_code;client_business_name\nC1;One\nC2;Two\n", company=company)
    return company


def rows_of(database, company) -> list[tuple[Any, ...]]:
    with database.connection() as conn:
        return conn.execute(
            f"select {COLUMNS} from open_items where company_id = %s order by 1, 2, 3, 4, 5, customer_id",
            [company.id],
        ).fetchall()


@RELAXED
@given(first=files, second=files, stock=st.booleans())
def test_counts_add_up_and_twice_is_once(first, second, stock, send, database, make_company):
    company = fresh(make_company, send)
    option = {"clear_items_not_modified": str(stock).lower()}
    for rows in (first, second):
        assert add_up(send("items", text_of(rows), company=company, **option))
    once = rows_of(database, company)
    again = send("items", text_of(second), company=company, **option)
    assert add_up(again)
    assert (again["counts"]["added"], again["counts"]["updated"], again["counts"]["cleared"]) == (0, 0, 0)
    assert rows_of(database, company) == once


@RELAXED
@given(data=st.data(), stock=st.booleans())
def test_the_order_of_rows_does_not_matter(data, stock, send, database, make_company):
    unique = st.lists(lines, max_size=10, unique_by=lambda row: (row["number"], row["type"], row["customer"]))
    stored_first = [row | {"unique": ""} for row in data.draw(unique)]
    rows = [
        row | {"unique": f"U{place}" if row["unique"] else ""} for place, row in enumerate(data.draw(unique))
    ]
    shuffled = data.draw(st.permutations(rows))
    option = {"clear_items_not_modified": str(stock).lower()}
    outcomes = []
    for order in (rows, shuffled):
        company = fresh(make_company, send)
        send("items", text_of(stored_first), company=company)
        receipt = send("items", text_of(order), company=company, **option)
        plain = [row[:2] + row[3:] for row in rows_of(database, company)]
        outcomes.append((receipt["counts"], sorted(plain, key=str)))
    assert outcomes[0] == outcomes[1]


@RELAXED
@given(rows=files)
def test_a_dry_run_says_what_the_run_will_do(rows, send, database, make_company):
    company = fresh(make_company, send)
    foretold = send("items", text_of(rows), company=company, dry_run=True)
    assert rows_of(database, company) == []
    assert send("items", text_of(rows), company=company)["counts"] == foretold["counts"]


@RELAXED
@given(first=files, second=files, stock=st.booleans())
def test_slices_and_small_blocks_give_the_same(first, second, stock, send, database, make_company, settings):
    option = {"clear_items_not_modified": str(stock).lower()}
    outcomes = []
    for each in (settings, replace(settings, block_bytes=150, known_rows_max=2)):
        company = fresh(make_company, send)
        receipts = [
            send("items", text_of(rows), company=company, settings=each, **option) for rows in (first, second)
        ]
        told = [(receipt["counts"], bool(receipt["held"]), sorted_faults(receipt)) for receipt in receipts]
        outcomes.append((told, rows_of(database, company)))
    assert outcomes[0] == outcomes[1]


def sorted_faults(receipt):
    return sorted((each["line"], each["code"]) for each in receipt["faults"])
