"""The header of a FEC: which separator it has, and which column is which, in whatever order and spelling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from douane.errors import Refusal
from douane.model.catalogue import REFUSALS
from douane.model.refusing import refusal
from douane.settings import Limits

from .csv_header import REASON_LABEL
from .fec_columns import OFFICIAL, is_known, label_of
from .outside import OUTSIDE
from .unreadable import SPOILING

LAWFUL_SEPARATORS = "\t|"
KNOWN_COLUMNS_MIN = 5
SHOWN_CHARACTERS = 80
BLANKS = b" \t\n"


@dataclass(frozen=True)
class Header:
    """`line` is its physical line, `text` the line as sent, `names` its cells as sent, stripped.

    `columns` are the labels of the cells, official where we know them. `tail` says how many blank cells the
    first line below has behind its last column: as many may end each line. What the header has there says
    nothing, and a line that only one more separator would shift must not pass for one with a tail.
    """

    line: int
    text: str
    separator: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    tail: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels whose cells are read."""
        return tuple(each for each in self.columns if each != REASON_LABEL)


def take_header(chunks: Iterator[bytes], limits: Limits) -> tuple[Header, Iterator[bytes]]:
    """The header, and the pieces that follow it; `chunks` are pieces of whole lines, cleaned.

    Refusals: no-header, also when no five columns of a FEC can be found; missing-label, repeated-label,
    too-many-columns, long-label.
    """
    blanks, raw, rest = _next_line(chunks)
    if not raw:
        raise refusal("no-header")
    if len(raw) > limits.line_bytes_max + 1:
        raise no_header(f"Line {blanks + 1}, the header, is longer than {limits.line_bytes_max} bytes.")
    text = raw.decode().removesuffix("\n")
    separator = _separator(text, blanks + 1)
    names = [each.strip() for each in text.split(separator)]
    named = _named(names)
    tail, below = _tail(rest, separator, named, limits)
    columns = tuple(map(label_of, names[:named]))
    _check(columns, limits)
    return Header(blanks + 1, text, separator, tuple(names[:named]), columns, tail), below


def no_header(message: str) -> Refusal:
    """The refusal of a file that does not start as a FEC does."""
    return Refusal("no-header", message, REFUSALS["no-header"].hint)


def _next_line(chunks: Iterator[bytes]) -> tuple[int, bytes, Iterator[bytes]]:
    """How many blank lines come first, the line after them (empty at the end), and what follows it."""
    blanks = 0
    for chunk in chunks:
        text = len(chunk) - len(chunk.lstrip(BLANKS))
        start = chunk.rfind(b"\n", 0, text) + 1
        blanks += chunk.count(b"\n", 0, start)
        if text < len(chunk):
            end = chunk.index(b"\n", start) + 1
            return blanks, chunk[start:end], chain([chunk[end:]], chunks)
    return blanks, b"", iter(())


def _separator(text: str, line: int) -> str:
    """The first separator that makes enough columns of a FEC out of the header."""
    for separator in f"{LAWFUL_SEPARATORS};,":
        labels = {label_of(each) for each in text.split(separator)}
        wanted = len(OFFICIAL) if separator == "," else KNOWN_COLUMNS_MIN
        if sum(map(is_known, labels)) >= wanted and not any(sign in text for sign in SPOILING):
            return separator
    seen = text[:SHOWN_CHARACTERS].replace(OUTSIDE, "\N{REPLACEMENT CHARACTER}")
    raise no_header(
        f"Line {line} is {seen!r}; the header of a FEC names the columns {', '.join(OFFICIAL[:4])}, ... "
        f"{OFFICIAL[-1]}, with a tab or | between them."
    )


def _named(names: list[str]) -> int:
    """How many columns there are up to the last one with a name."""
    return max(place for place, name in enumerate(names, 1) if name)


def _tail(chunks: Iterator[bytes], separator: str, width: int, limits: Limits) -> tuple[int, Iterator[bytes]]:
    """How many blank cells end the first line that is not blank, and all the chunks again."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) > limits.line_bytes_max or start.strip(BLANKS):
            break
    _, raw, _ = _next_line(iter([start]))
    cells = raw.split(separator.encode())[width:]
    tail = 0 if any(map(bytes.strip, cells)) else len(cells)
    return tail, chain([start], chunks)


def _check(columns: tuple[str, ...], limits: Limits) -> None:
    if len(columns) > limits.columns_max:
        raise refusal("too-many-columns", str(len(columns)))
    longest = max(columns, key=len)
    if len(longest) > limits.label_length_max:
        raise refusal("long-label", longest)
    if "" in columns:
        raise refusal("missing-label", str(columns.index("") + 1))
    seen: set[str] = set()
    for label in columns:
        if label.casefold() in seen:
            raise refusal("repeated-label", label)
        seen.add(label.casefold())
