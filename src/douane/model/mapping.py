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
    """One label and the field it fills. An empty cell keeps the stored value.

    `choices` maps the sender's words to the model's; `fault` overrides the code given to a word outside them.
    A column goes by the first of `label` and `aliases` that the file has; by its place, counted from 1, when
    it has a `position`.

    Before a cell is read, `default` stands for an empty one, and for all of them when the file has no such
    label. A cell that is one of the words of `values`, whatever its case, is replaced by what it stands for;
    one that is not gets a fault when `is_closed`, else the longest of `prefixes` that it begins with is
    replaced. Dates are written as `date_format` says, in any way when it says nothing.
    """

    label: str
    field: str
    is_required: bool = False
    choices: Dictionary[str, str] = dataclasses.field(default_factory=dict)
    fault: str = "unknown-choice"
    about: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    position: int = 0
    values: Dictionary[str, str] = dataclasses.field(default_factory=dict)
    is_closed: bool = False
    prefixes: Dictionary[str, str] = dataclasses.field(default_factory=dict)
    default: str = ""
    date_format: str = ""


@dataclass(frozen=True)
class Mapping:
    """The columns of one door or model, for one table.

    A label that no column names is kept as an extra value of its row when the mapping `keeps_extras`. The
    field `customer` is the code of the customer that a row hangs on. `constants` are fields, and what each
    row has in them. A file must carry all fields of one of the `alternatives`, when there are any.

    A mapping that `is_personal` was made by a person: its labels are found whatever their case, accents and
    blanks, and what it says is part of the fingerprint of each row, as it may be changed at any time.
    """

    name: str
    table: Table
    columns: tuple[Column, ...]
    constants: Dictionary[str, str] = dataclasses.field(default_factory=dict)
    keeps_extras: bool = True
    alternatives: tuple[tuple[str, ...], ...] = ()
    is_personal: bool = False


@dataclass(frozen=True)
class Declarations:
    """What a credential or a person declares about ambiguous values.

    `decimal_sign` is "," or "."; `date_order` is "dmy" or "mdy"; `maps` gives, per label, the
    sender's own words and the published ones they stand for.
    """

    decimal_sign: str = ""
    date_order: str = ""
    maps: Dictionary[str, Dictionary[str, str]] = dataclasses.field(default_factory=dict)
