"""The head of a TRA: its header, and the parameter records between the header and the entry lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import polars as pl

from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.settings import MEBIBYTE

from .csv_arrays import Marks
from .fixed_faults import are_blank, are_spoiled
from .fixed_lines import Lines, lines_of
from .outside import FORBIDDEN, OUTSIDE
from .tra_dates import iso
from .tra_layout import ENTRY_LINES, HEADER, PARAMETERS, Layout

STARS = "***"
PARAMETER_BYTES_MAX = 256 * MEBIBYTE
RECORD_BYTES_MIN = 512  # what is kept of a record may outweigh a short one
NO_ID = "???"
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
HINT = "Start the file with the header of a TRA: ***, the product, and STD or ETE at position 12."


@dataclass(frozen=True)
class TraHeader:
    """The header's cells as text, empty where blank; dates as YYYY-MM-DD, `made_at` as JJMMAAAAHHMM.

    `content` is JRL, DOS, BAL, SYN or EXO; `format` is STD, or ETE when entry lines have the extended
    cells; `version` is 007 to 011.
    """

    product: str = "S5"
    origin: str = "EXP"
    content: str = "JRL"
    format: str = "STD"
    closed_year: str = ""
    euro_on: str = ""
    closing_on: str = ""
    version: str = "011"
    folder_number: str = ""
    made_at: str = ""
    user: str = ""
    firm: str = ""
    opening: str = ""
    folder: str = ""
    frequency: str = ""
    purged_on: str = ""
    sub_version: str = ""
    new_analytics: str = ""
    guids: str = ""
    agricultural: str = ""
    sequence: str = ""

    @property
    def layout(self) -> Layout:
        """Where the cells of an entry line stand."""
        return ENTRY_LINES[self.format]


@dataclass(frozen=True)
class Head:
    """What stands before the entry lines.

    `parameters` has one frame of text columns by record id. `unreadable` are lines that hold what no text
    may hold, or that are too long. `rest` is all that follows, whose first line is `line`.
    """

    header: TraHeader
    parameters: dict[str, pl.DataFrame]
    ignored: dict[str, int]
    unreadable: list[Lines]
    line: int
    rest: Iterator[bytes]


def are_starred(lines: Lines) -> Marks:
    """Which lines start as the header and the parameter records do."""
    return lines.texts.str.starts_with(STARS).to_numpy()


def take_head(chunks: Iterator[bytes], line_bytes_max: int) -> Head:
    """The head of the file in `chunks`, which are whole lines.

    Refuses no-header, and upload-too-large for more than PARAMETER_BYTES_MAX of parameter records.
    """
    header, line, rest = _take_header(chunks)
    frames: dict[str, list[pl.DataFrame]] = {}
    unreadable: list[Lines] = []
    ignored: dict[str, int] = {}
    size = 0
    for chunk in rest:
        lines = lines_of(chunk, line)
        count = _leading(lines)
        spoiled = are_spoiled(lines, line_bytes_max) & are_starred(lines)
        spoiled[count:] = False
        unreadable.append(lines.taken(spoiled))
        good = lines.taken(slice(count)).taken(~spoiled[:count])
        _sort_in(good, frames, ignored)
        size += max(len(chunk), len(lines) * RECORD_BYTES_MIN)
        line += count
        if count < len(lines):
            rest = chain([chunk[lines.starts[count] :]], rest)
            break
        if size > PARAMETER_BYTES_MAX:
            raise refusal("upload-too-large", str(PARAMETER_BYTES_MAX))
    parameters = {id_: pl.concat(parts) for id_, parts in frames.items()}
    return Head(header, parameters, ignored, unreadable, line, rest)


def count_ignored(lines: Lines, ignored: dict[str, int]) -> None:
    """Add the records in `lines` to their counts by id; those without a proper one as ???."""
    ids = _ids(lines)
    told = ids.set(~ids.str.contains("^[A-Z0-9]{3}$"), NO_ID)
    for id_, count in told.value_counts(sort=True).iter_rows():
        ignored[id_] = ignored.get(id_, 0) + count


def _ids(records: Lines) -> pl.Series:
    return records.texts.str.slice(len(STARS), 3)


def _leading(lines: Lines) -> int:
    """How many lines come before the first that is neither blank nor a parameter record."""
    others = (~(are_starred(lines) | are_blank(lines))).nonzero()[0]
    return int(others[0]) if len(others) else len(lines)


def _sort_in(lines: Lines, frames: dict[str, list[pl.DataFrame]], ignored: dict[str, int]) -> None:
    """Read the records we know, count the others."""
    starred = lines.taken(are_starred(lines))
    ids = _ids(starred)
    for id_ in ids.filter(ids.is_in(PARAMETERS)).unique(maintain_order=True):
        records = starred.taken((ids == id_).to_numpy())
        frames.setdefault(id_, []).append(with_dates(records.cells(PARAMETERS[id_]), PARAMETERS[id_]))
    count_ignored(starred.taken(~ids.is_in(PARAMETERS).to_numpy()), ignored)


def with_dates(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The cells with their dates as YYYY-MM-DD."""
    return frame.with_columns(iso(frame[each.label]) for each in layout if each.kind == "d")


def _take_header(chunks: Iterator[bytes]) -> tuple[TraHeader, int, Iterator[bytes]]:
    """The header, the number of the line after it, and what follows."""
    line = 1
    for chunk in chunks:
        lines = lines_of(chunk, line)
        inked = (~are_blank(lines)).nonzero()[0]
        line += len(lines)
        if len(inked):
            first = lines.taken(slice(inked[0], inked[0] + 1))
            rest = chunk[chunk.index(b"\n", first.ends[0]) + 1 :]
            return _header(first), int(first.numbers[0]) + 1, chain([rest] if rest else [], chunks)
    raise Refusal("no-header", "The file has no line at all; expected the header of a TRA.", HINT)


def _header(line: Lines) -> TraHeader:
    cells = with_dates(line.cells(HEADER), HEADER).row(0, named=True)
    if not line.texts[0].startswith(STARS) or cells["format"] not in ENTRY_LINES:
        seen = _shown(line.texts[0][:40])
        raise Refusal(
            "no-header", f"Line {line.numbers[0]} is no header of a TRA, it starts with {seen!r}.", HINT
        )
    return TraHeader(**{label: _shown(cell or "") for label, cell in cells.items()})


def _shown(text: str) -> str:
    for sign in (OUTSIDE, *FORBIDDEN):
        text = text.replace(sign, UNREADABLE)
    return text
