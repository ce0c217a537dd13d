"""How a table of the model is described: its fields, what identifies a row, what its rows hang on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .kinds import Kind


@dataclass(frozen=True)
class Field:
    """One column of the model.

    `choices` are what a CHOICE may be, `default` is SQL text for new rows. `characters_max` is how long a
    TEXT may be, if not as long as any.
    """

    name: str
    kind: Kind = Kind.TEXT
    about: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    characters_max: int | None = None


@dataclass(frozen=True)
class Identity:
    """One way to name a row: the fields whose values together find it.

    The part `"issued_on.year"` is the year of a date. Every part must have a value, except those in
    `optional`, which count as empty text.
    """

    name: str
    parts: tuple[str, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """A table of the model.

    The first of `identities` whose parts all have values is a row's *key*, the next one its *alias*.
    `matches` are the pairs (what the row offers, what the stored row has) by which a row finds its
    stored row, in order. A table that `has_customer` carries `customer_id`. Rows of a table that
    `is_clearable` are open until paid or cleared. Rows of a table that `has_entries` are lines of entries,
    which are stored or rejected whole; those of a table that `has_addresses` are accounts, with theirs.
    Amounts are stored below zero when `credit_field` has one of `credit_values`.
    """

    name: str
    about: str
    fields: tuple[Field, ...]
    identities: tuple[Identity, ...]
    matches: tuple[tuple[str, str], ...] = (("key", "key"),)
    has_customer: bool = False
    is_clearable: bool = False
    has_entries: bool = False
    has_addresses: bool = False
    credit_field: str = ""
    credit_values: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by their names."""
        return {each.name: each for each in self.fields}
