"""A deposit is made for a name, filled by whoever has its address, and read by its own organization only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from douane.errors import Refusal, SourceFailure
from douane.fetch.deposits import (
    Prepared,
    drop_expired,
    fetch_deposit,
    fetch_deposit_apart,
    fill_deposit,
    prepare_deposit,
)
from douane.fetch.watch import Stopped
from douane.model.deposit_names import checked_name
from douane.pipeline.receive import Spool, Upload
from douane.settings import Limits, Settings
from douane.store.credentials import Caller
from douane.store.database import Database
from douane.store.deposits import CHUNK_BYTES, Deposit, find_deposit, get_deposit
from douane.store.organizations import Company
from douane.store.runs import NewRun, create_run

BASE = "https://douane.example"
NAME = "842008161FEC20201231.txt"
SIZES = [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]
ODD_NAMES = [
    "é à.csv",
    "a#b?.csv",
    "a%20b.csv",
    "a+b&c=d.csv",
    "日本.json",
    "a'b\".zip",
    "*<>|.TRA",
    "..a..csv"[2:],
]

HELD = """
    select count(*)
    from pg_stat_activity
    where datname = current_database()
        and state like 'idle in transaction%'
"""


class Deposits:
    """What one caller does with deposits; each call is a transaction of its own."""

    def __init__(self, database: Database, settings: Settings, company: Company) -> None:
        self.database = database
        self.settings = settings
        self.caller = Caller(1, company.organization_id, company.id, "ORG", "CODE", "loop", "login", {})

    def prepare(self, name: str = NAME, base_url: str = BASE) -> Prepared:
        with self.database.connection() as conn:
            return prepare_deposit(conn, self.settings, self.caller, name, base_url)

    def find(self, uri: str, company_id: int | None = None) -> Deposit | None:
        with self.database.connection() as conn:
            return find_deposit(conn, self.caller.organization_id, uri, company_id)

    def fill(self, uri: str, body: bytes, *, only_first: bool = False) -> Deposit:
        upload = spooled(self.settings.data, body)
        with self.database.connection() as conn:
            return fill_deposit(conn, self.settings, id_of(uri), upload, only_first=only_first)

    def fetch(self, uri: str) -> Upload:
        folder = self.settings.data / "fetched"
        with self.database.connection() as conn:
            return fetch_deposit(conn, self.settings, self.caller.organization_id, id_of(uri), folder)

    def drop_expired(self) -> int:
        with self.database.connection() as conn:
            return drop_expired(conn, self.settings)

    def made_earlier(self, uri: str, hours: int) -> None:
        """Make the deposit look as if it had been made and filled so many hours ago."""
        back = "update deposits set expires_at = expires_at - make_interval(hours => %s) where id = %s"
        with self.database.connection() as conn:
            conn.execute(back, (hours, id_of(uri)))

    def wait_for_it(self, uri: str, digest: str = "") -> int:
        """A run that is to import the deposit, or has its bytes already when it has their digest."""
        new = NewRun(
            organization_id=self.caller.organization_id,
            company_id=self.caller.company_id,
            dialect="loop",
            door="importFEC",
            upload_name=NAME,
            upload_bytes=0,
            upload_digest=digest,
            requested_by="a test",
        )
        source = (
            "insert into sources (organization_id, run_id, kind, shown, deposit_id, tried_until) "
            "values (%s, %s, 'deposit', %s, %s, now())"
        )
        with self.database.connection() as conn:
            run = create_run(conn, new)
            conn.execute(source, (self.caller.organization_id, run.id, uri, id_of(uri)))
        return run.id


def id_of(uri: str) -> UUID:
    return UUID(uri.partition("/")[0])


def spooled(folder: Path, body: bytes) -> Upload:
    spool = Spool(folder / "uploads", len(body) + 1)
    spool.write(body)
    return spool.finish("file")


@pytest.fixture
def deposits(database: Database, settings: Settings, company: Company) -> Deposits:
    return Deposits(database, settings, company)


@pytest.fixture
def in_a_folder(database: Database, settings: Settings, company: Company) -> Deposits:
    """Deposits that are kept in a folder instead of the database."""
    url = (settings.data / "my bucket").as_uri()
    return Deposits(database, replace(settings, bucket_url=url), company)


# --- names


@pytest.mark.parametrize("name", [NAME, "A.CSV", "a.b.csv.gz", "photo.jpeg", *ODD_NAMES])
def test_a_plain_name_is_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("", "it is empty"),
        ("file", "it has no extension"),
        (".csv", "it has no extension"),
        ("..", "begins or ends with a blank or a dot"),
        (".hidden.csv", "begins or ends with a blank or a dot"),
        (" a.csv", "begins or ends with a blank or a dot"),
        ("file.", "its extension is empty"),
        ("file.exe", "its extension is exe"),
        ("../../etc/passwd.csv", "it is a path"),
        ("..\\a.csv", "it is a path"),
        ("a\r\nSet-Cookie: x.csv", "a character that cannot be seen"),
        ("a\0.csv", "a character that cannot be seen"),
        ("a\u202egnp.csv", "a character that cannot be seen"),
        ("a\ud800.csv", "a character that cannot be seen"),
        (f"{'é' * 119}.csv", "longer than 240 bytes"),
    ],
)
def test_another_name_is_refused_in_words(name: str, seen: str) -> None:
    with pytest.raises(Refusal) as caught:
        checked_name(name)
    assert caught.value.code == "deposit-name"
    assert seen in caught.value.message


def test_accents_have_one_form() -> None:
    assert checked_name("e\u0301.csv") == "\u00e9.csv"


# --- asking for one


def test_an_address_names_the_file_and_when_it_expires(deposits: Deposits) -> None:
    prepared = deposits.prepare(base_url=f"{BASE}/")
    address = urlsplit(prepared.deposit_url)
    assert prepared.deposit_url.startswith(f"{BASE}/deposits/")
    assert address.path == f"/deposits/{prepared.uri}"
    expiry = datetime.strptime(parse_qs(address.query)["se"][0], "%Y-%m-%dT%H:%M:%S%z")
    found = deposits.find(prepared.uri)
    assert found is not None
    assert expiry == found.expires_at.replace(microsecond=0)
    assert (found.expires_at - found.created_at).total_seconds() == 24 * 3600
    assert expiry > datetime.now(UTC)


def test_only_the_address_tells_the_secret(deposits: Deposits) -> None:
    prepared = deposits.prepare()
    secret = parse_qs(urlsplit(prepared.deposit_url).query)["sig"][0]
    found = deposits.find(prepared.uri)
    assert found is not None
    assert secret not in repr(prepared) + repr(found)
    assert found.has_secret(secret)
    assert not found.has_secret(secret[:-1])


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_quoted_in_the_address_only(deposits: Deposits, name: str) -> None:
    prepared = deposits.prepare(name)
    assert prepared.uri.partition("/")[2] == name
    path = urlsplit(prepared.deposit_url).path
    assert path.isascii()
    assert path.count("/") == 3
    assert not urlsplit(prepared.deposit_url).fragment


def test_an_organization_has_so_many_deposits_at_most(deposits: Deposits, make_company: object) -> None:
    deposits.settings = replace(deposits.settings, deposits_open_max=2)
    first = deposits.prepare()
    deposits.prepare()
    with pytest.raises(Refusal, match="2 deposits") as caught:
        deposits.prepare()
    assert caught.value.code == "too-many-deposits"
    deposits.made_earlier(first.uri, 25)
    deposits.prepare()


# --- finding it


def test_a_uri_is_found_however_it_is_written(deposits: Deposits) -> None:
    uri = deposits.prepare("é à.csv").uri
    guid, _, name = uri.partition("/")
    for written in (uri, f"/{uri}", f" {uri} ", f"{guid.upper()}/{name}", f"{guid}/%C3%A9%20%C3%A0.csv"):
        found = deposits.find(written)
        assert found is not None, written
        assert found.uri == uri
    for other in (
        guid,
        f"{guid}/other.csv",
        f"{uuid4()}/{name}",
        f"//{uri}",
        f"x/{uri}",
        "",
        f"{uri}/",
        "\0/\0",
    ):
        assert deposits.find(other) is None, other


def test_another_organization_finds_nothing(
    deposits: Deposits, database: Database, settings: Settings, make_company: object
) -> None:
    uri = deposits.prepare().uri
    deposits.fill(uri, b"a;b\n")
    other = Deposits(database, settings, make_company())  # type: ignore[operator]
    assert other.find(uri) is None
    with pytest.raises(Refusal) as caught:
        other.fetch(uri)
    assert caught.value.code == "source-gone"


def test_a_key_of_one_company_finds_what_was_made_for_it_or_for_all(deposits: Deposits) -> None:
    own, another = deposits.caller.company_id, deposits.caller.company_id + 1
    uri = deposits.prepare().uri
    assert deposits.find(uri, own)
    assert deposits.find(uri, another) is None
    deposits.caller = replace(deposits.caller, opens_all=True)
    assert deposits.find(deposits.prepare().uri, another)


# --- filling and fetching it


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_what_is_deposited_comes_back(request: pytest.FixtureRequest, where: str, size: int) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    body = bytes(number % 251 for number in range(size))
    prepared = deposits.prepare("é à.csv")
    filled = deposits.fill(prepared.uri, body)
    fetched = deposits.fetch(prepared.uri)
    assert fetched.path.read_bytes() == body
    assert (fetched.name, fetched.size, fetched.digest) == ("é à.csv", size, filled.digest)
    assert filled.bytes == size


@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_it_can_be_filled_again_until_a_run_has_taken_it(request: pytest.FixtureRequest, where: str) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    uri = deposits.prepare().uri
    deposits.fill(uri, b"first" * CHUNK_BYTES)
    deposits.wait_for_it(uri)
    deposits.fill(uri, b"second")
    with pytest.raises(Refusal, match="holds a file already"):
        deposits.fill(uri, b"third", only_first=True)
    assert deposits.fetch(uri).path.read_bytes() == b"second"
    deposits.wait_for_it(uri, digest="0" * 64)
    with pytest.raises(Refusal, match="was imported") as caught:
        deposits.fill(uri, b"third")
    assert caught.value.code == "deposit-closed"
    assert deposits.fetch(uri).path.read_bytes() == b"second"


@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_an_empty_deposit_may_still_be_filled_until_it_expires(
    request: pytest.FixtureRequest, where: str
) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    uri = deposits.prepare().uri
    with pytest.raises(SourceFailure, match="Nothing has been deposited"):
        deposits.fetch(uri)
    deposits.made_earlier(uri, 25)
    with pytest.raises(Refusal, match="before the address expired") as caught:
        deposits.fetch(uri)
    assert caught.value.code == "source-gone"
    assert not list((deposits.settings.data / "fetched").iterdir())


@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_what_was_deposited_in_time_is_fetched_later(request: pytest.FixtureRequest, where: str) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    uri = deposits.prepare().uri
    deposits.fill(uri, b"a;b\n")
    deposits.made_earlier(uri, 47)
    assert deposits.fetch(uri).path.read_bytes() == b"a;b\n"


@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_a_deposit_that_is_too_large_is_not_fetched(request: pytest.FixtureRequest, where: str) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    uri = deposits.prepare().uri
    deposits.fill(uri, b"a;b\n" * 1000)
    deposits.settings = replace(deposits.settings, limits=Limits(deposit_bytes_max=3999))
    with pytest.raises(Refusal) as caught:
        deposits.fetch(uri)
    assert caught.value.code == "upload-too-large"
    assert not list((deposits.settings.data / "fetched").iterdir())


def test_a_worker_that_stops_lets_go(deposits: Deposits) -> None:
    uri = deposits.prepare().uri
    deposits.fill(uri, b"a;b\n")
    folder = deposits.settings.data / "fetched"
    with deposits.database.connection() as conn, pytest.raises(Stopped):
        fetch_deposit(
            conn,
            deposits.settings,
            deposits.caller.organization_id,
            id_of(uri),
            folder,
            is_stopping=lambda: True,
        )
    assert not list(folder.iterdir())


def test_a_bucket_that_is_slow_holds_no_connection(in_a_folder: Deposits, tmp_path: Path) -> None:
    uri = in_a_folder.prepare().uri
    in_a_folder.fill(uri, b"a;b\n")
    seen: list[object] = []

    def look() -> bool:
        with in_a_folder.database.connection() as conn:
            seen.append(conn.execute(HELD).fetchone())
        return False

    fetch_deposit_apart(
        in_a_folder.database,
        in_a_folder.settings,
        in_a_folder.caller.organization_id,
        id_of(uri),
        tmp_path / "fetched",
        is_stopping=look,
    )
    assert seen
    assert set(seen) == {(0,)}


def test_what_was_lost_in_between_is_no_file(deposits: Deposits) -> None:
    uri = deposits.prepare().uri
    deposits.fill(uri, b"a;b\n")
    with deposits.database.connection() as conn:
        conn.execute("update deposit_chunks set bytes = 'x'")
    with pytest.raises(SourceFailure, match="filled again while it was read"):
        deposits.fetch(uri)


# --- a folder as the bucket


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_object_has_a_name_that_every_provider_takes(in_a_folder: Deposits, name: str) -> None:
    uri = in_a_folder.prepare(name).uri
    in_a_folder.fill(uri, b"x")
    folder = in_a_folder.settings.data / "my bucket" / str(id_of(uri))
    (kept,) = folder.iterdir()
    assert kept.read_bytes() == b"x"
    assert set(kept.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    with in_a_folder.database.connection() as conn:
        assert conn.execute("select count(*) from deposit_chunks").fetchone() == (0,)


def test_a_folder_that_is_in_the_way_fails_for_now(in_a_folder: Deposits) -> None:
    uri = in_a_folder.prepare().uri
    place = in_a_folder.settings.data / "my bucket" / str(id_of(uri))
    place.write_text("a file where a folder should be")
    with pytest.raises(SourceFailure) as caught:
        in_a_folder.fill(uri, b"x")
    assert str(in_a_folder.settings.data) not in caught.value.message
    found = in_a_folder.find(uri)
    assert found is not None
    assert found.deposited_at is None


def test_a_bucket_that_was_changed_is_told(in_a_folder: Deposits) -> None:
    uri = in_a_folder.prepare().uri
    in_a_folder.fill(uri, b"x")
    elsewhere = (in_a_folder.settings.data / "elsewhere").as_uri()
    in_a_folder.settings = replace(in_a_folder.settings, bucket_url=elsewhere)
    with pytest.raises(Refusal, match="no longer in use"):
        in_a_folder.fetch(uri)
    with pytest.raises(Refusal, match="no longer in use"):
        in_a_folder.fill(uri, b"y")


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://host/x", "https://host.example/x", "memory:///", "az://c/p"]
)
def test_an_address_that_is_no_bucket_is_told_to_the_operator(
    deposits: Deposits, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [each for each in os.environ if each.startswith("AZURE")]:
        monkeypatch.delenv(name)
    deposits.settings = replace(deposits.settings, bucket_url=url)
    with pytest.raises(SourceFailure) as caught:
        deposits.prepare()
    assert url not in caught.value.message
    assert "the bucket does not do as it should" in caplog.text


def test_a_bucket_of_s3_signs_by_its_own_rules(deposits: Deposits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing needs no network; that the other side agrees is tested with Azure's emulator."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "their-secret")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    deposits.settings = replace(deposits.settings, bucket_url="s3://deposits-of-a-test/folder/")
    prepared = deposits.prepare("é à.csv")
    address = urlsplit(prepared.deposit_url)
    assert address.path.endswith(f"/folder/{id_of(prepared.uri)}/___.csv")
    assert parse_qs(address.query)["X-Amz-Expires"] == ["86400"]
    assert "their-secret" not in prepared.deposit_url
    with deposits.database.connection() as conn:
        row = conn.execute("select place, secret_hash from deposits").fetchone()
    assert row == (f"s3://deposits-of-a-test/folder/{id_of(prepared.uri)}/___.csv", None)


def test_the_doctor_tries_the_bucket_out(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOUANE_BUCKET_URL", (tmp_path / "bucket").as_uri())
    assert command("doctor", "--data", str(tmp_path / "data"))[0] == 0
    assert not list((tmp_path / "bucket").iterdir())
    (tmp_path / "file").touch()
    monkeypatch.setenv("DOUANE_BUCKET_URL", (tmp_path / "file").as_uri())
    code, told, _ = command("doctor", "--data", str(tmp_path / "data"), "--json")
    assert code == 1
    assert [each["check"] for each in json.loads(told) if not each["is_fine"]] == ["bucket"]


# --- forgetting it


@pytest.mark.parametrize("where", ["deposits", "in_a_folder"])
def test_old_deposits_are_dropped_unless_a_run_waits_for_them(
    request: pytest.FixtureRequest, where: str
) -> None:
    deposits: Deposits = request.getfixturevalue(where)
    old, fresh, awaited, unfilled = (deposits.prepare().uri for _ in range(4))
    for uri in (old, fresh, awaited):
        deposits.fill(uri, b"a;b\n")
    run = deposits.wait_for_it(awaited)
    for uri in (old, awaited, unfilled):
        deposits.made_earlier(uri, 24 * 8 + 1)
    deposits.made_earlier(fresh, 24 * 8 - 1)
    assert deposits.drop_expired() == 2
    assert [bool(deposits.find(uri)) for uri in (old, fresh, awaited, unfilled)] == [False, True, True, False]
    assert deposits.fetch(awaited).size == 4
    with deposits.database.connection() as conn:
        conn.execute("update runs set finished_at = now() where id = %s", (run,))
    assert deposits.drop_expired() == 1
    assert deposits.fetch(fresh).size == 4
    folder = deposits.settings.data / "my bucket"
    if where == "in_a_folder":
        assert [each.name for each in folder.iterdir()] == [str(id_of(fresh))]
    with deposits.database.connection() as conn:
        assert conn.execute("select count(distinct deposit_id) from deposit_chunks").fetchone() == (
            0 if where == "in_a_folder" else 1,
        )


def test_a_deposit_of_a_bucket_in_trouble_is_kept_for_the_next_time(in_a_folder: Deposits) -> None:
    uri = in_a_folder.prepare().uri
    in_a_folder.made_earlier(uri, 24 * 9)
    bucket = in_a_folder.settings.data / "my bucket"
    (bucket / str(id_of(uri)) / NAME).mkdir(parents=True)  # a folder cannot be deleted as a file
    assert in_a_folder.drop_expired() == 0
    with in_a_folder.database.connection() as conn:
        assert get_deposit(conn, in_a_folder.caller.organization_id, id_of(uri))
