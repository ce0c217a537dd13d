"""Connectors as operators meet them: real processes, and a source that is not always well."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psycopg
import pytest

from douane.jobs.asking import ask_by_hand
from douane.settings import Settings
from douane.store.connector_runs import Asking, list_history
from douane.store.connectors import get_connector, put_connector, set_due
from douane.store.database import Database, session_address
from douane.store.networks import allow_network
from douane.store.organizations import Company
from douane.store.runs import get_run
from douane.store.sealing import Sealer

PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

SECRET = "quite-a-secret"
SEALING_KEY = "a key of tests that is long enough"
PAGES, PER_PAGE = 3, 50

Process = subprocess.Popen[str]
MakeCompany = Callable[..., Company]


def page(number: int, per_page: int = PER_PAGE) -> bytes:
    """A page of accounts, counted from 1; the one behind the last is empty."""
    ids = range((number - 1) * per_page, number * per_page) if number <= PAGES else range(0)
    return json.dumps([account(each) for each in ids]).encode()


def account(number: int) -> dict[str, Any]:
    address = {
        "addressExternalId": f"ADDR{number}",
        "addressFullName": "Jane Smith",
        "addressCountry": "Canada",
        "addressCity": "Toronto",
        "addressZipCode": "M5H 2N2",
        "addressStreetName": "456 Queen St W",
    }
    return {
        "accountExternalId": f"A{number}",
        "accountName": f"Account {number}",
        "companyRegistrationName": f"Account {number} & Co",
        "businessRegistrationNumber": f"BRN{number}",
        "address": [address],
    }


@dataclass(frozen=True)
class Answer:
    """What the source answers: half of `body`, and the rest once `held` is set, unless it `is_cut`."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    held: threading.Event | None = None


Way = Callable[[int, int], Answer]
"""What is answered to the page of this number, asked for so many times."""


class Api:
    """A source on loopback with a way of its own at each path; whoever lacks the key is turned away."""

    def __init__(self) -> None:
        self.ways: dict[str, Way] = {}
        self.asked: Counter[tuple[str, int]] = Counter()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._serving = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._serving.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait_until_asked(self, path: str, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.asked[path, number], PATIENCE_SECONDS)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._serving.join()

    def _answer(self, path: str, number: int, key: str | None) -> Answer:
        with self._changed:
            self.asked[path, number] += 1
            self._changed.notify_all()
        if key != SECRET:
            return Answer(b"[]", 401)
        return self.ways[path](number, self.asked[path, number])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                number = int(parse_qs(parts.query).get("page", ["1"])[0])
                answer = api._answer(parts.path, number, self.headers["X-Api-Key"])
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                half = len(answer.body) // 2
                with suppress(OSError):  # whoever asked may be gone, as the test wants it
                    self.wfile.write(answer.body[:half])
                    if answer.held is not None:
                        answer.held.wait(PATIENCE_SECONDS)
                    if not answer.is_cut:
                        self.wfile.write(answer.body[half:])
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def well(number: int, _: int) -> Answer:
    """The way of a source that is well."""
    return Answer(page(number))


def at_second_page(*answers: Answer) -> Way:
    """Well, but for what the second page is answered with, the last of `answers` again and again."""
    return lambda number, times: answers[min(times, len(answers)) - 1] if number == 2 else well(number, times)


REDIRECT = Answer(status=302, headers={"Location": "http://10.0.0.1/accounts?page=2"})
HTML, GZIP = {"Content-Type": "text/html"}, {"Content-Encoding": "gzip"}
HUGE = {"Content-Length": str(1 << 40)}
CUT = Answer(page(2), is_cut=True)
FINE = Answer(page(2))

PASSING: dict[str, Way] = {
    "500 for a while": at_second_page(Answer(status=500), Answer(status=502), FINE),
    "429 with Retry-After": at_second_page(Answer(status=429, headers={"Retry-After": "1"}), FINE),
    "half a page once": at_second_page(CUT, FINE),
}
LASTING: dict[str, tuple[Way, str, str]] = {
    "500 for good": (at_second_page(Answer(status=500)), "failed", "500"),
    "half a page always": (at_second_page(CUT), "failed", "broke off after"),
    "invalid JSON": (at_second_page(Answer(b'[{"accountExternalId": }]')), "refused", "cannot be read"),
    "an object, no list": (at_second_page(Answer(b'{"error": "no"}')), "refused", "list"),
    "a page twice": (lambda number, _: Answer(page(min(number, 2))), "refused", "the same again"),
    "an endless list": (lambda number, _: Answer(page(1, number)), "refused", "do not come to an end"),
    "a redirect to a private address": (at_second_page(REDIRECT), "refused", "10.0.0.1"),
    "429 for decades": (
        at_second_page(Answer(status=429, headers={"Retry-After": "1" + "0" * 9})),
        "failed",
        "429",
    ),
    "nothing in it": (at_second_page(Answer()), "failed", "nothing in it. That was page 2."),
    "a page for people": (at_second_page(Answer(b"<html>", headers=HTML)), "refused", "text/html"),
    "gzip that is none": (at_second_page(Answer(page(2), headers=GZIP)), "failed", "gzip cannot be read"),
    "more than it may": (at_second_page(Answer(page(2), headers=HUGE)), "refused", "That was page 2."),
    "nothing found": (at_second_page(Answer(status=404)), "refused", "answers 404. That was page 2."),
    "half in secret": (lambda number, _: Answer(page(number)[:-1]), "failed", "cut"),
}
"""What does not pass: the way of the source, how the run ends, and a part of what is told."""


@dataclass(frozen=True)
class Gateway:
    """A database and what is asked of it: connectors that are kept and pulled by processes beside."""

    database: Database
    settings: Settings
    api: Api
    company: Company

    def put(self, path: str, way: Way, company: Company | None = None, **more: Any) -> None:
        """Keep a connector called "api" that pulls `path`, whose source has this way."""
        self.api.ways[path] = way
        sent = {
            "name": "api",
            "base_url": self.api.base_url,
            "path": path,
            "authentication": {"kind": "header", "header": "X-Api-Key"},
            "pages": {"kind": "number", "parameter": "page"},
            "limits": {"attempts_max": 3, "pause_seconds": 0.05, "pages_max": 20, "seconds_max": 4},
            "secrets": {"key": SECRET},
            **more,
        }
        with self.database.connection() as conn:
            put_connector(conn, _ids(company or self.company), sent, Sealer.of(self.settings), "a test")

    def ask(self, company: Company | None = None) -> int:
        """The id of a new run."""
        with self.database.connection() as conn:
            asked = ask_by_hand(conn, self.settings, _ids(company or self.company), "api", "a test")
        assert asked.run_id is not None
        return asked.run_id

    def end(self, run_id: int) -> Any:
        """The run, once it is over."""
        return self.wait_for(lambda: self.run(run_id), lambda run: run.state not in {"waiting", "running"})

    def run(self, run_id: int) -> Any:
        with self.database.connection() as conn:
            return get_run(conn, None, run_id)

    def wait_for(self, look: Callable[[], Any], is_fine: Callable[[Any], object]) -> Any:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not is_fine(seen := look()):
            assert time.monotonic() < give_up_at, f"still {seen}"
            time.sleep(0.05)
        return seen

    def history(self, company: Company | None = None) -> list[Asking]:
        with self.database.connection() as conn:
            return list_history(conn, get_connector(conn, _ids(company or self.company), "api"))

    def rows(self, company: Company | None = None) -> tuple[int, int]:
        """How many accounts and addresses the company has."""
        found = []
        with self.database.connection() as conn:
            for table in ("customers", "addresses"):
                statement = f"select count(*) from {table} where company_id = %s"
                row = conn.execute(statement, [(company or self.company).id]).fetchone()  # type: ignore[call-overload]
                found.append(row[0])
        return found[0], found[1]


@pytest.fixture
def gateway(database: Database, settings: Settings, make_company: MakeCompany) -> Iterator[Gateway]:
    api, company = Api(), make_company("ACME", "ACME")
    with database.connection() as conn:
        allow_network(conn, company.organization_id, "127.0.0.1", allows_http=True)
    yield Gateway(database, settings, api, company)
    api.stop()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data=settings.data, database_url=settings.database_url, secret_key=SEALING_KEY)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "DOUANE_DATA": str(settings.data),
        "DOUANE_SECRET_KEY": SEALING_KEY,
        "DOUANE_FETCH_PAUSE_SECONDS_MAX": "0.2",
        "DOUANE_WORKER_SILENCE_SECONDS": "3",
    }


@pytest.fixture
def start_worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `douane work`, or a server, in a process of its own; gives it once it works.

    It logs to worker.log.
    """
    started: list[Process] = []
    with (tmp_path / "worker.log").open("a") as log:

        def start(*words: str) -> Process:
            program = [sys.executable, "-c", "from douane.cli import main; main()", *(words or ("work",))]
            worker = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
            started.append(worker)
            assert worker.stdout is not None
            assert worker.stdout.readline().startswith("Douane ")
            return worker

        yield start
        for worker in started:
            worker.kill()
            worker.communicate()


@pytest.fixture
def douane(environment: dict[str, str]) -> Callable[..., Any]:
    """Runs a command as a process of its own; gives what it printed as JSON, and its exit code."""

    def run(*words: str) -> tuple[int, Any]:
        program = [sys.executable, "-c", "from douane.cli import main; main()", *words, "--json"]
        done = subprocess.run(
            program, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode in {0, 1, 3, 4}, done.stderr
        return done.returncode, json.loads(done.stdout or done.stderr.splitlines()[-1])

    return run


def _ids(company: Company) -> tuple[int, int]:
    return company.organization_id, company.id


def test_whatever_a_source_does_the_run_tells_and_the_data_is_as_before_or_complete(
    gateway: Gateway, make_company: MakeCompany, start_worker: Callable[[], Process], tmp_path: Path
) -> None:
    ways = {**PASSING, **{name: way for name, (way, _, _) in LASTING.items()}}
    companies = {name: make_company("ACME", f"C{at}") for at, name in enumerate(ways)}
    start_worker()
    for at, (name, way) in enumerate(ways.items()):
        gateway.put(f"/{at}", way, companies[name])
    asked = {name: gateway.ask(companies[name]) for name in ways}
    ended = {name: gateway.end(run_id) for name, run_id in asked.items()}
    whole = (PAGES * PER_PAGE, PAGES * PER_PAGE)
    for name in PASSING:
        assert (name, ended[name].state, gateway.rows(companies[name])) == (name, "succeeded", whole)
    for name, (_, state, told) in LASTING.items():
        run = ended[name]
        assert (name, run.state, gateway.rows(companies[name])) == (name, state, (0, 0))
        assert told in (run.failure or run.refusal_message), (name, run.failure, run.refusal_message)
        (asked_for,) = gateway.history(companies[name])
        assert (asked_for.outcome, told in asked_for.message) == (state, True)
    assert SECRET not in (tmp_path / "worker.log").read_text()
    assert not list((gateway.settings.data / "fetched").iterdir())


def test_trouble_after_a_good_night_leaves_what_was_stored(
    gateway: Gateway, start_worker: Callable[[], Process]
) -> None:
    start_worker()
    gateway.put("/accounts", well)
    assert gateway.end(gateway.ask()).state == "succeeded"
    stored = gateway.rows()
    changed = json.dumps([account(0) | {"accountName": "Another name"}]).encode()
    gateway.put("/accounts", lambda number, _: Answer(changed) if number == 1 else Answer(b"[", 200))
    assert gateway.end(gateway.ask()).state in {"refused", "failed"}
    assert gateway.rows() == stored
    with gateway.database.connection() as conn:
        found = conn.execute("select count(*) from customers where trading_name = 'Another name'").fetchone()
    assert found == (0,)
    gateway.put("/accounts", well)
    run = gateway.end(gateway.ask())
    assert run.receipt["counts"]["unchanged"] == PAGES * PER_PAGE


def test_a_worker_that_is_killed_while_it_pulls_is_replaced_by_another(
    gateway: Gateway, start_worker: Callable[[], Process]
) -> None:
    held = threading.Event()
    gateway.put(
        "/accounts",
        lambda number, times: Answer(page(number), held=held if (number, times) == (2, 1) else None),
    )
    first = start_worker()
    run_id = gateway.ask()
    gateway.api.wait_until_asked("/accounts", 2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = gateway.ask()
    start_worker()
    assert gateway.end(run_id).state == "succeeded"
    assert gateway.end(second).state == "succeeded"
    held.set()
    assert gateway.rows() == (PAGES * PER_PAGE, PAGES * PER_PAGE)
    assert gateway.run(run_id).finished_at < gateway.run(second).finished_at


def test_a_server_that_is_killed_while_it_stores_has_stored_nothing(
    gateway: Gateway, start_worker: Callable[..., Process], settings: Settings
) -> None:
    gateway.put("/accounts", well)
    server = start_worker("serve", "--port", "0")
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with psycopg.connect(session_address(settings.database_url), autocommit=True) as conn:
        with conn.transaction():
            conn.execute("lock table addresses in access exclusive mode")
            run_id = gateway.ask()
            gateway.wait_for(lambda: conn.execute(waiting).fetchone(), lambda seen: seen and seen[0])
            assert gateway.run(run_id).state == "running"
            server.send_signal(signal.SIGKILL)
            server.wait()
        gateway.wait_for(lambda: conn.execute(waiting).fetchone(), lambda seen: seen == (0,))
    assert gateway.rows() == (0, 0)
    start_worker("serve", "--port", "0")
    assert gateway.end(run_id).receipt["counts"]["added"] == PAGES * PER_PAGE
    assert gateway.rows() == (PAGES * PER_PAGE, PAGES * PER_PAGE)
    assert gateway.api.asked["/accounts", 1] == 1


def test_pulls_of_one_connector_never_meet_whoever_asks_and_works(
    gateway: Gateway, start_worker: Callable[..., Process]
) -> None:
    under_way: list[int] = []
    most: list[int] = []

    def way(number: int, times: int) -> Answer:
        if number == 1:
            under_way.append(times)
            most.append(len(under_way))
        if number > PAGES:
            under_way.pop()
        return well(number, times)

    gateway.put("/accounts", way, schedule="0 2 * * *")
    for _ in range(3):
        start_worker()
    with gateway.database.connection() as conn:
        set_due(
            conn, get_connector(conn, _ids(gateway.company), "api"), datetime(2026, 11, 20, 2, tzinfo=UTC)
        )
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        gateway.ask()

    people = [threading.Thread(target=ask) for _ in range(4)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    told = gateway.wait_for(
        gateway.history,
        lambda seen: len(seen) == 5 and all(each.finished_at or each.skipped for each in seen),
    )
    assert {each.outcome for each in told} <= {"succeeded", "skipped"}
    assert len(most) == sum(each.run_id is not None for each in told) >= 4
    assert max(most) == 1


def test_no_secret_is_anywhere_but_with_the_source(
    gateway: Gateway,
    start_worker: Callable[..., Process],
    environment: dict[str, str],
    settings: Settings,
    tmp_path: Path,
) -> None:
    """In a path and a query too, whatever the source answers; it says back what it was sent."""
    in_path, in_query = "path-of-the-treasure", "query of the treasure"
    secrets = {"key": SECRET, "in_path": in_path, "in_query": in_query}
    gateway.api.ways[f"/{in_path}/accounts"] = lambda number, times: {
        (1, 1): Answer(status=500),
        (1, 2): Answer(f"{in_path} {SECRET}".encode()),
        (1, 3): Answer(json.dumps({in_query: 1}).encode()),
        (1, 4): Answer(status=302, headers={"Location": f"/{in_path}/elsewhere"}),
    }.get((number, times), well(number, times))
    gateway.api.ways[f"/{in_path}/elsewhere"] = lambda *_: Answer(status=404)
    gateway.put(
        "/{in_path}/accounts",
        well,
        query={"api_key": "{in_query}"},
        limits={"attempts_max": 1, "pause_seconds": 0},
        secrets=secrets,
    )
    start_worker()
    ends = [gateway.end(gateway.ask()).state for _ in range(4)]
    assert ends == ["refused", "refused", "refused", "succeeded"]
    program = [sys.executable, "-c", "from douane.cli import main; main()"]
    commands = [
        ("connector", "show", "api"),
        ("connector", "list", "--json"),
        ("connector", "history", "api", "--json"),
        ("run", "1", "--json"),
    ]
    told = [
        subprocess.run([*program, *words], env=environment, capture_output=True, text=True, check=True).stdout
        for words in commands
    ]
    assert "{in_path}" in "".join(told)
    told += [(tmp_path / "worker.log").read_text()]
    with psycopg.connect(session_address(settings.database_url)) as conn:
        tables = conn.execute(
            "select oid::regclass::text from pg_class where relkind in ('r', 'p')"
            " and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        ).fetchall()
        for (table,) in tables:
            rows = conn.execute(f"select string_agg(each::text, ' ') from {table} as each").fetchone()  # type: ignore[call-overload]
            told.append((rows and rows[0]) or "")
    assert any('"api_key"' in each for each in told), "the connector itself is in a table"
    for secret in secrets.values():
        shapes = secret, quote(secret), b64encode(secret.encode()).decode(), secret.encode().hex()
        assert not [each for each in told if any(shape in each for shape in shapes)]


def test_two_workers_heed_a_schedule_once(gateway: Gateway, start_worker: Callable[[], Process]) -> None:
    gateway.put("/accounts", well, schedule="0 2 * * *")
    workers = [start_worker(), start_worker()]
    with gateway.database.connection() as conn:
        stored = get_connector(conn, _ids(gateway.company), "api")
        set_due(conn, stored, datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    (told,) = gateway.wait_for(gateway.history, lambda seen: seen and seen[0].finished_at)
    assert (told.outcome, told.cause, told.due_at.hour) == ("succeeded", "schedule", 2)
    # Another one would have been made by the worker that looked later, which has looked by now.
    gateway.end(gateway.ask())
    assert [each.cause for each in gateway.history()] == ["person", "schedule"]
    assert all(each.poll() is None for each in workers)
    assert gateway.api.asked["/accounts", 1] == 2


def test_an_operator_keeps_runs_and_follows_a_connector_without_a_worker(
    gateway: Gateway, douane: Callable[..., Any], tmp_path: Path
) -> None:
    gateway.api.ways["/accounts"] = well
    file = tmp_path / "shop.toml"
    file.write_text(
        f"""
        name = "shop"
        base_url = "{gateway.api.base_url}"
        path = "/accounts"

        [authentication]
        kind = "header"
        header = "X-Api-Key"

        [pages]
        kind = "number"
        parameter = "page"

        [secrets]
        key = "{SECRET}"
        """
    )
    code, kept = douane("connector", "add", str(file))
    assert (code, kept["name"], "secrets" in kept) == (0, "shop", False)
    code, receipt = douane("connector", "run", "shop", "--dry-run")
    assert (code, receipt["state"], receipt["dry_run"]) == (0, "succeeded", True)
    assert (receipt["counts"]["added"], gateway.rows()) == (PAGES * PER_PAGE, (0, 0))
    code, receipt = douane("connector", "run", "shop")
    assert (code, receipt["state"]) == (0, "succeeded")
    assert receipt["counts"]["added"] == PAGES * PER_PAGE
    assert receipt["source"]["attempts"][0]["message"].startswith("150 records in 4 pages")
    assert gateway.rows() == (PAGES * PER_PAGE, PAGES * PER_PAGE)
    (listed,) = douane("connector", "list")[1]
    assert (listed["name"], listed["secrets"]) == ("shop", ["key"])
    gateway.api.ways["/accounts"] = lambda *_: Answer(b"nothing")
    code, receipt = douane("connector", "run", "shop")
    assert (code, receipt["state"], receipt["refusal"]["code"]) == (1, "refused", "source-not-json")
    refused, fine, tried = douane("connector", "history", "shop")[1]
    assert (refused["outcome"], fine["outcome"], tried["outcome"]) == ("refused", "succeeded", "succeeded")
    assert (fine["dry_run"], tried["dry_run"]) == (False, True)
    assert fine["counts"]["added"] == PAGES * PER_PAGE


def test_who_waits_no_longer_leaves_the_run_to_a_worker(
    gateway: Gateway, environment: dict[str, str], start_worker: Callable[..., Process]
) -> None:
    held = threading.Event()
    gateway.put("/accounts", lambda number, times: Answer(page(number), held=None if times > 1 else held))
    program = [sys.executable, "-c", "from douane.cli import main; main()", "connector", "run", "api"]
    with subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) as waiting:
        (asked,) = gateway.wait_for(gateway.history, lambda seen: seen and seen[0].attempts)
        waiting.send_signal(signal.SIGINT)
        held.set()
        _, told = waiting.communicate(timeout=PATIENCE_SECONDS)
    assert waiting.returncode == 130
    assert f"Run {asked.run_id} is left to a worker" in told
    start_worker()
    assert gateway.end(asked.run_id).state == "succeeded"
