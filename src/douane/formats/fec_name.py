"""The name that the law gives to the file of a FEC: whose entries they are, and of which fiscal year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_LEGAL = re.compile(r"(?<![0-9])([0-9]{9})FEC([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class LegalName:
    """The SIREN of a company, nine digits, and the day its fiscal year closes."""

    siren: str
    closing: date


def legal_name(siren: str, closing: date) -> str:
    """The name of the text file with the entries of that fiscal year.

    >>> legal_name("732829320", date(2024, 12, 31))
    '732829320FEC20241231.txt'
    """
    return f"{siren}FEC{closing:%Y%m%d}.txt"


def parse_legal_name(name: str) -> LegalName | None:
    """What the name of a file says, whatever stands around it; None when it is no legal name.

    >>> parse_legal_name("732829320fec20241231.ZIP")
    LegalName(siren='732829320', closing=datetime.date(2024, 12, 31))
    >>> parse_legal_name("export_fec_20201002.txt")
    """
    found = _LEGAL.search(name)
    if found is None:
        return None
    siren, *closing = found.groups()
    try:
        return LegalName(siren, date(*map(int, closing)))
    except ValueError:
        return None
