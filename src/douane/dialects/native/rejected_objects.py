"""The list of rejected objects: each as it was sent, with a first key that says why it was rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from douane.formats.csv import REASON_LABEL
from douane.formats.outside import OUTSIDE
from douane.model.json_paths import Path
from douane.model.refusing import refusal

from .rejected import UNREADABLE, reason_of

SENT_LABEL = "douane_sent"
"""The key behind which stands what was sent in a list and is no object."""

PLACES_MAX = 100
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def rejected_objects(
    texts: Iterable[bytes], faults: Iterable[Mapping[str, Any]], records: Path
) -> Iterator[bytes]:
    """The list, piece by piece, at the path where a mapping looks for it.

    `texts` are whole lines with an object on each; `faults` are theirs, by the number of the object, rising.
    Refuses `no-rejected-lines` at once for a path that no text could be made for.
    """
    before, after = _around(records)
    return _list(texts, faults, before, after)


def _list(
    texts: Iterable[bytes], faults: Iterable[Mapping[str, Any]], before: bytes, after: bytes
) -> Iterator[bytes]:
    lines = (line for text in texts for line in text.split(b"\n") if line.strip())
    numbered = enumerate(lines, 1)
    yield before + b"["
    lead = b"\n"
    for wanted, group in groupby(faults, key=itemgetter("line")):
        line = next((line for number, line in numbered if number == wanted), None) if wanted else None
        if line is not None:
            yield lead + with_reason(line.strip(), reason_of(group))
            lead = b",\n"
    yield b"\n]" + after + b"\n"


def with_reason(text: bytes, reason: str) -> bytes:
    """A text of JSON with the reason as the first key of its object; one that an earlier list gave it goes.

    >>> with_reason(b'{"a": 1.50}', "no name"), with_reason(b"7", "no object")
    (b'{"douane_reason":"no name","a": 1.50}', b'{"douane_reason":"no object","douane_sent":7}')
    """
    shown = text.replace(OUTSIDE.encode(), UNREADABLE.encode()).replace(rb"\ufdd0", rb"\ufffd")
    first = msgspec.json.encode({REASON_LABEL: reason.replace(OUTSIDE, UNREADABLE)})[:-1]
    if not shown.startswith(b"{"):
        return b'%b,"%b":%b}' % (first, SENT_LABEL.encode(), shown)
    if REASON_LABEL.encode() in shown:
        shown = _without_reason(shown)
    inside = shown[1:].lstrip()
    return first + (inside if inside.startswith(b"}") else b"," + inside)


def _without_reason(text: bytes) -> bytes:
    try:
        members = _MEMBERS.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return text
    members.pop(REASON_LABEL, None)
    return msgspec.json.encode(members)


def _around(records: Path) -> tuple[bytes, bytes]:
    """What stands around a list at this path."""
    before, after = b"", b""
    for step in records:
        if isinstance(step, str):
            before, after = before + b"{" + msgspec.json.encode(step) + b":", b"}" + after
        else:
            place = step if isinstance(step, int) else 0
            if place > PLACES_MAX:
                raise refusal("no-rejected-lines", f"a list at place {place:,} of another")
            before, after = before + b"[" + b"null," * place, b"]" + after
    return before, after
