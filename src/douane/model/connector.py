"""What a connector is: a source of records, how it is opened, how its pages are turned, and when to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from .json_paths import Each, Path, read_path
from .placeholders import names_in

NONE = "none"
BASIC, HEADER = "basic", "header"
CLIENT_CREDENTIALS, PASSWORD = "oauth2_client_credentials", "oauth2_password"
NUMBER, OFFSET, CURSOR, NEXT, LINK = "number", "offset", "cursor", "next", "link"
COUNTED = (NUMBER, OFFSET)
EMPTY, SHORT, MISSING = "empty", "short", "missing"
QUERY, BODY = "query", "body"
QUEUE, SKIP = "queue", "skip"


@dataclass(frozen=True)
class Authentication:
    """How a source is opened. The secrets `password`, `key` and `client_secret` are kept apart.

    HEADER sends the secret `key` in the header `header`. The OAuth2 kinds get a token at `token_url`, the
    client told in the header of BASIC or in the BODY.
    """

    kind: str = NONE
    user: str = ""
    header: str = ""
    token_url: str = ""
    client_id: str = ""
    client_in: str = BASIC
    scope: str = ""

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets that must be there."""
        needed = {
            BASIC: {"password"},
            HEADER: {"key"},
            CLIENT_CREDENTIALS: {"client_secret"},
            PASSWORD: {"password"},
        }
        return frozenset(needed.get(self.kind, ()))

    @property
    def optional_secrets(self) -> frozenset[str]:
        """The names of the secrets that may be there besides."""
        return frozenset({"client_secret"} if self.kind == PASSWORD else ())

    @property
    def has_token(self) -> bool:
        """Whether a token opens the source."""
        return self.kind in (CLIENT_CREDENTIALS, PASSWORD)


@dataclass(frozen=True)
class Until:
    """The condition that a call is repeated for: a status, or a value at a path, or both.

    A value that is empty asks only that there is one at the path. What is not so after as many `attempts`,
    `seconds` apart, is not waited for any longer.
    """

    status: int = 0
    path: str = ""
    value: str = ""
    attempts: int = 30
    seconds: float = 10.0


@dataclass(frozen=True)
class Call:
    """One request. Path, query, headers and body may name secrets and what earlier calls kept, as `{name}`.

    `keep` has names for what later calls need of the answer, each with its path.
    """

    path: str = ""
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    keep: Mapping[str, str] = field(default_factory=dict)
    until: Until | None = None

    @property
    def names(self) -> frozenset[str]:
        """What the call needs by name."""
        return names_in((self.path, dict(self.query), dict(self.headers), self.body))


@dataclass(frozen=True)
class Pages:
    """How the pages of a list are turned.

    NUMBER and OFFSET count in `parameter` from `first`; CURSOR sends in it what stands at the path `at`; the
    next page has its address at `at` for NEXT, in the header Link for LINK. A list that is counted ends with
    a page that is EMPTY, or SHORT of `size`, or MISSING (404), unless a flag at the path `more` says it.
    `total` is the path of how many records there are, which is compared in the end.
    """

    kind: str = NONE
    parameter: str = ""
    place: str = QUERY
    first: int = 1
    size_parameter: str = ""
    size: int = 0
    at: str = ""
    ends: str = EMPTY
    more: str = ""
    total: str = ""

    @property
    def are_counted(self) -> bool:
        """Whether the next page is told by how many pages or records came."""
        return self.kind in COUNTED


@dataclass(frozen=True)
class PullLimits:
    """Bounds of one pull.

    Each request is tried `attempts_max` times, pausing as long as the source asks, or else `pause_seconds`,
    then twice as long, at most `pause_seconds_max`.
    """

    pages_max: int = 100_000
    records_max: int = 10_000_000
    bytes_max: int = 4 << 30
    seconds_max: float = 3600.0
    silence_seconds: float = 60.0
    attempts_max: int = 5
    pause_seconds: float = 1.0
    pause_seconds_max: float = 120.0


@dataclass(frozen=True)
class Connector:
    """A source of records: `call` gives them, after the calls `before`, in lists at the path `records`.

    One without `base_url` has no source: records are sent to it. The `headers` go with every call. `mapping`
    is the name of one, empty for the usual one; `schedule` is a cron line in UTC, empty when it is run by
    hand. What comes due while a run is under way waits in a QUEUE, or is left out (SKIP).
    """

    name: str
    base_url: str
    call: Call = field(default_factory=Call)
    before: tuple[Call, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    authentication: Authentication = field(default_factory=Authentication)
    records: str = "$"
    pages: Pages = field(default_factory=Pages)
    limits: PullLimits = field(default_factory=PullLimits)
    mapping: str = ""
    schedule: str = ""
    when_busy: str = QUEUE

    @property
    def has_source(self) -> bool:
        """Whether there is something to pull from."""
        return bool(self.base_url)

    @property
    def hosts(self) -> frozenset[str]:
        """Where secrets may go: scheme, host and port of the source and of what gives tokens."""
        addresses = (urlsplit(each) for each in (self.base_url, self.authentication.token_url) if each)
        return frozenset(f"{each.scheme}://{each.netloc}".lower() for each in addresses)

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls, in order; the last one gives the records."""
        return (*self.before, self.call)

    @cached_property
    def records_path(self) -> Path:
        """The steps to the lists of records: `$.data[*]` and `$.data` mean the same."""
        steps = read_path(self.records)
        return steps[:-1] if steps[-1:] == (Each.PART,) else steps

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """The names of the secrets that the connector cannot do without."""
        kept = {name for each in self.calls for name in each.keep}
        named = names_in(dict(self.headers)).union(*(each.names for each in self.calls))
        return self.authentication.secrets | (named - kept)
