"""Lines of fixed width are read as slices of their text, and what was written is read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.formats.csv import Piece
from douane.formats.fixed import FixedColumn, FixedLayout, read_fixed, write_fixed
from douane.settings import Limits

LIMITS = Limits()
CHARSETS = {"cp1252": 'a1é€; "*\t', "utf-8": "a1é日𝟙\u00a0\ufeff;\t "}
SOUND = "".join(CHARSETS.values()) + "\r"
LINES = st.lists(st.text(alphabet=SOUND, max_size=14), max_size=10)
ODD_LINES = st.lists(st.text(alphabet=f"{SOUND}\0\x1f\x1a\ufdd0", max_size=14), max_size=10)
UNTIMED = settings(deadline=None)

Row = tuple[Any, ...]
Result = tuple[list[Row], list[Row], int]


@st.composite
def layouts(draw: st.DrawFn, *, may_overlap: bool) -> FixedLayout:
    """Some columns in any order, with or without gaps between them."""
    columns, start = [], 1
    for at in range(draw(st.integers(1, 5))):
        first = draw(st.integers(1, 12)) if may_overlap else start + draw(st.integers(0, 2))
        columns.append(FixedColumn(f"c{at}", first, draw(st.integers(1, 5))))
        start = columns[-1].end
    return FixedLayout(
        tuple(draw(st.permutations(columns))),
        has_header=draw(st.booleans()),
        lines_skipped=draw(st.integers(0, 3)),
    )


@st.composite
def frames(draw: st.DrawFn, layout: FixedLayout, alphabet: str) -> pl.DataFrame:
    """Rows that fit into the layout, none of them empty."""
    texts = st.text(alphabet=alphabet)
    cells = {
        each.label: texts.map(lambda text, n=each.width: text[:n].strip() or None) for each in layout.columns
    }
    rows = draw(st.lists(st.fixed_dictionaries(cells).filter(lambda row: any(row.values())), max_size=6))
    return pl.DataFrame(rows, schema=dict.fromkeys(cells, pl.String))


def cut_up(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(text: str, layout: FixedLayout, size: int = 1 << 20, limits: Limits = LIMITS) -> Result | str:
    """Rows with their line, faults, received; or the refusal."""
    try:
        pieces: list[Piece] = list(read_fixed(layout, cut_up(text.encode(), size), limits, size).pieces)
    except Refusal as refusal:
        return refusal.message
    rows = [row for each in pieces for row in each.rows.insert_column(0, each.lines.alias("line")).rows()]
    faults = [fault for each in pieces for fault in each.faults.rows()]
    assert all(each.received == each.rows.height + each.faults.height for each in pieces)
    return rows, faults, len(rows) + len(faults)


@UNTIMED
@given(st.data(), layouts(may_overlap=False), st.sampled_from(sorted(CHARSETS)), st.integers(1, 80))
def test_what_was_written_is_read_back(
    data: st.DataObject, layout: FixedLayout, charset: str, size: int
) -> None:
    frame = data.draw(frames(layout, CHARSETS[charset]))
    text = b"".join(write_fixed(layout, [frame], charset)).decode(charset)
    first = layout.lines_skipped + layout.has_header + 1
    found = read(text, layout, size)
    if not frame.height and not layout.has_header:
        assert found == f"The file has nothing below the {layout.lines_skipped} lines that are skipped."
        return
    assert found == ([(line, *row) for line, row in enumerate(frame.rows(), first)], [], frame.height)


@UNTIMED
@given(LINES, layouts(may_overlap=True), st.sampled_from(["\n", "\r\n"]), st.integers(1, 80))
def test_a_cell_is_a_slice_of_its_line(
    lines: list[str], layout: FixedLayout, line_end: str, size: int
) -> None:
    left = list(enumerate(lines, 1))[layout.lines_skipped :]
    inked = [(number, line) for number, line in left if line.strip()]
    rows = [
        (number, *(cell_of(line, each) for each in layout.columns))
        for number, line in inked[layout.has_header :]
    ]
    found = read(line_end.join(lines), layout, size)
    assert found == (rows, [], len(rows)) if inked else isinstance(found, str)


def cell_of(line: str, column: FixedColumn) -> str | None:
    """The cell by Python's own slicing; one carriage return before the line end belongs to that."""
    return line.removesuffix("\r")[column.start - 1 : column.end - 1].strip() or None


@UNTIMED
@given(ODD_LINES, layouts(may_overlap=True), st.integers(1, 60), st.integers(8, 40))
def test_any_lines_read_the_same_wherever_the_blocks_are_cut(
    lines: list[str], layout: FixedLayout, size: int, line_bytes_max: int
) -> None:
    limits = replace(LIMITS, line_bytes_max=line_bytes_max)
    text = "\n".join(lines)
    assert read(text, layout, size, limits) == read(text, layout, 1 << 20, limits)


@UNTIMED
@given(LINES, LINES, layouts(may_overlap=True), st.booleans())
def test_skipped_lines_count_in_line_numbers_and_nowhere_else(
    skipped: list[str], lines: list[str], layout: FixedLayout, has_header: bool
) -> None:
    whole = replace(layout, lines_skipped=0, has_header=has_header)
    found = read("\n".join(lines), whole)
    below = read("\n".join([*skipped, *lines]), replace(whole, lines_skipped=len(skipped)))
    if isinstance(found, str):
        assert isinstance(below, str)
        return
    rows, faults, received = found
    assert below == ([(line + len(skipped), *row) for line, *row in rows], faults, received)
