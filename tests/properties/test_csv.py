"""Parse gives back what Python's csv writer wrote, however blocks are cut and whatever stands beside it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from string import punctuation
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.formats.csv import Layout, read_records, read_table
from douane.formats.csv_grammar import Grammar
from douane.pipeline.parse import parse
from douane.settings import Limits

LIMITS = Limits()
COMMON = Layout()
CELLS = st.one_of(
    st.text(alphabet='";\n\r a1é\ufeff', max_size=8),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f\ufdd0"), max_size=8),
)
BROKEN_LINES = ['x;"y', 'x";y;z', '"a";"b"c;"', "1;2;3;4;5;6", '"', "é\0;1", "\ufdd0", 'x"', '";"";x"y"']
LINES = st.lists(st.text(alphabet='";\r a', max_size=7), max_size=14)
SKIPPED = st.text(alphabet='";\r a\0é\ufdd0', max_size=7)
UNTIMED = settings(deadline=None)
Table = list[list[str]]
Result = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]], int]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))


def written(table: Table, quoting: int, line_end: str, layout: Layout = COMMON) -> str:
    file = io.StringIO(newline="")
    signs = {"delimiter": layout.delimiter, "quotechar": layout.quote}
    writer = csv.writer(file, **signs, quoting=quoting, lineterminator=line_end)
    writer.writerow([f"c{number}" for number in range(len(table[0]))])
    writer.writerows(table)
    return file.getvalue()


def cut_up(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def labels_of(text: str, layout: Layout) -> tuple[str, ...]:
    return read_table(iter([text.encode()]), layout, LIMITS).labels


def read(text: str, size: int = 1 << 20, limits: Limits = LIMITS, layout: Layout = COMMON) -> Result:
    """Rows with their line, faults, received."""
    parsed = parse(read_table(cut_up(text.encode(), size), layout, limits, chunk_bytes=size))
    batches = list(parsed.batches)
    rows = [row for batch in batches for row in batch.rows.rows()]
    faults = [fault for batch in batches for fault in batch.faults.rows()]
    return rows, faults, sum(batch.received for batch in batches)


def expected(table: Table) -> list[tuple[Any, ...]]:
    """The rows of the table with the lines where the writer put them."""
    line, rows = 2, []
    for cells in table:
        rows.append((line, *(cell or None for cell in cells)))
        line += 1 + sum(cell.count("\n") for cell in cells)
    return rows


@UNTIMED
@given(tables(), st.sampled_from(["\n", "\r\n"]), st.integers(1, 200))
def test_what_was_written_with_all_cells_quoted_is_read_back(table: Table, line_end: str, size: int) -> None:
    text = written(table, csv.QUOTE_ALL, line_end)
    assert read(text, size) == (expected(table), [], len(table))


@UNTIMED
@given(tables(), st.sampled_from(f"{punctuation}\t "), st.sampled_from(punctuation), st.integers(1, 200))
def test_any_two_signs_may_delimit_and_quote(table: Table, delimiter: str, quote: str, size: int) -> None:
    assume(delimiter != quote)
    signs = str.maketrans(';"', delimiter + quote)
    table = [[cell.translate(signs) for cell in cells] for cells in table]
    layout = Layout(delimiter, quote)
    text = written(table, csv.QUOTE_ALL, "\n", layout)
    assert read(text, size, layout=layout) == (expected(table), [], len(table))


@UNTIMED
@given(tables(), st.integers(1, 200))
def test_what_was_written_with_few_quotes_is_read_back(table: Table, size: int) -> None:
    text = written(table, csv.QUOTE_MINIMAL, "\r\n")
    assume(not any(is_doubtful(cells) for cells in table))
    assert read(text, size) == (expected(table), [], len(table))


def is_doubtful(cells: list[str]) -> bool:
    """Whether a line of the written record is blank or reads as a row by itself."""
    lines = written([cells], csv.QUOTE_MINIMAL, "\r\n").split("\n")[1:-1]
    row = re.compile(grammar_of(len(cells)).row)
    return not "".join(lines).strip() or (len(lines) > 1 and any(row.search(line) for line in lines))


def grammar_of(width: int) -> Grammar:
    return Grammar(Layout(), LIMITS, width, has_tail=False)


@UNTIMED
@given(
    st.lists(
        st.lists(st.text(alphabet="a1é ,.'", min_size=1, max_size=5), min_size=3, max_size=3), min_size=1
    ),
    st.sampled_from(BROKEN_LINES),
    st.data(),
    st.booleans(),
    st.integers(1, 200),
)
def test_one_broken_line_costs_that_line(
    table: Table, broken: str, data: st.DataObject, is_quoted: bool, size: int
) -> None:
    text = written(table, csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL, "\n")
    place = data.draw(st.integers(2, len(table) + 2))
    lines = text.split("\n")
    lines.insert(place - 1, broken)
    rows, faults, received = read("\n".join(lines), size)
    assert [row[1:] for row in rows] == [tuple(cells) for cells in table]
    assert [row[0] for row in rows] == [line for line in range(2, len(table) + 3) if line != place]
    assert [fault[0] for fault in faults] == [place]
    assert received == len(table) + 1


@UNTIMED
@given(LINES, st.integers(1, 3), st.booleans(), st.integers(1, 60), st.integers(8, 40))
def test_any_lines_read_the_same_wherever_the_blocks_are_cut(
    lines: list[str], width: int, has_tail: bool, size: int, line_bytes_max: int
) -> None:
    limits = replace(LIMITS, line_bytes_max=line_bytes_max)
    text = ";".join("abc"[:width]) + ";" * has_tail + "\n" + "\n".join(lines)
    assert read(text, size, limits) == read(text, 1 << 20, limits)


@UNTIMED
@given(tables(), st.integers(1, 200))
def test_a_file_without_a_header_has_the_rows_of_one_with_a_header(table: Table, size: int) -> None:
    headed = written(table, csv.QUOTE_ALL, "\r\n")
    bare = headed.partition("\n")[2]
    rows, faults, received = read(bare, size, layout=Layout(has_header=False))
    assert ([(line + 1, *cells) for line, *cells in rows], faults, received) == read(headed, size)
    assert labels_of(bare, Layout(has_header=False)) == tuple(
        f"column {at}" for at in range(1, len(table[0]) + 1)
    )


@UNTIMED
@given(tables(), st.lists(SKIPPED, max_size=5), st.booleans(), st.integers(1, 200))
def test_skipped_lines_count_in_line_numbers_and_nowhere_else(
    table: Table, skipped: list[str], has_header: bool, size: int
) -> None:
    text = written(table, csv.QUOTE_ALL, "\n")
    text = text if has_header else text.partition("\n")[2]
    below, layout = len(skipped), Layout(has_header=has_header)
    rows, faults, received = read(text, size, layout=layout)
    found = read(
        "".join(f"{line}\n" for line in skipped) + text, size, layout=replace(layout, lines_skipped=below)
    )
    assert found == ([(line + below, *cells) for line, *cells in rows], faults, received)


@UNTIMED
@given(st.data(), st.sampled_from(f"{punctuation}\t "), st.sampled_from(["\n", "\r\n"]), st.integers(1, 60))
def test_without_a_quote_every_character_is_itself(
    data: st.DataObject, delimiter: str, line_end: str, size: int
) -> None:
    cell = st.text(alphabet=sorted({*'";\t|\r a1é\ufeff', *punctuation} - {delimiter}), max_size=6)
    table = data.draw(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=6))
    assume(not any(cells[-1].endswith("\r") for cells in table))
    text = line_end.join(delimiter.join(cells) for cells in [["a", "b", "c"], *table])
    rows = [(line, *(each or None for each in cells)) for line, cells in enumerate(table, 2)]
    assert read(text, size, layout=Layout(delimiter, quote="")) == (rows, [], len(table))


@UNTIMED
@given(LINES, st.sampled_from(['"', ""]), st.integers(0, 3), st.integers(1, 60), st.integers(8, 40))
def test_any_lines_without_a_header_read_the_same_wherever_the_blocks_are_cut(
    lines: list[str], quote: str, lines_skipped: int, size: int, line_bytes_max: int
) -> None:
    limits = replace(LIMITS, line_bytes_max=line_bytes_max)
    layout = Layout(quote=quote, has_header=False, lines_skipped=lines_skipped)
    text = "\n".join(lines)
    assert outcome(text, size, limits, layout) == outcome(text, 1 << 20, limits, layout)


def outcome(text: str, size: int, limits: Limits, layout: Layout) -> Result | str:
    """What is read, or the refusal."""
    try:
        return read(text, size, limits, layout)
    except Refusal as refusal:
        return refusal.message


@UNTIMED
@given(LINES, st.integers(1, 3), st.integers(1, 60))
def test_records_start_and_end_where_the_rule_says(lines: list[str], width: int, size: int) -> None:
    records = dict(by_the_rule(lines, grammar_of(width)))
    text = "\n".join([";".join("abc"[:width]), *lines])
    rows, faults, received = read(text, size)
    assert sorted([row[0] for row in rows] + [fault[0] for fault in faults]) == list(records)
    assert received == len(records)
    found = read_records(cut_up(text.encode(), size), Layout(), LIMITS, set(records), chunk_bytes=size)
    next(found)
    assert dict(found) == {line: record.removesuffix("\r") for line, record in records.items()}


def by_the_rule(lines: list[str], grammar: Grammar) -> Iterator[tuple[int, str]]:
    """The records that are not blank, found one after the other."""
    odd = [place for place, line in enumerate(lines) if line.count('"') % 2]
    place = 0
    while place < len(lines):
        end = next((each for each in odd if each > place), None) if place in odd else None
        if end is None or not is_one_record(lines[place : end + 1], grammar):
            end = place
        if "".join(lines[place : end + 1]).strip():
            yield place + 2, "\n".join(lines[place : end + 1])
        place = end + 1


def is_one_record(lines: list[str], grammar: Grammar) -> bool:
    text = "\n".join(lines)
    if any(line.strip() and re.search(grammar.row, line) for line in lines):
        return re.search(grammar.quoted_row, text) is not None
    return re.search(grammar.record, text) is not None
