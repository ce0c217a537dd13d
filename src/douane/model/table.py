"""How a table of the model is described: its fields, what identifies a row, what its rows hang on."""

from __future__ import annotations

from dataclasses import dataclass, field

from .kinds import Kind


@dataclass(frozen=True)
class Field:
    """One column of the model. `choices` are the values a CHOICE may take; `about` is for the reference."""

    name: str
    kind: Kind = Kind.TEXT
    about: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class Identity:
    """One way to find a stored row: the fields whose values together name it.

    A part `"issued_on.year"` stands for the year of a date. Every part must have a value, unless
    `optional` names it.
    """

    name: str
    parts: tuple[str, ...]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """A table of the model.

    `identities` are tried in order: the first whose parts all have values is the row's key, a later
    one its alias. `matches` are the pairs (what the row offers, what the stored row has) by which a
    row finds its stored row, in order.
    """

    name: str
    about: str
    fields: tuple[Field, ...]
    identities: tuple[Identity, ...]
    matches: tuple[tuple[str, str], ...] = (("key", "key"),)
    parent: str | None = None
    code_prefix: str = ""
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})
