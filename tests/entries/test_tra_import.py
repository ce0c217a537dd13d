"""A TRA becomes entries: accounts named by its records, analytic lines kept beside their line."""

from __future__ import annotations

from typing import Any

import pytest

from douane.store.database import Database


def header(content: str = "JRL") -> str:
    return f"***S5CLI{content}ETE{'':19}011{'':5}010120241200"


def line(
    account: str, side: str, amount: str = "120,00", *, kind: str = " ", third: str = "", axis: str = ""
) -> str:
    head = f"{'VTE':<3}15012024FC{account:<17}{kind}{third:<17}{'REF1':<35}{'Facture':<35}"
    standard = f"{head}{'VIR':<3}{'15022024':<8}{side}{amount:>20}N{'':8}EUR{'':10}E--{'':43}{axis:<2}  "
    return f"{standard:<1013}AB   "


PARAMETERS = (
    f"***JAL{'VTE':<3}{'Ventes':<35}VTE",
    f"***CGN{'411000':<17}{'Clients':<35}",
    f"***CGN{'706000':<17}{'Prestations':<35}",
    f"***CAE{'DUPONT':<17}{'Dupont SA':<35}",
)


def tra(*lines: str, content: str = "JRL") -> bytes:
    return "\r\n".join((header(content), *PARAMETERS, *lines, "")).encode("cp1252")


SOUND = (line("411000", "D", kind="X", third="DUPONT"), line("706000", "C"))


def test_accounts_and_journals_have_the_names_of_the_records(send_entries: Any, database: Database) -> None:
    receipt = send_entries(tra(*SOUND), door="tra", name="a.tra")
    assert receipt["counts"]["added"] == 2
    with database.connection() as conn:
        names = conn.execute("select number, name from ledger_accounts order by number").fetchall()
        assert conn.execute("select name, type from journals where code = 'VTE'").fetchone() == (
            "Ventes",
            "general",
        )
    assert names == [("411000", "Clients"), ("706000", "Prestations"), ("DUPONT", "Dupont SA")]


def test_the_same_again_changes_nothing(send_entries: Any) -> None:
    send_entries(tra(*SOUND), door="tra", name="a.tra")
    assert send_entries(tra(*SOUND), door="tra", name="a.tra")["counts"]["unchanged"] == 2


def test_analytic_lines_stay_with_their_line(send_entries: Any, database: Database) -> None:
    analytic = line("706000", "C", kind="A", third="SECTION", axis="A1")
    receipt = send_entries(tra(*SOUND, analytic), door="tra", name="a.tra")
    assert receipt["counts"]["received"] == receipt["counts"]["added"] == 2
    with database.connection() as conn:
        rows = conn.execute("select extra ->> 'analytique' from entry_lines order by number").fetchall()
    assert rows == [(None,), ("A:A1:SECTION:C:120,00:Facture",)]


def test_an_analytic_line_behind_a_faulty_line_is_a_fault(send_entries: Any) -> None:
    analytic = line("706000", "C", kind="A", third="SECTION", axis="A1")
    faulty = line("706000", "?")
    receipt = send_entries(tra(*SOUND, faulty, analytic), door="tra", name="a.tra")
    assert [(each["line"], each["code"]) for each in receipt["faults"]] == [
        (8, "not-an-entry-line"),
        (9, "not-an-entry-line"),
    ]
    assert receipt["counts"] | {"cleared": 0} == {
        "received": 4,
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 2,
        "cleared": 0,
    }


@pytest.mark.parametrize(("content", "lettering"), [("JRL", None), ("DOS", "AB")])
def test_lettering_counts_in_whole_folders(
    send_entries: Any, database: Database, content: str, lettering: str | None
) -> None:
    send_entries(tra(*SOUND, content=content), door="tra", name="a.tra")
    with database.connection() as conn:
        assert conn.execute("select distinct lettering from entry_lines").fetchall() == [(lettering,)]
