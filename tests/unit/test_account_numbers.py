"""Account numbers: completion and customer codes, one at a time and by the column."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.model.account_numbers import (
    AccountLengths,
    completed,
    completed_expr,
    customer_code,
    customer_code_expr,
)

NUMBERS = st.from_regex(r"[1-9][0-9A-Z]{0,19}", fullmatch=True) | st.from_regex(
    r"4(0|1|11|21|2)[0A-Z]{0,9}", fullmatch=True
)
LENGTHS = st.builds(
    AccountLengths, st.integers(1, 12), st.none() | st.integers(1, 14), completes=st.booleans()
)


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("251", "251000"),
        ("512000", "512000"),
        ("5120000001", "5120000001"),
        ("411FOOBAR", "411FOOBAR"),
        ("401", "401"),
        ("421", "421"),
        ("428", "428000"),
    ],
)
def test_what_a_new_company_stores(number: str, stored: str) -> None:
    assert completed(number, AccountLengths()) == stored


def test_third_party_numbers_are_completed_when_they_have_a_length() -> None:
    assert completed("401", AccountLengths(6, 10)) == "4010000000"


def test_a_company_that_completes_nothing() -> None:
    assert completed("251", AccountLengths(completes=False)) == "251"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("411DUPONT", "DUPONT"),
        ("41100042", "00042"),
        ("411", None),
        ("411000", None),
        ("401DUPONT", None),
        ("416DUPONT", None),
    ],
)
def test_the_customer_of_an_account(number: str, code: str | None) -> None:
    assert customer_code(number) == code


@given(st.lists(NUMBERS, max_size=5), LENGTHS)
def test_a_column_is_read_as_one_number_is(numbers: list[str], lengths: AccountLengths) -> None:
    column = pl.DataFrame({"n": pl.Series(numbers, dtype=pl.String)})
    read = column.select(done=completed_expr(pl.col("n"), lengths), code=customer_code_expr(pl.col("n")))
    assert read["done"].to_list() == [completed(number, lengths) for number in numbers]
    assert read["code"].to_list() == [customer_code(number) for number in numbers]
