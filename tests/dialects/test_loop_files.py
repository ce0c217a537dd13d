"""What becomes of the files that Loop's calls name: imported whole with all they need, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from douane.dialects.carry_out import import_run
from douane.model.establishments import Establishment
from douane.model.mapping_document import read_document
from douane.settings import Settings
from douane.store.establishments import add_establishment
from douane.store.fiscal_years import list_years
from douane.store.mappings import put_mapping, remove_mapping
from douane.store.runs import Run, set_upload

from .conftest import Loop
from .test_myunisoft_files import FEC_HEADER, TRA_HEADER, TRA_JOURNAL, fec, fec_line, tra_line

SENT = {"codeIbs": "CEGID003", "URL": "https://a.example/file", "MODELE": "IMPORTPERSO"}
Carry = Callable[..., Run]

FEC = fec(fec_line("411", "120,00"), fec_line("706", credit="120,00"))
TRA = "\r\n".join(
    (TRA_HEADER, TRA_JOURNAL, tra_line("411000", "D", auxiliary="DUPONT"), tra_line("706000", "C"), "")
).encode("latin-1")
PERSO = (
    "Journal;Date;Compte;Libellé;Pièce;Débit;Crédit\r\n"
    "VE;15/01/2024;411DUPONT;Facture;F1;120,00;\r\n"
    "VE;15/01/2024;706000;Facture;F1;;120,00\r\n"
).encode("cp1252")
FILES = {"importFEC": FEC, "importTRA": TRA, "importPerso": PERSO}


@pytest.fixture
def carry(loop: Loop, settings: Settings) -> Carry:
    """Carries out an import as a worker does once the file is fetched: `carry(call, file, name, **body)`."""

    def carried(call: str, file: bytes, name: str = "file.txt", *, query: Any = None, **body: str) -> Run:
        run = loop.run(loop.post(call, {**SENT, **body}, params=query))
        path = settings.data / f"fetched-{run.id}"
        path.write_bytes(file)
        digest = hashlib.sha256(file).hexdigest()
        with loop.database.connection() as conn:
            run = set_upload(conn, run.id, name, len(file), digest, str(path))
        return import_run(loop.database, settings, run)

    return carried


def lines(loop: Loop) -> list[tuple[Any, ...]]:
    """Journal, day, account, debit and credit of each stored line, with the establishment of its entry."""
    statement = """
        select j.code, e.entered_on::text, a.number, l.debit, l.credit, e.establishment_id
        from entry_lines l
        join entries e on e.id = l.entry_id
        join journals j on j.id = e.journal_id
        join ledger_accounts a on a.id = l.account_id
        where l.company_id = %s
        order by e.id, l.number
    """
    with loop.database.connection() as conn:
        return conn.execute(statement, (loop.company.id,)).fetchall()


def status(loop: Loop, run: Run) -> dict[str, Any]:
    return loop.status(str(run.request_id))


@pytest.mark.parametrize("call", FILES)
def test_a_file_is_imported_into_empty_books(loop: Loop, carry: Carry, call: str) -> None:
    run = carry(call, FILES[call])
    told = status(loop, run)
    assert (told["status"], told["counts"]) == (
        3,
        {"received": 2, "added": 2, "updated": 0, "unchanged": 0, "rejected": 0},
    ), told
    stored = lines(loop)
    assert [line[1] for line in stored] == ["2024-01-15"] * 2
    assert sum(line[3] for line in stored) == sum(line[4] for line in stored) == Decimal(120)
    assert {line[5] for line in stored} == {loop.establishment.id}


@pytest.mark.parametrize("call", FILES)
def test_the_same_file_again_changes_nothing(loop: Loop, carry: Carry, call: str) -> None:
    carry(call, FILES[call])
    told = status(loop, carry(call, FILES[call]))
    assert (told["status"], told["counts"]["unchanged"]) == (3, 2)
    assert len(lines(loop)) == 2


def test_another_entry_of_the_same_number_is_added_beside(loop: Loop, carry: Carry) -> None:
    carry("importFEC", FEC)
    told = status(loop, carry("importFEC", FEC.replace(b"120,00", b"130,00")))
    assert (told["counts"]["added"], told["counts"]["updated"], len(lines(loop))) == (2, 0, 4)


@pytest.mark.parametrize("call", FILES)
def test_one_bad_line_and_nothing_is_imported(loop: Loop, carry: Carry, call: str) -> None:
    bad = FILES[call].replace(b"120,00", b"12x,00", 1)
    run = carry(call, bad)
    told = status(loop, run)
    assert (told["status"], told["counts"], lines(loop)) == (4, None, [])
    assert run.state == "refused"
    assert run.refusal_message is not None
    assert run.refusal_message.startswith("Line ")
    errors = {each["code"]: each for each in told["errors"]}
    assert "not-an-amount" in errors, told["errors"]
    assert "12x,00" in errors["not-an-amount"]["value"]
    assert told["errorsTotal"] == len(told["errors"])


def test_an_entry_out_of_balance(loop: Loop, carry: Carry) -> None:
    for call, file in FILES.items():
        told = status(loop, carry(call, file.replace(b"120,00", b"100,00", 1)))
        assert (told["status"], told["errors"][0]["code"]) == (4, "entry-unbalanced"), call
    assert lines(loop) == []


def test_a_preview_stores_nothing(loop: Loop, carry: Carry) -> None:
    for call, file in FILES.items():
        told = status(loop, carry(call, file, query={"dry_run": "true"}))
        assert (told["status"], told["counts"]["added"]) == (3, 2)
    assert lines(loop) == []


def test_a_file_that_is_something_else(loop: Loop, carry: Carry) -> None:
    for call in FILES:
        for file in (b"\0\1\2" * 1000, b"PK\x03\x04nothing", b"<html>Sign in</html>", b"\n\n"):
            told = status(loop, carry(call, file))
            assert (told["status"], told["errorsTotal"]) == (4, len(told["errors"])), (call, file[:10])
            assert told["errors"][0]["message"]
    assert lines(loop) == []


def test_files_may_come_in_a_zip_or_compressed(loop: Loop, carry: Carry) -> None:
    packed = {"importFEC": "fec.txt", "importTRA": "ecritures.TRA", "importPerso": "mars.csv"}
    for call, name in packed.items():
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
            written.writestr(name, FILES[call])
        first = carry(call, archive.getvalue(), "file.zip")
        assert status(loop, first)["status"] == 3, status(loop, first)
        again = status(loop, carry(call, gzip.compress(FILES[call]), "file.gz"))
        assert (again["status"], again["counts"]["unchanged"]) == (3, 2), again


def test_the_siret_of_the_body_is_that_of_the_entries(loop: Loop, carry: Carry) -> None:
    with loop.database.connection() as conn:
        place = Establishment("NORD", "Nord", "07955542100019")
        place = add_establishment(conn, loop.company.organization_id, loop.company.id, place)
    carry("importFEC", FEC, SIRET="07955542100019")
    assert {line[5] for line in lines(loop)} == {place.id}


def test_a_line_that_names_its_siret_belongs_there(loop: Loop, carry: Carry) -> None:
    head, first, second = PERSO.decode("cp1252").splitlines()
    file = f"{head};SIRET\n{first};{loop.establishment.siret}\n{second};{loop.establishment.siret}\n"
    assert status(loop, carry("importPerso", file.encode()))["status"] == 3
    other = file.replace(loop.establishment.siret or "", "73282932000074").replace("F1", "F2")
    told = status(loop, carry("importPerso", other.encode()))
    assert (told["status"], told["errors"][0]["code"]) == (4, "unknown-establishment")


def test_the_name_of_a_fec_is_that_of_the_company(loop: Loop, carry: Carry, settings: Settings) -> None:
    with loop.database.connection() as conn:
        conn.execute("update companies set siren = '079555421' where id = %s", (loop.company.id,))
    told = status(loop, carry("importFEC", FEC, "842008161FEC20241231.txt"))
    assert (told["status"], told["errors"][0]["code"]) == (4, "other-siren")
    assert status(loop, carry("importFEC", FEC, "079555421FEC20240630.txt"))["status"] == 3
    with loop.database.connection() as conn:
        (year,) = list_years(conn, loop.company.organization_id, loop.company.id)
    assert str(year.ends_on) == "2024-06-30"


MINE = {
    "name": "BANQUE",
    "table": "entry_lines",
    "layout": {"delimiter": "|", "header": False, "skip_lines": 1, "date_format": "ddmmyy"},
    "columns": [
        {"position": 2, "field": "entered_on"},
        {"position": 1, "field": "account_number", "prefixes": {"C": "411"}},
        {"position": 3, "field": "amount"},
        {"position": 4, "field": "label"},
    ],
    "constants": {"journal_code": "BQ"},
}


def test_a_model_of_ones_own(loop: Loop, carry: Carry) -> None:
    document = read_document(MINE)
    with loop.database.connection() as conn:
        put_mapping(conn, loop.company.organization_id, document, "a test")
    run = carry(
        "importPerso", b"a title\nC042|150124|120.00|Dupont\n512|150124|-120.00|Dupont\n", MODELE="banque"
    )
    assert status(loop, run)["status"] == 3, status(loop, run)
    assert [line[:5] for line in lines(loop)] == [
        ("BQ", "2024-01-15", "411042", Decimal(120), Decimal(0)),
        ("BQ", "2024-01-15", "512", Decimal(0), Decimal(120)),
    ]


def test_a_model_says_what_is_made(loop: Loop, carry: Carry) -> None:
    document = read_document({**MINE, "entries": {"makes_accounts": "none", "makes_journals": "none"}})
    with loop.database.connection() as conn:
        put_mapping(conn, loop.company.organization_id, document, "a test")
    run = carry("importPerso", b"a title\n411|150124|120.00|x\n512|150124|-120.00|x\n", MODELE="BANQUE")
    assert {each["code"] for each in status(loop, run)["errors"]} >= {"unknown-journal"}


def test_a_model_that_went_still_reads_what_was_asked_with_it(
    loop: Loop, settings: Settings, carry: Carry
) -> None:
    document = read_document({**MINE, "entries": {"makes_accounts": "all", "makes_journals": "all"}})
    organization_id = loop.company.organization_id
    with loop.database.connection() as conn:
        put_mapping(conn, organization_id, document, "a test")
    run = loop.run(loop.post("importPerso", {**SENT, "MODELE": "BANQUE"}))
    with loop.database.connection() as conn:
        remove_mapping(conn, organization_id, "BANQUE")
    path = settings.data / "fetched"
    path.write_bytes(b"a title\n411|150124|120.00|x\n512|150124|-120.00|x\n")
    import_run(loop.database, settings, replace(run, upload_path=str(path)))
    assert status(loop, run)["status"] == 3


def test_what_the_credential_declares_counts(loop: Loop, carry: Carry) -> None:
    with loop.database.connection() as conn:
        conn.execute(
            'update credentials set declarations = \'{"decimal_sign": "."}\' where login = %s',
            (loop.keys["key"],),
        )
    file = PERSO.replace(b"120,00", b"1.200")
    assert status(loop, carry("importPerso", file))["status"] == 3
    assert {line[3] for line in lines(loop)} == {Decimal("1.2"), Decimal(0)}


def test_the_header_of_a_fec_alone_is_no_import(loop: Loop, carry: Carry) -> None:
    told = status(loop, carry("importFEC", FEC_HEADER.encode() + b"\r\n"))
    assert (told["status"], told["errors"][0]["code"]) == (4, "empty-upload")
