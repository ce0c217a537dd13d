"""What calls may leave behind, bound to the parts that look after it; and what this server is called by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from douane.dialects.call import Prepared
from douane.fetch.address import shown_address
from douane.fetch.deposits import prepare_deposit
from douane.jobs.queue import defer_run
from douane.settings import Settings
from douane.store.credentials import Caller, Connection

from .callers import Headers

if TYPE_CHECKING:
    from litestar.types import HTTPScope

HOST = re.compile(rb"[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")


@dataclass(frozen=True)
class OurGateway:
    """The gateway of a server; see `dialects.call.Gateway`."""

    settings: Settings

    def defer(self, conn: Connection, run_id: int) -> int:
        """Leave a run to a worker."""
        return defer_run(conn, run_id)

    def prepare_deposit(self, conn: Connection, caller: Caller, name: str, base_url: str) -> Prepared:
        """A place for a file, in the bucket or in our own storage."""
        return prepare_deposit(conn, self.settings, caller, name, base_url)

    def shown_address(self, url: str) -> str:
        """The address without what may be a secret."""
        return shown_address(url)


def base_url(settings: Settings, scope: HTTPScope, headers: Headers) -> str:
    """What the sender reaches us by: the setting, else what the request itself says."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = headers.get(b"host", b"")
    name = host.decode() if HOST.fullmatch(host) else "localhost"
    return f"{scope['scheme']}://{name}"
