"""`douane serve` as a process of its own: it answers, it drains, it survives being killed."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from douane.settings import Settings
from douane.store.credentials import grant
from douane.store.database import Database, open_database
from douane.store.runs import list_runs

PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

COMMAND = [sys.executable, "-c", "from douane.cli import main; main()", "serve", "--port", "0"]
CLIENTS = b"client_code;client_business_name\nC0001;My company\n"
ITEM_LABELS = b"item_number;item_type;item_date_issue;item_date_due;item_amount_initial_inc_tax;client_code\n"

Auth = tuple[str, str]


class Server:
    """A running `douane serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)

    def connect(self, path: str, auth: Auth, *headers: str) -> socket.socket:
        """A connection on which the head of a POST was sent, and nothing of its body."""
        token = base64.b64encode(":".join(auth).encode()).decode()
        lines = [f"POST {path} HTTP/1.1", "Host: test", f"Authorization: Basic {token}", *headers]
        connection = socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2])))
        connection.settimeout(PATIENCE_SECONDS)
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection


Start = Callable[..., Server]


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts the server on the test's database, or with other settings in the environment."""
    started: list[Server] = []

    def begin(*arguments: str, **environment: str) -> Server:
        environment.setdefault("DATABASE_URL", settings.database_url)
        process = subprocess.Popen(
            [*COMMAND, "--data", str(settings.data), *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        told = process.stdout.readline()
        started.append(Server(process, told.split()[-1] if told else ""))
        assert told.startswith("Douane listens on http://127.0.0.1:"), process.communicate()[1]
        return started[-1]

    yield begin
    for server in started:
        server.process.kill()
        server.process.communicate()


@pytest.fixture
def auth(database: Database) -> Auth:
    with database.connection() as conn:
        granted = grant(conn, "mydso", "ACME")
    return granted.login, granted.password


def until(is_so: Callable[[], Any]) -> Any:
    """What `is_so` gives once it is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := is_so()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def items(count: int) -> bytes:
    rows = (f"{number};FAC;2024-11-21;2024-11-28;{number}.50;C0001\n" for number in range(count))
    return ITEM_LABELS + "".join(rows).encode()


def newest_run(database: Database) -> Any:
    with database.connection() as conn:
        return next(iter(list_runs(conn, None, limit=1)), None)


def item_count(database: Database) -> int:
    with database.connection() as conn:
        row = conn.execute("select count(*) from open_items").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_answers_as_soon_as_it_says_so_and_stops_with_0(start: Start, how: int) -> None:
    server = start()
    assert httpx.get(f"{server.url}/ready").json() == {"status": "ready"}
    assert server.stop(how) == 0


def test_runs_on_its_own_database_and_ctrl_c_reaches_everything_at_once(start: Start) -> None:
    data = tempfile.mkdtemp(prefix="douane-serve-")
    server = start("--data", data, DATABASE_URL="")
    with open_database(Settings(data=Path(data))) as database, database.connection() as conn:
        granted = grant(conn, "mydso", "ACME")
    who = (granted.login, granted.password)
    assert httpx.post(f"{server.url}/api/clients", content=CLIENTS, auth=who).json()["nb_client_added"] == 1
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.process.wait(PATIENCE_SECONDS) == 0
    shutil.rmtree(data)


def test_a_port_that_is_taken_is_a_plain_sentence_and_3(start: Start, settings: Settings) -> None:
    port = start().url.rpartition(":")[2]
    second = subprocess.run(
        [*COMMAND, "--port", port, "--data", str(settings.data)],
        env={**os.environ, "DATABASE_URL": settings.database_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert second.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_what_is_left_for_later_is_imported_by_its_worker(start: Start, auth: Auth) -> None:
    server = start()
    accepted = httpx.post(f"{server.url}/apiPutFiles/clients", content=CLIENTS, auth=auth).json()
    address = server.url + accepted["status"]
    receipt = until(lambda: (told := httpx.get(address, auth=auth).json())["state"] == "succeeded" and told)
    assert receipt["counts"]["added"] == 1
    until(lambda: 'douane_runs_total{state="succeeded"} 1.0' in httpx.get(f"{server.url}/metrics").text)
    assert 'douane_rows_total{verdict="added"} 1.0' in httpx.get(f"{server.url}/metrics").text
    assert server.stop() == 0


@pytest.mark.parametrize("way", ["api", "apiPutFiles"])
def test_a_sender_that_hangs_up_half_way_leaves_a_refused_run_alone(
    start: Start, auth: Auth, database: Database, settings: Settings, way: str
) -> None:
    server = start()
    with closing(server.connect(f"/{way}/clients", auth, "Content-Length: 1000")) as connection:
        connection.sendall(CLIENTS)
    run = until(lambda: newest_run(database))
    assert run.state == "refused"
    assert (run.refusal_code, run.upload_bytes) == ("upload-cut", len(CLIENTS))
    assert list((settings.data / "uploads").iterdir()) == []


def test_takes_a_chunked_body_and_asks_for_it_when_expected(start: Start, auth: Auth) -> None:
    server = start()
    headers = ("Transfer-Encoding: chunked", "Expect: 100-continue", "Connection: close")
    with closing(server.connect("/api/clients", auth, *headers)) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        half = len(CLIENTS) // 2
        for piece in (CLIENTS[:half], CLIENTS[half:], b""):
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b'"nb_client_added":1' in reply


def test_does_not_read_the_body_of_a_sender_it_does_not_know(start: Start) -> None:
    server = start()
    wrong = ("nobody", "nothing")
    headers = ("Content-Length: 1000000000", "Expect: 100-continue")
    with closing(server.connect("/api/clients", wrong, *headers)) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


def test_finishes_what_is_under_way_before_it_stops(start: Start, auth: Auth, database: Database) -> None:
    server = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    replies: list[httpx.Response] = []
    body = items(200_000)

    def send() -> None:
        replies.append(
            httpx.post(f"{server.url}/api/items", content=body, auth=auth, timeout=PATIENCE_SECONDS)
        )

    senders = [threading.Thread(target=send) for _ in range(3)]
    for each in senders:
        each.start()
    until(lambda: "douane_imports_waiting 2.0" in httpx.get(f"{server.url}/metrics").text)
    assert server.stop() == 0
    for each in senders:
        each.join(PATIENCE_SECONDS)
    assert sorted(reply.json()["nb_item_added"] for reply in replies) == [0, 0, 200_000]


def test_killed_in_the_middle_it_leaves_not_a_row_and_the_file_can_be_sent_again(
    start: Start, auth: Auth, database: Database
) -> None:
    server = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    key = {"Idempotency-Key": "night-1"}
    sent = {"content": items(300_000), "auth": auth, "headers": key, "timeout": PATIENCE_SECONDS}

    def send() -> None:
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{server.url}/api/items", **sent)

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: (run := newest_run(database)) and run.state == "running")
    time.sleep(0.3)
    server.stop(signal.SIGKILL)
    sender.join(PATIENCE_SECONDS)
    assert item_count(database) == 0

    again = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    until(lambda: newest_run(database).state == "failed")
    assert httpx.post(f"{again.url}/api/items", **sent).json()["nb_item_added"] == 300_000
    assert item_count(database) == 300_000


def test_killed_in_the_middle_of_an_asynchronous_import_it_takes_it_up_again_by_itself(
    start: Start, auth: Auth, database: Database
) -> None:
    server = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    sent = httpx.post(
        f"{server.url}/apiPutFiles/items", content=items(300_000), auth=auth, timeout=PATIENCE_SECONDS
    )
    until(lambda: newest_run(database).state == "running")
    time.sleep(0.3)
    server.stop(signal.SIGKILL)
    assert newest_run(database).state == "running"
    assert item_count(database) == 0

    again = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    until(lambda: newest_run(database).state == "succeeded")
    receipt = httpx.get(again.url + sent.json()["status"], auth=auth).json()
    assert receipt["counts"]["added"] == item_count(database) == 300_000


def test_one_key_sent_several_times_at_once_is_one_import(
    start: Start, auth: Auth, database: Database
) -> None:
    server = start(DOUANE_CREATE_MISSING_CUSTOMERS="1")
    sent = {"content": items(20_000), "auth": auth, "headers": {"Idempotency-Key": "night-1"}}
    replies: list[httpx.Response] = []

    def send() -> None:
        replies.append(httpx.post(f"{server.url}/api/items", **sent, timeout=PATIENCE_SECONDS))

    senders = [threading.Thread(target=send) for _ in range(4)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(PATIENCE_SECONDS)
    assert [reply.json()["nb_item_added"] for reply in replies] == [20_000] * 4
    assert len({reply.headers["Douane-Run"] for reply in replies}) == 1
    assert sum("Idempotency-Replayed" in reply.headers for reply in replies) == 3


def test_imports_of_one_table_at_once_wait_for_each_other_also_in_two_processes(
    start: Start, auth: Auth, database: Database
) -> None:
    servers = [start(DOUANE_CREATE_MISSING_CUSTOMERS="1") for _ in range(2)]
    runs: list[str] = []

    def send(address: str) -> None:
        reply = httpx.post(address, content=items(20_000), auth=auth, timeout=PATIENCE_SECONDS)
        assert reply.json()["success"] == "true"
        runs.append(reply.headers["Douane-Run"])

    ways = ("api", "api", "apiPutFiles")
    senders = [
        threading.Thread(target=send, args=[f"{server.url}/{way}/items"])
        for server in servers
        for way in ways
    ]
    for each in senders:
        each.start()
    for each in senders:
        each.join(PATIENCE_SECONDS)
    assert len(runs) == len(senders)
    counts = [counts_of(servers[0], auth, run) for run in runs]
    assert sorted(each["added"] for each in counts) == [0] * 5 + [20_000]
    assert all(each["added"] + each["unchanged"] == 20_000 for each in counts)
    assert item_count(database) == 20_000


def counts_of(server: Server, auth: Auth, run: str) -> dict[str, int]:
    """The counts of a run once it has succeeded."""
    address = f"{server.url}/v1/runs/{run}"
    told = until(lambda: (seen := httpx.get(address, auth=auth).json())["state"] == "succeeded" and seen)
    counts: dict[str, int] = told["counts"]
    return counts
