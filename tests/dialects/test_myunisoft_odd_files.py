"""Files of entries that are odd, sent as a partner sends them: what would be lost, doubled or fail."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.myunisoft.access import ACCESS
from douane.model.fiscal_years import FiscalYear
from douane.settings import Settings
from douane.store.database import Database
from douane.store.fiscal_years import add_year
from douane.store.organizations import ensure_company
from douane.web.app import create_app

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef"
    "|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def fec(*entries: tuple[str, str]) -> bytes:
    """A FEC of entries, each a number and an amount."""
    lines = [HEADER]
    for number, amount in entries:
        for account, sides in (("411DUPONT", f"{amount}|"), ("706", f"|{amount}")):
            lines.append(f"VE|Ventes|{number}|20240115|{account}|Compte|||F1|20240115|Facture|{sides}|||||")
    return "\n".join(lines).encode()


class Sender:
    def __init__(self, web: Any, headers: dict[str, str], database: Database, year: int) -> None:
        self._web, self._headers, self._database, self._year = web, headers, database, year

    def send(self, path: str, content: bytes, **query: str) -> str:
        """The code of the refusal, with its sentence where that says more, or `success`."""
        answer = self._web.post(
            f"/api/v1/{path}", params=query, content=content, headers=self._headers
        ).json()
        if "status" in answer:
            return answer["status"]
        code, message = answer["error"]["code"], answer["error"]["message"]
        return f"{code}: {message}" if code == "GBL5" else code

    def rejected(self, run: int) -> bytes:
        """The rejected lines of a run, as a file."""
        answer = self._web.get(f"/v1/runs/{run}/rejected.csv", headers=self._headers)
        assert answer.status_code == 200, answer.text
        content: bytes = answer.content
        return content

    def fec(self, content: bytes, type_: str) -> str:
        return self.send("fec", content, type=type_, exercice_id=str(self._year))

    def debits(self) -> list[int]:
        with self._database.connection() as conn:
            found = conn.execute("select debit from entry_lines where debit > 0 order by debit").fetchall()
        return [int(row[0]) for row in found]


@pytest.fixture
def sender(database: Database, settings: Settings) -> Iterator[Sender]:
    with database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted("ACME")).keys
        company = ensure_company(conn, "ACME", None)
        scope = (company.organization_id, company.id)
        year = add_year(conn, *scope, FiscalYear(date(2024, 1, 1), date(2024, 12, 31))).id
        conn.execute(
            "insert into journals (organization_id, company_id, code, name, type)"
            " values (%s, %s, 'OD', 'OD', 'general')",
            scope,
        )
    headers = {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}
    headers["Content-Type"] = "application/octet-stream"
    with TestClient(create_app(database, replace(settings, rate_requests_max=0))) as web:
        yield Sender(web, headers, database, year)


def test_a_file_without_a_line_removes_nothing(sender: Sender) -> None:
    assert sender.fec(fec(("1", "10")), "1") == "success"
    assert sender.fec(fec(), "2") == "IMPORT14"
    assert sender.debits() == [10]


def test_what_was_added_twice_under_one_number_can_be_replaced(sender: Sender) -> None:
    assert sender.fec(fec(("1", "10")), "1") == "success"
    assert sender.fec(fec(("1", "11")), "1") == "success"
    assert sender.fec(fec(("1", "12"), ("2", "20")), "2") == "success"
    assert sender.debits() == [12, 20]


@pytest.mark.parametrize("sides", ["D C", "d c"])
@pytest.mark.parametrize("zero", ["", "0"])
def test_a_csv_may_give_the_amount_and_its_side(sender: Sender, sides: str, zero: str) -> None:
    debit, credit = sides.split()
    lines = [
        f"OD;21/11/2024;{account};5;{side};P1;{zero}" for account, side in (("401A", debit), ("411B", credit))
    ]
    header = "JournalCode;EcritureDate;CompteNum;Montant;Sens;Piece 1;Debit"
    assert sender.send("csv", "\n".join((header, *lines)).encode()) == "success"
    assert sender.debits() == [5]


def test_a_journal_with_an_endless_code_is_the_senders_error(sender: Sender) -> None:
    sent = fec(("1", "10")).replace(b"VE|", b"V" * 5000 + b"|")
    assert sender.fec(sent, "1") == "GBL5: Le champ JournalCode ne peut excéder 200 caractères"


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("732829320FEC20241231.txt", content)
    return file.getvalue()


@pytest.mark.parametrize("pack", [bytes, zipped])
@pytest.mark.parametrize("separator", ["|", "\t"])
def test_the_rejected_lines_of_a_fec_come_back_and_can_be_corrected(
    sender: Sender, pack: Callable[[bytes], bytes], separator: str
) -> None:
    sent = fec(("1", "10"), ("2", "12|5")).replace(b"706|Compte|||", b"70\xe96|Compte|||", 1)
    sent = sent.replace(b"|", separator.encode())
    assert sender.fec(pack(sent), "1") != "success"
    lines = sender.rejected(1).decode("iso8859-15").splitlines()
    assert [each.split(separator, 1)[1] for each in lines] == sent.decode("iso8859-15").splitlines()
    assert [each.split(separator)[0].split(" ")[0] for each in lines[1:]] == [
        "An",
        "CompteNum:",
        "Column",
        "Column",
    ]
    corrected = "\n".join(lines).replace("12|5".replace("|", separator), "12").replace("70é6", "706").encode()
    assert sender.fec(corrected, "1") == "success"
    assert sender.debits() == [10, 12]
