"""Charsets: which names we know, and text in any of them as UTF-8 with its bad places marked."""

from __future__ import annotations

import codecs
import encodings
import pkgutil
from collections.abc import Iterator
from encodings.aliases import aliases
from functools import cache
from itertools import chain

import numpy as np
import pyarrow as pa

from douane.errors import Refusal
from douane.formats.outside import OUTSIDE_ERRORS
from douane.model.refusing import refusal

UTF_8 = "utf-8"
EITHER_ORDER = {"utf-16", "utf-32"}
LONGEST_CHARACTER = 4


def is_charset(name: str) -> bool:
    """Whether `charset_of` knows the name."""
    try:
        charset_of(name)
    except Refusal:
        return False
    return True


def charset_of(name: str) -> str:
    """Python's name of the charset that a sender calls `name`; UTF-8 when it is empty.

    Refuses unknown-charset, also for codecs that do not make text of bytes.
    """
    # codecs.lookup keeps every name it was ever asked for, so it is asked for known ones alone.
    if encodings.normalize_encoding(name or UTF_8).lower().replace(".", "_") not in _known_names():
        raise refusal("unknown-charset", name)
    try:
        info = codecs.lookup(name or UTF_8)
    except LookupError as error:
        raise refusal("unknown-charset", name) from error
    if not info._is_text_encoding or info.incrementaldecoder is None:
        raise refusal("unknown-charset", name)
    return UTF_8 if info.name == "utf-8-sig" else info.name


@cache
def _known_names() -> frozenset[str]:
    """Every name Python has a codec for, as `normalize_encoding` spells it."""
    return frozenset(aliases) | {module.name for module in pkgutil.iter_modules(encodings.__path__)}


def as_utf8(blocks: Iterator[bytes], charset: str) -> Iterator[bytes]:
    """The text of `blocks` as UTF-8 in blocks of whole characters, with OUTSIDE for what is not in `charset`.

    Refuses unknown-charset when the codec gives up.
    """
    if charset == UTF_8:
        return _checked(blocks)
    first = next(blocks, b"")
    if charset in EITHER_ORDER:
        # Without a byte order mark, where the zero byte of the first Latin letter stands tells the order.
        charset += "-be" if first.startswith(b"\0") else "-le"
    return _converted(chain([first], blocks), charset)


def _converted(blocks: Iterator[bytes], charset: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(charset)(OUTSIDE_ERRORS)
    for block in chain(blocks, [b""]):
        try:
            text = decoder.decode(block, not block)
        except Exception as error:
            raise refusal("unknown-charset", charset) from error
        yield text.encode(UTF_8, OUTSIDE_ERRORS)


def _checked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 as it is where it is good."""
    start = b""
    for block in blocks:
        data = start + block
        end = _whole_characters(data)
        text, start = data[:end], data[end:]
        yield text if _is_utf8(text) else text.decode(UTF_8, OUTSIDE_ERRORS).encode()
    yield start.decode(UTF_8, OUTSIDE_ERRORS).encode()


def _whole_characters(data: bytes) -> int:
    """Where the character starts that the end of `data` cuts; the length of `data` when it cuts none."""
    for place in range(len(data) - 1, max(len(data) - LONGEST_CHARACTER, -1), -1):
        if data[place] & 0xC0 != 0x80:
            size = 1 + (data[place] >= 0xC2) + (data[place] >= 0xE0) + (0xF0 <= data[place] <= 0xF4)
            return place if size > len(data) - place else len(data)
    return len(data)


def _is_utf8(data: bytes) -> bool:
    """Whether all of `data` is UTF-8, without making a string of it."""
    bounds = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, bounds, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
