"""Account numbers: which class they are of, how a short one is completed, which customer they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

THIRD_PARTY_CLASSES = ("40", "41", "421")
CUSTOMER_CLASS = "411"
FILLER = "0"

_IS_THIRD_PARTY = f"^(?:{'|'.join(THIRD_PARTY_CLASSES)})"
_CUSTOMER_CODE = f"^{CUSTOMER_CLASS}({FILLER}*[^{FILLER}].*)$"


@dataclass(frozen=True)
class AccountLengths:
    """How long a company's account numbers are; short ones get zeros at the end when it `completes` them.

    Third-party numbers stay as they are when `third_party` is None.
    """

    general: int = 6
    third_party: int | None = None
    completes: bool = True


def is_third_party(number: str) -> bool:
    """Whether the account is a supplier's, a customer's or an employee's.

    >>> is_third_party("411FOOBAR"), is_third_party("512000")
    (True, False)
    """
    return number.startswith(THIRD_PARTY_CLASSES)


def completed(number: str, lengths: AccountLengths) -> str:
    """The number at its length; one that is longer stays as it is.

    >>> completed("251", AccountLengths()), completed("411FOOBAR", AccountLengths(third_party=12))
    ('251000', '411FOOBAR000')
    """
    if not lengths.completes:
        return number
    length = lengths.third_party if is_third_party(number) else lengths.general
    return number.ljust(length or 0, FILLER)


def completed_expr(number: pl.Expr, lengths: AccountLengths) -> pl.Expr:
    """What `completed` does, for a column of numbers."""
    if not lengths.completes:
        return number
    general = number.str.pad_end(lengths.general, FILLER)
    third_party = number if lengths.third_party is None else number.str.pad_end(lengths.third_party, FILLER)
    return pl.when(is_third_party_expr(number)).then(third_party).otherwise(general)


def is_third_party_expr(number: pl.Expr) -> pl.Expr:
    """What `is_third_party` does, for a column of numbers."""
    return number.str.contains(_IS_THIRD_PARTY)


def customer_code(number: str) -> str | None:
    """The code of the customer that an account of this number, as sent, stands for; None when of none.

    >>> customer_code("411DUPONT"), customer_code("411000"), customer_code("401DUPONT")
    ('DUPONT', None, None)
    """
    code = number.removeprefix(CUSTOMER_CLASS)
    return code if code != number and code.strip(FILLER) else None


def customer_code_expr(number: pl.Expr) -> pl.Expr:
    """What `customer_code` does, for a column of numbers."""
    return number.str.extract(_CUSTOMER_CODE)
