"""What a dialect is to the web: its doors, their options and the shape of its replies, all as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from douane.errors import Failure, Refusal
from douane.model.refusing import refusal

TRUE_OR_FALSE = {"true": "true", "1": "true", "false": "false", "0": "false"}
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
class Door:
    """One address of a dialect that takes uploads.

    `name` is what runs are recorded under, `table` the model's table, `is_async` whether the reply
    comes before the import. `labels`, those of them that are `required` and `sample` are for the reference.
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

    def read_options(self, query: Mapping[str, str]) -> dict[str, str]:
        """Every option of the door with its value; query parameters the door does not know are ignored."""
        return {each.name: each.read(query.get(each.name)) for each in self.options}


@dataclass(frozen=True)
class Reply:
    """What goes back to the sender: an HTTP status, a JSON object in the order of its keys, more headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """A run that came to its end, as a dialect's reply needs it.

    `tables` gives the receipt's counts per table. `faults` are pairs of line and message in the order of
    the lines; they are read no further than `lines_max` lines, of the `rejected` there are.
    """

    run_id: int
    tables: Mapping[str, Mapping[str, int]]
    rejected: int = 0
    faults: Iterable[tuple[int, str]] = ()
    lines_max: int = 100_000


class Replies(Protocol):
    """The replies of one dialect. Each gives the status, body and headers of its own wire contract."""

    def succeeded(self, answered: Answered) -> Reply:
        """The import is done."""

    def accepted(self, run_id: int) -> Reply:
        """The upload is kept and will be imported."""

    def refused(self, refusal: Refusal, errors_with_200: bool) -> Reply:
        """The whole request is turned away."""

    def failed(self, failure: Failure) -> Reply:
        """We could not do it."""


@dataclass(frozen=True)
class Dialect:
    """One system's wire contract. `examples` are replies by their titles, for the reference."""

    name: str
    title: str
    doors: tuple[Door, ...]
    replies: Replies
    examples: Mapping[str, Reply]
