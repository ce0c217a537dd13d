"""Entry lines, parameter records and the header written as a TRA."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

import polars as pl

from douane.model.refusing import refusal

from .fixed_write import LINES_AT_ONCE, encoded, placed, stripped
from .tra_dates import day_month_year
from .tra_documents import DOCUMENT_TYPE, SEPARATOR
from .tra_header import STARS, TraHeader
from .tra_layout import DOCUMENT, HEADER, PARAMETERS, Layout, Position
from .tra_lines import DERIVED

TYPE = "type_compte"
DOCUMENT_START = DOCUMENT[0].start


def write_tra(
    header: TraHeader,
    parameters: Mapping[str, pl.DataFrame],
    lines: Iterable[pl.DataFrame],
    charset: str = "cp1252",
) -> Iterator[bytes]:
    """The bytes of a TRA with these parameter records and entry lines.

    Frames have text columns as `read_tra` gives them; a column that a frame lacks is blank, and what is
    worked out from others is passed over, but for `document`. Dates are YYYY-MM-DD or already as the file
    has them; numbers get a comma. `charset` is a codec's name. Refuses unwritable-value, text
    that is longer than its place, holds a line end or has no place in the format, and outside-charset.
    """
    start = pl.DataFrame({label: [value] for label, value in asdict(header).items()})
    yield encoded(_written(start, HEADER, STARS), charset)
    for id_, frame in parameters.items():
        if id_ not in PARAMETERS:
            raise refusal("unwritable-value", f"there is no place for parameter records {id_}")
        for part in frame.iter_slices(LINES_AT_ONCE):
            yield encoded(_written(part, PARAMETERS[id_], STARS + id_), charset)
    for frame in lines:
        for part in frame.iter_slices(LINES_AT_ONCE):
            yield encoded(_entry_lines(part, header.layout), charset)


def _entry_lines(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """The lines of the rows, each followed by those of its documents."""
    lines = _written(rows.drop(DERIVED, strict=False), layout, "")
    if lines.str.starts_with(STARS).any():
        raise refusal("unwritable-value", f"a line starts with {STARS}, as parameter records do")
    if "document" not in rows.columns or rows["document"].is_null().all():
        return lines
    return _with_documents(rows, lines, layout)


def _with_documents(rows: pl.DataFrame, lines: pl.Series, layout: Layout) -> pl.Series:
    """The lines, and behind each those that name its documents."""
    named = rows.drop(DERIVED[:-1], strict=False).with_row_index("\0row").drop_nulls("document")
    named = named.with_columns(pl.col("document").str.split(SEPARATOR), pl.lit(DOCUMENT_TYPE).alias(TYPE))
    named = named.explode("document")
    before = tuple(each for each in layout if each.end <= DOCUMENT_START)
    labels = [each.label for each in before if each.label in named.columns]
    documents = _written(named.select(*labels, "document"), (*before, *DOCUMENT), "")
    texts = pl.concat([lines, documents])
    rows_of = pl.concat([pl.int_range(len(lines), dtype=pl.UInt32, eager=True), named["\0row"]])
    return texts.gather(rows_of.arg_sort())


def _written(frame: pl.DataFrame, layout: Layout, start: str) -> pl.Series:
    """One line per row: `start`, then each cell at its place."""
    cells = stripped(frame)
    cells = cells.with_columns(_text(each) for each in layout if each.label in cells.columns)
    return placed(cells, layout, start, {each.label for each in layout if each.kind == "n"})


def _text(cell: Position) -> pl.Expr:
    match cell.kind:
        case "d":
            return day_month_year(pl.col(cell.label))
        case "n":
            return pl.col(cell.label).str.replace(".", ",", literal=True)
        case _:
            return pl.col(cell.label)
