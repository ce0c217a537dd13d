"""Golden folders: each request goes through the real app; its reply and the rows after it stay as they are.

`golden/README.md` tells what is in a folder and how to write it again.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from difflib import unified_diff
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from psycopg.rows import dict_row

from douane.dialects.access import Wanted
from douane.dialects.carry_out import import_run
from douane.dialects.djust.access import ACCESS as DJUST_ACCESS
from douane.dialects.loop.access import ACCESS as LOOP_ACCESS
from douane.dialects.myunisoft.access import ACCESS
from douane.model.establishments import Establishment
from douane.settings import Settings
from douane.store.database import Database
from douane.store.establishments import add_establishment
from douane.store.organizations import ensure_company
from douane.store.runs import list_runs

Web = TestClient[Any]
Auth = tuple[str, str]
Keys = dict[str, str]

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.parent.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*/request.http"))
REWRITES = "DOUANE_REWRITE_GOLDEN"

HEADERS_THAT_MATTER = (
    "Content-Type",
    "Douane-Run",
    "Idempotency-Replayed",
    "Retry-After",
    "WWW-Authenticate",
)
OF_A_CUSTOMER = "select c.code as customer, o.* from {} o join customers c on c.id = o.customer_id"
TABLES = {
    "customers": "select * from customers",
    **{name: OF_A_CUSTOMER.format(name) for name in ("contacts", "assignments", "open_items")},
    "ledger_accounts": "select * from ledger_accounts",
    "addresses": "select * from addresses",
    "address_links": "select c.external_id as customer, a.external_id as address, l.* from address_links l"
    " join customers c on c.id = l.customer_id join addresses a on a.id = l.address_id",
}
GUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_GUID = b"00000000-0000-0000-0000-000000000000"
CHANGING = (
    (re.compile(rb'"((?:created|started|finished)_at)":"[^"]*"'), rb'"\1":"a moment"'),
    (re.compile(rb'"stages":\{[^}]*\}'), rb'"stages":{}'),
    (re.compile(rb'"requested_by":"[^"]*"'), rb'"requested_by":"a login"'),
)
"""What of a receipt is another one each time."""

NOT_TOLD = {
    "id",
    "organization_id",
    "company_id",
    "customer_id",
    "address_id",
    "key",
    "alias",
    "fingerprint",
    "sent_check",
}


@pytest.fixture
def keys(database: Database, auth: Auth) -> Keys:
    """What the places in requests stand for: a credential of each dialect."""
    with database.connection() as conn:
        granted = ACCESS.grant(conn, Wanted("ACME"))
        company = ensure_company(conn, "ACME", "CEGID003")
        place = Establishment("SIEGE", "Siège", "07955542100027")
        add_establishment(conn, company.organization_id, company.id, place)
        of_loop = LOOP_ACCESS.grant(conn, Wanted("ACME", "CEGID003")).keys
        token = DJUST_ACCESS.grant(conn, Wanted("ACME")).keys["token"]
    named = {f"loop_{name}": key for name, key in of_loop.items()}
    own = {"login": auth[0], "password": auth[1], "djust_token": token}
    return {**own, **granted.keys, **named}


def send(web: Web, keys: Keys, file: Path) -> Any:
    """The reply to a request that is kept as HTTP, its line ends LF and its credential open."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    first, _, rest = head.decode().partition("\n")
    method, address, _ = first.split()
    headers = {name: value.format(**keys) for name, value in Parser().parsestr(rest).items()}
    if "{login}" in rest:
        headers["Authorization"] = "Basic " + base64.b64encode(headers["Authorization"].encode()).decode()
    return web.request(method, address, headers=headers, content=body)


def told(reply: Any) -> bytes:
    """The reply as HTTP: status, the headers that matter, the body byte for byte but for what changes."""
    headers = [f"{name}: {reply.headers[name]}" for name in HEADERS_THAT_MATTER if name in reply.headers]
    head = "\n".join([f"HTTP/1.1 {reply.status_code} {reply.reason_phrase}", *headers, "", ""])
    body = GUID.sub(NO_GUID, bytes(reply.content))
    for pattern, shown in CHANGING:
        body = pattern.sub(shown, body)
    return head.encode() + body


def rows(database: Database) -> bytes:
    """The business rows as stored, one per line: what is not null, without ids and hashes."""
    with database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
        kept = {name: sorted(map(line_of, cursor.execute(query))) for name, query in TABLES.items()}
    tables = (f"{json.dumps(name)}: [{','.join(kept[name])}\n]" for name in TABLES if kept[name])
    return ("{" + ",\n".join(tables) + "}\n").encode()


def line_of(row: dict[str, Any]) -> str:
    """A row as a line of JSON. The day of a clear is the day of the run, so only that it was is told."""
    shown = {name: value for name, value in row.items() if value is not None and name not in NOT_TOLD}
    if "cleared_on" in shown:
        shown["cleared_on"] = "the day of the run"
    return "\n " + json.dumps(shown, ensure_ascii=False, default=str)


def import_what_waits(database: Database, settings: Settings) -> None:
    """What a worker would do with the runs that were left to it."""
    with database.connection() as conn:
        waiting = [run for run in list_runs(conn, None) if run.state == "waiting"]
    for run in reversed(waiting):
        import_run(database, settings, run)


def difference(name: str, kept: bytes, seen: bytes) -> Iterator[str]:
    old, new = (text.decode("utf-8", "backslashreplace").splitlines() for text in (kept, seen))
    return unified_diff(old, new, f"{name} as kept", f"{name} as seen", lineterm="")


@pytest.mark.parametrize("case", CASES)
def test_golden(
    case: str,
    web: Web,
    keys: Keys,
    database: Database,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = GOLDEN / case
    for before in sorted(folder.glob("before-*.http")):
        answer = send(web, keys, before).json()
        assert answer.get("success") == "true" or answer.get("state") == "succeeded", before.name
    reply = told(send(web, keys, folder / "request.http"))
    import_what_waits(database, settings)
    seen = {"response.http": reply, "rows.json": rows(database)}

    differences: list[str] = []
    for name, content in seen.items():
        file = folder / name
        kept = file.read_bytes() if file.exists() else b""
        if kept == content:
            continue
        differences += difference(f"{case}/{name}", kept, content)
        if os.environ.get(REWRITES):
            file.write_bytes(content)
    text = "\n".join(differences)
    if os.environ.get(REWRITES):
        with capsys.disabled():
            print(f"\n{text}" if text else "", end="")
    else:
        assert not text, f"\n{text}\nIf this is what should be seen: {REWRITES}=1 writes it."


def test_a_folder_holds_nothing_else() -> None:
    known = {"about.md", "request.http", "response.http", "rows.json"}
    for case in CASES:
        names = {file.name for file in (GOLDEN / case).iterdir() if not file.name.startswith("before-")}
        assert names == known, case
