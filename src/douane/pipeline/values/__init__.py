"""Readers of cells, one module per kind of field: text in, typed values and fault codes out.

| kind              | module        | plain cells                                                    |
|-------------------|---------------|----------------------------------------------------------------|
| text              | `text.py`     | anything, at most 10,000 characters                            |
| amount            | `amount.py`   | `1200`, `1 200,00`, `1,200.50`, `-.5`                          |
| date              | `date.py`     | `2026-12-31`, `20261231`, `31-DEC-26`, `31/12/2026`            |
| flag              | `flag.py`     | `0`, `1`, and yes/no words                                     |
| choice            | `choice.py`   | one of the field's choices                                     |
| email             | `email.py`    | one address                                                    |
| currency          | `currency.py` | ISO 4217 codes                                                 |
| country           | `country.py`  | ISO 3166 codes, country names                                  |
| siret             | `siret.py`    | 14 digits                                                      |
| vat               | `vat.py`      | VAT numbers of any country python-stdnum knows                 |

`reading.py` has what all of them share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl

from douane.model.kinds import Kind

from .amount import AMOUNT, read_amounts
from .choice import read_choices, replace_mapped
from .country import read_countries
from .currency import read_currencies
from .date import read_dates
from .date_format import read_formatted_dates
from .email import read_emails
from .flag import read_flags
from .reading import Convention, Proof, Reading, read_filled, read_runs, settle
from .siret import read_sirets
from .text import CHARACTERS_MAX, read_texts
from .vat import read_vat_numbers

__all__ = ["Convention", "Proof", "Reading", "read", "settle"]

DATE = pl.Date()
_READERS: Mapping[Kind, Callable[[pl.Series], Reading]] = {
    Kind.FLAG: read_flags,
    Kind.EMAIL: read_emails,
    Kind.CURRENCY: read_currencies,
    Kind.COUNTRY: read_countries,
    Kind.SIRET: read_sirets,
    Kind.VAT: read_vat_numbers,
}


def read(
    kind: Kind,
    cells: pl.Series,
    *,
    convention: Convention | None = None,
    choices: tuple[str, ...] = (),
    value_map: Mapping[str, str] | None = None,
    final: bool = False,
    characters_max: int | None = None,
    date_format: str = "",
) -> Reading:
    """Read a column of text, null where a cell is empty, as values of `kind`.

    `convention` settles the amounts and dates that could mean two things; without it they come back
    undecided, or as faults when `final` says that no later cell can settle them. `choices` are what a
    CHOICE may be. `value_map` (what the sender writes, what we take it for; the case is ignored)
    applies first, to any kind. `characters_max` is for a TEXT that has a bound of its own.
    `date_format` (see `model.date_formats`) is the one way in which a DATE may be written, and no convention
    is asked for then. Cells of blanks only count as empty. Never raises for what a cell holds.
    """
    if value_map:
        cells = replace_mapped(cells, value_map)
    match kind:
        case Kind.AMOUNT:
            return read_filled(cells, AMOUNT, partial(read_amounts, convention=convention, final=final))
        case Kind.DATE if date_format:
            reader = partial(read_formatted_dates, date_format=date_format)
            return read_filled(cells, DATE, partial(read_runs, reader=reader))
        case Kind.DATE:
            reader = partial(read_dates, convention=convention, final=final)
            return read_filled(cells, DATE, partial(read_runs, reader=reader))
        case Kind.TEXT:
            return read_texts(cells, characters_max or CHARACTERS_MAX)
        case Kind.CHOICE:
            return read_choices(cells, choices)
        case _:
            return _READERS[kind](cells)
