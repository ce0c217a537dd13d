"""Numbers that name companies, one value at a time: SIREN, SIRET and VAT, on python-stdnum."""

from __future__ import annotations

import re

from stdnum import vatin
from stdnum.fr import siren, siret

_SEPARATORS = re.compile(r"[\s./-]")
_VAT_SHAPE = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,18}")


def compact_number(number: str) -> str:
    """The number without blanks, points, slashes and hyphens, in upper case, to compare it by.

    >>> compact_number("fr 40 303-265-045")
    'FR40303265045'
    """
    return _SEPARATORS.sub("", number).upper()


def is_siren(number: str) -> bool:
    """Whether the number is a SIREN: nine digits with a Luhn check.

    >>> is_siren("732 829 320")
    True
    """
    return bool(siren.is_valid(number))


def is_siret(number: str) -> bool:
    """Whether the number is a SIRET: a SIREN and five digits, with La Poste's exception.

    >>> is_siret("732 829 320 00074")
    True
    """
    return bool(siret.is_valid(number))


def is_vat_number(number: str) -> bool:
    """Whether the number, with its country's prefix, passes that country's check.

    >>> is_vat_number("DE136,695 976"), is_vat_number("XX123")
    (False, False)
    """
    compact = compact_number(number)
    return _VAT_SHAPE.fullmatch(compact) is not None and bool(vatin.is_valid(compact))
