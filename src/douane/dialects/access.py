"""How a dialect knows its callers, and how it makes the credentials by which it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from douane.store.credentials import Caller, Connection
from douane.store.database import Database


@dataclass(frozen=True)
class Wanted:
    """A credential to make. One of the whole organization has no `company`."""

    organization: str
    company: str | None = None
    opens_all: bool = False
    declarations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Handed:
    """A new credential: its `keys` by name, shown once and kept nowhere, and sentences about it."""

    keys: Mapping[str, str]
    about: tuple[str, ...]


Authenticate = Callable[[Database, Mapping[str, str], bool], Caller]


@dataclass(frozen=True)
class Access:
    """How one dialect knows its callers.

    `authenticate(database, sent, needs_company)` gives the caller behind `headers`, or raises Refusal;
    `sent` has those that were sent, by their names in lower case. Only a request with the first of them is
    the dialect's at an address that all dialects share. A caller is remembered for `remembered_seconds`.
    `schemes` are for the reference: what each key is called, and `basic`, `bearer` or its header's name.
    """

    headers: tuple[str, ...]
    schemes: Mapping[str, str]
    authenticate: Authenticate
    grant: Callable[[Connection, Wanted], Handed]
    remembered_seconds: float = 0.0
