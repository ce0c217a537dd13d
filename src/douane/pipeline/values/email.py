"""E-mail: one plausible address, also with letters outside ASCII on both sides of the @.

The rule is that of HTML's `<input type=email>` (https://html.spec.whatwg.org/#valid-e-mail-address),
widened to the letters and digits of every script (RFC 6531) and narrowed to domains that have a dot.
"""

from __future__ import annotations

import polars as pl

from .reading import Reading, checked, stripped

CHARACTERS_MAX = 320  # 64 before the @, 255 behind it

_WORD = r"\p{L}\p{M}\p{N}"
_LABEL = rf"[\p{{L}}\p{{N}}](?:[{_WORD}-]*[{_WORD}])?"
_ADDRESS = rf"^[{_WORD}.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+$"
_LONG_LABEL = r"@.*[^.]{64}"


def read_emails(cells: pl.Series) -> Reading:
    """Read addresses, kept as sent; others are not-an-email.

    >>> read_emails(pl.Series(["a@b.fr", "a@b"])).values.to_list()
    ['a@b.fr', None]
    """
    addresses = stripped(cells)
    fine = addresses.str.contains(_ADDRESS) & (addresses.str.len_chars() <= CHARACTERS_MAX)
    if (addresses.str.len_bytes() > 64).any():
        fine &= ~addresses.str.contains(_LONG_LABEL)
    return checked(addresses, fine, "not-an-email")
