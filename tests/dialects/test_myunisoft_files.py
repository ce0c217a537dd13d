"""Files of entries over HTTP: what is stored, and the documented code for each file that is turned away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.myunisoft.access import ACCESS
from douane.model.fiscal_years import FiscalYear
from douane.settings import Limits, Settings
from douane.store.database import Database
from douane.store.fiscal_years import add_year, close_year
from douane.store.organizations import Company, ensure_company
from douane.web.app import create_app

FEC_HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef"
    "|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
CSV_HEADER = (
    "JournalCode;EcritureDate;CompteNum;EcritureLib;Piece 1;Piece 2;Debit;Credit;Auxiliaire;DateEcheance"
    ";LibelleCompte;CodeLettrage"
)


def fec(*lines: str) -> bytes:
    return "\r\n".join((FEC_HEADER, *lines, "")).encode()


def fec_line(
    account: str, debit: str = "", credit: str = "", day: str = "20240115", number: str = "1"
) -> str:
    return f"VE|Ventes|{number}|{day}|{account}|Compte|||F1|{day}|Facture|{debit}|{credit}|||||"


SOUND = fec(fec_line("411DUPONT", "120,00"), fec_line("706", credit="120,00"))


def csv(*lines: str) -> bytes:
    return ("\ufeff" + "\r\n".join((CSV_HEADER, *lines, ""))).encode()


def tra_line(
    account: str, side: str, amount: str = "120,00", *, journal: str = "VTE", auxiliary: str = ""
) -> str:
    kind = "X" if auxiliary else " "
    head = f"{journal:<3}15012024FC{account:<17}{kind}{auxiliary:<17}{'REF1':<35}{'Facture':<35}"
    return f"{head}{'VIR':<3}{'15022024':<8}{side}{amount:>20}N{'':8}EUR{'':10}E--"


TRA_HEADER = f"***S5CLIJRLETE{'':19}011{'':5}010120241200"
TRA_JOURNAL = f"***JAL{'VTE':<3}{'Ventes':<35}VTE"
TRA_ACCOUNT = f"***CGN{'706000':<17}{'Prestations':<35}"
TRA = "\r\n".join(
    (
        TRA_HEADER,
        TRA_JOURNAL,
        TRA_ACCOUNT,
        tra_line("411000", "D", auxiliary="DUPONT"),
        tra_line("706000", "C"),
        "",
    )
).encode("cp1252")


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return content.getvalue()


Web = TestClient[Any]


class Partner:
    """A partner's program with the token of one folder."""

    def __init__(self, web: Web, headers: dict[str, str], database: Database, company: Company) -> None:
        self.web, self.headers, self.database, self.company = web, headers, database, company

    def add_year(self, year: int, *, is_closed: bool = False) -> int:
        scope = (self.company.organization_id, self.company.id)
        with self.database.connection() as conn:
            added = add_year(conn, *scope, FiscalYear(date(year, 1, 1), date(year, 12, 31)))
            if is_closed:
                close_year(conn, *scope, added.id, "a test")
        return added.id

    def send(self, path: str, content: bytes, **query: str) -> Any:
        headers = {**self.headers, "Content-Type": "application/octet-stream"}
        return self.web.post(f"/api/v1/{path}", params=query, content=content, headers=headers)

    def lines(self) -> list[Any]:
        with self.database.connection() as conn:
            return conn.execute(
                "select a.number, l.debit, l.credit from entry_lines as l"
                " join ledger_accounts as a on a.id = l.account_id order by l.entry_id, l.number"
            ).fetchall()

    def code(self, response: Any) -> tuple[int, str]:
        return response.status_code, response.json()["error"]["code"]


@pytest.fixture
def partner(database: Database, settings: Settings) -> Iterator[Partner]:
    roomy = replace(settings, rate_requests_max=0)
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("ACME")).keys
        company = ensure_company(conn, "ACME", None)
    headers = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}
    with TestClient(create_app(database, roomy), raise_server_exceptions=False) as web:
        yield Partner(web, headers, database, company)


@pytest.mark.parametrize("path", ["fec", "FEC", "Fec"])
def test_a_fec_is_imported_whatever_the_case_of_its_path(partner: Partner, path: str) -> None:
    year = partner.add_year(2024)
    response = partner.send(path, SOUND, type="0", exercice_id=str(year), filename="export_fec.txt")
    assert response.status_code == 200
    assert response.json()["status"] == "success"
    assert response.headers["request-id"].startswith("req-")
    assert partner.lines() == [("411DUPONT", 120, 0), ("706000", 0, 120)]


def test_an_auxiliary_becomes_an_account_of_its_own(partner: Partner) -> None:
    year = partner.add_year(2024)
    text = fec(
        "VE|Ventes|1|20240115|411000|Clients|DUPONT|Dupont|F1|20240115|Facture|120,00||||||",
        fec_line("706", credit="120,00"),
    )
    assert partner.send("fec", text, type="1", exercice_id=str(year)).status_code == 200
    assert [each[0] for each in partner.lines()] == ["411DUPONT", "706000"]


def test_type_0_wants_an_empty_year_type_1_adds_and_type_2_replaces(partner: Partner) -> None:
    year = str(partner.add_year(2024))
    other = fec(fec_line("411DURAND", "7,00", number="2"), fec_line("706", credit="7,00", number="2"))
    partner.send("fec", SOUND, type="0", exercice_id=year)
    assert partner.code(partner.send("fec", other, type="0", exercice_id=year)) == (400, "IMPORT5")
    assert partner.send("fec", other, type="1", exercice_id=year).status_code == 200
    assert len(partner.lines()) == 4
    assert partner.send("fec", other, type="1", exercice_id=year).status_code == 200
    assert len(partner.lines()) == 4, "the same entry again adds nothing"
    assert partner.send("fec", other, type="2", exercice_id=year).status_code == 200
    assert [each[0] for each in partner.lines()] == ["411DURAND", "706000"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (fec(fec_line("411A", "120,00"), fec_line("706", credit="100,00")), "FEC8"),
        (fec(fec_line("411A", "1,00"), fec_line("706", credit="1,00", day="20240116")), "FEC8"),
        (fec(fec_line("411A", "1,00", day="20240230"), fec_line("706", credit="1,00")), "FEC2"),
        (fec(fec_line("411A", "1,00", day=""), fec_line("706", credit="1,00")), "FEC2"),
        (
            fec(fec_line("411A", "1,00", day="20250101"), fec_line("706", credit="1,00", day="20250101")),
            "FEC9",
        ),
        (
            fec(
                *(fec_line("411A", "1,00", day="20250101"), fec_line("706", credit="1,00", day="20250101")),
                *(fec_line("411A", "1,00", number="2"), fec_line("706", credit="1,00", number="2")),
                *(fec_line("411A", "1,00", number="3"), fec_line("706", credit="1,00", number="3")),
            ),
            "FEC6",
        ),
        (fec(fec_line("411A", "1,00") + "|x|y", fec_line("706", credit="1,00")), "IMPORT18"),
        (fec(fec_line("411A", "douze"), fec_line("706", credit="12,00")), "ECR2"),
        (fec(fec_line("AB411", "1,00"), fec_line("706", credit="1,00")), "COMPTE30"),
        (fec(fec_line("411A", "1,00", "1,00"), fec_line("706", "1,00", "1,00")), "IMPORT23"),
        (b"item_type;item_number\nFAC;1\n", "IMPORT28"),
        (b"", "IMPORT14"),
        (b"  \r\n", "IMPORT14"),
        (fec("|||||||||||||||||"), "IMPORT18"),
    ],
)
def test_a_bad_fec_gets_its_code_and_stores_nothing(partner: Partner, text: bytes, code: str) -> None:
    year = str(partner.add_year(2024))
    response = partner.send("fec", text, type="1", exercice_id=year)
    assert partner.code(response) == (400, code)
    assert partner.lines() == []
    with partner.database.connection() as conn:
        assert conn.execute("select count(*) from ledger_accounts").fetchone() == (0,)


def test_a_piece_date_that_is_none_is_told_apart(partner: Partner) -> None:
    year = str(partner.add_year(2024))
    line = fec_line("411A", "1,00").replace("F1|20240115", "F1|20241399")
    response = partner.send("fec", fec(line, fec_line("706", credit="1,00")), type="1", exercice_id=year)
    assert partner.code(response) == (400, "FEC3")


def test_a_siren_of_another_company_is_forbidden(partner: Partner) -> None:
    year = str(partner.add_year(2024))
    with partner.database.connection() as conn:
        conn.execute("update companies set siren = '732829320'")
    query = {"type": "1", "exercice_id": year}
    assert partner.code(partner.send("fec", SOUND, filename="552100554FEC20241231.txt", **query)) == (
        403,
        "FEC11",
    )
    assert partner.send("fec", SOUND, filename="732829320FEC20241231.txt", **query).status_code == 200


def test_the_fiscal_year_must_be_named_known_and_open(partner: Partner) -> None:
    assert partner.code(partner.send("fec", SOUND, type="1", exercice_id="1")) == (400, "EXERCICE9")
    closed = partner.add_year(2024, is_closed=True)
    assert partner.code(partner.send("fec", SOUND, type="1")) == (400, "GBL10")
    for wrong in ("0", "-1", "999999", "9" * 30, "abc", "١"):
        assert partner.code(partner.send("fec", SOUND, type="1", exercice_id=wrong)) == (400, "EXERCICE10")
    assert partner.code(partner.send("fec", SOUND, type="1", exercice_id=str(closed))) == (400, "EXERCICE14")
    assert partner.code(partner.send("fec", SOUND, type="3", exercice_id=str(closed)))[1] == "GBL37"


def test_a_csv_is_imported(partner: Partner) -> None:
    partner.add_year(2024)
    text = csv(
        "VT;15/01/2024;411;Facture;F1;CDE;120,00;;DUPONT;15/02/2024;Dupont;A",
        "VT;15/01/2024;706;Facture;F1;CDE;;120,00;;;Prestations;",
    )
    first = partner.send("csv", text, filename="a.csv")
    assert partner.code(first) == (400, "JOURNAL3")
    with partner.database.connection() as conn:
        scope = (partner.company.organization_id, partner.company.id)
        conn.execute(
            "insert into journals (organization_id, company_id, code, name, type)"
            " values (%s, %s, 'VT', 'Ventes', 'sales')",
            scope,
        )
    assert partner.send("CSV", text, filename="a.csv").status_code == 200
    assert [each[0] for each in partner.lines()] == ["411DUPONT", "706000"]
    with partner.database.connection() as conn:
        assert conn.execute("select lettering from entry_lines where lettering is not null").fetchone() == (
            "AAA",
        )
    once = partner.send("csv", text, HascodeVerif="true")
    assert partner.code(once) == (400, "IMPORT25")
    unbalanced = text.replace(b"120,00;;DUPONT", b"12,00;;DUPONT")
    assert partner.code(partner.send("csv", unbalanced)) == (400, "IMPORT13")
    outside = text.replace(b"15/01/2024", b"15/01/2031")
    assert partner.code(partner.send("csv", outside)) == (400, "ECR10")


def test_a_tra_in_a_zip_is_imported(partner: Partner) -> None:
    partner.add_year(2024)
    response = partner.send("TRA/partial", zipped(export__TRA=TRA, piece__pdf=b"%PDF-1.4"))
    assert response.status_code == 200, response.text
    assert response.json()["status"] == "success"
    assert partner.lines() == [("411DUPONT", 120, 0), ("706000", 0, 120)]
    with partner.database.connection() as conn:
        assert conn.execute("select name, content from attachments").fetchall() == [
            ("piece.pdf", b"%PDF-1.4")
        ]


def test_a_bad_archive_gets_its_code_and_stores_nothing(partner: Partner) -> None:
    partner.add_year(2024)
    for content, code in (
        (zipped(a__TRA=TRA, b__tra=TRA), "IMPORT12"),
        (zipped(a__pdf=b"%PDF"), "IMPORT12"),
        (TRA, "IMPORT8"),
        (zipped(a__TRA=TRA)[:-30], "IMPORT8"),
        (b"", "IMPORT14"),
        (zipped(a__TRA=b"no such file"), "IMPORT28"),
        (zipped(a__TRA=TRA.replace(b"15012024", b"15012031")), "IMPORT29"),
        (zipped(a__TRA=TRA.replace(b"120,00N", b"110,00N", 1)), "IMPORT13"),
        (zipped(a__TRA=TRA.replace(b"***JALVTE", b"***JALACH")), "JOURNAL3"),
    ):
        assert partner.code(partner.send("TRA/partial", content)) == (400, code)
        assert partner.lines() == []


def test_a_zip_bomb_is_refused(partner: Partner, settings: Settings) -> None:
    partner.add_year(2024)
    tight = replace(settings, rate_requests_max=0, limits=Limits(decoded_bytes_max=10_000_000))
    with TestClient(create_app(partner.database, tight), raise_server_exceptions=False) as web:
        partner.web = web
        response = partner.send("TRA/partial", zipped(a__TRA=TRA + b" " * 20_000_000))
    assert partner.code(response) == (400, "IMPORT9")


def test_a_document_that_must_be_there_and_is_not(partner: Partner) -> None:
    partner.add_year(2024)
    document = f"{tra_line('411000', 'D')[:30]}G{'':17}{'':35}{'C:/docs/piece.pdf':<255}"
    with_document = TRA.replace(b"VTE15012024FC706000", document.encode() + b"\r\nVTE15012024FC706000", 1)
    lacking = zipped(a__TRA=with_document)
    assert partner.code(partner.send("TRA/partial", lacking, mandatory_docs="1")) == (400, "IMPORT26")
    assert partner.lines() == []
    complete = zipped(a__TRA=with_document, piece__pdf=b"%PDF")
    assert partner.send("TRA/partial", complete, mandatory_docs="1").status_code == 200


def test_the_faults_of_a_refused_file_are_there_to_read(partner: Partner) -> None:
    year = str(partner.add_year(2024))
    bad = fec(fec_line("411A", "120,00"), fec_line("706", credit="100,00"))
    error = partner.send("fec", bad, type="1", exercice_id=year).json()["error"]
    faults = partner.web.get(f"/v1/runs/{error['details']['run']}/faults", headers=partner.headers).json()[
        "faults"
    ]
    assert [each["code"] for each in faults] == ["entry-unbalanced"] * 2
    assert "Line 2" in error["details"]["hint"]
