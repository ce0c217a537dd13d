"""What is wrong with the entries of importJson at a glance, in the order in which it is published.

Everything else that may be wrong with an entry is told by the run, line by line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from douane.model.kinds import Kind
from douane.pipeline.values import read
from douane.settings import Limits

from .dates import are_dates
from .entries import piece_of
from .labels import FILE
from .messages import OF_LINES, told
from .objects import read_objects

PIECE_DATE_LABEL = "dateJustif"
START, END, SIRET = "debCutOff", "finCutOff", "SIRET"
CHECKED = (PIECE_DATE_LABEL, START, END, SIRET, FILE)
CHUNK_BYTES = 4 << 20


@dataclass
class Glance:
    """What was seen: the first line that each refusal is about, by code, and what lines name.

    `sirets` and `uris` are those of the lines, each with the first line that names it; no more than
    `names_max` of each, and one.
    """

    date_format: str
    names_max: int
    first: dict[str, int] = field(default_factory=dict)
    sirets: dict[str, int] = field(default_factory=dict)
    uris: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse what is published of lines: the first that applies, with the first line that it is about."""
        found = next((each for each in OF_LINES if each in self.first), None)
        if found is not None:
            raise told(found, self.first[found])

    def note(self, rows: pl.DataFrame) -> None:
        """Look at some rows, which have `line` and CHECKED."""
        for code, is_wrong in _wrongs(rows, self.date_format):
            if code not in self.first and is_wrong.any():
                self.first[code] = rows["line"].filter(is_wrong)[0]
        self._name(self.sirets, rows["line"], rows[SIRET].str.replace_all(r"\s", ""))
        self._name(self.uris, rows["line"], rows[FILE])

    def _name(self, names: dict[str, int], lines: pl.Series, cells: pl.Series) -> None:
        if cells.null_count() == len(cells):
            return
        seen = pl.DataFrame({"line": lines, "name": cells}).drop_nulls().unique("name", keep="first")
        for line, name in seen.sort("line").head(self.names_max + 1).iter_rows():
            if len(names) <= self.names_max:
                names.setdefault(name, line)


def glanced(entries: memoryview, date_format: str, names_max: int, limits: Limits) -> Glance:
    """What a glance at a list of entries shows."""
    seen = Glance(date_format, names_max)
    for objects in read_objects(entries, limits, CHUNK_BYTES):
        piece = piece_of(objects, CHECKED, date_format)
        seen.note(piece.rows.insert_column(0, piece.lines.alias("line")))
    return seen


def _wrongs(rows: pl.DataFrame, date_format: str) -> Iterator[tuple[str, pl.Series]]:
    """The codes, each with the rows that give cause for it."""
    piece_date, start, end = rows[PIECE_DATE_LABEL], rows[START], rows[END]
    yield "piece-date", _is_no_date(piece_date, date_format)
    yield "cut-off-alone", start.is_null() != end.is_null()
    yield "cut-off-start", _is_no_date(start, date_format)
    yield "cut-off-end", _is_no_date(end, date_format)
    codes = read(Kind.SIRET, rows[SIRET]).codes
    if codes is not None:
        yield "siret-of-line", codes.is_not_null()


def _is_no_date(cells: pl.Series, date_format: str) -> pl.Series:
    if cells.null_count() == len(cells):
        return cells.is_not_null()
    return cells.is_not_null() & ~are_dates(cells, date_format)
