"""Open items through the whole pipeline: identity, verdicts, clears, holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from douane.dialects.carry_out import import_run
from douane.errors import Refusal
from douane.pipeline.release import release_run
from douane.store.runs import get_run

CLIENTS = "client_code;client_business_name\nC1;One\nC2;Two\n"
HEADER = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax"


@pytest.fixture
def customers(send):
    return send("clients", CLIENTS)


def items(*lines: str, header: str = HEADER) -> str:
    return "\n".join((header, *lines)) + "\n"


def item(number: object, amount: str = "100,00", kind: str = "FAC", customer: str = "C1") -> str:
    return f"{kind};{number};{customer};2026-01-15;2026-02-15;{amount}"


def counts(receipt: dict) -> tuple[int, ...]:
    return tuple(receipt["counts"].values())


def test_a_first_file_adds_every_row(send, customers, stored):
    receipt = send("items", items(item(1), item(2, "6 580,10", customer="C2")))
    assert receipt["state"] == "succeeded"
    assert counts(receipt) == (2, 2, 0, 0, 0, 0)
    rows = stored("open_items", "number", "type", "amount_incl_tax", "run_id", "line")
    assert [row["amount_incl_tax"] for row in rows] == [Decimal("100"), Decimal("6580.10")]
    assert [(row["run_id"], row["line"]) for row in rows] == [(receipt["run"], 2), (receipt["run"], 3)]


def test_the_same_file_again_changes_nothing(send, customers, stored):
    send("items", items(item(1), item(2)))
    before = stored("open_items")
    assert counts(send("items", items(item(1), item(2)))) == (2, 0, 0, 2, 0, 0)
    assert stored("open_items") == before


def test_a_changed_row_is_updated_and_keeps_its_before_image(send, customers, stored, database):
    send("items", items(item(1), item(2)))
    receipt = send("items", items(item(1, "99"), item(2)))
    assert counts(receipt) == (2, 0, 1, 1, 0, 0)
    with database.connection() as conn:
        images = conn.execute("select action, image ->> 'amount_incl_tax' from before_images").fetchall()
    assert images == [("updated", "100.000000")]


def test_another_spelling_of_the_same_values_changes_nothing(send, customers, stored):
    send("items", items(item(1, "1 200,00")))
    assert counts(send("items", items(item(1, "1200.00")))) == (1, 0, 0, 1, 0, 0)


def test_an_empty_cell_and_an_absent_column_keep_the_stored_value(send, customers, stored):
    header = HEADER + ";item_order_number"
    send("items", items(item(1) + ";PO1", header=header))
    assert counts(send("items", items(item(1) + ";", header=header))) == (1, 0, 0, 1, 0, 0)
    assert counts(send("items", items(item(1)))) == (1, 0, 0, 1, 0, 0)
    assert stored("open_items", "order_number") == [{"order_number": "PO1"}]


def test_unpublished_columns_are_kept(send, customers, stored):
    header = HEADER + ";item_field_perso1;operation"
    send("items", items(item(1) + ';"a ""b""";', item(2) + ";;", header=header))
    assert [row["extra"] for row in stored("open_items", "extra")] == [{"item_field_perso1": 'a "b"'}, None]


def test_an_unknown_customer_costs_its_line(send, customers):
    receipt = send("items", items(item(1), item(2, customer="C9")))
    assert counts(receipt) == (2, 1, 0, 0, 1, 0)
    fault = receipt["faults"][0]
    assert (fault["line"], fault["field"], fault["value"], fault["code"]) == (
        3,
        "client_code",
        "C9",
        "unknown-customer",
    )


def test_missing_customers_are_created_when_the_setting_says_so(send, customers, settings, stored):
    creating = replace(settings, create_missing_customers=True)
    receipt = send("items", items(item(1), item(2, customer="C9"), item(3, customer="C9")), settings=creating)
    assert counts(receipt) == (3, 3, 0, 0, 0, 0)
    assert receipt["tables"]["customers"]["added"] == 1
    assert [row["code"] for row in stored("customers", "code")] == ["C1", "C2", "C9"]


def test_stock_clears_what_the_file_no_longer_holds(send, customers, stored):
    send("items", items(item(1), item(2), item(3)))
    receipt = send("items", items(item(1), item(2)), clear_items_not_modified="true")
    assert counts(receipt) == (2, 0, 0, 2, 0, 1)
    assert [row["cleared_run_id"] for row in stored("open_items", "cleared_run_id")] == [
        None,
        None,
        receipt["run"],
    ]


def test_an_item_that_comes_back_is_open_again(send, customers, stored):
    send("items", items(item(1), item(2)))
    send("items", items(item(1)), clear_items_not_modified="true")
    assert counts(send("items", items(item(1), item(2)), clear_items_not_modified="true")) == (
        2,
        0,
        1,
        1,
        0,
        0,
    )
    assert [row["cleared_on"] for row in stored("open_items", "cleared_on")] == [None, None]


def test_delta_clears_nothing_by_absence_but_by_payment_date(send, customers):
    header = HEADER + ";item_date_payment"
    send("items", items(item(1) + ";", item(2) + ";", header=header))
    receipt = send("items", items(item(2) + ";2026-03-01", header=header))
    assert counts(receipt) == (1, 0, 1, 0, 0, 1)


def test_an_item_on_a_rejected_line_is_never_cleared(send, customers, stored):
    send("items", items(item(1), item(2), item(3)))
    receipt = send("items", items(item(1), item(2, "no amount")), clear_items_not_modified="true")
    assert counts(receipt) == (2, 0, 0, 1, 1, 1)
    assert [row["cleared_on"] is None for row in stored("open_items", "cleared_on")] == [True, True, False]


def test_a_line_that_cannot_be_read_holds_the_clear(send, customers, settings):
    send("items", items(item(1), item(2)))
    broken = items(item(1), item(3) + ";too;many")
    receipt = send("items", broken, clear_items_not_modified="true")
    assert counts(receipt) == (2, 0, 0, 1, 1, 0)
    assert receipt["held"]["rows"] == 1
    bold = replace(settings, clear_despite_unreadable=True)
    assert counts(send("items", broken, clear_items_not_modified="true", settings=bold)) == (2, 0, 0, 1, 1, 1)


def test_a_clear_of_more_than_half_is_held_until_released(send, customers, stored, database, company):
    send("items", items(*(item(number) for number in range(150))))
    receipt = send("items", items(*(item(number) for number in range(50))), clear_items_not_modified="true")
    assert receipt["counts"]["cleared"] == 0
    assert receipt["held"]["rows"] == 100
    with database.connection() as conn:
        run = get_run(conn, company.organization_id, receipt["run"])
    assert release_run(database, run).receipt["counts"]["cleared"] == 100
    with pytest.raises(Refusal, match="holds no clear"):
        release_run(database, run)


def test_a_later_import_makes_a_release_stale(send, customers, database, company):
    send("items", items(*(item(number) for number in range(150))))
    receipt = send("items", items(item(1)), clear_items_not_modified="true")
    send("items", items(item(140)))
    with database.connection() as conn:
        run = get_run(conn, company.organization_id, receipt["run"])
    with pytest.raises(Refusal, match="newest"):
        release_run(database, run)


def test_a_file_without_a_valid_line_clears_nothing(send, customers, stored):
    send("items", items(item(1)))
    send("items", items(), clear_items_not_modified="true")
    send("items", items(item(5, "?")), clear_items_not_modified="true")
    assert [row["cleared_on"] for row in stored("open_items", "cleared_on")] == [None]


def test_an_equal_repeat_is_unchanged_and_a_differing_one_a_fault(send, customers, stored):
    receipt = send("items", items(item(1), item(1), item(1, "7"), item(2)))
    assert counts(receipt) == (4, 2, 0, 1, 1, 0)
    fault = receipt["faults"][0]
    assert (fault["line"], fault["code"]) == (4, "duplicate-key")
    assert "line 2" in fault["message"]


def test_many_repeats_of_one_key_cost_no_more_than_other_lines(send, customers):
    receipt = send("items", items(*[item(1)] * 5000, *[item(1, "2")] * 5000))
    assert counts(receipt) == (10000, 1, 0, 4999, 5000, 0)


def test_signs_of_both_conventions_are_stored_alike(send, customers, stored):
    send(
        "items",
        items(
            item(1, "50", "AVO"),
            item(2, "-50", "AVO"),
            item(3, "50", "RGL"),
            item(4, "-8", "ODI"),
            item(5, "-9"),
        ),
    )
    amounts = [int(row["amount_incl_tax"]) for row in stored("open_items", "amount_incl_tax")]
    assert amounts == [-50, -50, -50, -8, -9]


def test_erp_types_are_rejected_with_the_way_out_or_mapped(send, customers, stored):
    receipt = send("items", items(item(1, kind="NF")))
    assert receipt["faults"][0]["code"] == "unknown-item-type"
    assert "--map" in receipt["faults"][0]["hint"]
    mapped = send("items", items(item(1, kind="NF")), declarations={"maps": {"item_type": {"NF": "FAC"}}})
    assert counts(mapped) == (1, 1, 0, 0, 0, 0)
    assert stored("open_items", "type") == [{"type": "invoice"}]


UNIQUE = HEADER + ";item_unique_key"


def test_a_unique_key_finds_the_item_whatever_else_changes(send, customers, stored):
    send("items", items(item(1) + ";U1", header=UNIQUE))
    moved = "FAC;77;C2;2027-01-15;2027-02-15;100,00;U1"
    assert counts(send("items", items(moved, header=UNIQUE))) == (1, 0, 1, 0, 0, 0)
    assert stored("open_items", "number") == [{"number": "77"}]


def test_a_sender_that_starts_with_unique_keys_doubles_nothing(send, customers, stored):
    send("items", items(item(1)))
    assert counts(send("items", items(item(1) + ";U1", header=UNIQUE))) == (1, 0, 1, 0, 0, 0)
    assert counts(send("items", items(item(1) + ";U1", header=UNIQUE))) == (1, 0, 0, 1, 0, 0)
    assert counts(send("items", items(item(1)))) == (1, 0, 0, 1, 0, 0)
    assert len(stored("open_items")) == 1


def test_the_same_number_of_another_year_type_or_customer_is_another_item(send, customers):
    receipt = send(
        "items",
        items(item(1), item(1, kind="AVO"), item(1, customer="C2"), "FAC;1;C1;2025-01-15;2026-02-15;1"),
    )
    assert counts(receipt) == (4, 4, 0, 0, 0, 0)


def test_ambiguous_amounts_are_settled_by_a_witness_in_their_column(send, customers, stored):
    receipt = send("items", items(item(1, "1,200"), item(2, "5,5")))
    assert counts(receipt) == (2, 2, 0, 0, 0, 0)
    rows = {
        row["number"]: row["amount_incl_tax"] for row in stored("open_items", "number", "amount_incl_tax")
    }
    assert rows == {"1": Decimal("1.2"), "2": Decimal("5.5")}


def test_ambiguous_amounts_without_a_witness_are_rejected(send, customers):
    receipt = send("items", items(item(1, "1,200"), item(2, "5")))
    assert counts(receipt) == (2, 1, 0, 0, 1, 0)
    assert receipt["faults"][0]["code"] == "ambiguous-amount"


def test_a_declared_sign_settles_ambiguous_amounts(send, customers, stored):
    send("items", items(item(1, "1,200")), declarations={"decimal_sign": "."})
    assert stored("open_items", "amount_incl_tax") == [{"amount_incl_tax": Decimal("1200")}]


def test_a_dry_run_tells_everything_and_stores_nothing(send, customers, stored):
    receipt = send("items", items(item(1), item(2, "?")), dry_run=True)
    assert counts(receipt) == (2, 1, 0, 0, 1, 0)
    assert receipt["dry_run"] is True
    assert len(receipt["faults"]) == 1
    assert stored("open_items") == []


def test_a_missing_required_column_refuses_the_file(send, customers):
    receipt = send("items", "item_type;item_number\nFAC;1\n")
    assert receipt["state"] == "refused"
    assert receipt["refusal"]["code"] == "required-label"
    assert "client_code" in receipt["refusal"]["message"]


def test_a_run_that_is_over_is_not_carried_out_again(send, customers, database, settings, company):
    receipt = send("items", items(item(1)))
    with database.connection() as conn:
        run = get_run(conn, company.organization_id, receipt["run"])
    assert import_run(database, settings, run).receipt == run.receipt


def test_all_faults_of_a_line_are_told_also_when_one_had_to_wait(send, customers):
    receipt = send("items", items(item(1, "1,200", kind="NF"), item(2, "5")))
    assert counts(receipt) == (2, 1, 0, 0, 1, 0)
    assert {each["code"] for each in receipt["faults"]} == {"ambiguous-amount", "unknown-item-type"}


def test_a_column_called_line_is_kept_like_others(send, customers, stored):
    send("items", items(item(1) + ";7", header=HEADER + ";line"))
    assert stored("open_items", "extra", "line") == [{"extra": {"line": "7"}, "line": 2}]
