"""TRA: what is written, byte for byte, and what cannot be."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from douane.dialects.native.tra import CARRIED, TRA
from douane.errors import Refusal
from douane.formats.tra import TraHeader, read_tra, write_tra
from douane.formats.tra_layout import ENTRY_LINES
from douane.formats.tra_lines import DERIVED
from douane.settings import Limits

ROW: dict[str, str | None] = {
    "journal": "VTE",
    "date": "2024-01-31",
    "type_piece": "FC",
    "general": "411000",
    "type_compte": "X",
    "auxiliaire": "ÉTÉ",
    "libelle": "Facture",
    "sens": "D",
    "montant1": "120.00",
    "type_ecriture": "N",
    "numero_piece": "12",
    "codage": "E--",
}


def written(row: dict[str, str | None], charset: str = "cp1252", form: str = "STD") -> bytes:
    return b"".join(write_tra(TraHeader(format=form, user="Zoé"), {}, [pl.DataFrame([row])], charset))


def test_cells_stand_at_their_places() -> None:
    head, text, end = written(ROW).split(b"\r\n")
    assert head.startswith(b"***S5EXPJRLSTD")
    assert (head[33:36], head[53:57]) == (b"011", "Zoé ".encode("cp1252"))
    assert end == b""
    assert len(text) == 222
    assert text[:11] == b"VTE31012024"
    assert text[30:37] == b"X" + "ÉTÉ".encode("cp1252") + b"   "
    assert text[129:160] == b"D" + b"120,00".rjust(20) + b"N" + b"12".rjust(8) + b" "


def test_extended_lines_reach_their_last_cell() -> None:
    _, text, _ = written(ROW | {"date_validation": "2024-12-31"}, form="ETE").split(b"\r\n")
    assert text[1399:] == b"31122024"


def test_documents_follow_their_line() -> None:
    frame = pl.DataFrame([ROW | {"document": "a.pdf*b.pdf"}, ROW | {"document": None}])
    _, first, a, b, second, _ = b"".join(write_tra(TraHeader(), {}, [frame])).split(b"\r\n")
    assert (a[83:], b[83:]) == (b"a.pdf".ljust(255), b"b.pdf".ljust(255))
    assert a[:30] + a[31:83] == first[:30] + first[31:83]
    assert (a[30:31], first) == (b"G", second)


@pytest.mark.parametrize("charset", ["utf-8", "iso8859-15", "cp1252"])
def test_charsets(charset: str) -> None:
    data = written(ROW | {"libelle": "Écart de 5 €"}, charset)
    assert "Écart de 5 €".ljust(35) in data.decode(charset)


def test_nothing_to_write_gives_a_header() -> None:
    assert b"".join(write_tra(TraHeader(), {}, [])).count(b"\r\n") == 1
    empty = pl.DataFrame(schema=dict.fromkeys(ROW, pl.String))
    assert b"".join(write_tra(TraHeader(), {}, [empty])).count(b"\r\n") == 1


@pytest.mark.parametrize(
    ("cells", "form", "code"),
    [
        ({"libelle": "x" * 36}, "STD", "unwritable-value"),
        ({"libelle": "a\nb"}, "STD", "unwritable-value"),
        ({"libelle": "a\0b"}, "STD", "unwritable-value"),
        ({"libelle": "\ufdd0"}, "STD", "unwritable-value"),
        ({"date": "2024-1-31"}, "STD", "unwritable-value"),
        ({"journal": "***"}, "STD", "unwritable-value"),
        ({"guid": "1"}, "STD", "unwritable-value"),
        ({"colour": "1"}, "ETE", "unwritable-value"),
        ({"document": "x" * 256}, "STD", "unwritable-value"),
        ({"libelle": "日本"}, "STD", "outside-charset"),
    ],
)
def test_what_cannot_be_written_is_refused(cells: dict[str, Any], form: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        written(ROW | cells, form=form)
    assert caught.value.code == code


def test_unknown_parameter_records_are_refused() -> None:
    with pytest.raises(Refusal, match="XYZ"):
        list(write_tra(TraHeader(), {"XYZ": pl.DataFrame({"code": ["1"]})}, []))


def test_the_mapping_names_labels_of_the_reader() -> None:
    labels = {each.label for each in ENTRY_LINES["ETE"]} | set(DERIVED)
    mapped = {each.label for each in TRA.columns}
    assert mapped <= labels
    assert labels - mapped >= CARRIED
    assert {each.field for each in TRA.columns} <= TRA.table.by_name.keys()
    standard = read_tra(iter([b"***S5EXPJRLSTD"]), Limits()).table.labels
    assert {each.label for each in TRA.columns if each.is_required} <= set(standard)
