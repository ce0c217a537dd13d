"""Detect: which charset a French file is written in, when nobody says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from douane.formats.outside import OUTSIDE, signs_in
from douane.settings import Limits

from .charset import UTF_8
from .decode import decode

LATIN_9, WINDOWS, DOS = "iso8859-15", "cp1252", "cp850"
BYTE_BY_BYTE = "iso8859-1"
LETTERS = "àâäçéèêëîïôöùûüÀÂÄÇÉÈÊËÎÏÔÖÙÛÜ°§«»"
WINDOWS_SIGNS = "€…‘’“”–—œŒ•™ÿ"
NOT_OF_ISO = slice(0x80, 0xA0)  # control characters there, letters and signs in the other two
LEAST_LEAD = 0xC2  # the least byte that starts a character of UTF-8
LEADS = {0xC2: 0x00, 0xC3: 0x40}  # how UTF-8 starts U+0080 to U+00FF, and what the second byte then lacks
ENOUGH = 1000

Counts = npt.NDArray[np.int64]


def detect_charset(path: Path, limits: Limits | None = None) -> str:
    """Python's name of the charset of the file at `path`, which may be packed as `decode` takes it.

    UTF-8 when more characters are that than are not, so that a text cut within a character costs its
    line alone; otherwise the charset in which most bytes are letters of French. Windows and ISO differ in
    few of them: a file is of Windows when it uses what only Windows has.

    Refusals are those of `decode`.
    """
    limits = limits or Limits()
    if _is_utf8(path, limits):
        return UTF_8
    counts = _byte_counts(path, limits)
    if _score(counts, LETTERS, DOS) > _score(counts, LETTERS + WINDOWS_SIGNS, WINDOWS):
        return DOS
    return WINDOWS if counts[NOT_OF_ISO].any() else LATIN_9


def _is_utf8(path: Path, limits: Limits) -> bool:
    """Whether more of what is not ASCII is UTF-8 than is not; a byte order mark of another charset counts."""
    outside = good = 0
    for block in decode(path, UTF_8, "", limits):
        if not block.isascii():
            bad = block.count(OUTSIDE.encode()) if OUTSIDE in signs_in(block) else 0
            outside += bad
            good += int(np.count_nonzero(np.frombuffer(block, np.uint8) >= LEAST_LEAD)) - bad
        if outside > good + ENOUGH:
            break
    return outside == 0 or good > outside


def _byte_counts(path: Path, limits: Limits) -> Counts:
    """How often each byte from 0x80 on stands in the content."""
    counts = np.zeros(256, np.int64)
    for block in decode(path, BYTE_BY_BYTE, "", limits):
        text = np.frombuffer(block, np.uint8)
        for lead, offset in LEADS.items():
            followers = text[np.flatnonzero(text == lead) + 1]
            counts += np.bincount(followers + np.uint8(offset), minlength=256)
    return counts


def _score(counts: Counts, letters: str, charset: str) -> int:
    """How many bytes are one of the letters."""
    return int(counts[list(letters.encode(charset))].sum())
