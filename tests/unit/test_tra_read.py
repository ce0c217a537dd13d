"""TRA: which lines are rows, which are faults, and what is worked out from a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from douane.errors import Refusal
from douane.formats.tra import LINE_BYTES_MAX, TraFile, read_tra
from douane.formats.tra_documents import LINES_MAX
from douane.formats.tra_layout import ENTRY_LINES, PARAMETERS
from douane.formats.tra_lines import DERIVED
from douane.settings import Limits

LIMITS = Limits()


def line(width: int = 222, **cells: str) -> str:
    """An entry line with usual cells; those given by label replace them, numbers stand at the right."""
    usual = {
        "journal": "VTE",
        "date": "31012024",
        "type_piece": "FC",
        "general": "411000",
        "libelle": "Facture",
        "sens": "D",
        "montant1": "120,00",
        "type_ecriture": "N",
        "codage": "E--",
    }
    signs = [" "] * width
    for each in ENTRY_LINES["ETE"]:
        text = (usual | cells).get(each.label, "")
        text = text.rjust(each.width) if each.kind == "n" else text.ljust(each.width)
        if text.strip():
            assert len(text) == each.width
            signs[each.start - 1 : each.end - 1] = text
    return "".join(signs)


def document(path: str, **cells: str) -> str:
    return line(type_compte="G", **cells)[:83] + path


def header(form: str = "STD", version: str = "011") -> str:
    return f"***S5EXPJRL{form}".ljust(33) + version + "00007".ljust(5) + "310120241200" + "Zoé"


def blocks(text: str, size: int = 1 << 20) -> Iterator[bytes]:
    data = text.encode()
    return (data[start : start + size] for start in range(0, len(data), size))


def opened(*lines: str, end: str = "\r\n", head: str | None = None, size: int = 1 << 20) -> TraFile:
    text = end.join([header() if head is None else head, *lines]) + end
    return read_tra(blocks(text, size), LIMITS, size)


def read(*lines: str, **how: Any) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]], int]:
    """Rows by label, blank cells left out, with their `line`; faults as (line, code, detail); received."""
    table = opened(*lines, **how).table
    rows: list[dict[str, Any]] = []
    faults: list[tuple[Any, ...]] = []
    received = 0
    for piece in table.pieces:
        assert tuple(piece.rows.columns) == table.labels
        assert set(piece.rows.dtypes) == {pl.String}
        assert piece.lines.dtype == pl.UInt32
        assert piece.received == piece.rows.height + piece.faults.height
        for number, row in zip(piece.lines, piece.rows.to_dicts(), strict=True):
            rows.append({"line": number} | {label: cell for label, cell in row.items() if cell is not None})
        faults += piece.faults.select("line", "code", "detail").rows()
        received += piece.received
    return rows, faults, received


def row(**cells: str) -> dict[str, Any]:
    """The one row that a line with these cells makes."""
    (found,), faults, received = read(line(**cells))
    assert (faults, received) == ([], 1)
    return found


def fault(text: str, before: tuple[str, ...] = ()) -> str:
    """The detail of the one fault that this line is."""
    _, ((number, code, detail),), received = read(*before, text)
    assert (number, code, received) == (len(before) + 2, "not-an-entry-line", len(before) + 1)
    return str(detail)


def test_a_line_is_cut_into_its_cells() -> None:
    assert row(auxiliaire="DUPONT", type_compte="X", reference_interne="F1", echeance="29022024") == {
        "line": 2,
        "journal": "VTE",
        "date": "2024-01-31",
        "type_piece": "FC",
        "general": "411000",
        "type_compte": "X",
        "auxiliaire": "DUPONT",
        "reference_interne": "F1",
        "libelle": "Facture",
        "echeance": "2024-02-29",
        "sens": "D",
        "montant1": "120,00",
        "type_ecriture": "N",
        "codage": "E--",
        "entry_number": "F1",
        "amount": "120,00",
    }


@pytest.mark.parametrize("version", ["007", "008", "009", "010", "011"])
def test_every_version_is_read_by_position(version: str) -> None:
    file = opened(line(), head=header(version=version))
    assert file.header.version == version
    assert sum(piece.rows.height for piece in file.table.pieces) == 1


def test_the_header_is_read() -> None:
    head = opened(line()).header
    assert (head.product, head.origin, head.content, head.format) == ("S5", "EXP", "JRL", "STD")
    assert (head.folder_number, head.made_at, head.user, head.firm) == ("00007", "310120241200", "Zoé", "")


def test_extended_cells_are_read_where_the_header_says_so() -> None:
    cells = {"reference_externe": "CDE 1", "lettrage": "AB", "guid": "7" * 36, "date_validation": "31122024"}
    long = line(1407, **cells)
    (found,), _, _ = read(long, head=header("ETE"))
    assert {label: found[label] for label in cells} == cells | {"date_validation": "2024-12-31"}
    (found,), _, _ = read(long)
    assert "lettrage" not in found


def test_positions_count_characters() -> None:
    cells = {"libelle": "Été à la Société Générale", "reference_interne": "№ 日本語 𝟙", "numero_piece": "17"}
    found = row(**cells)
    assert {label: found[label] for label in cells} == cells


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_cut_of_the_blocks_does_not_matter(size: int, end: str) -> None:
    lines = [
        "***JALVTEVentes",
        line(libelle="Zoé"),
        document("a.pdf"),
        "",
        line(type_compte="A"),
        document(r"C:\é\b.pdf"),
        "x",
        line(general="512000"),
    ]
    assert read(*lines, end=end, size=size) == read(*lines)


def test_short_lines_are_padded() -> None:
    (found,), faults, _ = read(line()[:175])
    assert (found["amount"], faults) == ("120,00", [])
    (found,), faults, _ = read(line()[:151])
    assert (found["amount"], faults) == ("120,00", [])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("01011900", None),
        ("00000000", None),
        ("", None),
        ("29022024", "2024-02-29"),
        ("30022024", "30022024"),
        ("20240229", "20240229"),
        ("01011899", "01011899"),
        ("2024 1 1", "2024 1 1"),
    ],
)
def test_dates(sent: str, told: str | None) -> None:
    assert row(echeance=sent).get("echeance") == told


@pytest.mark.parametrize(
    ("number", "reference", "told"),
    [
        ("12", "F1", "12"),
        ("", "F1", "F1"),
        ("0", "F1", "F1"),
        ("00000000", "", None),
        ("00000012", "", "00000012"),
    ],
)
def test_an_entry_is_numbered_by_its_piece_or_by_its_reference(
    number: str, reference: str, told: str | None
) -> None:
    assert row(numero_piece=number, reference_interne=reference).get("entry_number") == told


@pytest.mark.parametrize(
    ("coding", "amounts", "rate", "told"),
    [
        ("E--", "10,00 - -", "", ("10,00", None)),
        ("", "10.00 - -", "", ("10.00", None)),
        ("E--", "1,200 - -", "", ("1,2000", None)),
        ("E--", "- - -", "", (None, None)),
        ("DE-", "11,00 10,00 -", "9", ("10,00", "11,00")),
        ("ED-", "10,00 11,00 -", "9", ("10,00", "11,00")),
        ("D-E", "11,00 - 10,00", "9", ("10,00", "11,00")),
        ("-E-", "9 10 8", "9", ("10", None)),
        ("D--", "2,675 - -", "1,00000000", ("2.680000", "2,6750")),
        ("D--", "-2,675 - -", "1", ("-2.680000", "-2,6750")),
        ("D--", "100,00 - -", "0,9235", ("92.350000", "100,00")),
        ("D--", "12345678901,23 - -", "1,23456789", ("15241578751.710000", "12345678901,23")),
        ("D--", "ten - -", "2", ("ten", "ten")),
        ("D--", "- - -", "2", (None, None)),
    ],
)
def test_the_coding_says_which_amount_is_which(
    coding: str, amounts: str, rate: str, told: tuple[str | None, str | None]
) -> None:
    first, second, third = ("" if each == "-" else each for each in amounts.split())
    found = row(montant1=first, montant2=second, montant3=third, taux=rate, codage=coding, devise="USD")
    assert (found.get("amount"), found.get("currency_amount")) == told
    assert found.get("currency") == (None if told[1] is None else "USD")


def test_the_folder_says_how_many_decimals_its_currency_has() -> None:
    head = "\r\n".join([header(), "***PS5JPY0-"])
    (found,), _, _ = read(line(montant1="10,00", taux="157,25", codage="D--", devise="EUR"), head=head)
    assert found["amount"] == "1573.000000"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" " + line(), "position 4 holds no date"),
        (line()[1:], "position 4 holds no date"),
        (line(date="01011900"), "position 4 holds no date"),
        (line(general=""), "position 14 holds no account"),
        (line(type_compte="Z"), "position 31 holds no line type"),
        (line(sens="X"), "position 130 holds neither D nor C"),
        (line()[:60] + line()[61:], "position 130 holds neither D nor C"),
        (line()[:150], "it ends before position 151"),
        (line(codage="F--"), "position 173 holds no coding of amounts"),
        (line(codage="EE-"), "position 173 holds no coding of amounts"),
        (line(codage="D--"), "position 163 holds no rate for the amount in currency"),
        (line(codage="D--", taux="0"), "position 163 holds no rate for the amount in currency"),
        ("Hello", "position 4 holds no date"),
        (document("a.pdf"), "it names a document, but no entry line stands before it"),
    ],
)
def test_a_line_that_is_no_entry_line_is_a_fault(text: str, told: str) -> None:
    assert fault(text) == told


def test_a_bad_line_costs_that_line() -> None:
    rows, faults, received = read(line(), line(sens="X"), line(general="512000"))
    assert [each["line"] for each in rows] == [2, 4]
    assert [each[0] for each in faults] == [3]
    assert received == 3


@pytest.mark.parametrize(
    ("sign", "code"),
    [("\ufdd0", "bytes-outside-charset"), ("\0", "nul-character"), ("\x1f", "unit-separator")],
)
def test_characters_that_no_text_may_hold(sign: str, code: str) -> None:
    rows, ((number, seen, _),), received = read(line(), line(libelle=f"a{sign}b"), line())
    assert ([each["line"] for each in rows], number, seen, received) == ([2, 4], 3, code, 3)
    rows, ((number, seen, _),), received = read(f"***JALVTE{sign}", line())
    assert ([each["line"] for each in rows], number, seen, received) == ([3], 2, code, 2)


def test_a_line_may_be_too_long() -> None:
    rows, faults, _ = read(line(), line() + "x" * LINE_BYTES_MAX, line())
    assert [each["line"] for each in rows] == [2, 4]
    assert faults == [(3, "line-too-long", str(LINE_BYTES_MAX))]
    table = read_tra(blocks("\n".join([header(), line()])), replace(LIMITS, line_bytes_max=200)).table
    assert [piece.faults["code"].to_list() for piece in table.pieces] == [["line-too-long"]]


def test_blank_lines_count_nowhere() -> None:
    rows, faults, received = read("", line(), " \t", "", line(), "\x1a")
    assert ([each["line"] for each in rows], faults, received) == ([3, 6], [], 2)


def test_analytic_lines_come_out_as_rows() -> None:
    rows, faults, received = read(line(), line(type_compte="A", auxiliaire="SEC", sens="", codage="Z--"))
    assert [each.get("type_compte") for each in rows] == [None, "A"]
    assert (faults, received) == ([], 2)


def test_documents_go_to_the_line_before() -> None:
    rows, faults, received = read(
        line(),
        document(r"C:\Pièces\a.pdf"),
        document("scans/b é.pdf"),
        line(general="706000"),
        line(type_compte="A"),
        document("c.pdf"),
        line(general="445710"),
    )
    assert [each.get("document") for each in rows] == ["a.pdf*b é.pdf", "c.pdf", None, None]
    assert (faults, received) == ([], 4)


def test_documents_are_counted() -> None:
    file = opened(line(), document("a.pdf"), document("x/b.pdf"), line())
    assert sum(piece.received for piece in file.table.pieces) == 2
    assert file.documents == 2


def test_a_document_of_a_bad_line_goes_with_it() -> None:
    rows, faults, _ = read(line(), line(sens="X"), document("a.pdf"), line())
    assert all("document" not in each for each in rows)
    assert [each[0] for each in faults] == [3]


def test_a_document_without_a_name_is_a_fault() -> None:
    assert fault(document(r"C:\scans" + "\\"), (line(),)) == "position 84 holds no path of a document"


@pytest.mark.parametrize("size", [500, 1 << 20])
@pytest.mark.parametrize("between", [LINES_MAX - 1, LINES_MAX])
def test_a_document_stands_near_its_line(size: int, between: int) -> None:
    lines = [line(), *[line(type_compte="A")] * between, document("a.pdf")]
    rows, faults, _ = read(*lines, size=size)
    assert rows[0].get("document") == ("a.pdf" if between < LINES_MAX else None)
    assert len(faults) == (between >= LINES_MAX)


def test_parameter_records_become_frames() -> None:
    file = opened(
        "***EXO001" + "01012024" + "31122024" + "OUV   Exercice 2024",
        "",
        "***JALVTEVentes".ljust(44) + "VTE",
        "***CGN411000".ljust(23) + "Clients é".ljust(35) + "COC" + "X-",
        "***TL1whatever",
        "***",
        "***é",
        "***JALBQ1Banque".ljust(44) + "BQE".ljust(9) + "512000",
        line(),
        "***JALODEtoo late",
    )
    assert list(file.parameters) == ["EXO", "JAL", "CGN"]
    exo, jal, cgn = (file.parameters[id_] for id_ in file.parameters)
    assert exo.select("code", "debut", "fin", "etat", "libelle").rows() == [
        ("001", "2024-01-01", "2024-12-31", "OUV", "Exercice 2024")
    ]
    assert jal.select("code", "nature", "contrepartie").rows() == [
        ("VTE", "VTE", None),
        ("BQ1", "BQE", "512000"),
    ]
    assert cgn.select("compte", "libelle", "nature", "lettrable", "pointable").rows() == [
        ("411000", "Clients é", "COC", "X", "-")
    ]
    assert [piece.lines.to_list() for piece in file.table.pieces if piece.received] == [[10]]
    assert file.ignored == {"TL1": 1, "???": 2, "JAL": 1}


def test_parameter_records_are_bounded() -> None:
    many = (b"***S5EXPJRLSTD\n" if at == 0 else b"***JAL\n" * 100_000 for at in range(100))
    with pytest.raises(Refusal) as caught:
        read_tra(many, LIMITS)
    assert caught.value.code == "upload-too-large"


def test_a_file_may_have_no_entry_line() -> None:
    assert read() == ([], [], 0)
    assert read("***JALVTEVentes") == ([], [], 0)


@pytest.mark.parametrize("head", ["", "a;b;c", line(), "***JALVTEVentes", "***S5EXPJRLXXX", "\ufdd0"])
def test_a_file_without_a_header_is_refused(head: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(line(), head=head)
    assert caught.value.code == "no-header"
    assert caught.value.message
    assert caught.value.hint


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        read_tra(iter([]), LIMITS)
    assert caught.value.code == "no-header"


def test_no_two_cells_share_a_position_or_a_label() -> None:
    for layout in (*ENTRY_LINES.values(), *PARAMETERS.values()):
        assert all(one.end <= next_.start for one, next_ in pairwise(layout))
        assert len({each.label for each in layout} | set(DERIVED)) == len(layout) + len(DERIVED)
