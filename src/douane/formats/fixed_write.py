"""Rows written as lines of fixed width, each cell at its place."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import pairwise

import polars as pl

from douane.model.refusing import refusal

from .fixed_layout import Columns, FixedLayout
from .outside import FORBIDDEN, OUTSIDE

LINES_AT_ONCE = 50_000
LINE_END = "\r\n"
UNWRITABLE = "[\r\n" + "".join((OUTSIDE, *FORBIDDEN)) + "]"


def write_fixed(layout: FixedLayout, rows: Iterable[pl.DataFrame], charset: str = "UTF-8") -> Iterator[bytes]:
    """The bytes of a file with these rows, frames of text columns; `charset` is a codec's name.

    A column that a frame lacks is blank. The lines to skip are empty, and the header, if there is one, has
    the labels as far as they fit. Refuses outside-charset, and as unwritable-value what would not be read
    back: text that is longer than its place or holds a line end, a row without any text, overlapping columns.
    """
    columns = tuple(sorted(layout.columns, key=lambda column: column.start))
    for each, following in pairwise(columns):
        if following.start < each.end:
            raise refusal("unwritable-value", f"{each.label} and {following.label} overlap")
    yield (LINE_END * layout.lines_skipped).encode(charset)
    if layout.has_header:
        labels = pl.DataFrame({each.label: [each.label[: each.width]] for each in columns})
        yield encoded(placed(labels, columns), charset)
    for frame in rows:
        for part in frame.iter_slices(LINES_AT_ONCE):
            lines = placed(stripped(part), columns)
            if (lines.str.strip_chars() == "").any():
                raise refusal("unwritable-value", "a row without any text would be a blank line")
            yield encoded(lines, charset)


def stripped(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells as text without blanks at their ends, empty for null."""
    return frame.select(pl.all().cast(pl.String).str.strip_chars().fill_null(""))


def placed(
    cells: pl.DataFrame, columns: Columns, start: str = "", on_the_right: Container[str] = ()
) -> pl.Series:
    """One line per row: `start`, then each cell at its place, on its right side for some labels.

    `columns` are in order and do not overlap. Refuses unwritable-value.
    """
    _check(cells, columns)
    parts, at = [pl.lit(start)], len(start) + 1
    for each in columns:
        parts.append(pl.lit(" " * (each.start - at)))
        text = (pl.col(each.label) if each.label in cells.columns else pl.lit("")).str
        parts.append((text.pad_start if each.label in on_the_right else text.pad_end)(each.width))
        at = each.end
    return cells.select(line=pl.concat_str(parts))["line"]


def _check(cells: pl.DataFrame, columns: Columns) -> None:
    """Refuse texts that would not be read back as they are."""
    known = {each.label for each in columns}
    for label in cells.columns:
        if label not in known and (cells[label] != "").any():
            raise refusal("unwritable-value", f"there is no place for {label}")
    for each in columns:
        if each.label not in cells.columns:
            continue
        texts = cells[each.label]
        bad = texts.filter((texts.str.len_chars() > each.width) | texts.str.contains(UNWRITABLE))
        if len(bad):
            detail = f"{each.label} is {bad[0][:60]!r}, and may have {each.width} characters on one line"
            raise refusal("unwritable-value", detail)


def encoded(lines: pl.Series, charset: str) -> bytes:
    """The lines with their line ends, in the charset; refuses outside-charset."""
    if lines.is_empty():
        return b""
    text = LINE_END.join(lines) + LINE_END
    try:
        return text.encode(charset)
    except UnicodeEncodeError as error:
        raise refusal("outside-charset", f"{charset} has no {text[error.start : error.end]}") from error
