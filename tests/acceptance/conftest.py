"""A sender of Cegid Loop, the files it names, and the programs that serve it as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from douane.settings import Settings
from douane.store.database import session_address

PATIENCE_SECONDS = 120
"""How long to wait for what should happen soon: only a hang takes longer, even on a busy machine."""

COMMAND = [sys.executable, "-c", "from douane.cli import main; main()"]
HASTE = {"DOUANE_FETCH_PAUSE_SECONDS_MAX": "0.05", "DOUANE_WORKER_SILENCE_SECONDS": "3"}
"""Pauses in which nobody falls asleep."""

SUCCEEDED, ENDED_IN_ERROR = 3, 4


def until(look: Callable[[], Any]) -> Any:
    """What is seen once it is true."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.02)
    return seen


class Program:
    """A command that runs until it is told to stop."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log

    @cached_property
    def told(self) -> str:
        """The sentence by which it says that it is ready."""
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert told.startswith("Douane "), self.log.read_text(encoding="utf-8")
        return told

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.told.split()[-1]

    def kill(self) -> None:
        """As `kill -9` does; again does nothing."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.communicate()


class Douane:
    """The command `douane` as an operator types it, on one database and one data folder."""

    def __init__(self, settings: Settings) -> None:
        self.url = session_address(settings.database_url)
        self.data = settings.data
        self.started: list[Program] = []
        self._environment = {
            **os.environ,
            **HASTE,
            "DATABASE_URL": settings.database_url,
            "DOUANE_DATA": str(settings.data),
        }

    def __call__(self, *words: str) -> str:
        """What a command prints that ends with 0."""
        done = subprocess.run(
            [*COMMAND, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serve(self, *words: str, **environment: str) -> Program:
        """A server at a free port."""
        return self._begin("serve", "--port", "0", *words, **environment)

    def work(self) -> Program:
        """A worker beside the server, once it works."""
        worker = self._begin("work")
        assert worker.told.startswith("Douane works")
        return worker

    def ask(self, statement: str, *values: Any) -> Any:
        """The one value of a query, looked up from beside."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(statement, values).fetchone()  # type: ignore[call-overload]
        return row and row[0]

    def _begin(self, *words: str, **environment: str) -> Program:
        log = self.data / f"{words[0]}-{len(self.started)}.log"
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [*COMMAND, *words],
                env={**self._environment, **environment},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.started.append(Program(process, log))
        return self.started[-1]


@pytest.fixture
def douane(settings: Settings) -> Iterator[Douane]:
    """The command; what it started is ended with the test."""
    command = Douane(settings)
    yield command
    for program in command.started:
        program.kill()


class Sender:
    """A program that was written for Cegid Loop: it knows an address, its keys, and nothing of us."""

    def __init__(self, douane: Douane, organization: str, company: str | None) -> None:
        whose = ["--company", company] if company else ["--firm"]
        keys = json.loads(douane("grant", "loop", "--organization", organization, *whose, "--json"))
        self.company = company
        self.headers = {
            "x-apikey": f"{keys['key']}:{keys['secret']}",
            "Ocp-Apim-Subscription-Key": keys["subscription_key"],
            "Content-Type": "application-json",
        }
        self.server: Program | None = None

    def at(self, server: Program) -> Sender:
        """The same sender, of a server."""
        self.server = server
        return self

    def ask(self, call: str, **body: Any) -> str:
        """Ask for an import; gives the id of the request."""
        sent = json.dumps({"codeIbs": self.company, **body})
        told = self._told(httpx.post(self._address(call), content=sent, headers=self.headers))
        assert list(told) == ["accountingImportRequestId"], told
        return str(told["accountingImportRequestId"])

    def deposit(self, name: str, body: bytes) -> str:
        """Put a file where it is imported from; gives its URI."""
        place = self._told(
            httpx.get(self._address("getFileUrlDeposit"), params={"filename": name}, headers=self.headers)
        )
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        assert httpx.put(place["depositUrl"], content=body, headers=headers).status_code == 201
        return str(place["uri"])

    def status(self, request: str) -> dict[str, Any]:
        """What getImportStatus tells now."""
        query = {"accountingImportRequestId": request}
        return self._told(
            httpx.get(self._address("getImportStatus"), params=query, headers=self.headers, timeout=60)
        )

    def end(self, request: str) -> dict[str, Any]:
        """What getImportStatus tells once the import is over, however it ended."""
        told: dict[str, Any] = until(
            lambda: (seen := self.status(request))["status"] in {SUCCEEDED, ENDED_IN_ERROR} and seen
        )
        return told

    def _address(self, call: str) -> str:
        assert self.server is not None, "a server is asked"
        return f"{self.server.url}/loop-api-publiques/{call}"

    def _told(self, reply: httpx.Response) -> dict[str, Any]:
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()
        return told


@pytest.fixture
def make_sender(douane: Douane) -> Callable[..., Sender]:
    """Makes a sender whose files may lie on this machine: of a company, or of all of them for None."""

    def make(organization: str = "ACME", company: str | None = "CEGID003") -> Sender:
        sender = Sender(douane, organization, company)
        douane("organization", "allow", organization, "127.0.0.1", "--http")
        return sender

    return make


FEC_HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef"
    "|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


class Files:
    """Files as senders make them."""

    example = Path(__file__).parents[2] / "examples" / "ledger" / "732829320FEC20251231.txt"
    """A FEC of 57 entries, 150 lines."""

    tra = "\r\n".join(
        (
            f"***S5CLIJRLETE{'':19}011{'':5}010120241200",
            f"***JAL{'VTE':<3}{'Ventes':<35}VTE",
            *(
                f"VTE15012024FC{account:<17}{kind}{auxiliary:<17}{'REF1':<35}{'Facture':<35}"
                f"{'VIR':<3}{'15022024':<8}{side}{'120,00':>20}N{'':8}EUR{'':10}E--"
                for account, kind, auxiliary, side in (
                    ("411000", "X", "DUPONT", "D"),
                    ("706000", " ", "", "C"),
                )
            ),
            "",
        )
    ).encode("cp1252")
    perso = (
        "Journal;Date;Compte;Libellé;Pièce;Débit;Crédit\r\n"
        "VE;15/01/2026;411DUPONT;Facture;F1;120,00;\r\n"
        "VE;15/01/2026;706000;Facture;F1;;120,00\r\n"
    ).encode("cp1252")

    @staticmethod
    def fec(entries: int, first: int = 1, amount: str = "120,00") -> bytes:
        """A FEC of so many entries of two lines, numbered from `first`."""
        lines = (
            f"VE|Ventes|{number}|20260115|{account}|Compte|||F{number}|20260115|Facture|{sides}|||||"
            for number in range(first, first + entries)
            for account, sides in (("411000", f"{amount}|0,00"), ("706000", f"0,00|{amount}"))
        )
        return "\r\n".join((FEC_HEADER, *lines, "")).encode()


@pytest.fixture
def files() -> type[Files]:
    """Files to import."""
    return Files
