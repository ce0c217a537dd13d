"""A gateway as a user has it: `douane serve` on a data folder of its own, reached by HTTP only.

The database behind it is opened beside, over the same socket, for what a sender cannot see.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from douane.store import embedded
from douane.store.database import session_address

DOUANE = Path(sys.executable).with_name("douane")
SEND_BYTES = 1 << 20
SECONDS_MAX = 1800.0
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 60.0


class Broken(Exception):
    """The gateway did not do what the figure is about, so there is no figure."""


@dataclass(frozen=True)
class Sent:
    """One file sent: seconds from the first byte to the whole answer, the answer, and the run it names."""

    seconds: float
    reply: dict[str, Any]
    run: int


@dataclass(frozen=True)
class Gateway:
    """A running gateway. `url` is the address of its database."""

    address: str
    data: Path
    process: subprocess.Popen[str]
    url: str

    def grant(self, organization: str, company: str | None = None) -> str:
        """The Authorization header of a new credential of mydso, made by the command."""
        credential = self._granted("mydso", organization, company)
        pair = f"{credential['login']}:{credential['password']}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def grant_token(self, organization: str, company: str | None = None) -> dict[str, str]:
        """The headers of a new credential of myunisoft, made by the command."""
        credential = self._granted("myunisoft", organization, company)
        return {
            "X-Third-Party-Secret": credential["secret"],
            "Authorization": f"Bearer {credential['token']}",
        }

    def _granted(self, dialect: str, organization: str, company: str | None) -> dict[str, str]:
        words = ["grant", dialect, "--organization", organization, "--json", "--data", str(self.data)]
        words += ["--company", company] if company else []
        done = subprocess.run(
            [DOUANE, *words], env=environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Broken(done.stderr)
        credential: dict[str, str] = json.loads(done.stdout)
        return credential

    def connected(self) -> http.client.HTTPConnection:
        """A connection to the server, which reads files in large pieces."""
        parts = urlsplit(self.address)
        return http.client.HTTPConnection(
            str(parts.hostname), parts.port, timeout=SECONDS_MAX, blocksize=SEND_BYTES
        )

    def post(
        self, path: str, file: Path, authorization: str, connection: http.client.HTTPConnection | None = None
    ) -> Sent:
        """Send a file, streamed from disk; raises Broken unless the answer says that all of it went well."""
        sent = self.send(path, file, {"Authorization": authorization}, connection)
        if sent.reply["success"] != "true" or "exception_lines" in sent.reply:
            raise Broken(f"POST {path} with {file.name}: {sent.reply}")
        return sent

    def send(
        self,
        path: str,
        file: Path,
        headers: dict[str, str],
        connection: http.client.HTTPConnection | None = None,
    ) -> Sent:
        """Send a file to any door, streamed from disk; raises Broken unless the answer is 200."""
        used = connection or self.connected()
        with file.open("rb") as content:
            began = time.perf_counter()
            used.request("POST", path, content, headers | {"Content-Length": str(file.stat().st_size)})
            response = used.getresponse()
            body = response.read()
            seconds = time.perf_counter() - began
        if connection is None:
            used.close()
        if response.status != 200:
            raise Broken(f"POST {path} with {file.name}: {response.status} {body[:500]!r}")
        return Sent(seconds, json.loads(body), int(response.headers["Douane-Run"]))

    def receipt(self, run: int, authorization: str) -> dict[str, Any]:
        """The receipt of a run."""
        connection = self.connected()
        connection.request("GET", f"/v1/runs/{run}", headers={"Authorization": authorization})
        receipt: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        return receipt

    def database(self) -> psycopg.Connection[Any]:
        """A connection of our own to the gateway's database, each statement a transaction."""
        return psycopg.connect(self.url, autocommit=True)


@contextmanager
def served(data: Path, **settings: str) -> Iterator[Gateway]:
    """`douane serve` on a free port, with these settings; afterwards it and its database are stopped."""
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_name(f"{data.name}.log")
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [DOUANE, "serve", "--port", "0", "--data", str(data)],
            env=environment() | settings,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; the server is told to stop below
        )
    try:
        address = _listening(process, log)
        url = session_address(embedded.hold(data))
        try:
            yield Gateway(address, data, process, url)
        finally:
            _stopped(process)
            embedded.release(data)
    finally:
        _stopped(process)


def _listening(process: subprocess.Popen[str], log: Path) -> str:
    patience = threading.Timer(START_SECONDS_MAX, process.kill)
    patience.start()
    assert process.stdout is not None
    said = process.stdout.readline()
    patience.cancel()
    if "listens on http" not in said:
        raise Broken(f"The server did not start.\n{log.read_text(encoding='utf-8')}")
    return said.split()[-1]


def _stopped(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def environment() -> dict[str, str]:
    """This environment without the settings of another gateway."""
    return {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("DOUANE_")
    }
