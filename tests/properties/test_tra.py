"""What is written as a TRA is read back the same, however blocks are cut; no text breaks the reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.formats.tra import TraFile, TraHeader, read_tra, write_tra
from douane.formats.tra_dates import NONE
from douane.formats.tra_documents import BESIDE
from douane.formats.tra_layout import ENTRY_LINES, PARAMETERS, Layout, Position
from douane.settings import Limits

LIMITS = Limits()
CHARSETS = {"cp1252": "a1é€œ *-.", "iso8859-15": "a1é€Ž *-.", "utf-8": "a1é€日𝟙\u00a0 *-."}
HEAD = "***S5EXPJRLSTD" + " " * 19 + "011"
ODD = st.text(
    alphabet=st.one_of(st.sampled_from(" \0\x1f\ufdd0\r\x1a*é𝟙"), st.characters(exclude_categories=["Cs"])),
    max_size=12,
)
SOUND = f"VTE31012024FC{'411000':117}D{'120,00':>20}N{'':21}E--"

LINES = st.one_of(
    ODD,
    st.just(SOUND),
    ODD.map(lambda text: text + SOUND),
    ODD.map(lambda text: "***JALVTE" + text),
    ODD.map(lambda text: f"{SOUND[:30]}G{SOUND[31:83]}{text}"),
)


def sent(day: date) -> str:
    """A day as the reader gives it: as it was sent when its year is unlikely."""
    if day == date(1900, 1, 1) or not 1900 <= day.year < 3000:
        return f"{day.day:02}{day.month:02}{day.year:04}"
    return day.isoformat()


def texts(cell: Position, alphabet: str) -> st.SearchStrategy[str | None]:
    """What a cell may hold, as the reader gives it."""
    if cell.kind == "d":
        return st.none() | st.dates().map(sent).filter(lambda text: text not in NONE)
    if cell.kind == "n":
        return st.none() | st.integers(0, 10 ** (cell.width - 3) if cell.width > 3 else 9).map(
            lambda number: f"{number},25"[: cell.width].rstrip(",")
        )
    text = st.text(alphabet=alphabet, max_size=min(cell.width, 6)).map(str.strip)
    return text.map(lambda each: each or None)


@st.composite
def frames(
    draw: st.DrawFn, layout: Layout, alphabet: str, more: dict[str, Any] | None = None
) -> pl.DataFrame:
    """Some rows of the layout, in which a few cells may hold something."""
    labels = [each.label for each in layout]
    used = draw(st.sets(st.sampled_from(labels), max_size=7))
    cells = {each.label: texts(each, alphabet) for each in layout if each.label in used} | (more or {})
    rows = draw(st.lists(st.fixed_dictionaries(cells), max_size=4))
    return pl.DataFrame(rows, schema=dict.fromkeys([*labels, *(more or {})], pl.String))


@st.composite
def files(draw: st.DrawFn) -> tuple[TraHeader, dict[str, pl.DataFrame], pl.DataFrame, str]:
    """A header, parameter records, sound entry lines with documents, and a charset that holds all of it."""
    charset, alphabet = draw(st.sampled_from(sorted(CHARSETS.items())))
    form = draw(st.sampled_from(sorted(ENTRY_LINES)))
    names = st.text(alphabet="aé1.", min_size=1, max_size=4)
    sound = {
        "date": st.dates(date(1900, 1, 2), date(2999, 12, 31)).map(sent),
        "journal": st.sampled_from(["VTE", "É", None]),
        "general": st.sampled_from(["411000", "6"]),
        "type_compte": st.sampled_from([None, "X", "H", *BESIDE]),
        "sens": st.sampled_from("DC"),
        "type_ecriture": st.just("N"),
        "taux": st.just("1,50000000"),
        "codage": st.sampled_from([None, "E--", "DE-", "D--"]),
        "document": st.none(),
    }
    lines = draw(frames(ENTRY_LINES[form], alphabet, sound))
    owners = lines["type_compte"].is_in(BESIDE).fill_null(False)
    documents = [
        None if beside else draw(st.none() | st.lists(names, min_size=1, max_size=3)) for beside in owners
    ]
    lines = lines.with_columns(
        document=pl.Series([None if each is None else "*".join(each) for each in documents], dtype=pl.String)
    )
    kinds = draw(st.sets(st.sampled_from(sorted(PARAMETERS)), max_size=3))
    parameters = {id_: draw(frames(PARAMETERS[id_], alphabet)) for id_ in sorted(kinds)}
    header = TraHeader(format=form, user=draw(texts(Position("user", 54, 35, "a"), alphabet)) or "")
    return header, parameters, lines, charset


def cut_up(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def result(file: TraFile) -> tuple[Any, ...]:
    """All that a file gives: header, parameters, rows by line, faults, received, what was passed over."""
    pieces = list(file.table.pieces)
    rows = [row for each in pieces for row in each.rows.with_columns(each.lines.alias("line")).rows()]
    faults = [fault for each in pieces for fault in each.faults.rows()]
    parameters = {id_: frame.rows() for id_, frame in file.parameters.items()}
    received = sum(each.received for each in pieces)
    assert received == len(rows) + len(faults)
    return file.header, parameters, rows, faults, received, file.ignored, file.documents


@settings(max_examples=60, deadline=None)
@given(files(), st.integers(50, 5000))
def test_what_was_written_is_read_back(
    file: tuple[TraHeader, dict[str, pl.DataFrame], pl.DataFrame, str], size: int
) -> None:
    header, parameters, lines, charset = file
    data = b"".join(write_tra(header, parameters, [lines], charset)).decode(charset).encode()
    back = read_tra(cut_up(data, size), LIMITS, size)
    assert back.header == header
    assert {id_: frame.rows() for id_, frame in back.parameters.items()} == {
        id_: frame.rows() for id_, frame in parameters.items() if frame.height
    }
    pieces = list(back.table.pieces)
    assert [fault for each in pieces for fault in each.faults.rows()] == []
    rows = pl.concat(
        [pl.DataFrame(schema=dict.fromkeys(lines.columns, pl.String))]
        + [each.rows.select(lines.columns) for each in pieces]
    )
    assert rows.rows() == lines.rows()
    again = b"".join(write_tra(header, parameters, [each.rows for each in pieces], charset))
    assert again.decode(charset).encode() == data


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=8), st.integers(1, 300), st.integers(150, 400))
def test_any_lines_read_the_same_wherever_the_blocks_are_cut(
    lines: list[str], size: int, line_bytes_max: int
) -> None:
    data = "\n".join([HEAD, *lines]).encode()
    limits = replace(LIMITS, line_bytes_max=line_bytes_max)
    assert result(read_tra(cut_up(data, size), limits, size)) == result(read_tra(iter([data]), limits))


@settings(max_examples=60, deadline=None)
@given(st.lists(ODD, max_size=5), st.integers(1, 60))
def test_any_text_is_read_or_refused(lines: list[str], size: int) -> None:
    with suppress(Refusal):
        result(read_tra(cut_up("\n".join(lines).encode(), size), LIMITS, size))
