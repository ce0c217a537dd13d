"""A call: an address of a dialect that reads or writes a single thing and answers at once, without a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from douane.errors import Refusal
from douane.settings import Settings
from douane.store.credentials import Caller, Connection

from .door import Reply


class Prepared(Protocol):
    """A deposit to be filled: its address, which is a secret, and what an import names it by."""

    @property
    def deposit_url(self) -> str:
        """Where the file is put."""

    @property
    def uri(self) -> str:
        """What an import names the file by."""


class Gateway(Protocol):
    """What outlives the request of a call; all of it is done in the transaction of `conn`."""

    def defer(self, conn: Connection, run_id: int) -> int:
        """Leave a run to a worker; gives the job's id."""

    def prepare_deposit(self, conn: Connection, caller: Caller, name: str, base_url: str) -> Prepared:
        """A place for a file of this name. Refuses `deposit-name` and `too-many-deposits`."""

    def shown_address(self, url: str) -> str:
        """What everybody may see of an address that may open what it names."""


class NoGateway:
    """Stands where a request is answered that leaves nothing to anybody."""

    def defer(self, conn: Connection, run_id: int) -> int:
        """A mistake of ours."""
        raise AssertionError(f"run {run_id} is left to nobody")

    def prepare_deposit(self, conn: Connection, caller: Caller, name: str, base_url: str) -> Prepared:
        """A mistake of ours."""
        raise AssertionError("nobody prepares a deposit")

    def shown_address(self, url: str) -> str:
        """A mistake of ours."""
        raise AssertionError("nobody shows an address")


NO_GATEWAY = NoGateway()


@dataclass(frozen=True)
class Asked:
    """One request as a call sees it; `conn` is in a transaction that is committed when the call returns.

    `query` has the names as sent. `body` is at most `Settings.limits.call_bytes_max` long. `base_url` is what
    this server is called by from outside, without a slash at its end.
    """

    conn: Connection
    caller: Caller
    settings: Settings
    query: Mapping[str, str]
    body: bytes = b""
    gateway: Gateway = NO_GATEWAY
    base_url: str = ""


@dataclass(frozen=True)
class Call:
    """One address of a dialect that is no upload. `answer` raises Refusal for whatever it turns away.

    `needs_company` is false for addresses that concern the whole organization. A body may have at most
    `body_bytes_max`, unless the settings say less; None leaves it to them.
    """

    method: str
    path: str
    about: str
    answer: Callable[[Asked], Reply]
    needs_company: bool = True
    body_bytes_max: int | None = None


@dataclass(frozen=True, slots=True)
class AskedOne:
    """One of several requests that are answered together; `body` is bounded as that of `Asked`."""

    caller: Caller
    body: bytes


AnswerMany = Callable[[Connection, Settings, Sequence[AskedOne]], "list[Reply | Refusal]"]


@dataclass(frozen=True)
class Gathering:
    """One address whose concurrent requests, of any callers, are answered together in one transaction.

    `answer_many` gives for each request, in their order, its reply or what turns it away. When it raises,
    nothing is stored and it is called again for each request alone, in a transaction of its own.
    """

    method: str
    path: str
    about: str
    answer_many: AnswerMany


@dataclass(frozen=True)
class Notice:
    """One address that shows the same to everybody who gets it, without a credential."""

    path: str
    about: str
    reply: Reply
