"""The parts of a mapping that a person writes: how the file is laid out, its columns, what entries may do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from .kinds import Kind
from .mapped_tables import words_of
from .mapping import Column
from .table import Field

DELIMITED, FIXED, JSON = "delimited", "fixed", "json"
DETECTED = "detect"


@dataclass(frozen=True)
class FileLayout:
    """How the file is cut and read. A file of fixed width has neither `delimiter` nor `quote`, JSON no lines.

    Without a `quote` every character is itself. `lines_skipped` lines stand before the header, or before the
    first row of a file that has none. `encoding` is a charset, or DETECTED. `date_format` says how dates are
    written; `date_order` what a date means that could mean two days, where there is no format.

    In JSON `records` is the path to the list of objects, and `lists` are the paths in an object to what
    belongs to it, such as the addresses of an account: all lists that are there, or the object itself, whose
    path is `$`, when none is.
    """

    kind: str = DELIMITED
    delimiter: str = ";"
    quote: str = '"'
    has_header: bool = True
    lines_skipped: int = 0
    encoding: str = DETECTED
    decimal_sign: str = ""
    date_format: str = ""
    date_order: str = ""
    records: str = "$"
    lists: tuple[str, ...] = ("$",)


@dataclass(frozen=True)
class MappedColumn:
    """One column of the file and the field it fills.

    It is named by its labels, of which the file has one, by its position from 1, by the first of its
    characters, from 1, and their number, or by its paths, the first of which counts that leads somewhere; the
    path of a field of an address begins at the address. The rest is as in `mapping.Column`.
    """

    field: str
    labels: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    position: int = 0
    start: int = 0
    width: int = 0
    is_required: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_closed: bool = False
    prefixes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    default: str = ""
    date_format: str = ""

    @property
    def label(self) -> str:
        """What the column is called where the file does not say."""
        if self.labels:
            return self.labels[0]
        if self.paths:
            return self.paths[0].removeprefix("$").removeprefix(".") or "$"
        if self.position:
            return f"column {self.position}"
        return f"characters {self.start}-{self.start + self.width - 1}"

    def column(self, fills: Field, layout: FileLayout, *, is_required: bool) -> Column:
        """The column as the pipeline reads it; dates are written as the column says, or else the layout."""
        is_date = fills.kind is Kind.DATE
        return Column(
            label=self.label,
            field=self.field,
            is_required=self.is_required or is_required,
            choices=words_of(fills),
            aliases=self.labels[1:],
            position=self.position,
            values=self.values,
            is_closed=self.is_closed,
            prefixes=self.prefixes,
            default=self.default,
            date_format=(self.date_format or layout.date_format) if is_date else "",
        )


@dataclass(frozen=True)
class EntryOptions:
    """What may be made for the entries of a file, as in `pipeline.entries.wishes`.

    What is None is as the door has it through which the file comes.
    """

    makes_accounts: str | None = None
    makes_journals: str | None = None
    makes_third_parties: bool | None = None
    makes_years: bool | None = None
    waiting_third_party: str | None = None
    balances_on: str | None = None


MAKE, REJECT, MAKE_UNTIL_DEFINED = "make", "reject", "make-until-defined"
UNKNOWN_TAGS = (MAKE, REJECT, MAKE_UNTIL_DEFINED)
"""What becomes of unknown tags: they are made, or a fault, or made as long as nobody has defined any."""


@dataclass(frozen=True)
class AccountOptions:
    """What may be made for accounts: of tags that the organization does not have, one of UNKNOWN_TAGS."""

    unknown_tags: str = MAKE_UNTIL_DEFINED

    def makes_tags(self, *, are_defined: bool) -> bool:
        """Whether unknown tags are made, where somebody has defined tags of the organization, or nobody."""
        return self.unknown_tags == MAKE or (self.unknown_tags == MAKE_UNTIL_DEFINED and not are_defined)


MAKINGS = ("none", "named", "all")
"""Which unknown accounts or journals are made: none, those that the file gives a name, or all."""
