"""Mappings: which label of a sender's file fills which field of the model, and how its cells are read.

A dialect ships mappings as data; a person can make one. Both are this one thing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from .table import Table


@dataclass(frozen=True)
class Column:
    """One label and the field it fills.

    `choices` maps the sender's words to the model's. An empty cell keeps the stored value.
    `fault` overrides the code given to a word outside `choices`.
    """

    label: str
    field: str
    is_required: bool = False
    choices: Dictionary[str, str] = dataclasses.field(default_factory=dict)
    fault: str = "unknown-choice"
    about: str = ""
    example: str = ""


@dataclass(frozen=True)
class Mapping:
    """The columns of one door or model, for one table.

    A label that no column names is kept as an extra value of its row. The field `customer` is the
    code of the customer that a row hangs on.
    """

    name: str
    table: Table
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Declarations:
    """What a credential or a person declares about ambiguous values.

    `decimal_sign` is "," or "."; `date_order` is "dmy" or "mdy"; `maps` gives, per label, the
    sender's own words and the published ones they stand for.
    """

    decimal_sign: str = ""
    date_order: str = ""
    maps: Dictionary[str, Dictionary[str, str]] = dataclasses.field(default_factory=dict)
