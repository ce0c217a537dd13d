"""A FEC that we write is read back and pleases the tax administration; no other bytes upset the reader."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.formats.fec import read_fec
from douane.formats.fec_check import check_fec
from douane.formats.fec_columns import AMOUNTS, DATES, MANDATORY, OFFICIAL
from douane.formats.fec_write import Form, write_fec
from douane.model.kinds import Kind
from douane.pipeline.decode import decode
from douane.pipeline.detect import detect_charset
from douane.pipeline.values import Convention, read
from douane.settings import Limits

KINDS: dict[str, Any] = {
    name: pl.Date if name in DATES else pl.Decimal(20, 6) if name in AMOUNTS else pl.String
    for name in OFFICIAL
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufdd0"), max_size=8)
PLAIN = st.text(alphabet='aé"|;,1 ', min_size=1, max_size=6).map(lambda text: f"x{text}")
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
MONEY = st.decimals(Decimal("-99999999999999"), Decimal("99999999999999"), places=2)
FORMS = st.sampled_from([Form(), Form("\t")])
PIECES = [*"|\t;\r\n ,.-+0", "\0", "\x1f", "\u00a0", "é", '"', "20240131", "12,50", "411", "a", "\ufdd0"]


def cells_of(name: str) -> st.SearchStrategy[Any]:
    if name in {"Debit", "Credit"}:
        return MONEY
    every = DAYS if name in DATES else MONEY if name in AMOUNTS else TEXTS
    return (DAYS if name in DATES else PLAIN) if name in MANDATORY else st.none() | every


ROWS = st.fixed_dictionaries({name: cells_of(name) for name in OFFICIAL})


def cut_up(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells as read, as values."""
    kinds = {pl.Date: Kind.DATE, pl.String: Kind.TEXT}
    return frame.with_columns(
        read(
            kinds.get(kind, Kind.AMOUNT), frame[name], convention=Convention.COMMA_DECIMAL, final=True
        ).values.alias(name)
        for name, kind in KINDS.items()
    )


def stored(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    """The rows as a file can hold them."""
    text = pl.selectors.string()
    bare = text.str.replace_all(rf"[\s\p{{Cc}}{separator}]", " ").str.strip_chars()
    return frame.with_columns(bare.replace("", None))


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5), FORMS, st.integers(1, 300))
def test_what_we_write_is_read_back_without_a_fault(rows: list[Any], form: Form, size: int) -> None:
    frame = pl.DataFrame(rows, schema=KINDS)
    data = b"".join(write_fec([frame, frame.clear(), frame], form))
    assert check_fec(cut_up(data, size), Limits(), size).errors == 0
    pieces = list(read_fec(cut_up(data, size), Limits(), size).pieces)
    assert not any(piece.faults.height for piece in pieces)
    found = typed(pl.concat(piece.rows for piece in pieces))
    assert found.rows() == stored(pl.concat([frame, frame]), form.separator).rows()


HEADERS = st.sampled_from(
    ["|".join(OFFICIAL), "\t".join(OFFICIAL), ";".join(OFFICIAL[:6]), "|".join(OFFICIAL) + "|"]
)
BODIES = st.lists(st.sampled_from([*PIECES, "|" * 17, "\t" * 17, ";" * 5, "\n"]), max_size=30).map("".join)


@settings(deadline=None)
@given(HEADERS, BODIES, st.integers(1, 60))
def test_any_lines_read_the_same_wherever_the_blocks_are_cut(header: str, body: str, size: int) -> None:
    data = f"{header}\n{body}".encode()
    assert taken(data, size) == taken(data, len(data))


def taken(data: bytes, size: int) -> tuple[list[Any], list[Any]]:
    """The rows with their lines, and the faults, all lines accounted for."""
    limits = Limits(line_bytes_max=400)
    pieces = list(read_fec(cut_up(data, size), limits, size).pieces)
    assert all(piece.received == piece.rows.height + piece.faults.height for piece in pieces)
    rows = [
        (line, *row) for piece in pieces for line, row in zip(piece.lines, piece.rows.rows(), strict=True)
    ]
    faults = [fault for piece in pieces for fault in piece.faults.rows()]
    verdict = check_fec(cut_up(data, size), limits, size)
    assert verdict.lines == len(rows) + len(faults)
    return rows, faults


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_rows_faults_or_a_refusal(data: bytes, has_header: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fec.txt"
        path.write_bytes("|".join(OFFICIAL).encode() * has_header + b"\n" * has_header + data)
        try:
            charset = detect_charset(path)
            pieces = list(read_fec(decode(path, charset, "", Limits()), Limits()).pieces)
            check_fec(decode(path, charset, "", Limits()), Limits())
        except Refusal:
            return
    assert all(piece.received == piece.rows.height + piece.faults.height for piece in pieces)
