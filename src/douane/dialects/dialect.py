"""What a dialect is to the web: its addresses, how it knows its callers and its replies, all as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from douane.errors import Failure, Refusal
from douane.pipeline.report import Fault

from .access import Access
from .call import Call, Gathering, Notice
from .door import Door, Reply


@dataclass(frozen=True)
class Answered:
    """A run that came to its end, as a dialect's reply needs it.

    `tables` gives the receipt's counts per table. `faults` are pairs of line and message in the order of
    the lines; they are read no further than `lines_max` lines, of the `rejected` there are. `receipt` gives
    the whole receipt, as /v1/runs has it.
    """

    run_id: int
    tables: Mapping[str, Mapping[str, int]]
    rejected: int = 0
    faults: Iterable[tuple[int, str]] = ()
    lines_max: int = 100_000
    door: str = ""
    receipt: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True)
class Circumstances:
    """Of one request, what a reply about its trouble may tell.

    `url` is path and query as sent, `request_id` is its own, `run_id` that of its run once there is one.
    `errors_with_200` is the operator's wish for dialects in which an error is no matter of HTTP.
    """

    method: str
    url: str
    asked_at: datetime
    request_id: str
    run_id: int | None = None
    errors_with_200: bool = True


class Replies(Protocol):
    """The replies of one dialect. Each gives the status, body and headers of its own wire contract."""

    def succeeded(self, answered: Answered) -> Reply:
        """The import is done."""

    def accepted(self, run_id: int) -> Reply:
        """The upload is kept and will be imported."""

    def refused(self, refusal: Refusal, circumstances: Circumstances) -> Reply:
        """The whole request is turned away."""

    def failed(self, failure: Failure, circumstances: Circumstances) -> Reply:
        """We could not do it."""


@dataclass(frozen=True)
class Metering:
    """The headers that tell a sender how many requests are left, when that begins anew, and the total."""

    remaining: str
    reset: str
    total: str


@dataclass(frozen=True)
class Dialect:
    """One system's wire contract. `examples` are replies by their titles, for the reference.

    `home` is where nobody else answers: there the case of a path's letters does not matter, and what is
    wrong with an address is told in the dialect's own words. `request_id_header` carries the id of a
    request back. A dialect with `metering` bounds how often a credential may ask. `with_wire_code` gives a
    fault with what the system itself calls it, where its codes of faults are published.
    """

    name: str
    title: str
    access: Access
    replies: Replies
    doors: tuple[Door, ...] = ()
    calls: tuple[Call | Gathering, ...] = ()
    notices: tuple[Notice, ...] = ()
    examples: Mapping[str, Reply] = field(default_factory=dict)
    home: str = ""
    request_id_header: str = ""
    metering: Metering | None = None
    with_wire_code: Callable[[Fault], dict[str, Any]] = dict
