"""The file of rejected lines: each as it was sent, behind a first column that says why it was rejected.

The reason comes first because a line may have too few cells, too many, or a delimiter at its end. Nothing
would tell that column from others in a file without a header, or of fixed width: there the lines stand alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from douane.formats.csv import REASON_LABEL, Layout
from douane.formats.outside import OUTSIDE

from .replies import guarded

UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def rejected_lines(
    records: Iterator[tuple[int, str]], faults: Iterable[Mapping[str, Any]], layout: Layout
) -> Iterator[str]:
    """The lines of the file, the header first.

    `records` are the header and then the rejected records, `faults` theirs, both in the order of the lines.
    """
    _, header = next(records)
    yield f"{REASON_LABEL}{layout.delimiter}{_shown(header)}\r\n"
    by_line = groupby(faults, key=itemgetter("line"))
    for line, text in records:
        reason = next((reason_of(each) for at, each in by_line if at == line), "")
        yield f"{_cell(reason, layout)}{layout.delimiter}{_shown(text)}\r\n"


def resent_lines(records: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The records as they were sent, for a file that has no header to name one more column in."""
    for _, text in records:
        yield f"{_shown(text)}\r\n"


def reason_of(faults: Iterable[Mapping[str, Any]]) -> str:
    """What is wrong with one line, in one line."""
    return "; ".join(map(_sentence, faults))


def _sentence(fault: Mapping[str, Any]) -> str:
    """The fault's message, behind the label it is about unless the message names it.

    The published code and text of the dialect stand behind it, if it has any.
    """
    label, message = fault["field"], str(fault["message"])
    told = message if not label or label in message else f"{label}: {message}"
    return f"{told} ({fault['wire_code']}: {fault['wire_message']})" if fault.get("wire_code") else told


def _cell(text: str, layout: Layout) -> str:
    """`text` as one cell on one line, quoted unless the format quotes nothing."""
    plain = " ".join(str(guarded(_shown(text))).split())
    if not layout.quote:
        return plain.replace(layout.delimiter, " ")
    return f"{layout.quote}{plain.replace(layout.quote, layout.quote * 2)}{layout.quote}"


def _shown(text: str) -> str:
    return text.replace(OUTSIDE, UNREADABLE)
