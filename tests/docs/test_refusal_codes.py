"""Every refusal of the catalogue can happen: for each the request, setting or server that makes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest

from douane.dialects import DIALECTS
from douane.dialects.access import Wanted
from douane.dialects.mydso.replies import WIRE_CODES
from douane.dialects.myunisoft.replies import WIRE_CODES as PARTNERS_CODES
from douane.dialects.native.entries import fec_wishes
from douane.errors import Refusal
from douane.fetch.deposits import Prepared, prepare_deposit
from douane.fetch.download import Identity, download
from douane.fetch.guard import Guard
from douane.fetch.pull import pull
from douane.formats.fec_columns import AMOUNTS, DATES, OFFICIAL
from douane.formats.fec_write import LATIN_9, Form, write_fec
from douane.formats.tra import TraHeader, write_tra
from douane.jobs.asking import ask_by_hand
from douane.jobs.by_hand import cancel, jobs_listed
from douane.model.catalogue import FAULTS, REFUSALS, WARNINGS
from douane.model.connector_document import read_connector
from douane.model.entries import NewEntry
from douane.model.fiscal_years import FiscalYear
from douane.model.journals import Journal
from douane.model.mapping_document import read_document
from douane.model.networks import AllowedNetwork
from douane.model.references import Way
from douane.pipeline.receive import Spool
from douane.pipeline.unzip import open_archive
from douane.settings import Limits, Settings, from_environment
from douane.store.connectors import CONNECTORS_MAX, put_connector
from douane.store.credentials import NOBODY
from douane.store.database import check_version
from douane.store.entries import add_entry
from douane.store.fiscal_years import add_year, close_year, remove_year
from douane.store.journals import add_journal, find_journal, remove_journal
from douane.store.mappings import MAPPINGS_MAX, put_mapping
from douane.store.organizations import ensure_company
from douane.store.references import put_reference, remove_reference
from douane.store.sealing import Sealer
from douane.web.body import read_body, spool_body
from douane.web.calls import read_query
from douane.web.meter import Meter

ITEM = "item_type;item_number;client_code;item_date_issue;item_date_due;item_amount_initial_inc_tax\n"
CLIENT = "client_code;client_business_name\nC1;One\n"

FILES: dict[str, tuple[str, str | bytes, dict[str, str]]] = {
    "empty-upload": ("/api/clients", "", {}),
    "no-header": ("/api/clients", '"client_code;client_business_name\nC1;One\n', {}),
    "missing-label": ("/api/clients", "client_code;;client_business_name\nC1;;One\n", {}),
    "repeated-label": ("/api/clients", "client_code;Client_Code;client_business_name\nC1;C1;One\n", {}),
    "required-label": ("/api/clients", "client_code\nC1\n", {}),
    "too-many-columns": ("/api/clients", ";".join(f"c{number}" for number in range(61)) + "\n", {}),
    "long-label": ("/api/clients", f"client_code;client_business_name;{'x' * 101}\nC1;One;\n", {}),
    "unknown-charset": ("/api/clients?encoding=klingon", CLIENT, {}),
    "unknown-option": ("/api/items?clear_items_not_modified=maybe", ITEM, {}),
    "broken-archive": ("/api/clients", b"not gzip", {"Content-Encoding": "gzip"}),
    "unknown-compression": ("/api/clients", CLIENT, {"Content-Encoding": "br"}),
    "upload-too-large": ("/api/clients", "x" * 100_001, {}),
}
"""Files and how they are sent: door, body, headers. The run of each keeps the refusal."""

Maker = Callable[[Any, Path], str]
MAKERS: dict[str, Maker] = {}


def makes(code: str) -> Callable[[Maker], Maker]:
    """Marks the function that makes the refusal `code`, and gives the code that was really seen."""

    def register(maker: Maker) -> Maker:
        MAKERS[code] = maker
        return maker

    return register


def own_code(reply: Any) -> str:
    """The code in a reply of /v1."""
    return str(reply.json()["error"]["code"])


def code_of_wire(reply: Any) -> str:
    """The code behind an `error_code` that stands for one refusal only."""
    wire = reply.json()["error_code"]
    (code,) = (code for code, (told, _) in WIRE_CODES.items() if told == wire)
    return code


def raised(function: Callable[..., object], *args: Any) -> str:
    with pytest.raises(Refusal) as caught:
        function(*args)
    return caught.value.code


@makes("access-denied")
def access_denied(sender: Any, _: Path) -> str:
    return own_code(sender.gateway.web.get("/v1/runs", auth=("nobody", "knows")))


@makes("upload-cut")
def upload_cut(_: Any, folder: Path) -> str:
    messages = iter(
        [{"type": "http.request", "body": b"a;b\n", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Any:
        return next(messages)

    async def take() -> None:
        spool = Spool(folder, 1000)
        try:
            await spool_body(receive, spool)
        finally:
            spool.discard()

    return raised(asyncio.run, take())


@makes("idempotency-key-reused")
def idempotency_key_reused(sender: Any, _: Path) -> str:
    key = {"Idempotency-Key": "night-1"}
    sender.post("/api/clients", CLIENT, key)
    return code_of_wire(sender.post("/api/clients", CLIENT + "C2;Two\n", key))


@makes("idempotency-key-in-use")
def idempotency_key_in_use(sender: Any, _: Path) -> str:
    key = {"Idempotency-Key": "night-1"}
    first = sender.post("/api/clients", CLIENT, key).headers["douane-run"]
    with sender.gateway.database.connection() as conn:
        conn.execute("update runs set state = 'running' where id = %s", [first])
    return code_of_wire(sender.post("/api/clients", CLIENT, key))


@makes("unknown-run")
def unknown_run(sender: Any, _: Path) -> str:
    return own_code(sender.get("/v1/runs/999999"))


@makes("nothing-held")
def nothing_held(sender: Any, _: Path) -> str:
    return own_code(release(sender, sender.send("clients", CLIENT)["run"]))


@makes("release-stale")
def release_stale(sender: Any, _: Path) -> str:
    lines = [f"FAC;{number};C1;2026-01-15;2026-02-15;1\n" for number in range(4)]
    sender.send("clients", CLIENT)
    sender.send("items", ITEM + "".join(lines))
    held = sender.send("items?clear_items_not_modified=true", ITEM + lines[0])
    assert held["held"]["rows"] == 3
    sender.send("items", ITEM + lines[0])
    return own_code(release(sender, held["run"]))


def release(sender: Any, run: int) -> Any:
    return sender.post(f"/v1/runs/{run}/release", "")


@makes("upload-gone")
def upload_gone(sender: Any, _: Path) -> str:
    run = sender.send("clients", CLIENT)["run"]
    for upload in sender.gateway.settings.data.glob("uploads/upload-*"):
        upload.unlink()
    return own_code(sender.get(f"/v1/runs/{run}/rejected.csv"))


def code_of_partners_api(reply: Any) -> str:
    """The code behind an error of the partners' API, of those that alone have its wire code and status."""
    told = reply.json()["error"]["code"], reply.status_code
    (code,) = (code for code, wire in PARTNERS_CODES.items() if wire == told)
    return code


@makes("no-rejected-lines")
def no_rejected_lines(sender: Any, _: Path) -> str:
    with sender.gateway.database.connection() as conn:
        keys = DIALECTS["myunisoft"].access.grant(conn, Wanted("ACME")).keys
    who = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}
    run = sender.gateway.web.post("/api/v1/tra/partial", content=b"x", headers=who).headers["douane-run"]
    return own_code(sender.gateway.web.get(f"/v1/runs/{run}/rejected.csv", headers=who))


@makes("unknown-address")
def unknown_address(sender: Any, _: Path) -> str:
    return code_of_partners_api(sender.get("/api/v1/nothing"))


@makes("unknown-method")
def unknown_method(sender: Any, _: Path) -> str:
    return code_of_partners_api(sender.post("/api/partners/health", ""))


@makes("bad-request")
def bad_request(*_: Any) -> str:
    return raised(read_query, b"q=%00")


@makes("request-too-large")
def request_too_large(*_: Any) -> str:
    async def receive() -> Any:
        return {"type": "http.request", "body": b"12345", "more_body": False}

    async def take() -> None:
        await read_body(receive, 0, 4)

    return raised(asyncio.run, take())


@makes("too-many-requests")
def too_many_requests(*_: Any) -> str:
    meter = Meter(Settings(rate_requests_max=1))
    meter.count(NOBODY.caller)
    return raised(meter.check, meter.count(NOBODY.caller))


@makes("too-many-at-once")
def too_many_at_once(*_: Any) -> str:
    def twice(meter: Meter) -> None:
        with meter.place("GET /a", 1), meter.place("GET /a", 1):
            pass

    return raised(twice, Meter(Settings(calls_at_once_max=1)))


@makes("outside-charset")
def outside_charset(*_: Any) -> str:
    empty = dict.fromkeys(DATES, pl.Date) | dict.fromkeys(AMOUNTS, pl.Decimal(20, 6))
    line = pl.DataFrame({name: pl.Series([None], dtype=empty.get(name, pl.String)) for name in OFFICIAL})
    lines = line.with_columns(EcritureLib=pl.lit("→"))
    return raised(list, write_fec([lines], Form(charset=LATIN_9)))


MAPPING = {"name": "X", "table": "customers", "columns": [{"label": "Code", "field": "code"}]}


@makes("bad-mapping")
def bad_mapping(sender: Any, _: Path) -> str:
    return own_code(sender.post("/v1/mappings", json.dumps(MAPPING | {"columns": []})))


@makes("unknown-mapping")
def unknown_mapping(sender: Any, _: Path) -> str:
    return own_code(sender.get("/v1/mappings/Nobody"))


@makes("mapping-taken")
def mapping_taken(sender: Any, _: Path) -> str:
    assert sender.post("/v1/mappings", json.dumps(MAPPING)).status_code == 201
    return own_code(sender.post("/v1/mappings", json.dumps(MAPPING)))


FILL_MAPPINGS = """
    insert into mappings (organization_id, name, definition, changed_by)
    select %s, number::text, '{}', 'a test'
    from generate_series(1, %s) as number
"""


@makes("too-many-mappings")
def too_many_mappings(sender: Any, _: Path) -> str:
    with books(sender) as (conn, organization_id, _company_id):
        conn.execute(FILL_MAPPINGS, [organization_id, MAPPINGS_MAX])
        return raised(put_mapping, conn, organization_id, read_document(MAPPING), "a test")


@makes("bad-setting")
def bad_setting(*_: Any) -> str:
    return raised(from_environment, None, {"DOUANE_COLUMNS_MAX": "many"})


@makes("old-database")
def old_database(*_: Any) -> str:
    # No older server is at hand: all that is asked of a connection is the version it says.
    return raised(check_version, SimpleNamespace(info=SimpleNamespace(server_version=170006)))


JANUARY = FiscalYear(date(2026, 1, 1), date(2026, 1, 31))


@contextmanager
def books(sender: Any) -> Iterator[tuple[Any, int, int]]:
    """A connection whose changes are dropped, and the organization and company of new books."""
    with sender.gateway.database.connection() as conn, conn.transaction(force_rollback=True):
        company = ensure_company(conn, "BOOKS", None)
        yield conn, company.organization_id, company.id


@makes("unknown-record")
def unknown_record(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        return raised(remove_reference, *owner, Way, 999)


@makes("code-taken")
def code_taken(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        return raised(add_journal, *owner, Journal("01", "Again"))


@makes("bad-record")
def bad_record(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        return raised(put_reference, *owner, Way(-1, "Nowhere"))


@makes("year-overlap")
def year_overlap(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        add_year(*owner, JANUARY)
        return raised(add_year, *owner, JANUARY)


@makes("year-closed")
def year_closed(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        year = close_year(*owner, add_year(*owner, JANUARY).id, "somebody")
        return raised(remove_year, *owner, year.id)


@makes("record-in-use")
def record_in_use(sender: Any, _: Path) -> str:
    with books(sender) as owner:
        year, journal = add_year(*owner, JANUARY), find_journal(*owner, code="01")
        add_entry(*owner, NewEntry(year.id, journal.id, JANUARY.starts_on, lines=()))
        return raised(remove_journal, *owner, journal.id)


def archive(folder: Path, *names: str) -> Path:
    """A zip of empty files with these names."""
    with ZipFile(folder / "upload.zip", "w") as zipped:
        for name in names:
            zipped.writestr(name, b"")
    return folder / "upload.zip"


@makes("several-data-files")
def several_data_files(_: Any, folder: Path) -> str:
    return raised(open_archive, archive(folder, "a.tra", "b.TRA"), Limits(), (".tra",))


@makes("no-data-file")
def no_data_file(_: Any, folder: Path) -> str:
    return raised(open_archive, archive(folder, "folder/a.tra", "b.pdf"), Limits(), (".tra",))


@makes("archive-too-large")
def archive_too_large(_: Any, folder: Path) -> str:
    path = folder / "upload.zip"
    with ZipFile(path, "w") as zipped:
        zipped.writestr("a.tra", b" " * 1000)

    def read() -> None:
        with open_archive(path, Limits(decoded_bytes_max=100), (".tra",)) as opened:
            list(opened.blocks(50))

    return raised(read)


@makes("other-siren")
def other_siren(sender: Any, _: Path) -> str:
    with books(sender) as (conn, _, company_id):
        conn.execute("update companies set siren = '732829320' where id = %s", [company_id])
        run = SimpleNamespace(company_id=company_id, upload_name="552100554FEC20241231.txt")
        return raised(fec_wishes, conn, run)


@makes("unwritable-value")
def unwritable_value(*_: Any) -> str:
    return raised(list, write_tra(TraHeader(), {}, [pl.DataFrame({"libelle": ["x" * 36]})]))


def deposit_of(sender: Any, name: str = "file.csv", **changed: Any) -> Prepared:
    """A new deposit of an organization of its own."""
    with sender.gateway.database.connection() as conn:
        company = ensure_company(conn, "DEPOSITOR", None)
        caller = replace(NOBODY.caller, organization_id=company.organization_id, company_id=company.id)
        return prepare_deposit(conn, replace(sender.gateway.settings, **changed), caller, name, "")


def code_of_put(sender: Any, address: str, **sent: Any) -> str:
    return own_code(sender.gateway.web.put(address, **{"content": b"a;b\n", **sent}))


@makes("deposit-name")
def deposit_name(sender: Any, _: Path) -> str:
    return raised(deposit_of, sender, "../file.csv")


@makes("too-many-deposits")
def too_many_deposits(sender: Any, _: Path) -> str:
    with pytest.raises(Refusal) as caught:
        deposit_of(sender, deposits_open_max=0)
    return caught.value.code


@makes("unknown-deposit")
def unknown_deposit(sender: Any, _: Path) -> str:
    return code_of_put(sender, "/deposits/00000000-0000-0000-0000-000000000000/file.csv")


@makes("deposit-denied")
def deposit_denied(sender: Any, _: Path) -> str:
    return code_of_put(sender, f"{deposit_of(sender).deposit_url}x")


@makes("deposit-closed")
def deposit_closed(sender: Any, _: Path) -> str:
    address = deposit_of(sender).deposit_url
    assert sender.gateway.web.put(address, content=b"a;b\n").status_code == 201
    return code_of_put(sender, address, headers={"If-None-Match": "*"})


@makes("deposit-request")
def deposit_request(sender: Any, _: Path) -> str:
    return code_of_put(sender, f"{deposit_of(sender).deposit_url}&comp=block")


@makes("deposit-mismatch")
def deposit_mismatch(sender: Any, _: Path) -> str:
    digest = {"Content-MD5": f"{'A' * 22}=="}
    return code_of_put(sender, deposit_of(sender).deposit_url, headers=digest)


def job_of(sender: Any) -> int:
    """A job that waits."""
    sender.post("/apiPutFiles/clients", CLIENT)
    with sender.gateway.database.connection() as conn:
        return jobs_listed(conn, None, 1)[0].id


@makes("unknown-job")
def unknown_job(sender: Any, _: Path) -> str:
    with sender.gateway.database.connection() as conn:
        return raised(cancel, conn, 999_999, "a test")


@makes("job-under-way")
def job_under_way(sender: Any, _: Path) -> str:
    job = job_of(sender)
    with sender.gateway.database.connection() as conn:
        conn.execute("update runs set state = 'running'")
        return raised(cancel, conn, job, "a test")


@makes("job-over")
def job_over(sender: Any, _: Path) -> str:
    job = job_of(sender)
    with sender.gateway.database.connection() as conn:
        cancel(conn, job, "a test")
        return raised(cancel, conn, job, "a test")


ANYWHERE = Guard([AllowedNetwork(ip_network("127.0.0.1/32"), True)])


@contextmanager
def source(status: int, body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """The address of a server that answers every request so."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/export.csv"
        finally:
            server.shutdown()
            serving.join()


def fetched(folder: Path, status: int, headers: dict[str, str], known: Identity | None = None) -> str:
    with source(status, CLIENT.encode(), {"Content-Length": str(len(CLIENT))} | headers) as url:
        return raised(lambda: download(url, ANYWHERE, folder, Settings(folder), known=known))


@makes("source-forbidden")
def source_forbidden(_: Any, folder: Path) -> str:
    return raised(download, "https://127.0.0.1/", Guard(), folder, Settings(folder))


@makes("source-denied")
def source_denied(_: Any, folder: Path) -> str:
    return fetched(folder, 403, {})


@makes("source-gone")
def source_gone(_: Any, folder: Path) -> str:
    return fetched(folder, 404, {})


@makes("source-refuses")
def source_refuses(_: Any, folder: Path) -> str:
    return fetched(folder, 405, {})


@makes("source-redirects")
def source_redirects(_: Any, folder: Path) -> str:
    return fetched(folder, 302, {"Location": "/export.csv"})


@makes("source-changed")
def source_changed(_: Any, folder: Path) -> str:
    return fetched(folder, 200, {"ETag": "2"}, Identity(etag="1"))


@makes("source-unmeasured")
def source_unmeasured(_: Any, folder: Path) -> str:
    with source(200, CLIENT.encode(), {}) as url:
        return raised(download, url, ANYWHERE, folder, Settings(folder))


def pulled(folder: Path, body: bytes, **told: Any) -> str:
    """The code with which a pull ends from a source that answers every request so."""
    with source(200, body, {"Content-Length": str(len(body))}) as url:
        document = {"name": "shop", "base_url": url.removesuffix("/export.csv"), **told}
        connector = read_connector(document).connector
        return raised(pull, connector, {}, ANYWHERE, folder, Settings(folder))


def to_a_connector(sender: Any, body: bytes, name: str = "accounts") -> str:
    """The code of the reply to accounts that are sent to a connector."""
    with sender.gateway.database.connection() as conn:
        token = DIALECTS["djust"].access.grant(conn, Wanted(sender.auth[0])).keys["token"]
    path = f"/v1/connectors/{name}/runs"
    reply = sender.gateway.web.post(path, content=body, headers={"Authorization": f"Bearer {token}"})
    return own_code(reply)


@makes("not-json")
def not_json(sender: Any, _: Path) -> str:
    return to_a_connector(sender, b'[{"accountExternalId": "A1"')


@makes("no-json-list")
def no_json_list(sender: Any, _: Path) -> str:
    return to_a_connector(sender, b'{"accountExternalId": "A1"}')


@makes("unknown-connector")
def unknown_connector(sender: Any, _: Path) -> str:
    return to_a_connector(sender, b"[]", name="none")


@makes("bad-connector")
def bad_connector(_: Any, __: Path) -> str:
    return raised(read_connector, {"name": "shop", "base_url": "ftp://shop.example"})


@makes("source-not-json")
def source_not_json(_: Any, folder: Path) -> str:
    return pulled(folder, b"<html>")


@makes("source-without-records")
def source_without_records(_: Any, folder: Path) -> str:
    return pulled(folder, b'{"error": "no tenant"}', records="$.data")


@makes("source-too-large")
def source_too_large(_: Any, folder: Path) -> str:
    return pulled(folder, b"[1, 2]", limits={"records_max": 1})


@makes("source-endless")
def source_endless(_: Any, folder: Path) -> str:
    pages = {"kind": "number", "parameter": "page"}
    return pulled(folder, b"[1]", pages=pages, limits={"pages_max": 1})


@makes("source-repeats")
def source_repeats(_: Any, folder: Path) -> str:
    return pulled(folder, b"[1]", pages={"kind": "number", "parameter": "page"})


SEALER = Sealer("a key of tests that is long enough")
SHOP = {"name": "shop", "base_url": "https://shop.example", "when_busy": "skip"}


@makes("connector-taken")
def connector_taken(sender: Any, _: Path) -> str:
    assert sender.post("/v1/connectors", json.dumps(SHOP)).status_code == 201
    return own_code(sender.post("/v1/connectors", json.dumps(SHOP)))


FILL_CONNECTORS = """
    insert into connectors (organization_id, company_id, name, definition, changed_by)
    select %s, %s, number::text, '{}', 'a test'
    from generate_series(1, %s) as number
"""


@makes("too-many-connectors")
def too_many_connectors(sender: Any, _: Path) -> str:
    with books(sender) as (conn, *owner):
        conn.execute(FILL_CONNECTORS, [*owner, CONNECTORS_MAX])
        return raised(put_connector, conn, tuple(owner), SHOP, SEALER, "a test")


@makes("connector-receives")
def connector_receives(sender: Any, _: Path) -> str:
    assert sender.post("/v1/connectors", json.dumps({"name": "shop"})).status_code == 201
    return own_code(sender.post("/v1/connectors/shop/pulls", ""))


@makes("connector-busy")
def connector_busy(sender: Any, _: Path) -> str:
    assert sender.post("/v1/connectors", json.dumps(SHOP)).status_code == 201
    assert sender.post("/v1/connectors/shop/pulls", "").status_code == 202
    return own_code(sender.post("/v1/connectors/shop/pulls", ""))


@makes("too-many-runs")
def too_many_runs(sender: Any, folder: Path) -> str:
    with books(sender) as (conn, *owner):
        put_connector(conn, tuple(owner), SHOP, SEALER, "a test")
        settings = Settings(folder, waiting_runs_max=0)
        return raised(ask_by_hand, conn, settings, tuple(owner), "shop", "a test")


def test_each_code_of_the_catalogue_has_its_maker() -> None:
    assert FILES.keys() | MAKERS.keys() == REFUSALS.keys()
    assert not FILES.keys() & MAKERS.keys()


@pytest.mark.parametrize("code", FILES)
def test_a_file_is_refused_with_the_code(code: str, sender: Any) -> None:
    path, body, headers = FILES[code]
    receipt = sender.receipt(sender.post(path, body, headers))
    assert receipt["state"] == "refused"
    assert receipt["refusal"]["code"] == code
    assert receipt["refusal"]["message"]
    assert receipt["refusal"]["hint"]


@pytest.mark.parametrize("code", MAKERS)
def test_a_request_makes_the_code(code: str, sender: Any, tmp_path: Path) -> None:
    assert MAKERS[code](sender, tmp_path) == code


def test_a_code_stands_for_one_thing() -> None:
    assert len(FAULTS.keys() | WARNINGS.keys() | REFUSALS.keys()) == len(FAULTS) + len(WARNINGS) + len(
        REFUSALS
    )
