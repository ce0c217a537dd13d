"""Large bodies of Cegid Loop: so many at once, and none where a body only names a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from litestar import Litestar

from douane.dialects.access import Wanted
from douane.dialects.loop.access import ACCESS
from douane.dialects.loop.bodies import BODY_BYTES_MAX
from douane.store.database import Database
from douane.store.organizations import Company
from douane.web.bodies import LARGE_BYTES, OF_ALL_MAX, OF_ONE_MAX

from .conftest import Loop


@dataclass
class Request:
    """A request for importJson whose body comes piece by piece, the rest once it `goes_on`."""

    keys: dict[str, str]
    pieces: list[bytes]
    announced: int | None = None
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    replies: list[dict[str, Any]] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    async def be_answered(self, app: Litestar) -> int:
        """The status of the reply."""
        sent = {
            "x-apikey": f"{self.keys['key']}:{self.keys['secret']}",
            "ocp-apim-subscription-key": self.keys["subscription_key"],
            **({} if self.announced is None else {"content-length": str(self.announced)}),
        }
        scope: Any = {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": "/importJson",
            "raw_path": b"/importJson",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
        await app(scope, self._receive, self._send)  # type: ignore[arg-type]
        return int(self.replies[0]["status"])

    async def _receive(self) -> dict[str, Any]:
        if self.pieces:
            return {"type": "http.request", "body": self.pieces.pop(0), "more_body": True}
        self.waits.set()
        await self.goes_on.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        self.replies.append(message)


@pytest.fixture
def make_keys(database: Database, make_company: Callable[..., Company]) -> Callable[[], dict[str, str]]:
    """Makes the keys of a company of a new organization."""

    def make() -> dict[str, str]:
        company = make_company()
        with database.connection() as conn:
            row = conn.execute(
                "select code from organizations where id = %s", [company.organization_id]
            ).fetchone()
            assert row is not None
            return dict(ACCESS.grant(conn, Wanted(row[0], company.code)).keys)

    return make


async def _statuses(app: Litestar, first: list[Request], then: list[Request]) -> list[int]:
    """The statuses of those in `then`, which come while those in `first` are on their way, and theirs."""
    under_way = [asyncio.create_task(each.be_answered(app)) for each in first]
    for each in first:
        await each.waits.wait()
    for each in then:
        each.goes_on.set()
    statuses = [await each.be_answered(app) for each in then]
    for each in first:
        each.goes_on.set()
    return [*statuses, *[await each for each in under_way]]


def test_one_organization_holds_so_many_large_bodies(
    app: Litestar, make_keys: Callable[[], dict[str, str]]
) -> None:
    mine, theirs = make_keys(), make_keys()
    large = [b"{" + b" " * LARGE_BYTES]
    first = [Request(mine, list(large)) for _ in range(OF_ONE_MAX)]
    announced = Request(mine, [b"{"], announced=2 * LARGE_BYTES)
    then = [Request(mine, list(large)), announced, Request(mine, [b"{}"]), Request(theirs, list(large))]
    told = asyncio.run(_statuses(app, first, then))
    assert told == [503, 503, 200, 200] + [200] * OF_ONE_MAX


def test_all_of_them_hold_so_many(app: Litestar, make_keys: Callable[[], dict[str, str]]) -> None:
    keys = [make_keys() for _ in range(OF_ALL_MAX + 1)]
    first = [Request(each, [b"{" + b" " * LARGE_BYTES]) for each in keys[1:]]
    last = [Request(keys[0], [b"{" + b" " * LARGE_BYTES])]
    assert asyncio.run(_statuses(app, first, last)) == [503] + [200] * OF_ALL_MAX


def test_the_places_are_free_again(app: Litestar, make_keys: Callable[[], dict[str, str]]) -> None:
    keys = make_keys()

    async def one_after_the_other() -> set[int]:
        requests = [Request(keys, [b"{" + b" " * LARGE_BYTES]) for _ in range(2 * OF_ALL_MAX)]
        for each in requests:
            each.goes_on.set()
        return {await each.be_answered(app) for each in requests}

    assert asyncio.run(one_after_the_other()) == {200}


@pytest.mark.parametrize("call", ["importPerso", "importFEC", "importTRA"])
def test_a_body_that_names_a_file_is_not_large(loop: Loop, call: str) -> None:
    endless = b"{" + b",".join(b'"%d":0' % number for number in range(BODY_BYTES_MAX // 8)) + b"}"
    assert len(endless) > BODY_BYTES_MAX
    reply = loop.post(call, endless)
    assert (reply.status_code, reply.json()["statusCode"]) == (413, 413)
    assert loop.told(loop.post(call, b'{"other":"%s"}' % (b"x" * (BODY_BYTES_MAX - 20))))
