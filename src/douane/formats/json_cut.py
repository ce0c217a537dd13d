"""Where the parts of a JSON array or object begin and end, found without reading them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from douane.settings import MEBIBYTE

from .csv_arrays import Marks, Numbers

BLOCK_BYTES = MEBIBYTE
QUOTE, COMMA, BACKSLASH = ord('"'), ord(","), ord("\\")
STEPS = np.zeros(256, np.int8)
STEPS[list(b"[{")], STEPS[list(b"]}")] = 1, -1
IS_SIGN = STEPS != 0
IS_SIGN[[QUOTE, COMMA]] = True

SPACES_MAX = 1000

Text = bytes | memoryview
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def cuts(text: Text, parts_max: int) -> Numbers:
    """The offsets of the sign that opens `text`, of the commas between its parts, and of the one that closes.

    `text` must be a JSON array or object. Part `i` stands between the cuts `i` and `i + 1`; see `count_parts`
    for what is empty. The search ends when there are more than `parts_max` parts.

    >>> cuts(b'[1, [2, 3], "a,b"]', 9).tolist()
    [0, 2, 10, 17]
    """
    found, count = [], 0
    for each in _blocks(text):
        found.append(each)
        count += len(each)
        if count > parts_max + 1:
            break
    return np.concatenate(found)


def count_parts(text: Text, found: Numbers) -> int:
    """How many parts there are between the cuts."""
    is_empty = len(found) == 2 and not bytes(text[found[0] + 1 : found[1]]).strip()
    return 0 if is_empty else len(found) - 1


def members(text: Text, members_max: int) -> dict[str, memoryview]:
    """The values of a JSON object by their names, as text; of a name that is there twice the last one.

    Raises ValueError when it is no JSON, no object, or has more members, and RecursionError when it is nested
    too deeply.
    """
    if bytes(text[:SPACES_MAX]).lstrip()[:1] != b"{":
        raise ValueError("it is no JSON object")
    if count_parts(text, cuts(text, members_max)) > members_max:
        raise ValueError(f"an object has more than {members_max} names")
    return {name: memoryview(value) for name, value in _MEMBERS.decode(text).items()}


def signs(block: npt.NDArray[np.uint8], is_inside: bool) -> tuple[Numbers, bool]:
    """Where brackets, braces and commas stand that are in no text, and whether the block ends inside of one.

    `is_inside` says whether it begins inside of one; it must not end behind the backslash of an escape.
    """
    places = np.flatnonzero(IS_SIGN[block])
    is_quote = block[places] == QUOTE
    is_quote[is_quote] = ~_escaped(block, places[is_quote])
    in_text = (np.cumsum(is_quote) + is_inside) % 2 == 1
    return places[~is_quote & ~in_text], bool((int(is_quote.sum()) + is_inside) % 2)


def _blocks(text: Text) -> Iterator[Numbers]:
    """The cuts, block by block."""
    depth, is_inside, start = 0, False, 0
    while start < len(text):
        end = _end(text, start)
        block = np.frombuffer(text[start:end], np.uint8)
        places, is_inside = signs(block, is_inside)
        steps = STEPS[block[places]]
        after = depth + np.cumsum(steps, dtype=np.int64)
        yield places[((after == 1) & (steps >= 0)) | (after == 0)] + start
        depth, start = int(after[-1]) if len(after) else depth, end


def _end(text: Text, start: int) -> int:
    """Where a block ends that cuts no backslash from what it escapes."""
    block = bytes(text[start : start + BLOCK_BYTES])
    slashes = len(block) - len(block.rstrip(b"\\"))
    return min(start + len(block) + slashes % 2, len(text))


def _escaped(block: npt.NDArray[np.uint8], places: Numbers) -> Marks:
    """Whether the sign at each place stands behind an odd number of backslashes."""
    slashes = np.flatnonzero(block == BACKSLASH)
    if not len(slashes):
        return np.zeros(len(places), np.bool_)
    begins = np.diff(slashes, prepend=-2) != 1
    first = np.maximum.accumulate(np.where(begins, np.arange(len(slashes)), 0))
    before = np.searchsorted(slashes, places) - 1
    escaped: Marks = (slashes[before] == places - 1) & ((before - first[before]) % 2 == 0)
    return escaped
