"""A source that is asked: opened as its connector says, followed where it redirects, tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TypeVar

from douane.errors import Refusal, SourceFailure
from douane.model.connector import BASIC, HEADER, Connector, PullLimits
from douane.model.refusing import refusal

from .address import Address, follow
from .answers import REDIRECTS
from .asking import Answer, Sent
from .connections import Connections
from .pull_requests import Request, Requests
from .pull_tokens import Tokens, basic
from .watch import LOOK_SECONDS, TookTooLong, Watch

REDIRECTS_MAX = 5
Result = TypeVar("Result")


@dataclass(frozen=True)
class Source:
    """The source of a connector, within the watch over one pull. `note` is told what is repeated, and why."""

    connector: Connector
    secrets: Mapping[str, str] = field(repr=False)
    connections: Connections
    tokens: Tokens
    watch: Watch
    note: Callable[[str], None]

    @contextmanager
    def answered(self, request: Request, requests: Requests) -> Iterator[tuple[Answer, Address]]:
        """The answer to a request, behind redirects and tokens that have run out, and where it is from.

        Raises what `asking.asked` does, and refuses `source-redirects`.
        """
        address, is_renewed = request.address, False
        for _ in range(REDIRECTS_MAX + 2):
            sent = self._opening(request.sent) if requests.is_home(address) else Sent()
            with self.connections.answered(address, sent) as answer:
                has_run_out = (
                    answer.status == 401
                    and self.connector.authentication.has_token
                    and requests.is_home(address)
                )
                if has_run_out and not is_renewed:
                    is_renewed = True
                    self.tokens.forget()
                    continue
                if answer.status not in REDIRECTS:
                    yield answer, address
                    return
                address = _redirected(answer, address, request)
        raise refusal(
            "source-redirects", f"{request.address.shown} redirects more than {REDIRECTS_MAX} times"
        )

    def tried(self, once: Callable[[], Result]) -> Result:
        """What `once` gives, tried again after a pause while the source may yet give it.

        Raises the last SourceFailure, also when there is no time for another attempt, and refuses
        `source-endless` when the time of the pull is over in the middle of one.
        """
        limits = self.connector.limits
        attempt = 0
        while True:
            attempt += 1
            try:
                return once()
            except TookTooLong:
                raise self._endless() from None
            except SourceFailure as failure:
                pause = _pause(failure, attempt, limits)
                is_last = attempt == limits.attempts_max or pause > limits.pause_seconds_max
                if is_last or not self.has_time(pause):
                    raise
                self.note(f"{failure.message} Asked again in {pause:g} seconds.")
                self.wait(pause)

    def has_time(self, seconds: float) -> bool:
        """Whether the pull has that much time left."""
        return monotonic() + seconds < self.watch.ends_at

    def wait(self, seconds: float) -> None:
        """Let so much time go by, for which there is time. Raises Stopped when we are to stop."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            self.watch.look()
            sleep(min(left, LOOK_SECONDS))

    def _endless(self) -> Refusal:
        return refusal("source-endless", f"the pull was not done in {self.watch.seconds_max:,.0f} seconds")

    def _opening(self, sent: Sent) -> Sent:
        """What is sent, with what opens the source."""
        told = self.connector.authentication
        headers = dict(sent.headers)
        if told.kind == BASIC:
            headers["Authorization"] = basic(told.user, self.secrets["password"])
        elif told.kind == HEADER:
            headers[told.header] = self.secrets["key"].strip()
        elif told.has_token:
            headers["Authorization"] = f"Bearer {self.tokens.current()}"
        return Sent(sent.method, headers, sent.body)


def _redirected(answer: Answer, address: Address, request: Request) -> Address:
    location = answer.headers.get("location", "")
    if not location:
        raise refusal("source-redirects", f"{address.shown} redirects without saying where")
    if request.sent.method != "GET":
        raise refusal("source-redirects", f"{address.shown} redirects what is sent to it by POST")
    return follow(address, location)


def _pause(failure: SourceFailure, attempt: int, limits: PullLimits) -> float:
    """How long to wait before the next attempt: as long as the source asks, or longer and longer."""
    if failure.pause_seconds is not None:
        return failure.pause_seconds
    return min(limits.pause_seconds * 2.0 ** (attempt - 1), limits.pause_seconds_max)
