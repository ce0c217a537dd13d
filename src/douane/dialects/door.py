"""A door: an address of a dialect that takes uploads, with its options; and what goes back to a sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from douane.model.refusing import refusal
from douane.store.credentials import Caller
from douane.store.database import Connection
from douane.store.runs import Run

TRUE_OR_FALSE = {"true": "true", "1": "true", "false": "false", "0": "false"}
NAME_CHARACTERS_MAX = 255
ZERO_OR_ONE = {"1": "1", "true": "1", "0": "0", "false": "0"}


@dataclass(frozen=True)
class Option:
    """One query parameter of a door.

    `spellings` maps what a sender may write, in lower case, to what we keep; an option without
    spellings takes any text.
    """

    name: str
    default: str
    about: str
    spellings: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def read(self, text: str | None) -> str:
        """The kept value of what was sent, the default for nothing. Refuses `unknown-option`."""
        if text is None or text == "":
            return self.default
        if not self.spellings:
            if not text.isprintable():
                raise refusal("unknown-option", f"{self.name} is {text[:50]!r}; it holds control characters.")
            return text
        kept = self.spellings.get(text.lower())
        if kept is None:
            values = ", ".join(self.spellings)
            raise refusal("unknown-option", f"{self.name} is {text[:50]!r}; it takes one of: {values}.")
        return kept


DRY_RUN = Option("dry_run", "false", "Run every stage, reply with the counts, store nothing.", TRUE_OR_FALSE)


@dataclass(frozen=True)
class Declared:
    """What an address itself says of a run, and what is done in the transaction in which one is recorded."""

    declarations: Mapping[str, Any]
    recorded: Callable[[Connection, Run], object]


Declare = Callable[[Connection, Caller, Mapping[str, str]], Declared]
"""Finds what the places in the path of an address name. May raise Refusal."""


@dataclass(frozen=True)
class Door:
    """One address of a dialect that takes uploads.

    `name` is what runs are recorded under, `table` the model's table, `is_async` whether the reply
    comes before the import. `suffix` ends the name of an upload unless the option `name_option` gives one;
    `ignores_case` is about the names of the options. A path with places in it has `declare`, which finds what
    they name. `labels`, those of them that are `required` and `sample` are for the reference.
    """

    name: str
    path: str
    table: str
    about: str
    options: tuple[Option, ...]
    is_async: bool = False
    labels: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    sample: str = ""
    suffix: str = ".csv"
    name_option: str = ""
    ignores_case: bool = False
    declare: Declare | None = None

    @property
    def is_json(self) -> bool:
        """Whether it takes JSON, not cells on lines."""
        return self.suffix == ".json"

    def read_options(self, query: Mapping[str, str]) -> dict[str, str]:
        """Every option of the door with its value; query parameters the door does not know are ignored."""
        if self.ignores_case:
            query = {name.lower(): value for name, value in query.items()}
        return {each.name: each.read(query.get(self._sent_name(each))) for each in self.options}

    def upload_name(self, options: Mapping[str, str]) -> str:
        """What the file is called: as the sender says, without any folders, or like the door."""
        name = options.get(self.name_option, "").replace("\\", "/").rpartition("/")[2]
        return name[:NAME_CHARACTERS_MAX] or f"{self.name}{self.suffix}"

    def _sent_name(self, option: Option) -> str:
        return option.name.lower() if self.ignores_case else option.name


@dataclass(frozen=True)
class Reply:
    """What goes back to the sender: an HTTP status, JSON with its keys in their order, more headers."""

    status: int
    body: dict[str, Any] | list[Any]
    headers: dict[str, str] = field(default_factory=dict)
