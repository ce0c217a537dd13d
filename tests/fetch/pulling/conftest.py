"""Sources on loopback that answer by a function, and pulls from them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from douane.errors import Failure, Refusal
from douane.fetch.guard import Guard
from douane.fetch.pull import Pulled, pull
from douane.model.connector_document import read_connector
from douane.model.networks import AllowedNetwork
from douane.settings import Settings

SECRETS = {"password": "s3cret-password", "key": "s3cret-key", "client_secret": "s3cret client"}
LIMITS = {"pause_seconds": 0, "silence_seconds": 5}


@dataclass(frozen=True)
class Seen:
    """A request as a source saw it; of a parameter that came several times the last value."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What a source answers; a body that is no bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_measured: bool = True
    is_cut: bool = False


class Server(ThreadingHTTPServer):
    """Says nothing of clients that go away."""

    daemon_threads = True

    def handle_error(self, *told: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*told)


class Source:
    """A source that answers with `answer(seen)`, a Reply or a JSON value, and remembers what was asked."""

    def __init__(self, answer: Callable[[Seen], Any]) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self._answer = answer
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._serving.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._serving.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                source.connections += 1
                super().setup()

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                source.seen.append(Seen(self.command, parts.path, query, headers, body))
                told = source._answer(source.seen[-1])
                self._say(told if isinstance(told, Reply) else Reply(told))

            do_POST = do_GET

            def _say(self, reply: Reply) -> None:
                is_raw = isinstance(reply.body, bytes)
                body = reply.body if is_raw else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.is_measured:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if reply.is_cut else body)
                self.close_connection = self.close_connection or reply.is_cut or not reply.is_measured

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@dataclass
class Puller:
    """Pulls from a source by a connector; `notes` is what was repeated, `records` what came of it."""

    folder: Path
    data: Path
    notes: list[str] = field(default_factory=list)

    def pull(self, source: Source, guard: Guard | None = None, settings: Any = None, **told: Any) -> Pulled:
        """What is pulled by a connector with these keys; the secrets it needs are given."""
        more = {name: told.pop(name) for name in ("is_stopping",) if name in told}
        limits = LIMITS | told.pop("limits", {})
        document = {"name": "shop", "base_url": source.url, "limits": limits} | told
        described = read_connector(document, known=SECRETS)
        allowed = (AllowedNetwork(ip_network("127.0.0.0/8"), True),)
        return pull(
            described.connector,
            SECRETS | dict(described.secrets),
            guard or Guard(allowed),
            self.folder,
            settings or Settings(data=self.data),
            note=self.notes.append,
            **more,
        )

    def records(self, source: Source, **told: Any) -> list[Any]:
        """The records that are pulled, out of the file, which is all there is in the folder."""
        pulled = self.pull(source, **told)
        assert list(self.folder.iterdir()) == [pulled.path]
        records = [json.loads(line) for line in pulled.path.read_bytes().splitlines()]
        assert len(records) == pulled.records
        assert pulled.size == pulled.path.stat().st_size
        pulled.path.unlink()
        return records

    def refused(self, source: Source, **told: Any) -> Refusal:
        """The refusal that a pull ends with, which leaves no file and tells no secret."""
        with pytest.raises(Refusal) as caught:
            self.pull(source, **told)
        self._check(caught.value.message)
        return caught.value

    def failed(self, source: Source, **told: Any) -> Failure:
        """The transient failure that a pull ends with, which leaves no file and tells no secret."""
        with pytest.raises(Failure) as caught:
            self.pull(source, **told)
        assert caught.value.transient
        self._check(caught.value.message)
        return caught.value

    def _check(self, message: str) -> None:
        assert not any(secret in text for text in (message, *self.notes) for secret in SECRETS.values())
        assert list(self.folder.glob("*")) == []


@pytest.fixture
def puller(folder: Path, tmp_path: Path) -> Puller:
    return Puller(folder, tmp_path)


@pytest.fixture
def make_source() -> Iterator[Callable[[Callable[[Seen], Any]], Source]]:
    """Makes a source of a function from what is asked to what is answered."""
    sources: list[Source] = []

    def make(answer: Callable[[Seen], Any]) -> Source:
        sources.append(Source(answer))
        return sources[-1]

    yield make
    for each in sources:
        each.close()


@pytest.fixture
def reply_with() -> type[Reply]:
    """Makes an answer: `reply_with(body, status, headers)`."""
    return Reply


@pytest.fixture
def accounts() -> Callable[..., list[dict[str, Any]]]:
    """Makes so many accounts, each with its own id."""
    return lambda first, last: [
        {"accountExternalId": f"A{n}", "accountName": "é\n"} for n in range(first, last)
    ]
