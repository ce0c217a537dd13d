"""Text of fixed width: what is a row, what is a fault, what can be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from douane.errors import Refusal
from douane.formats.csv_lines import read_lines
from douane.formats.fixed import (
    CELLS_MAX,
    FixedColumn,
    FixedLayout,
    lines_before,
    read_fixed,
    write_fixed,
)
from douane.pipeline.decode import decode
from douane.settings import MEBIBYTE, Limits

LIMITS = Limits()
PAIR = FixedLayout((FixedColumn("name", 1, 5), FixedColumn("sum", 7, 3)))


def blocks(text: str, size: int = MEBIBYTE) -> Iterator[bytes]:
    data = text.encode()
    return (data[start : start + size] for start in range(0, len(data), size))


def read(text: str, layout: FixedLayout = PAIR, limits: Limits = LIMITS, size: int = MEBIBYTE) -> Any:
    """Rows as tuples with their line, faults as (line, code, detail, value), received."""
    table = read_fixed(layout, blocks(text, size), limits, size)
    assert table.labels == tuple(each.label for each in layout.columns)
    pieces = list(table.pieces)
    assert all(each.rows.columns == list(table.labels) for each in pieces)
    rows = [(line, *row) for each in pieces for line, row in zip(each.lines, each.rows.rows(), strict=True)]
    faults = [row for each in pieces for row in each.faults.select("line", "code", "detail", "value").rows()]
    return rows, faults, sum(each.received for each in pieces)


def refused(text: str, layout: FixedLayout) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        read(text, layout)
    return caught.value.code, caught.value.message


def written(rows: dict[str, list[str | None]], layout: FixedLayout = PAIR, charset: str = "UTF-8") -> bytes:
    return b"".join(write_fixed(layout, [pl.DataFrame(rows)], charset))


def test_reads_cells_at_their_positions() -> None:
    rows, faults, received = read("Roy    12\nAnna-x345 and more\n")
    assert rows == [(1, "Roy", "12"), (2, "Anna-", "345")]
    assert (faults, received) == ([], 2)


def test_a_line_that_ends_early_has_empty_cells() -> None:
    assert read("Roy\nAn\n\nAnna- 3")[0] == [(1, "Roy", None), (2, "An", None), (4, "Anna-", "3")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends(end: str) -> None:
    assert read(f"Roy    12{end}Ro{end}Anna  345{end}\x1a")[0] == [
        (1, "Roy", "12"),
        (2, "Ro", None),
        (3, "Anna", "345"),
    ]


def test_positions_count_characters() -> None:
    assert read("Zoé😀日 €12\nRoy   345\ne\u0301te\u0301x999\n")[0] == [
        (1, "Zoé😀日", "€12"),
        (2, "Roy", "345"),
        (3, "e\u0301te\u0301", "999"),
    ]


def test_a_tab_is_one_character() -> None:
    assert read("a\tb\tc\t1\t2\n")[0] == [(1, "a\tb\tc", "1\t2")]


def test_a_byte_order_mark_takes_no_position(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes("Zoé   345\n".encode("utf-8-sig"))
    table = read_fixed(PAIR, decode(path, "UTF-8", "", LIMITS), LIMITS)
    assert [row for each in table.pieces for row in each.rows.rows()] == [("Zoé", "345")]


def test_columns_may_overlap_and_come_in_any_order() -> None:
    layout = FixedLayout(
        (FixedColumn("last", 5, 2), FixedColumn("class", 1, 1), FixedColumn("account", 1, 6))
    )
    assert read("411000x\n70\n", layout)[0] == [(1, "00", "4", "411000"), (2, None, "7", "70")]


def test_what_no_column_covers_is_a_row_still() -> None:
    assert read("          x\n") == ([(1, None, None)], [], 1)


def test_the_header_is_the_first_line_that_is_not_blank() -> None:
    layout = replace(PAIR, has_header=True, lines_skipped=2)
    text = "Export\0\n\n \nNOM   MNT\nRoy    12\n"
    assert read(text, layout) == ([(5, "Roy", "12")], [], 1)
    assert read(text[:-10], layout) == ([], [], 0)
    assert lines_before(blocks(text), layout, LIMITS) == 4
    assert lines_before(blocks(text), replace(layout, has_header=False), LIMITS) == 2


@pytest.mark.parametrize("has_header", [False, True])
@pytest.mark.parametrize("skipped", [2, 3, 50])
def test_a_file_of_skipped_lines_alone_is_refused(skipped: int, has_header: bool) -> None:
    layout = replace(PAIR, lines_skipped=skipped, has_header=has_header)
    message = f"The file has nothing below the {skipped} lines that are skipped."
    assert refused("Roy\nAnna\n  \n", layout) == ("empty-upload", message)


def test_characters_that_no_row_may_hold() -> None:
    layout = replace(PAIR, charset="ISO-8859-5")
    rows, faults, received = read("Caf\ufdd0  1\nx\0y   2\na\x1fb   3\nRoy    4\n", layout)
    assert rows == [(4, "Roy", "4")]
    assert faults == [
        (1, "bytes-outside-charset", "ISO-8859-5", "Caf\ufffd  1"),
        (2, "nul-character", None, "x\u2400y   2"),
        (3, "unit-separator", None, "a\x1fb   3"),
    ]
    assert received == 4


@pytest.mark.parametrize("size", [7, 64, MEBIBYTE])
def test_a_line_that_is_too_long_is_one_fault(size: int) -> None:
    limits = replace(LIMITS, line_bytes_max=20)
    rows, faults, received = read(f"Roy\n{'é' * 5000}\n{' ' * 5000}\nAnna\n", PAIR, limits, size)
    assert rows == [(1, "Roy", None), (4, "Anna", None)]
    assert faults == [(2, "line-too-long", "20", "é" * 5)]
    assert received == 3


def test_a_piece_has_a_bounded_number_of_cells() -> None:
    columns = tuple(FixedColumn(f"c{at}", at, 1) for at in range(1, 2001))
    count = CELLS_MAX // len(columns) + 10
    pieces = list(read_fixed(FixedLayout(columns), blocks("é1\n" * count), LIMITS).pieces)
    assert all(each.rows.height * each.rows.width <= CELLS_MAX + len(columns) for each in pieces)
    assert pl.concat([each.lines for each in pieces]).to_list() == list(range(1, count + 1))
    assert {row[:3] for each in pieces for row in each.rows.rows()} == {("é", "1", None)}


def test_writes_cells_at_their_positions() -> None:
    assert written({"sum": ["12", None], "name": [" Zoé ", "Anna"]}) == "Zoé   12 \r\nAnna     \r\n".encode()
    layout = replace(PAIR, has_header=True, lines_skipped=1, columns=(*PAIR.columns, FixedColumn("x", 11, 1)))
    assert written({"name": ["Roy"]}, layout, "cp1252") == b"\r\nname  sum x\r\nRoy        \r\n"


@pytest.mark.parametrize(
    ("rows", "charset", "code", "said"),
    [
        ({"name": ["Dupont"]}, "UTF-8", "unwritable-value", "may have 5 characters"),
        ({"name": ["a\nb"]}, "UTF-8", "unwritable-value", "may have 5 characters on one line"),
        ({"name": ["a\0b"]}, "UTF-8", "unwritable-value", "name is"),
        ({"name": ["a", " "]}, "UTF-8", "unwritable-value", "a row without any text"),
        ({"name": ["a"], "who": ["b"]}, "UTF-8", "unwritable-value", "no place for who"),
        ({"name": ["日"]}, "cp1252", "outside-charset", "日"),
    ],
)
def test_what_cannot_be_written(
    rows: dict[str, list[str | None]], charset: str, code: str, said: str
) -> None:
    with pytest.raises(Refusal) as caught:
        written(rows, charset=charset)
    assert caught.value.code == code
    assert said in caught.value.message


def test_overlapping_columns_cannot_be_written() -> None:
    with pytest.raises(Refusal, match="b and a overlap"):
        written({"a": ["1"]}, FixedLayout((FixedColumn("a", 2, 2), FixedColumn("b", 1, 2))))


def test_lines_as_sent() -> None:
    text = "Export\r\n\nRoy   \x1f12\r\nZoé   345"
    assert list(read_lines(blocks(text, 5), LIMITS, [4, 1, 3, 900], 5)) == [
        (1, "Export"),
        (3, "Roy   \x1f12"),
        (4, "Zoé   345"),
    ]
