"""Pieces of a text as Arrow arrays that copy nothing, and marks over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


def texts_between(data: bytes, bounds: Numbers) -> Any:
    """The pieces of `data`, UTF-8, between consecutive `bounds`, as a pyarrow LargeStringArray."""
    return pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))


def bounds_of_lines(data: bytes) -> Numbers:
    """Where each line of `data`, which ends with a newline, starts, and the end of the last."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    bounds = np.zeros(len(ends) + 1, np.int64)
    np.add(ends, 1, out=bounds[1:])
    return bounds


def series(texts: Any) -> pl.Series:
    """An Arrow array as a Polars series."""
    return pl.Series(values=texts, dtype=pl.String)


def where_matching(texts: pl.Series, pattern: str) -> Marks:
    """Which of the texts match."""
    return texts.str.contains(pattern).to_numpy(writable=True)


def chosen(texts: Any, marks: Marks) -> Any:
    """The texts that are marked, side by side in memory."""
    return texts if marks.all() else texts.filter(pa.array(marks))
