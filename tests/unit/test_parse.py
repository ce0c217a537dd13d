"""Parse: what is a row, what is a fault, and on which line of the sender's file it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from douane.errors import Refusal
from douane.formats.csv import Layout, read_records, read_table
from douane.model.catalogue import FAULTS
from douane.pipeline.batch import FAULT_SCHEMA, LINE
from douane.pipeline.parse import parse
from douane.settings import MEBIBYTE, Limits

LIMITS = Limits()


def blocks(data: bytes, size: int = MEBIBYTE) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(text: str | bytes, limits: Limits = LIMITS, layout: Layout | None = None) -> Any:
    """Labels, rows as tuples with their line, faults as (line, code, detail, value), received."""
    data = text if isinstance(text, bytes) else text.encode()
    parsed = parse(read_table(blocks(data), layout or Layout(), limits))
    rows: list[tuple[Any, ...]] = []
    faults: list[tuple[Any, ...]] = []
    received = 0
    for batch in parsed.batches:
        assert batch.rows.columns == [LINE, *parsed.labels]
        assert batch.rows.dtypes == [pl.UInt32, *[pl.String] * len(parsed.labels)]
        assert batch.faults.schema == FAULT_SCHEMA
        assert batch.received == batch.rows.height + batch.faults.height
        rows += batch.rows.rows()
        faults += batch.faults.select("line", "code", "detail", "value").rows()
        received += batch.received
    return parsed.labels, rows, faults, received


def rows_of(text: str) -> list[tuple[Any, ...]]:
    _, rows, faults, _ = read(text)
    assert faults == []
    return list(rows)


def faults_of(text: str | bytes, limits: Limits = LIMITS) -> list[tuple[Any, ...]]:
    return list(read(text, limits)[2])


def refused(text: str | bytes, limits: Limits = LIMITS, layout: Layout | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(text, limits, layout)
    return caught.value


def test_reads_quoted_and_plain_cells_and_keeps_their_text() -> None:
    labels, rows, faults, received = read('"A";b; C \n"1";2; 3 \n"x;y";"a ""b""";\n')
    assert labels == ("a", "b", "c")
    assert rows == [(2, "1", "2", " 3 "), (3, "x;y", 'a "b"', None)]
    assert (faults, received) == ([], 2)


def test_empty_cells_are_null_quoted_or_not() -> None:
    assert rows_of('a;b\n;""\n""; \n') == [(2, None, None), (3, None, " ")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends(end: str) -> None:
    assert rows_of(f'a;b{end}1;2{end}"3";"4"{end}5;6') == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_blank_lines_count_nowhere_but_in_line_numbers() -> None:
    labels, rows, faults, received = read("\n \t\na;b\n\n1;2\n  \n\r\n3;4\n\n")
    assert labels == ("a", "b")
    assert rows == [(5, "1", "2"), (8, "3", "4")]
    assert (faults, received) == ([], 2)


def test_quoted_newlines_keep_line_numbers_physical() -> None:
    text = 'a;b\n"1\n2";x\n3;4\n"5";"6\n\n\n7"\n8;9\n'
    assert rows_of(text) == [(2, "1\n2", "x"), (4, "3", "4"), (5, "5", "6\n\n\n7"), (9, "8", "9")]


def test_carriage_returns_inside_cells_are_text() -> None:
    text = 'a;b\n"x\ry";1\nx\ry;2\r\n"x\r\ny";3\n'
    assert rows_of(text) == [(2, "x\ry", "1"), (3, "x\ry", "2"), (4, "x\r\ny", "3")]


def test_a_header_that_ends_with_a_delimiter() -> None:
    labels, rows, faults, _ = read('a;b;\n1;2;\n3;4\n5;6;""\n7;\n"x "y" z";8;\n')
    assert labels == ("a", "b")
    assert rows == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6"), (5, "7", None), (6, 'x "y" z', "8")]
    assert faults == []
    assert faults_of("a;b;\n1;2;3;\n1;2;3\n") == [
        (2, "column-count", "defined=2, found=3", "1;2;3;"),
        (3, "column-count", "defined=2, found=3", "1;2;3"),
    ]


def test_column_count_says_what_the_vendor_says() -> None:
    (line, code, detail, value) = faults_of("a;b;c;d;e;f;g;h\n" + ";".join("0123456789") + "\n")[0]
    assert (line, code, value) == (2, "column-count", "0;1;2;3;4;5;6;7;8;9")
    said = FAULTS[code].template.format(detail=detail, value=value, field=None)
    assert said == "Column count doesn't match (defined=8, found=10)"


def test_delimiters_in_quotes_are_not_counted() -> None:
    assert faults_of('a;b\n"1;2;3";4;"5"\n') == [(2, "column-count", "defined=2, found=3", '"1;2;3";4;"5"')]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Wong, "Kit" Leung";"HK"', ('Wong, "Kit" Leung', "HK")),
        ('"Wong; "Kit" Leung";"HK"', ('Wong; "Kit" Leung', "HK")),
        ('"tube 5"";"x"', ('tube 5"', "x")),
        ('""Kit" Leung";"x"', ('"Kit" Leung', "x")),
        ('5" tube;x', ('5" tube', "x")),
        ('"a ""b"" c";5" tube', ('a "b" c', '5" tube')),
        ('"a ""b" c";x', ('a ""b" c', "x")),
    ],
)
def test_quotes_that_are_not_doubled_are_read_when_there_is_one_way(
    line: str, cells: tuple[str, str]
) -> None:
    assert rows_of(f"a;b\n1;2\n{line}\n3;4\n") == [(2, "1", "2"), (3, *cells), (4, "3", "4")]


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ('"abc;d', '"abc;d'),
        ('x;"abc', '"abc'),
        ('x;abc"', 'abc"'),
        ('"x";"abc"d', '"abc"d'),
        ('"x;"abc";"d";"e"', '"x;"abc";"d";"e"'),
        ('";";"', '"'),
    ],
)
def test_a_line_with_bad_quotes_costs_that_line(line: str, near: str) -> None:
    _, rows, faults, received = read(f"a;b\n1;2\n{line}\n3;4\n5;6\n")
    assert rows == [(2, "1", "2"), (4, "3", "4"), (5, "5", "6")]
    assert [fault[:2] for fault in faults] == [(3, "bad-quoting")]
    assert faults[0][3] == near
    assert received == 4


def test_a_stray_pair_of_quotes_swallows_no_row() -> None:
    text = 'a;b;c\nx;"y;z\n1;2;3\n4;5;6\nb 5";c\n7;8;9\n'
    _, rows, faults, received = read(text)
    assert [row[0] for row in rows] == [3, 4, 6]
    assert [fault[0] for fault in faults] == [2, 5]
    assert received == 5


def test_text_that_looks_like_a_row_stays_text_when_every_cell_is_quoted() -> None:
    assert rows_of('a;b\n"x\n1;2\ny";"z"\n') == [(2, "x\n1;2\ny", "z")]


def test_a_quote_that_is_never_closed() -> None:
    good = "".join(f"{number};{number}\n" for number in range(3000))
    _, rows, faults, _ = read(f'a;b\n{good}"never;closed\n{good}')
    assert len(rows) == 6000
    assert [fault[:2] for fault in faults] == [(3002, "bad-quoting")]
    assert rows[-1][0] == 6002


def test_a_record_of_too_many_lines_is_not_one() -> None:
    few, many = "\n" * 999, "\n" * 1000
    _, rows, faults, _ = read(f'a;b\n"x{few}";1\n"y{many}";2\n3;4\n')
    assert [(row[0], row[2]) for row in rows] == [(2, "1"), (2003, "4")]
    assert [fault[:2] for fault in faults] == [(1002, "bad-quoting"), (2002, "bad-quoting")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_record_of_several_lines_with_too_many_cells_is_one_fault(end: str) -> None:
    _, rows, faults, received = read(f'a;b{end}"x\ny";"1";"2"{end}3;4{end}')
    assert rows == [(4, "3", "4")]
    assert faults == [(2, "column-count", "defined=2, found=3", '"x\ny";"1";"2"')]
    assert received == 2


def test_characters_that_no_row_may_hold() -> None:
    _, rows, faults, _ = read("a;b\nCaf\ufdd0;1\nx\0y;2\n3;4\n", layout=Layout(charset="ISO-8859-5"))
    assert rows == [(4, "3", "4")]
    assert faults == [
        (2, "bytes-outside-charset", "ISO-8859-5", "Caf\ufffd;1"),
        (3, "nul-character", None, "x\u2400y;2"),
    ]


@pytest.mark.parametrize("size", [64, 1000, MEBIBYTE])
def test_a_line_that_is_too_long_is_one_fault(size: int) -> None:
    limits = replace(LIMITS, line_bytes_max=100)
    data = b"a;b\n1;2\n" + "é".encode() * 5000 + b"\n3;4\n" + b"x" * 99 + b";" + b"\n5;6"
    parsed = parse(read_table(blocks(data, size), Layout(), limits, chunk_bytes=size))
    batches = list(parsed.batches)
    faults = pl.concat([batch.faults for batch in batches])
    assert pl.concat([batch.rows for batch in batches])[LINE].to_list() == [2, 4, 5, 6]
    assert faults["code"].to_list() == ["line-too-long"]
    assert faults["detail"].to_list() == ["100"]
    assert faults["value"].to_list() == ["é" * 25]
    assert sum(batch.received for batch in batches) == 5


def test_values_of_faults_are_cut() -> None:
    assert len(faults_of("a;b\n" + "x;" * 5000 + "\n")[0][3]) == 200


def test_a_header_alone_has_no_rows() -> None:
    assert read("a;b")[1:] == ([], [], 0)


def test_our_reason_column_is_dropped_wherever_it_stands() -> None:
    labels, rows, faults, _ = read('douane_reason;a;b\n"why; and ""how""";1;2\n3;4\n')
    assert labels == ("a", "b")
    assert rows == [(2, "1", "2")]
    assert faults[0][:3] == (3, "column-count", "defined=3, found=2")


def test_tabs_may_delimit() -> None:
    _, rows, faults, _ = read("a\tb\n1\t2\n\t\n  \n", layout=Layout(delimiter="\t"))
    assert rows == [(2, "1", "2"), (3, None, None)]
    assert faults == []


def test_one_column() -> None:
    _, rows, faults, _ = read('a\n1\n\n""\n"x\ny"\n2;3\n')
    assert rows == [(2, "1"), (4, None), (5, "x\ny")]
    assert [fault[:2] for fault in faults] == [(7, "column-count")]


def test_many_columns() -> None:
    header = ";".join(f"c{number}" for number in range(1000))
    _, rows, faults, _ = read(f"{header}\n{';'.join(['é'] * 1000)}\n{';'.join(['1'] * 999)}\n")
    assert rows == [(2, *["é"] * 1000)]
    assert faults[0][:3] == (3, "column-count", "defined=1000, found=999")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("", "no-header", "no header"),
        ("\n \n", "no-header", "no header"),
        ('a;"b\n1;2\n', "no-header", "quotes of line 1"),
        ("a;b\0\n1;2\n", "no-header", "not UTF-8"),
        ("\na;b\ufdd0\n1;2\n", "no-header", "Line 2"),
        ("x" * 2_000_000 + "\n", "no-header", "longer than"),
        ("douane_reason\n1\n", "no-header", "no header"),
        ("a;;b\n", "missing-label", "column 2"),
        (" ;b\n", "missing-label", "column 1"),
        ("a;b;;\n", "missing-label", "column 3"),
        ('a;b;"A "\n', "repeated-label", "a more than once"),
        ("STRASSE;b;straße\n", "repeated-label", "straße"),
        (";".join(map(str, range(1001))), "too-many-columns", "1001"),
    ],
)
def test_headers_that_are_refused(text: str, code: str, said: str) -> None:
    refusal = refused(text)
    assert refusal.code == code
    assert said in refusal.message
    assert refusal.hint


def test_a_byte_order_mark_inside_is_text() -> None:
    assert rows_of("a;b\n\ufeff1;2\n") == [(2, "\ufeff1", "2")]


def test_records_as_sent() -> None:
    text = ' A;"b"\r\n1;2\r\n"x\n""y";3\n\n4;"5\n6;7\nx;"\ufdd0"'
    found = list(read_records(blocks(text.encode()), Layout(), LIMITS, [7, 3, 6, 900]))
    assert found == [(1, ' A;"b"'), (3, '"x\n""y";3'), (6, '4;"5'), (7, "6;7")]


def test_a_record_too_long_is_sent_back_cut() -> None:
    limits = replace(LIMITS, line_bytes_max=101)
    found = list(read_records(blocks(b"a;b\n" + "é".encode() * 5000), Layout(), limits, {2}))
    assert found == [(1, "a;b"), (2, "é" * 50)]


BARE = Layout(has_header=False)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("1;2\n", ("column 1", "column 2")),
        ("\n \n1;2;3\n", ("column 1", "column 2", "column 3")),
        ("1;2;\n", ("column 1", "column 2", "column 3")),
        ('"a;b";"c\nd;e;f\ng"\n1;2\n', ("column 1", "column 2")),
        ('"never;closed\n1;2;3\n4;5;6\n', ("column 1", "column 2", "column 3")),
        ('tube 5" x;1\n4;5;6\n', ("column 1", "column 2", "column 3")),
        ('5" x;1\n', ("column 1", "column 2")),
        ("x" * 2_000_000 + "\n1;2\n", ("column 1", "column 2")),
        ("x" * 2_000_000 + "\n", ("column 1",)),
        ("1\0;\ufdd0;3\n", ("column 1", "column 2", "column 3")),
    ],
)
def test_the_first_well_formed_record_tells_the_columns(text: str, labels: tuple[str, ...]) -> None:
    assert read(text, layout=BARE)[0] == labels


def test_a_first_record_of_another_width_costs_the_others() -> None:
    _, rows, faults, received = read("1;2;3;4;5;6;7;8\n1;2\n\n3;4\n", layout=BARE)
    assert [row[0] for row in rows] == [1]
    assert [fault[:3] for fault in faults] == [
        (2, "column-count", "defined=8, found=2"),
        (4, "column-count", "defined=8, found=2"),
    ]
    assert received == 3
    _, rows, faults, received = read("1\n1;2\n3;4\n", layout=BARE)
    assert (rows, received) == ([(1, "1")], 3)
    assert [fault[:3] for fault in faults] == [
        (2, "column-count", "defined=1, found=2"),
        (3, "column-count", "defined=1, found=2"),
    ]


def test_without_a_header_tabs_make_a_row() -> None:
    _, rows, faults, _ = read("\t\n1\t2\n", layout=Layout("\t", has_header=False))
    assert (rows, faults) == ([(1, None, None), (2, "1", "2")], [])


def test_our_reason_column_is_none_where_labels_are() -> None:
    assert read("douane_reason;a\n1;2\n", layout=BARE)[1] == [(1, "douane_reason", "a"), (2, "1", "2")]


def test_skipped_lines_may_hold_anything() -> None:
    text = 'Export "of\0 \ufdd0\n\n' + "x" * 2_000_000 + "\r\na;b\r\n1;2\r\n"
    assert read(text, layout=Layout(lines_skipped=3)) == (("a", "b"), [(5, "1", "2")], [], 1)
    assert read(text, layout=Layout(lines_skipped=3, has_header=False))[1] == [(4, "a", "b"), (5, "1", "2")]


@pytest.mark.parametrize("skipped", [2, 3, 50])
def test_a_file_of_skipped_lines_alone_is_refused(skipped: int) -> None:
    headed = refused("a;b\n1;2\n  \n", layout=Layout(lines_skipped=skipped))
    assert (headed.code, headed.message) == (
        "no-header",
        f"The file has no header line below the {skipped} lines that are skipped.",
    )
    bare = refused("a;b\n1;2\n  \n", layout=Layout(lines_skipped=skipped, has_header=False))
    assert (bare.code, bare.message) == (
        "empty-upload",
        f"The file has nothing below the {skipped} lines that are skipped.",
    )


def test_a_first_record_of_too_many_cells_is_refused() -> None:
    refusal = refused(";" * 1000 + "\n", layout=BARE)
    assert (refusal.code, refusal.message) == (
        "too-many-columns",
        "The first record has 1001 values; a file may have 1000 columns.",
    )


def test_without_a_quote_a_delimiter_always_divides() -> None:
    _, rows, faults, received = read('a;b\n"1;2"\n"3;4";5\n""";"\n6\r7;8\r\n', layout=Layout(quote=""))
    assert rows == [(2, '"1', '2"'), (4, '"""', '"'), (5, "6\r7", "8")]
    assert faults == [(3, "column-count", "defined=2, found=3", '"3;4";5')]
    assert received == 4


def test_without_a_quote_a_header_may_end_with_a_delimiter() -> None:
    labels, rows, faults, _ = read('"a";b;\n1;2;\n3;4\n5;6;""\n7\r;8;\n', layout=Layout(quote=""))
    assert labels == ('"a"', "b")
    assert rows == [(2, "1", "2"), (3, "3", "4"), (5, "7\r", "8")]
    assert [fault[:3] for fault in faults] == [(4, "column-count", "defined=2, found=3")]


def test_a_line_without_quotes_that_is_too_long_is_one_fault() -> None:
    limits = replace(LIMITS, line_bytes_max=10)
    _, rows, faults, _ = read('a;b\n"1;2\n' + "x;" * 9 + "\n3;4\n", limits, Layout(quote=""))
    assert rows == [(2, '"1', "2"), (4, "3", "4")]
    assert [fault[:2] for fault in faults] == [(3, "line-too-long")]


def test_records_of_a_file_without_a_header_as_sent() -> None:
    text = 'title\r\n1;2\r\n"x\n""y";3\n\n4;"5\n'
    layout = Layout(has_header=False, lines_skipped=1)
    found = list(read_records(blocks(text.encode()), layout, LIMITS, [3, 6]))
    assert found == [(3, '"x\n""y";3'), (6, '4;"5')]
