"""The calls of Cegid Loop that name a file: what they take, the order of their checks, what is recorded."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.loop.access import ACCESS
from douane.dialects.loop.calls import ANSWERS, CALLS
from douane.dialects.loop.messages import MESSAGES, PUBLISHED
from douane.model.mapping_document import read_document
from douane.settings import Limits, Settings
from douane.store.database import Database
from douane.store.deposits import find_deposit
from douane.store.establishments import add_establishment, list_establishments, remove_establishment
from douane.store.mappings import put_mapping
from douane.store.organizations import ensure_company
from douane.store.runs import list_runs
from douane.store.sealing import Sealer
from douane.store.sources import Source, get_source
from douane.web.app import create_app

from .conftest import LOOP_SIRET, Loop

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "002_12caf779703ab202.txt"
URL = (
    "https://looptestcabinetrdd.blob.core.windows.net/api-import-ecritures-dev/005e3c2d-8352-49e5-82f3-"
    "8704a079b9f3/842008161FEC20201231.txt?sv=2020-08-04&se=2022-03-26T15%3A23%3A51Z&sig=Woems51XulQt0Xi%3D"
)
BODY = {
    "codeIbs": "CEGID003",
    "URI": "",
    "URL": URL,
    "MODELE": "IMPORTPERSO",
    "SIRET": LOOP_SIRET,
}
GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FILE_IMPORTS = ("importPerso", "importFEC", "importTRA")
OTHER_SIRET = "73282932000074"
LA_POSTE = "35600000000048"
NO_FOLDER, NO_FILE, TWO_FILES = (PUBLISHED[name] for name in ("no-folder", "no-file", "two-files"))
UNKNOWN_FOLDER = "Le dossier {} n'existe pas sur le domaine."


def body(**changed: Any) -> dict[str, Any]:
    """The published example with other values; a value of None takes the key away."""
    return {name: value for name, value in {**BODY, **changed}.items() if value is not None}


def source_of(loop: Loop, reply: Any) -> Source:
    with loop.database.connection() as conn:
        source = get_source(conn, loop.run(reply).id)
    assert source is not None
    return source


def jobs(database: Database) -> list[tuple[str, int]]:
    """The tasks that wait, each with its run."""
    statement = "select task_name, (args ->> 'run_id')::int from procrastinate_jobs where status = 'todo'"
    with database.connection() as conn:
        return conn.execute(statement).fetchall()


# --- the published messages


def test_the_published_messages_are_those_of_the_page() -> None:
    if not SEED.exists():
        pytest.skip("the page is not beside this repository")
    lines = SEED.read_text(encoding="utf-8").splitlines()
    printed = lines[lines.index("Le codeIbs n'est pas spécifié.") :][: len(PUBLISHED)]
    places = re.compile(r"\{\w*\}")
    assert [places.sub("{}", line) for line in printed] == list(PUBLISHED.values())


@pytest.mark.parametrize("call", FILE_IMPORTS)
def test_each_published_message(loop: Loop, call: str) -> None:
    def told(**changed: Any) -> str:
        return loop.told(loop.post(call, body(**changed)))

    for nothing in (None, "", "  ", "\t"):
        assert told(codeIbs=nothing) == "Le codeIbs n'est pas spécifié."
        assert told(URL=nothing) == "Le chemin d'accès URI ou l'URL du fichier n'est pas spécifié."
    assert told(URI="a/b.txt") == (
        "Ambiguité sur le chemin d'accès, seul un des deux champs doit être renseigné."
    )
    assert told(codeIbs="CEGID001") == "Le dossier CEGID001 n'existe pas sur le domaine."
    wrong = "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn"
    for siret in ("0795554210002", "079555421000279", "07955542100028", "0795554210002A", "-", "٠" * 14, "0"):
        assert told(SIRET=siret) == wrong, siret
    assert told(SIRET=OTHER_SIRET) == (
        f"L'établissement correspondant au SIRET {OTHER_SIRET} n'est pas reconnu pour le dossier CEGID003"
    )


def test_the_order_of_the_checks(loop: Loop) -> None:
    """Each step repairs what the message before it was about; all else stays wrong."""
    sent = {"SIRET": "1", "MODELE": ""}
    steps: list[tuple[dict[str, Any], str]] = [
        ({}, NO_FOLDER),
        ({"codeIbs": "NONE"}, NO_FILE),
        ({"URI": "x/y.txt", "URL": URL}, TWO_FILES),
        ({"URL": ""}, UNKNOWN_FOLDER.format("NONE")),
        ({"codeIbs": "CEGID003"}, PUBLISHED["bad-siret"]),
        ({"SIRET": OTHER_SIRET}, PUBLISHED["unknown-siret"].format(OTHER_SIRET, "CEGID003")),
        ({"SIRET": LOOP_SIRET}, MESSAGES["no-model"]),
        ({"MODELE": "NONE"}, MESSAGES["unknown-model"].format("NONE")),
        ({"MODELE": "importperso"}, MESSAGES["unknown-uri"].format("x/y.txt")),
    ]
    for change, message in steps:
        sent |= change
        assert loop.told(loop.post("importPerso", sent)) == message, sent
    loop.run(loop.post("importPerso", {**sent, "URI": "", "URL": URL}))


def test_an_error_has_an_instance_of_its_own(loop: Loop) -> None:
    seen = {loop.post("importFEC", {}).json()["error"]["instanceId"] for _ in range(3)}
    assert len(seen) == 3
    assert all(map(GUID.fullmatch, seen))


# --- what is recorded


def test_the_published_example_is_recorded(loop: Loop, settings: Settings) -> None:
    before = datetime.now(UTC)
    reply = loop.post("importPerso", BODY)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/json")
    request_id = reply.json()["accountingImportRequestId"]
    assert GUID.fullmatch(request_id)
    run, source = loop.run(reply), source_of(loop, reply)
    assert (run.dialect, run.door, run.state, run.is_async) == ("loop", "importPerso", "waiting", True)
    assert (run.company_id, run.requested_by) == (loop.company.id, loop.keys["key"])
    assert run.options == {
        "SIRET": LOOP_SIRET,
        "MODELE": "IMPORTPERSO",
        "establishment": str(loop.establishment.id),
    }
    assert run.declarations["mapping"]["name"] == "IMPORTPERSO"
    assert jobs(loop.database) == [("fetch_run", run.id)]
    assert source.kind == "url"
    assert source.tried_until - before >= timedelta(hours=settings.fetch_hours_max)


def test_what_a_url_opens_is_sealed(loop: Loop, settings: Settings) -> None:
    reply = loop.post("importPerso", BODY)
    source, run = source_of(loop, reply), loop.run(reply)
    assert source.address is not None
    assert Sealer.of(settings).unseal(source.address) == URL
    assert source.shown == f"{URL.partition('?')[0]}?..."
    assert "sig=" not in repr(run) + repr(source) + json.dumps(loop.status(str(run.request_id)))


def test_a_model_is_kept_as_it_was(loop: Loop) -> None:
    columns = [
        {"label": label, "field": field}
        for label, field in (
            ("J", "journal_code"),
            ("D", "entered_on"),
            ("C", "account_number"),
            ("M", "amount"),
        )
    ]
    mine = {"name": "Banque du Nord", "table": "entry_lines", "columns": columns}
    with loop.database.connection() as conn:
        put_mapping(conn, loop.company.organization_id, read_document(mine), "a test")
    run = loop.run(loop.post("importPerso", body(MODELE=None, modele="BANQUE DU NORD")))
    assert run.declarations["mapping"]["columns"] == columns


def test_a_model_of_something_else_is_none_of_entries(loop: Loop) -> None:
    columns = [{"label": "Code", "field": "code"}, {"label": "Nom", "field": "name"}]
    mine = {"name": "CLIENTS", "table": "customers", "columns": columns}
    with loop.database.connection() as conn:
        put_mapping(conn, loop.company.organization_id, read_document(mine), "a test")
    told = loop.told(loop.post("importPerso", body(MODELE="CLIENTS")))
    assert told == MESSAGES["bad-model"].format("CLIENTS")


@pytest.mark.parametrize("call", ["importFEC", "importTRA"])
def test_only_import_perso_has_a_model(loop: Loop, call: str) -> None:
    run = loop.run(loop.post(call, body(MODELE="NO SUCH THING")))
    assert run.door == call
    assert "mapping" not in run.declarations


def test_each_request_is_another_one(loop: Loop) -> None:
    runs = [loop.run(loop.post("importFEC", BODY)) for _ in range(3)]
    assert len({run.id for run in runs}) == len({run.request_id for run in runs}) == 3


def test_what_is_refused_leaves_nothing(loop: Loop) -> None:
    loop.post("importPerso", body(MODELE="NONE"))
    loop.post("importPerso", body(SIRET="1"))
    with loop.database.connection() as conn:
        assert list_runs(conn, None) == []
    assert jobs(loop.database) == []


def test_a_preview_is_asked_for_by_the_query(loop: Loop) -> None:
    for sent, is_dry_run in (("true", True), ("1", True), ("false", False), ("", False)):
        for name in ("dry_run", "DRY_RUN"):
            reply = loop.post("importFEC", BODY, params={name: sent})
            assert loop.run(reply).is_dry_run is is_dry_run, (name, sent)
    assert "it takes one of" in loop.told(loop.post("importFEC", BODY, params={"dry_run": "maybe"}))


def test_waiting_imports_are_bounded(database: Database, settings: Settings, loop: Loop) -> None:
    app = create_app(database, replace(settings, waiting_runs_max=2))
    with TestClient(app, raise_server_exceptions=False) as web:
        bounded = replace(loop, web=web)
        for _ in range(2):
            bounded.run(bounded.post("importFEC", BODY))
        assert bounded.told(bounded.post("importFEC", BODY)) == MESSAGES["too-many-imports"].format(2)
        with database.connection() as conn:
            ensure_company(conn, "GLOBEX", "CEGID003")
            keys = ACCESS.grant(conn, Wanted("GLOBEX", "CEGID003")).keys
        other = replace(bounded, keys=dict(keys))
        assert other.post("importFEC", body(SIRET="")).json().keys() == {"accountingImportRequestId"}


# --- establishments


def test_without_a_siret_it_is_the_main_establishment(loop: Loop) -> None:
    main = str(loop.establishment.id)
    for nothing in (None, "", " "):
        assert loop.run(loop.post("importFEC", body(SIRET=nothing))).options["establishment"] == main


def test_a_company_without_establishments_takes_entries_of_none(loop: Loop) -> None:
    with loop.database.connection() as conn:
        scope = loop.company.organization_id, loop.company.id
        remove_establishment(conn, *scope, list_establishments(conn, *scope)[0].id)
    assert "establishment" not in loop.run(loop.post("importFEC", body(SIRET=""))).options
    assert "n'est pas reconnu" in loop.told(loop.post("importFEC", BODY))


def test_la_poste_has_sirets_of_its_own(loop: Loop) -> None:
    with loop.database.connection() as conn:
        place = replace(loop.establishment, code="POSTE", siret=LA_POSTE, is_main=False)
        place = add_establishment(conn, loop.company.organization_id, loop.company.id, place)
    run = loop.run(loop.post("importFEC", body(SIRET=LA_POSTE)))
    assert run.options["establishment"] == str(place.id)


@pytest.mark.parametrize("written", ["079 555 421 00027", " 07955542100027 ", "079.555.421.00027"])
def test_a_siret_may_be_grouped(loop: Loop, written: str) -> None:
    assert loop.run(loop.post("importFEC", body(SIRET=written))).options["SIRET"] == written.strip()


# --- how it may be written


@pytest.mark.parametrize("written", [str.lower, str.upper, str.title, str.swapcase])
def test_keys_in_any_case(loop: Loop, written: Any) -> None:
    loop.run(loop.post("importPerso", {written(name): value for name, value in BODY.items()}))


@pytest.mark.parametrize("given", [("URL", "url"), ("url", "URL"), ("Url", "uRL")])
def test_of_two_spellings_the_last_with_a_value_counts(loop: Loop, given: tuple[str, str]) -> None:
    for first, second in (("https://a.example/1", "https://a.example/2"), ("https://a.example/2", "")):
        sent = body(URL=None) | {given[0]: first, given[1]: second}
        assert source_of(loop, loop.post("importFEC", sent)).shown == "https://a.example/2"


def test_of_a_key_sent_twice_the_last_counts(loop: Loop) -> None:
    sent = b'{"codeIbs": "NONE", "URL": "https://a.example/1", "codeIbs": "CEGID003"}'
    loop.run(loop.post("importFEC", sent))


def test_other_keys_are_passed_over(loop: Loop) -> None:
    more = {"id": 7, "data": {"deep": [[[]]]}, "contexte": None, "": "", "codeIbs2": "x", "é\0": "\0"}
    loop.run(loop.post("importFEC", {**BODY, **more}))


def test_numbers_are_texts(loop: Loop) -> None:
    assert loop.told(loop.post("importFEC", body(codeIbs=12))) == UNKNOWN_FOLDER.format("12")
    assert loop.told(loop.post("importFEC", body(SIRET=7955542100027))) == PUBLISHED["bad-siret"]


def test_any_content_type(loop: Loop) -> None:
    json_types = ("application-json", "application/json", "application/json; charset=utf-8")
    for content_type in (*json_types, "text/plain", "application/octet-stream", "nonsense", ""):
        headers = {**loop.headers, "Content-Type": content_type}
        reply = loop.web.post("/loop-api-publiques/importFEC", content=json.dumps(BODY), headers=headers)
        loop.run(reply)


def test_a_body_may_begin_with_a_mark_and_blanks(loop: Loop) -> None:
    loop.run(loop.post("importFEC", b"\xef\xbb\xbf \r\n" + json.dumps(BODY).encode() + b"\n"))


def test_both_places_and_any_case_of_the_path(loop: Loop) -> None:
    base = str(loop.web.base_url).rstrip("/")
    for address in (
        "/loop-api-publiques/importFEC",
        "/importFEC",
        "/importfec",
        "/LOOP-API-PUBLIQUES/IMPORTFEC",
        "/loop-api-publiques//importFEC/",
        "//importFEC",
    ):
        loop.run(loop.web.post(f"{base}{address}", json=BODY, headers=loop.headers))


# --- what no call can read


NO_OBJECTS = [
    b"",
    b" ",
    b"null",
    b"true",
    b"12",
    b'"codeIbs"',
    b"[]",
    b'[{"codeIbs": "CEGID003"}]',
    b"{",
    b"{}{}",
    b"{'codeIbs': 'CEGID003'}",
    b'{"codeIbs": "CEGID003",}',
    b"codeIbs=CEGID003&URL=https%3A%2F%2Fa.example",
    b"<codeIbs>CEGID003</codeIbs>",
    b"\xff\xfe{\0}\0",
    b'{"\xe9": "CEGID003"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b"\0",
    b"PK\x03\x04",
]


@pytest.mark.parametrize("call", FILE_IMPORTS)
def test_a_body_that_is_no_object(loop: Loop, call: str) -> None:
    for sent in NO_OBJECTS:
        assert loop.told(loop.post(call, sent)) == MESSAGES["bad-body"], sent[:20]


WRONG_TEXTS = [
    b'"\xe9"',
    b"[]",
    b"{}",
    b"true",
    b"1.5",
    b"1e400",
    b"9" * 100_000,
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"two\\nlines"',
    b'"' + b"x" * 9000 + b'"',
    b"[" * 500 + b"]" * 500,
    b"[" * 5000 + b"]" * 5000,
]


@pytest.mark.parametrize("name", list(BODY))
def test_a_field_that_is_no_text(loop: Loop, name: str) -> None:
    wrong = {MESSAGES["bad-field"].format(name, 8192 if name == "URL" else 1024), MESSAGES["bad-body"]}
    for sent in WRONG_TEXTS:
        fields = {key: json.dumps(value).encode() for key, value in BODY.items()} | {name: sent}
        written = b",".join(b'"%s":%s' % (key.encode(), value) for key, value in fields.items())
        assert loop.told(loop.post("importPerso", b"{%s}" % written)) in wrong, sent[:20]
    with loop.database.connection() as conn:
        assert list_runs(conn, None) == []


def test_a_whole_number_that_is_huge_names_nothing(loop: Loop) -> None:
    told = loop.told(loop.post("importFEC", b'{"codeIbs": ' + b"9" * 500 + b', "URL": "https://a.example"}'))
    assert told == UNKNOWN_FOLDER.format("9" * 200)


def test_long_addresses(loop: Loop) -> None:
    longest = URL + "x" * (8192 - len(URL))
    assert source_of(loop, loop.post("importFEC", body(URL=longest))).shown.endswith("?...")
    assert loop.told(loop.post("importFEC", body(URL=longest + "x"))) == (
        MESSAGES["bad-field"].format("URL", 8192)
    )


def test_an_address_that_leads_nowhere_is_told_by_the_status(loop: Loop) -> None:
    """As published, a call looks at folder and SIRET; whoever fetches looks at the address."""
    odd = ("file:///etc/passwd", "nonsense", "http://", "ftp://a.example", "https://é/", "?", "{url}", "%")
    for url in odd:
        assert source_of(loop, loop.post("importFEC", body(URL=url))).kind == "url"


def test_a_code_that_sql_might_take_for_its_own(loop: Loop) -> None:
    for code in ("CEGID003' or '1'='1", "%", "CEGID00_", "cegid003", "{0}", "{codeIBS}", "é" * 64):
        assert loop.told(loop.post("importFEC", body(codeIbs=code))) == UNKNOWN_FOLDER.format(code)


def test_a_body_too_large(database: Database, settings: Settings, loop: Loop) -> None:
    app = create_app(database, replace(settings, limits=Limits(call_bytes_max=1000)))
    with TestClient(app, raise_server_exceptions=False) as web:
        reply = replace(loop, web=web).post("importFEC", {**BODY, "more": "x" * 1000})
    assert (reply.status_code, reply.json()["statusCode"]) == (413, 413)


def test_a_query_that_cannot_be_read(loop: Loop) -> None:
    assert "NUL" in loop.told(loop.post("importFEC", BODY, params={"dry_run": "\0"}))
    many = {f"q{number}": "" for number in range(200)}
    assert "100 query parameters" in loop.told(loop.post("importFEC", BODY, params=many))


# --- what there is and is not


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method(loop: Loop, method: str) -> None:
    for call in CALLS:
        if call.method == method:
            continue
        reply = loop.web.request(method, call.path, headers=loop.headers)
        assert (reply.status_code, reply.headers["allow"]) == (405, call.method)
        assert reply.headers["content-type"] == "application/json"
        message = f"{method} is not possible at this address. /schema lists the methods of each address."
        if method != "HEAD":
            assert reply.json() == {"statusCode": 405, "message": message}


def test_an_address_that_is_not_there(loop: Loop) -> None:
    for path in ("/loop-api-publiques", "/loop-api-publiques/compte", "/Loop-Api-Publiques/importFEC/x"):
        reply = loop.web.get(path, headers=loop.headers)
        assert (reply.status_code, reply.json()["statusCode"]) == (404, 404)
    assert loop.web.get("/compte").status_code == 404


def test_every_name_is_at_both_places() -> None:
    assert {each.path for each in CALLS} == {
        f"{base}/{name}" for base in ("/loop-api-publiques", "") for _, name, _, _ in ANSWERS
    }


# --- deposits


def test_a_deposit_is_filled_and_imported_by_its_uri(loop: Loop) -> None:
    prepared = loop.get("getFileUrlDeposit", filename="842008161FEC20201231.txt").json()
    assert prepared.keys() == {"depositUrl", "uri"}
    assert re.fullmatch(GUID.pattern + "/842008161FEC20201231.txt", prepared["uri"])
    base = str(loop.web.base_url).rstrip("/")
    assert prepared["depositUrl"].startswith(f"{base}/deposits/{prepared['uri']}?")
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
    put = loop.web.put(prepared["depositUrl"].removeprefix(base), content=b"a file", headers=headers)
    assert put.status_code == 201, put.text
    for written in (prepared["uri"], "/" + prepared["uri"], prepared["uri"].upper().replace(".TXT", ".txt")):
        reply = loop.post("importFEC", body(URL="", URI=written))
        source = source_of(loop, reply)
        assert (source.kind, source.shown, source.address) == ("deposit", prepared["uri"], None)
        assert loop.run(reply).upload_name == "842008161FEC20201231.txt"


def test_a_deposit_may_be_imported_before_it_is_filled(loop: Loop) -> None:
    uri = loop.get("getFileUrlDeposit", filename="a.tra").json()["uri"]
    with loop.database.connection() as conn:
        deposit = find_deposit(conn, loop.company.organization_id, uri)
    assert deposit is not None
    assert source_of(loop, loop.post("importTRA", body(URL="", URI=uri))).deposit_id == deposit.id


def test_a_name_that_no_deposit_has(loop: Loop) -> None:
    assert loop.get("getFileUrlDeposit", filename=" a.txt ").json()["uri"].endswith("/a.txt")
    odd = ("a.exe", "a", ".txt", "../a.txt", "a/b.txt", "a\\b.txt", "a\n.txt", "x" * 300 + ".txt")
    for name in odd:
        told = loop.told(loop.get("getFileUrlDeposit", filename=name))
        assert told == MESSAGES["bad-filename"].format(name[:200])


def test_the_name_of_a_deposit_is_needed(loop: Loop) -> None:
    for query in ({}, {"filename": ""}, {"filename": " "}, {"file": "a.txt"}):
        assert loop.told(loop.get("getFileUrlDeposit", **query)) == MESSAGES["no-filename"]
    assert "uri" in loop.get("getFileUrlDeposit", FILENAME="a.txt").json()


def test_deposits_are_bounded(database: Database, settings: Settings, loop: Loop) -> None:
    app = create_app(database, replace(settings, deposits_open_max=1))
    with TestClient(app, raise_server_exceptions=False) as web:
        bounded = replace(loop, web=web)
        assert "uri" in bounded.get("getFileUrlDeposit", filename="a.txt").json()
        told = bounded.told(bounded.get("getFileUrlDeposit", filename="a.txt"))
    assert told == MESSAGES["too-many-deposits"]


def test_a_uri_of_nothing(loop: Loop) -> None:
    guid = "005e3c2d-8352-49e5-82f3-8704a079b9f3"
    odd = (
        f"{guid}/a.txt",
        f"{guid}/",
        "a.txt",
        "/",
        "../../etc/passwd",
        "https://a.example/a.txt",
        "é" * 1024,
    )
    for uri in odd:
        told = loop.told(loop.post("importFEC", body(URL="", URI=uri)))
        assert told == MESSAGES["unknown-uri"].format(uri[:200])


def test_where_the_server_is_reached(database: Database, settings: Settings, loop: Loop) -> None:
    def deposit_url(web: Any, host: str) -> str:
        headers = {**loop.headers, "Host": host}
        reply = web.get("/getFileUrlDeposit", params={"filename": "a.txt"}, headers=headers)
        return str(reply.json()["depositUrl"])

    assert deposit_url(loop.web, "douane.example:8443").startswith("http://douane.example:8443/deposits/")
    assert deposit_url(loop.web, "[::1]:80").startswith("http://[::1]:80/deposits/")
    assert deposit_url(loop.web, "evil.example/x?").startswith("http://localhost/deposits/")
    public = replace(settings, public_url="https://douane.example/")
    with TestClient(create_app(database, public), raise_server_exceptions=False) as web:
        assert deposit_url(web, "10.0.0.1").startswith("https://douane.example/deposits/")
