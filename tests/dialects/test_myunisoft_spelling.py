"""The partners' own clients on the running server: requests spelt as they send them, answers as they read.

The vendor's Node SDK is in no registry, so its requests are kept here, in `spelling/`, with the headers in
the order and case in which its HTTP library puts them on the wire. Postman's are those of the vendor's
collection, with the headers that Postman adds. Only the address differs.
"""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path
from string import Template
from typing import Any

import pytest

from douane.settings import Settings
from douane.store.database import Database

SPELLING = Path(__file__).with_name("spelling")
SHAPES = tomllib.loads((SPELLING / "shapes.toml").read_text(encoding="utf-8"))
TYPES: dict[str, tuple[type, ...]] = {
    **{"int": (int,), "number": (int, float), "text": (str,), "bool": (bool,), "list": (list,)},
    **{"object": (dict,), "null": (type(None),), "object|text": (dict, str)},
}
PATIENCE_SECONDS = 120
DOUANE = [sys.executable, "-c", "from douane.cli import main; main()"]
UNLIMITED = {"DOUANE_RATE_REQUESTS_MAX": "0", "DOUANE_CALLS_AT_ONCE_MAX": "0"}
JSON = "application/json"

FEC_LINES = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|"
    "PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise",
    "VE|Ventes|1|20240315|411DUPONT|Dupont|||F1|20240315|Facture F1|120,00|0,00|||||",
    "VE|Ventes|1|20240315|707000|Ventes|||F1|20240315|Facture F1|0,00|120,00|||||",
)
CSV_LINES = (
    "\ufeffJournalCode;EcritureDate;CompteNum;EcritureLib;Piece 1;Piece 2;Debit;Credit;Auxiliaire;"
    "DateEcheance;LibelleCompte;CodeLettrage",
    "VE;20240415;411DUPONT;Vente - Zoé;;50656;200;;;15/05/2024;Dupont;A",
    "VE;20240415;707000;Vente - Zoé;;50656;;200;;;;",
)
Headers = list[tuple[str, str]]
Spelling = Callable[["Ask", str, Mapping[str, str], bytes], Headers]


@dataclass(frozen=True)
class Ask:
    """One request of a client; `reads` is what it reads of the answer, `keeps` what later ones send of it."""

    name: str
    method: str
    target: str
    reads: Any
    body: str = ""
    file: str = ""
    sent_as: str = ""
    status: int = 200
    keeps: Mapping[str, str] = field(default_factory=dict)
    society: str = ""

    def filled(self, kept: Mapping[str, Any]) -> Ask:
        """The request with ids for the names that stand for them."""
        texts = {
            name: Template(getattr(self, name)).substitute(kept) for name in ("target", "body", "society")
        }
        return Ask(**{**vars(self), **texts})

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return FILES[self.file]() if self.file else self.body.encode()


def asks(name: str, line_end: str = "\n") -> list[Ask]:
    """The requests of a client."""
    listed = tomllib.loads((SPELLING / f"{name}.toml").read_text(encoding="utf-8"))["request"]
    return [Ask(**{**each, "body": each.get("body", "").replace("\n", line_end)}) for each in listed]


# --- the files that are sent


def fec() -> bytes:
    """A FEC of one balanced entry."""
    return "\r\n".join([*FEC_LINES, ""]).replace("|", "\t").encode()


def csv() -> bytes:
    """One balanced entry in the vendor's own CSV."""
    return "\r\n".join([*CSV_LINES, ""]).encode()


def tra() -> bytes:
    """A zip with one TRA file: an invoice to a third party that nobody knows yet."""
    line = {1: "VE ", 4: "15052024", 12: "FC", 49: "F7", 84: "Facture F7", 151: "N", 160: "EUR", 173: "E--"}
    amount = {131: "120,00".rjust(20)}
    records = [
        _fixed({1: "***S5CLIJRLSTD", 18: "01011900", 26: "01011900", 34: "007", 42: "150520241200"}, 147),
        _fixed({1: "***JAL", 7: "VE ", 10: "Ventes", 45: "VTE"}),
        _fixed({**line, **amount, 14: "411000", 31: "X", 32: "DURAND", 130: "D"}),
        _fixed({**line, **amount, 14: "707000", 130: "C"}),
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.TRA", "\r\n".join([*records, ""]).encode("cp1252"))
    return packed.getvalue()


def _fixed(places: Mapping[int, str], length: int = 222) -> str:
    """A record of fixed width: texts by their first position, counted from 1."""
    record = " " * length
    for place, text in places.items():
        record = record[: place - 1] + text + record[place - 1 + len(text) :]
    return record


FILES: dict[str, Callable[[], bytes]] = {"fec": fec, "csv": csv, "tra": tra}


# --- how clients spell their headers


def sdk_headers(ask: Ask, host: str, who: Mapping[str, str], body: bytes) -> Headers:
    """As the SDK's HTTP library sends them."""
    headers = [("host", host), ("connection", "keep-alive"), ("authorization", f"Bearer {who['token']}")]
    headers += [("X-Third-Party-Secret", who["secret"])]
    headers += [("society-id", ask.society)] if ask.society else []
    headers += [("user-agent", "partnerName")]
    if body:
        headers += [("content-type", ask.sent_as or JSON), ("content-length", str(len(body)))]
    return headers


def postman_headers(ask: Ask, host: str, who: Mapping[str, str], body: bytes) -> Headers:
    """As Postman sends them; some requests of the collection have an empty society-id."""
    headers = [("X-Third-Party-Secret", who["secret"]), ("society-id", "")]
    headers += [("Content-Type", ask.sent_as)] if ask.sent_as else []
    headers += [
        ("Authorization", f"Bearer {who['token']}"),
        ("User-Agent", "PostmanRuntime/7.29.0"),
        ("Accept", "*/*"),
        ("Postman-Token", "9d2b2a1c-5c1e-4b8e-9f43-0c6e0f1f7a55"),
        ("Host", host),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Connection", "keep-alive"),
    ]
    return headers + ([("Content-Length", str(len(body)))] if body else [])


# --- the server, and the conversation with it


@dataclass(frozen=True)
class Stage:
    """A running server with one folder: a fiscal year, an establishment and a journal."""

    port: int
    environment: Mapping[str, str]
    ids: Mapping[str, int] = field(default_factory=dict)

    def grant(self, *words: str) -> dict[str, str]:
        """The secret and the token of a new credential."""
        command = [*DOUANE, "grant", "myunisoft", "--organization", "ACME", *words, "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        granted: dict[str, str] = json.loads(done.stdout)
        return granted

    def wrong(self, asked: list[Ask], who: Mapping[str, str], spelling: Spelling) -> list[str]:
        """Send all requests over one connection; what is not as the client reads it, in sentences."""
        kept: dict[str, Any] = dict(self.ids)
        found = []
        with closing(socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)) as connection:
            for ask in (each.filled(kept) for each in asked):
                head = [f"{ask.method} {ask.target} HTTP/1.1"]
                headers = spelling(ask, f"127.0.0.1:{self.port}", who, ask.content)
                head += [f"{name}: {value}" for name, value in headers]
                connection.sendall("\r\n".join([*head, "", ""]).encode() + ask.content)
                found += [f"{ask.name}: {each}" for each in _read(connection, ask, kept)]
        return found


def _read(connection: socket.socket, ask: Ask, kept: dict[str, Any]) -> Iterator[str]:
    """What is not right with the answer to a request; what it keeps goes to `kept`."""
    response = HTTPResponse(connection, method=ask.method)
    response.begin()
    content = response.read()
    kept.update(dict.fromkeys(ask.keeps, 0))
    if response.status != ask.status:
        yield f"status {response.status}, expected {ask.status}: {content[:300]!r}"
    elif not (response.headers["content-type"] or "").startswith(JSON):
        yield f"content-type {response.headers['content-type']!r}"
    else:
        answer = json.loads(content)
        yield from _differences(answer, ask.reads, "answer")
        kept.update({name: answer[key] for name, key in ask.keeps.items()})
    if not response.headers["request-id"]:
        yield "no request-id"


def _differences(value: Any, shape: Any, where: str) -> Iterator[str]:
    """Where a value is not of a shape."""
    if isinstance(shape, str) and shape.startswith(":") and shape[1:] in SHAPES:
        shape = SHAPES[shape[1:]]
    if isinstance(shape, str) and shape.startswith(":"):
        nothing = (type(None),) if shape.endswith("?") else ()
        if not isinstance(value, TYPES[shape[1:].rstrip("?")] + nothing):
            yield f"{where} is {value!r}, expected {shape}"
    elif isinstance(shape, dict) and isinstance(value, dict):
        for key, inner in shape.items():
            inside = f"{where}.{key}"
            yield from _differences(value[key], inner, inside) if key in value else (f"{inside} is missing",)
    elif isinstance(shape, list) and shape and isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from _differences(each, shape[0], f"{where}[{number}]")
    elif value != shape:
        yield f"{where} is {value!r}, expected {shape!r}"


@pytest.fixture
def stage(database: Database, settings: Settings) -> Iterator[Stage]:
    environment = {**os.environ, **UNLIMITED, "DATABASE_URL": settings.database_url}
    serve = [*DOUANE, "serve", "--port", "0", "--data", str(settings.data)]
    process = subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().rpartition(":")[2])
        Stage(port, environment).grant()
        yield Stage(port, environment, _ids(database))
    finally:
        process.kill()
        process.communicate()


def _ids(database: Database) -> dict[str, int]:
    """Give the folder what the requests refer to."""
    insert = "insert into {} (organization_id, company_id, {}) select organization_id, id, {} from companies"
    made = {
        "year": ("fiscal_years", "starts_on, ends_on", "'2024-01-01', '2024-12-31'"),
        "establishment": ("establishments", "code, name", "'01', 'Siège'"),
        "diary": ("journals", "code, name, type", "'VE', 'Ventes', 'sales'"),
    }
    with database.connection() as conn:
        rows = {"society": conn.execute("select id from companies").fetchone()}
        for name, parts in made.items():
            rows[name] = conn.execute(f"{insert.format(*parts)} returning id").fetchone()
    return {name: row[0] for name, row in rows.items() if row is not None}


def test_the_sdk_of_a_folder_gets_what_it_reads(stage: Stage) -> None:
    assert "\n".join(stage.wrong(asks("sdk"), stage.grant(), sdk_headers)) == ""


def test_the_sdk_of_a_firm_gets_what_it_reads(stage: Stage) -> None:
    assert "\n".join(stage.wrong(asks("sdk_of_a_firm"), stage.grant("--firm"), sdk_headers)) == ""


def test_postman_gets_what_the_collection_prints(stage: Stage) -> None:
    assert "\n".join(stage.wrong(asks("postman", "\r\n"), stage.grant(), postman_headers)) == ""
