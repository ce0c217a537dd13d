"""A container of Azure, as Azurite gives it: files put by signed addresses, fetched by URI and by URL."""

from __future__ import annotations

import base64
import hmac
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import formatdate
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import obstore
import pytest
from obstore.store import AzureStore

from douane.errors import Refusal, SourceFailure
from douane.fetch import buckets
from douane.fetch.deposits import Prepared, drop_expired, fetch_deposit, fill_deposit, prepare_deposit
from douane.fetch.download import download
from douane.fetch.guard import Guard
from douane.model.networks import AllowedNetwork
from douane.pipeline.receive import Spool, Upload
from douane.settings import MEBIBYTE, Limits, Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.deposits import find_deposit
from douane.store.organizations import Company

HOME = Path(__file__).parents[2]
PROGRAM = HOME / ".azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The published account and key of every emulator; they open nothing else."""

CONTAINER = "api-import-ecritures-dev"
NAME = "842008161FEC20201231.txt"
BODY = b"JournalCode|JournalLib\n" * 1000
AZURE = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.skipif(
    not (PROGRAM.exists() and shutil.which("node")),
    reason="Azurite is not installed: make azurite does it with npm",
)


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Azurite that holds one empty container."""
    folder = tmp_path_factory.mktemp("azurite")
    options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--location", str(folder), "--disableTelemetry"]
    process = subprocess.Popen(
        ["node", str(PROGRAM), *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = [""]
        while "successfully listens on" not in told[-1]:
            told.append(process.stdout.readline())
            assert told[-1], "".join(told)
        url = told[-1].split()[-1]
        make_container(url)
        yield url
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)


def make_container(url: str) -> None:
    """What an operator does once, by Azure's own signature, so that obstore does not test itself."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
    lines = ["PUT", *[""] * 11, *(f"{name}:{value}" for name, value in headers.items())]
    text = "\n".join([*lines, f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}", "restype:container"])
    signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), sha256)).decode()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{signature}"
    made = httpx.put(f"{url}/{ACCOUNT}/{CONTAINER}?restype=container", headers=headers)
    assert made.status_code == 201, made.text


@pytest.fixture
def environment(blobs: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What an operator sets for a storage account, here the emulator's."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)
    monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
    monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", blobs)
    buckets._opened.cache_clear()
    yield
    buckets._opened.cache_clear()


@dataclass
class Sender:
    """A caller whose deposits go to the container."""

    database: Database
    settings: Settings
    caller: Caller

    def prepare(self, name: str = NAME) -> Prepared:
        with self.database.connection() as conn:
            return prepare_deposit(conn, self.settings, self.caller, name, "https://not.used")

    def fetch(self, uri: str) -> Upload:
        with self.database.connection() as conn:
            found = find_deposit(conn, self.caller.organization_id, uri)
            assert found is not None
            folder = self.settings.data / "fetched"
            return fetch_deposit(conn, self.settings, found.organization_id, found.id, folder)

    def expire(self, uri: str, hours: int) -> None:
        back = "update deposits set expires_at = expires_at - make_interval(hours => %s) where id = %s"
        with self.database.connection() as conn:
            conn.execute(back, (hours, UUID(uri.split("/", maxsplit=1)[0])))


@pytest.fixture
def sender(database: Database, settings: Settings, company: Company, environment: None) -> Sender:
    caller = Caller(1, company.organization_id, company.id, "ORG", "CODE", "loop", "login", {})
    return Sender(database, replace(settings, bucket_url=f"az://{CONTAINER}/deposits"), caller)


@pytest.mark.parametrize("name", [NAME, "é à.csv", "a#b?&=.csv", "a%2Fb.csv", "日本.json"])
def test_a_file_put_as_a_blob_is_fetched_by_its_uri(sender: Sender, blobs: str, name: str) -> None:
    prepared = sender.prepare(name)
    assert prepared.uri.partition("/")[2] == name
    assert prepared.deposit_url.startswith(f"{blobs}/{ACCOUNT}/{CONTAINER}/deposits/")
    put = httpx.put(prepared.deposit_url, content=BODY, headers=AZURE)
    assert put.status_code == 201, put.text
    fetched = sender.fetch(prepared.uri)
    assert (fetched.name, fetched.size, fetched.digest) == (name, len(BODY), sha256(BODY).hexdigest())
    assert fetched.path.read_bytes() == BODY


def test_a_large_blob_comes_whole(sender: Sender) -> None:
    body = bytes(range(256)) * 4096 * 40
    prepared = sender.prepare()
    httpx.put(prepared.deposit_url, content=body, headers=AZURE, timeout=PATIENCE_SECONDS)
    assert sender.fetch(prepared.uri).digest == sha256(body).hexdigest()
    sender.settings = replace(sender.settings, limits=Limits(deposit_bytes_max=MEBIBYTE))
    with pytest.raises(Refusal) as caught:
        sender.fetch(prepared.uri)
    assert caught.value.code == "upload-too-large"


def test_an_address_opens_one_blob_and_only_to_write(sender: Sender) -> None:
    one, other = sender.prepare(), sender.prepare()
    assert httpx.put(one.deposit_url, content=BODY, headers=AZURE).status_code == 201
    assert httpx.get(one.deposit_url).status_code == 403
    swapped = one.deposit_url.replace(one.uri.split("/")[0], other.uri.split("/")[0])
    assert httpx.put(swapped, content=BODY, headers=AZURE).status_code == 403


def test_nothing_deposited_is_told_as_such(sender: Sender) -> None:
    prepared = sender.prepare()
    with pytest.raises(SourceFailure, match="Nothing has been deposited"):
        sender.fetch(prepared.uri)
    sender.expire(prepared.uri, 25)
    with pytest.raises(Refusal) as caught:
        sender.fetch(prepared.uri)
    assert caught.value.code == "source-gone"


def test_our_own_route_does_not_fill_what_azure_looks_after(sender: Sender) -> None:
    prepared = sender.prepare()
    with sender.database.connection() as conn:
        found = find_deposit(conn, sender.caller.organization_id, prepared.uri)
    assert found is not None
    assert found.secret_hash is None
    assert not found.has_secret("")


def test_an_upload_can_be_put_for_somebody(sender: Sender, tmp_path: Path) -> None:
    """Large ones go in several parts."""
    prepared = sender.prepare()
    spool = Spool(tmp_path / "uploads", 20 * MEBIBYTE)
    for _ in range(12):
        spool.write(b"a;b\n" * (MEBIBYTE // 4))
    with sender.database.connection() as conn:
        fill_deposit(conn, sender.settings, UUID(prepared.uri.split("/")[0]), spool.finish(NAME))
    assert sender.fetch(prepared.uri).size == 12 * MEBIBYTE


def test_old_blobs_are_deleted(sender: Sender) -> None:
    old, unfilled, fresh = (sender.prepare() for _ in range(3))
    for each in (old, fresh):
        httpx.put(each.deposit_url, content=BODY, headers=AZURE)
    for each in (old, unfilled):
        sender.expire(each.uri, 24 * 9)
    with sender.database.connection() as conn:
        assert drop_expired(conn, sender.settings) == 2
    paths = {each["path"].split("/")[1] for page in obstore.list(store()) for each in page}
    assert old.uri.split("/")[0] not in paths
    assert fresh.uri.split("/")[0] in paths


def test_an_emulator_that_is_away_fails_for_now(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    prepared = sender.prepare()
    monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", "http://127.0.0.1:1")
    buckets._opened.cache_clear()
    with pytest.raises(SourceFailure, match="at the moment"):
        sender.fetch(prepared.uri)
    assert "does not do as it should" in caplog.text
    assert "sig=" not in caplog.text


def test_a_key_that_is_wrong_fails_for_now(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator may correct it; the file is not lost."""
    prepared = sender.prepare()
    assert httpx.put(prepared.deposit_url, content=BODY, headers=AZURE).status_code == 201
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", base64.b64encode(bytes(64)).decode())
    buckets._opened.cache_clear()
    with pytest.raises(SourceFailure, match="at the moment"):
        sender.fetch(prepared.uri)


def store() -> AzureStore:
    return AzureStore(CONTAINER)


def test_a_signed_address_is_fetched_through_the_guard(sender: Sender, blobs: str, tmp_path: Path) -> None:
    """As a partner does who has a storage account of his own and gives a URL instead of a URI."""
    blob = f"005e3c2d-8352-49e5-82f3-8704a079b9f3/{NAME}"
    obstore.put(store(), blob, BODY)
    url = obstore.sign(store(), "GET", blob, timedelta(hours=24))
    with pytest.raises(Refusal) as caught:
        download(url, Guard(), tmp_path, sender.settings)
    assert caught.value.code == "source-forbidden"
    network = AllowedNetwork(ip_network("127.0.0.1/32"), allows_http=True)
    guard = Guard((network,))
    fetched = download(url, guard, tmp_path, sender.settings)
    assert (fetched.upload.name, fetched.upload.path.read_bytes()) == (NAME, BODY)
    assert fetched.identity.size == len(BODY)
    assert fetched.identity.etag
    again = download(url, guard, tmp_path, sender.settings, known=fetched.identity)
    assert again.upload.digest == fetched.upload.digest
    obstore.put(store(), blob, BODY + b"more")
    with pytest.raises(Refusal) as caught:
        download(url, guard, tmp_path, sender.settings, known=fetched.identity)
    assert caught.value.code == "source-changed"


@pytest.mark.parametrize(
    ("change", "code"),
    [("signature", "source-denied"), ("blob", "source-denied"), ("gone", "source-gone")],
)
def test_a_signed_address_that_does_not_open_is_final(
    sender: Sender, tmp_path: Path, change: str, code: str
) -> None:
    blob = f"{change}/{NAME}"
    obstore.put(store(), blob, BODY)
    url = obstore.sign(store(), "GET", blob, timedelta(hours=24))
    secret = urlsplit(url).query
    if change == "signature":
        url = url.replace("sig=", "sig=AAAA")
    elif change == "blob":
        url = url.replace(f"/{change}/", "/another/")
    else:
        obstore.delete(store(), blob)
    guard = Guard((AllowedNetwork(ip_network("127.0.0.1/32"), allows_http=True),))
    with pytest.raises(Refusal) as caught:
        download(url, guard, tmp_path, sender.settings)
    assert caught.value.code == code
    assert secret not in caught.value.message
    assert not list(tmp_path.glob("upload-*"))
