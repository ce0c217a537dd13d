"""Lines that are plainly rows: read at once, they are the rows that a look at each line finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from douane.formats.csv import Layout
from douane.formats.csv_cells import read_rows
from douane.formats.csv_grammar import Grammar
from douane.formats.csv_header import REASON_LABEL, Header
from douane.formats.csv_plain import plain_rows
from douane.formats.csv_records import cut
from douane.settings import Limits

LIMITS = Limits(line_bytes_max=40)
COLUMNS = ("c0", REASON_LABEL, "c2")
PLAIN = st.text(alphabet="ab1é°\ufeff\u2028 \t'", max_size=5)
ODD = st.text(alphabet='aé;"\r\0\x1f\ufdd0\ufeff \x0b', max_size=12)
UNTIMED = settings(deadline=None)


def header_of(has_tail: bool) -> Header:
    return Header(1, ";".join(COLUMNS), COLUMNS, has_tail)


def grammar_of(has_tail: bool, quote: str = '"') -> Grammar:
    return Grammar(Layout(quote=quote), LIMITS, len(COLUMNS), has_tail)


@UNTIMED
@given(st.lists(st.one_of(ODD, st.lists(ODD, min_size=3, max_size=4).map(";".join))), st.booleans())
def test_rows_read_at_once_are_those_that_each_line_is(lines: list[str], has_tail: bool) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    rows = plain_rows(data, header_of(has_tail), grammar_of(has_tail))
    if rows is not None:
        records, taken = cut(data, 2, grammar_of(has_tail), is_last=True)
        assert records.rows.all()
        assert taken == len(lines)
        _, expected = read_rows(records.lines, records.texts, header_of(has_tail), grammar_of(has_tail))
        assert rows.equals(expected)


@UNTIMED
@given(
    st.lists(st.tuples(PLAIN, PLAIN, PLAIN), min_size=1),
    st.sampled_from(["\n", "\r\n", ";\n"]),
    st.sampled_from(["", "'", "|"]),
)
def test_rows_without_a_quote_are_read_at_once(
    table: list[tuple[str, str, str]], line_end: str, quote: str
) -> None:
    has_tail = line_end.startswith(";")
    if quote:
        table = [(a.replace(quote, ""), b.replace(quote, ""), c.replace(quote, "")) for a, b, c in table]
    data = "".join(";".join(cells) + line_end for cells in table).encode()
    rows = plain_rows(data, header_of(has_tail), grammar_of(has_tail, quote))
    assert rows is not None
    assert rows.columns == ["c0", "c2"]
    assert rows.rows() == [(first or None, last or None) for first, _, last in table]


def test_a_line_that_is_too_long_is_looked_at() -> None:
    assert plain_rows(b"a;b;c\n", header_of(False), grammar_of(False)) is not None
    assert plain_rows(b"a;b;%b\n" % (b"c" * 40), header_of(False), grammar_of(False)) is None


def test_only_an_empty_cell_may_stand_behind_the_last_one() -> None:
    assert plain_rows(b"a;b;c;\n", header_of(True), grammar_of(True)) is not None
    assert plain_rows(b"a;b;c;\na;b;c;d\n", header_of(True), grammar_of(True)) is None
    assert plain_rows(b"a;b;c;\n", header_of(False), grammar_of(False)) is None
