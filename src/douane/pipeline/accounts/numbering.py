"""Numbering: the lines of a text with an object on each get their numbers, and those that are known leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.pipeline.known import Keys, Mask

from .texts import KnownTexts, LoadTexts, Meaning, Recognized

LIST_IS_LONG = 5_000
"""After so many objects it is worth knowing the texts of all that is stored."""

BLANKS = " \t\r\v\f"
"""What a line may hold and still be empty: as `rejected_objects` counts them."""


@dataclass(frozen=True)
class Lines:
    """Objects that are to be read, each on a line of `text`: their numbers in the list and fingerprints.

    One that `is_braced` begins and ends with a brace: between two such lines no value of JSON goes on.
    """

    text: bytes
    numbers: npt.NDArray[np.uint32]
    is_braced: Mask
    prints: Keys
    recognized: Recognized


class Numbering:
    """Takes the lines of one list, piece by piece."""

    def __init__(self, meaning: Meaning, load_texts: LoadTexts | None) -> None:
        self._meaning = meaning
        self._load_texts = load_texts
        self._texts: KnownTexts | None = None
        self._count = 0

    def taken(self, text: bytes) -> Lines:
        """The lines that are to be read; empty ones are none."""
        lines = _lines(text)
        numbers = np.arange(self._count + 1, self._count + 1 + len(lines), dtype=np.uint32)
        self._count += len(lines)
        prints = self._meaning.prints(lines)
        texts = self._known()
        is_known, recognized = texts.find(prints) if texts else (np.zeros(len(lines), np.bool_), Recognized())
        if not is_known.any() and text.count(b"\n") == len(lines):
            return Lines(text, numbers, _is_braced(lines), prints, recognized)
        rest = lines.filter(pl.Series(~is_known))
        left = numbers[~is_known], _is_braced(rest), prints.take(~is_known)
        return Lines(_joined(rest), *left, recognized)

    def _known(self) -> KnownTexts | None:
        if self._load_texts is not None and self._count > LIST_IS_LONG:
            self._texts, self._load_texts = self._load_texts(), None
        return self._texts


def _lines(text: bytes) -> pl.Series:
    lines = pl.Series(text.split(b"\n"), dtype=pl.Binary)
    blank = lines.cast(pl.String, strict=False).str.strip_chars(BLANKS) == ""
    return lines.filter(~blank.fill_null(False))


def _is_braced(lines: pl.Series) -> Mask:
    ends = lines.bin.ends_with(b"}") | lines.bin.ends_with(b"}\r")
    return (lines.bin.starts_with(b"{") & ends).to_numpy()


def _joined(lines: pl.Series) -> bytes:
    return b"\n".join([*lines.to_list(), b""])
