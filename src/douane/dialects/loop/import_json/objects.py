"""The objects of a list, some at a time, each with its number; those that cannot be read, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from douane.formats.csv_arrays import Numbers
from douane.formats.json_cut import count_parts, cuts
from douane.formats.json_values import CHARSET, exact, spoiled
from douane.formats.outside import OUTSIDE
from douane.settings import Limits

from .body import kind_of

ENTRIES_MAX = 1_000_000
OBJECTS_AT_ONCE = 50_000
"""What is empty takes little text, and much memory."""

SHOWN_BYTES, SHOWN_CHARACTERS = 800, 200
UNREADABLE = "not-a-json-row"
SUSPICIOUS = (OUTSIDE.encode(), b"\\u0000", b"\\u001f", b"\\u001F", b"\\ufdd0", b"\\uFDD0")
"""What no cell may hold, in any of its spellings."""

_MANY = msgspec.json.Decoder(list[dict[str, Any]], float_hook=exact)
_ONE = msgspec.json.Decoder(float_hook=exact)

Wrong = tuple[str, str, str]
"""What is wrong with an object: the code, its detail, and the start of the text."""


@dataclass(frozen=True)
class Objects:
    """Some consecutive objects: `rows` are those that could be read, `lines` their numbers from 1 on."""

    rows: Sequence[Mapping[str, Any]]
    lines: Numbers
    wrong: Mapping[int, Wrong]


def count_objects(text: memoryview) -> int:
    """How many values the list has; more than ENTRIES_MAX when they are too many."""
    return count_parts(text, cuts(text, ENTRIES_MAX))


def read_objects(text: memoryview, limits: Limits, chunk_bytes: int) -> Iterator[Objects]:
    """The objects of a JSON list of at most ENTRIES_MAX values, about `chunk_bytes` of text at a time."""
    found = cuts(text, ENTRIES_MAX)
    count, start = count_parts(text, found), 0
    while start < count:
        end = int(np.searchsorted(found, found[start] + chunk_bytes, "right")) - 1
        end = min(max(end, start + 1), start + OBJECTS_AT_ONCE, count)
        yield _read(text, found[start : end + 1], start + 1, limits)
        start = end


def _read(text: memoryview, found: Numbers, line: int, limits: Limits) -> Objects:
    """The objects between the cuts, the first of which has the number `line`."""
    chunk = bytes(text[found[0] + 1 : found[-1]])
    is_plain = np.diff(found).max() <= limits.line_bytes_max and not any(sign in chunk for sign in SUSPICIOUS)
    if is_plain:
        try:
            rows = _MANY.decode(b"[" + chunk + b"]")
            return Objects(rows, np.arange(line, line + len(rows)), {})
        except (ValueError, RecursionError):
            pass  # one of them is at fault, which is found below
    return _read_singly(text, found, line, limits)


def _read_singly(text: memoryview, found: Numbers, line: int, limits: Limits) -> Objects:
    """The same, one by one, as some of them are wrong."""
    rows: list[Mapping[str, Any]] = []
    lines: list[int] = []
    wrong: dict[int, Wrong] = {}
    for number, (start, end) in enumerate(zip(found[:-1].tolist(), found[1:].tolist(), strict=True), line):
        part = text[start + 1 : end]
        row, code, detail = _read_one(part, limits)
        if code:
            wrong[number] = code, detail, _shown(part)
        else:
            rows.append(row)
            lines.append(number)
    return Objects(rows, np.array(lines, np.int64), wrong)


def _read_one(part: memoryview, limits: Limits) -> tuple[Any, str, str]:
    """The object, or a code and its detail."""
    if len(part) > limits.line_bytes_max:
        return None, "line-too-long", str(limits.line_bytes_max)
    try:
        row = _ONE.decode(part)
        if not isinstance(row, dict):
            return None, UNREADABLE, f"it is {kind_of(row)}, not an object"
        code, detail = spoiled(row)
        return row, code, detail
    except UnicodeDecodeError:
        return None, "bytes-outside-charset", CHARSET
    except RecursionError:
        return None, UNREADABLE, "it is nested too deeply"
    except ValueError:  # what else could be wrong is told of the whole body
        return None, UNREADABLE, "a number has too many digits"


def _shown(part: memoryview) -> str:
    text = bytes(part[:SHOWN_BYTES]).decode(errors="replace").strip()[:SHOWN_CHARACTERS]
    return text.replace(OUTSIDE, "\N{REPLACEMENT CHARACTER}").replace("\0", "\N{SYMBOL FOR NULL}")
