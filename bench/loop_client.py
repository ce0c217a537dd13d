"""A client of the Loop doors as an ERP has one: it asks for an import of a file at an address, and polls.

The files are served by a small server of ours on the loopback, which the organization allows.
"""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gateway import DOUANE, Broken, Gateway, Sent, environment

HOME = "/loop-api-publiques"
SUCCEEDED, FAILED = 3, 4
POLL_SECONDS = 0.02
LOOPBACK = "127.0.0.0/8"


@dataclass(frozen=True)
class LoopClient:
    """The client of one company; `headers` are its keys."""

    gateway: Gateway
    company: str
    headers: dict[str, str]

    @classmethod
    def of(cls, gateway: Gateway, organization: str, company: str) -> LoopClient:
        """The client of a company, made with its keys; its organization may fetch from this machine."""
        granted = json.loads(
            run_command(
                gateway, "grant", "loop", "--organization", organization, "--company", company, "--json"
            )
        )
        run_command(gateway, "organization", "allow", organization, LOOPBACK, "--http")
        keys = {
            "x-apikey": f"{granted['key']}:{granted['secret']}",
            "Ocp-Apim-Subscription-Key": granted["subscription_key"],
        }
        return cls(gateway, company, keys)

    def import_from(self, url: str) -> str:
        """Ask for an import with the model that is there from the start; gives the id to poll by."""
        body = {"codeIbs": self.company, "URI": "", "URL": url, "MODELE": "IMPORTPERSO"}
        reply = self._asked("POST", f"{HOME}/importPerso", json.dumps(body))
        if "accountingImportRequestId" not in reply:
            raise Broken(f"importPerso of {url}: {reply}")
        return str(reply["accountingImportRequestId"])

    def status(self, request_id: str) -> dict[str, Any]:
        """What is told of the import."""
        query = urlencode({"accountingImportRequestId": request_id})
        return self._asked("GET", f"{HOME}/getImportStatus?{query}")

    def finished(self, request_id: str) -> dict[str, Any]:
        """Poll until the import is over; raises Broken unless all of it went well."""
        while (told := self.status(request_id))["status"] not in {SUCCEEDED, FAILED}:
            time.sleep(POLL_SECONDS)
        if told["status"] == FAILED:
            raise Broken(f"import {request_id}: {told}")
        return told

    def imported(self, url: str) -> Sent:
        """Ask, poll, and tell how long it took until the success was told."""
        began = time.perf_counter()
        told = self.finished(self.import_from(url))
        return Sent(time.perf_counter() - began, told, int(told["run"]))

    def _asked(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        connection = self.gateway.connected()
        connection.request(method, path, body, self.headers | {"Content-Type": "application-json"})
        response = connection.getresponse()
        sent = response.read()
        connection.close()
        if response.status != 200:
            raise Broken(f"{method} {path}: {response.status} {sent[:500]!r}")
        told: dict[str, Any] = json.loads(sent)
        return told


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """The base address under which the files of a folder can be fetched."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = folder / Path(self.path).name
            with file.open("rb") as content:
                size = file.stat().st_size
                self.send_response(200)
                self.send_header("Content-Length", str(size))
                self.end_headers()
                self.wfile.flush()
                sent = 0
                while sent < size:
                    sent += os.sendfile(self.connection.fileno(), content.fileno(), sent, size - sent)

        def log_message(self, *_: object) -> None:
            pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 256

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def run_command(gateway: Gateway, *words: str) -> str:
    """What a command of the gateway's says; raises Broken when it fails."""
    done = subprocess.run(
        [DOUANE, *words, "--data", str(gateway.data)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Broken(f"douane {' '.join(words)}: {done.stderr}")
    return done.stdout
