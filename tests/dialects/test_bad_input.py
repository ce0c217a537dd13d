"""Bad input at the doors: a clear answer, nothing lost, and nothing stored of what is turned away."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.carry_out import import_run
from douane.settings import Limits, Settings
from douane.store.database import Database
from douane.store.runs import get_run
from douane.web.app import create_app

Web = TestClient[Any]
Auth = tuple[str, str]

CLIENT = b"client_code;client_business_name\n"
ITEM = b"item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax\n"
FILES = {
    "clients": CLIENT + b"C3;Third\n",
    "contacts": b"client_code;contact_lastname\nC0001;Roy\n",
    "users": b"client_code;user_lastname\nC0001;Roy\n",
    "items": ITEM + b"FAC;1;C0001;2024-11-21;2024-11-28;1\n",
}
TABLES = ("customers", "contacts", "assignments", "open_items", "before_images")


def stored(database: Database) -> dict[str, list[Any]]:
    """Every business row and before-image."""
    with database.connection() as conn:
        return {name: conn.execute(f"select * from {name} order by 1, 2, 3").fetchall() for name in TABLES}


def receipt(web: Web, auth: Auth, reply: Any) -> dict[str, Any]:
    told: dict[str, Any] = web.get(f"/v1/runs/{reply.headers['douane-run']}", auth=auth).json()
    return told


@pytest.fixture(autouse=True)
def known(web: Web, auth: Auth, files: Any) -> None:
    """The customers C0001 and C0002."""
    assert web.post("/api/clients", content=files.clients, auth=auth).json()["nb_client_added"] == 2


# --- one line costs itself


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"C3;\xe9t\xe9", "The line holds bytes that are not UTF-8"),
        (b"C3;a;b", "Column count doesn't match (defined=2, found=3)"),
        (b"C3", "Column count doesn't match (defined=2, found=1)"),
        (b'C3;"never closed', 'The quotes of this line do not pair up near "never closed'),
        (b"C3;a\0b", "The line holds a NUL character"),
        (b"C3;", "client_business_name is empty but required"),
        (b"C3;" + b"x" * (1 << 20), "The line is longer than 1048576 bytes"),
        (b"C0001;another name", "The same key stands on line 2 with other values"),
    ],
)
def test_a_bad_line_costs_itself_alone(web: Web, auth: Auth, line: bytes, said: str) -> None:
    file = CLIENT + b"C0001;New name\n" + line + b'\n"C4";"Fourth"\n'
    reply = web.post("/api/clients", content=file, auth=auth)
    body = reply.json()
    assert (body["nb_client_added"], body["nb_client_modified"]) == (1, 1)
    assert body["exception_lines"] == {"line 3": said}
    counts = receipt(web, auth, reply)["counts"]
    assert (counts["received"], counts["rejected"]) == (3, 1)


def test_lines_are_counted_as_an_editor_counts_them(web: Web, auth: Auth) -> None:
    file = b'\r\nclient_code;client_business_name\r\n\r\nC3;"two\r\nlines"\r\n\r\nC4\r\nC5;Fifth\r\n'
    body = web.post("/api/clients", content=file, auth=auth).json()
    assert body["exception_lines"] == {"line 7": "Column count doesn't match (defined=2, found=1)"}
    assert body["nb_client_added"] == 2


def test_a_single_line_of_100_mb_costs_itself_alone(web: Web, auth: Auth) -> None:
    pieces = [CLIENT, b'C3;"', *[b"x" * 1_000_000] * 100, b"\nC4;Fourth\n"]
    body = web.post("/api/clients", content=iter(pieces), auth=auth).json()
    assert body["exception_lines"] == {"line 2": "The line is longer than 1048576 bytes"}
    assert body["nb_client_added"] == 1


def test_a_header_of_100_mb_is_refused(web: Web, auth: Auth) -> None:
    body = web.post("/api/clients", content=iter([b";" * 1_000_000] * 100), auth=auth).json()
    assert body["error_code"] == "CSV_BAD_SYNTAX"


# --- the whole file is turned away


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [
        packer.compress(CLIENT),
        *(packer.compress(b"\0" * 1_000_000) for _ in range(size // 1_000_000)),
    ]
    return b"".join([*pieces, packer.flush()])


REFUSED = {
    "a gzip bomb": (bomb(300_000_000), "gzip", 413, "FILE_TOO_LARGE"),
    "a gzip bomb that does not say so": (bomb(300_000_000), "", 413, "FILE_TOO_LARGE"),
    "an archive cut short": (gzip.compress(CLIENT * 1000)[:-9], "gzip", 200, "CSV_BAD_SYNTAX"),
    "an archive with a tail": (gzip.compress(CLIENT) + b"tail", "gzip", 200, "CSV_BAD_SYNTAX"),
    "an empty archive": (gzip.compress(b""), "gzip", 200, "CSV_EMPTY"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "", 200, "CSV_BAD_SYNTAX"),
    "another separator": (CLIENT.replace(b";", b","), "", 200, "CSV_BAD_SYNTAX"),
    "a form": (b"--x\r\nContent-Disposition: form-data\r\n\r\na;b\r\n--x--\r\n", "", 200, "CSV_BAD_SYNTAX"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "", 200, "CSV_EMPTY"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_file_leaves_every_row_as_it_was(
    web: Web, auth: Auth, database: Database, what: str
) -> None:
    file, packing, status, code = REFUSED[what]
    before = stored(database)
    headers = {"Content-Encoding": packing} if packing else {}
    reply = web.post("/api/clients", content=file, headers=headers, auth=auth)
    assert (reply.status_code, reply.json()["error_code"]) == (status, code)
    assert receipt(web, auth, reply)["state"] == "refused"
    assert stored(database) == before


def test_a_refused_stock_clears_nothing(web: Web, auth: Auth, files: Any, database: Database) -> None:
    web.post("/api/items", content=files.items, auth=auth)
    before = stored(database)
    for file in (b"", ITEM[:-5] + b"\n", ITEM, ITEM + b"FAC;9;C0001;x;y;z\n"):
        web.post("/api/items?clear_items_not_modified=true", content=file, auth=auth)
        assert stored(database) == before


def test_a_header_that_lacks_a_column_is_told_with_what_it_has(web: Web, auth: Auth) -> None:
    body = web.post("/api/clients", content=CLIENT.replace(b";", b","), auth=auth).json()
    said = body["error_description"]
    assert "client_code; it has client_code,client_business_name." in said


@pytest.mark.parametrize("sent", ["%00", "utf-8%0a", "%1b[31m"])
def test_an_option_with_control_characters_is_a_bad_option(web: Web, auth: Auth, sent: str) -> None:
    body = web.post(f"/api/clients?encoding={sent}", content=FILES["clients"], auth=auth).json()
    assert body["error_code"] == "BAD_OPTION"
    assert body["error_description"].isprintable()


# --- nothing is stored that should not be


@pytest.mark.parametrize("door", FILES)
@pytest.mark.parametrize("way", ["api", "apiPutFiles"])
def test_a_dry_run_of_any_door_stores_nothing_and_counts_all(
    web: Web, auth: Auth, database: Database, settings: Settings, door: str, way: str
) -> None:
    before = stored(database)
    reply = web.post(f"/{way}/{door}?dry_run=true", content=FILES[door], auth=auth)
    assert reply.json()["success"] == "true"
    if way == "apiPutFiles":
        carry_out(database, settings, reply)
    told = receipt(web, auth, reply)
    assert (told["state"], told["dry_run"], told["counts"]["added"]) == ("succeeded", True, 1)
    assert stored(database) == before


def carry_out(database: Database, settings: Settings, reply: Any) -> None:
    """What a worker does."""
    with database.connection() as conn:
        run = get_run(conn, None, int(reply.headers["douane-run"]))
    assert run is not None
    import_run(database, settings, run)


def test_what_changed_is_counted_at_every_door_and_what_did_not_nowhere(web: Web, auth: Auth) -> None:
    keyed = {
        "clients": (CLIENT + b"C0001;%s\n", "nb_client"),
        "items": (ITEM + b"FAC;1;C0001;2024-11-21;%s;1\n", "nb_item"),
        "users": (b"client_code;user_matricule;user_lastname\nC0001;S1;%s\n", "nb_user"),
    }
    values = {"clients": (b"One", b"Two"), "items": (b"2024-12-01", b"2024-12-02"), "users": (b"Roy", b"Roi")}
    for door, (file, counter) in keyed.items():
        first, second = values[door]
        bodies = [
            web.post(f"/api/{door}", content=file % value, auth=auth).json()
            for value in (first, second, second)
        ]
        assert [body[f"{counter}_modified"] for body in bodies[1:]] == [1, 0]
        assert all("exception_lines" not in body for body in bodies)


def test_a_changed_contact_is_told_in_the_receipt_alone(web: Web, auth: Auth) -> None:
    file = b"client_code;contact_lastname;contact_phone\nC0001;Roy;%s\n"
    replies = [web.post("/api/contacts", content=file % phone, auth=auth) for phone in (b"1", b"2", b"2")]
    assert [reply.json()["nb_contact_added"] for reply in replies] == [1, 0, 0]
    assert [receipt(web, auth, reply)["counts"]["updated"] for reply in replies] == [0, 1, 0]


# --- sent back


def test_the_rejected_lines_of_an_asynchronous_run_can_be_corrected_too(
    web: Web, auth: Auth, database: Database, settings: Settings
) -> None:
    file = CLIENT.replace(b"\n", b";client_blocked\n") + b'C3;"two\nlines";maybe\nC4;Fourth;0\n"C5";"a;b";7\n'
    reply = web.post("/apiPutFiles/clients", content=gzip.compress(file), auth=auth)
    carry_out(database, settings, reply)
    rejected = web.get(f"/v1/runs/{reply.headers['douane-run']}/rejected.csv", auth=auth).content
    assert rejected.count(b"client_blocked: ") == 2
    fixed = rejected.replace(b";maybe", b";1").replace(b";7", b";0")
    body = web.post("/api/clients", content=fixed, auth=auth).json()
    assert body["nb_client_added"] == 2
    assert "exception_lines" not in body
    with database.connection() as conn:
        names = conn.execute("select name from customers where code in ('C3', 'C5') order by 1").fetchall()
        (extras,) = conn.execute("select count(extra) from customers").fetchone() or (None,)
    assert names == [("a;b",), ("two\nlines",)]
    assert extras == 0


def test_rejected_lines_sent_back_as_they_are_are_rejected_again(web: Web, auth: Auth) -> None:
    file = CLIENT + b'C3;a;b\nC4\nC5;"x\nC6;Sixth\n'
    first = web.post("/api/clients", content=file, auth=auth)
    rejected = web.get(f"/v1/runs/{first.headers['douane-run']}/rejected.csv", auth=auth).content
    again = web.post("/api/clients", content=rejected, auth=auth)
    assert receipt(web, auth, first)["counts"]["rejected"] == 3
    assert receipt(web, auth, again)["counts"]["rejected"] == 3


def test_many_rejected_lines_all_come_back(web: Web, auth: Auth) -> None:
    lines = [b"C%d;a;b" % number for number in range(5000)]
    reply = web.post("/api/clients", content=CLIENT + b"\n".join(lines), auth=auth)
    rejected = web.get(f"/v1/runs/{reply.headers['douane-run']}/rejected.csv", auth=auth).content
    assert [line.partition(b'";')[2] for line in rejected.splitlines()[1:]] == lines


def test_small_limits_are_told_with_their_size(database: Database, settings: Settings, auth: Auth) -> None:
    narrow = replace(settings, limits=Limits(line_bytes_max=100))
    with TestClient(create_app(database, narrow), raise_server_exceptions=False) as web:
        body = web.post("/api/clients", content=CLIENT + b"C3;" + b"x" * 100 + b"\n", auth=auth).json()
    assert body["exception_lines"] == {"line 2": "The line is longer than 100 bytes"}
