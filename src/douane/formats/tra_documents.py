"""Document lines of a TRA: each names a file that belongs to the entry line before it."""

from __future__ import annotations

import numpy as np
import polars as pl

from .csv_arrays import Marks, Numbers
from .fixed_lines import Lines
from .tra_layout import DOCUMENT, STANDARD

LINES_MAX = 1000
"""How many lines behind its entry line a document line may stand."""

SEPARATOR = "*"
"""Stands between the names of several documents of one line; no file on Windows has it in its name."""

TYPE = next(each for each in STANDARD if each.label == "type_compte")
DOCUMENT_TYPE = "G"
BESIDE = ("A", "O", "V")
"""The types of lines that are no entry lines: analytic ones, those of analytic postings, technical ones."""

NAMES = pl.Schema({"line": pl.Int64, "owner": pl.Int64, "name": pl.String})
FILE_NAME = r"([^\\/]*)$"


def are_documents(lines: Lines) -> Marks:
    """Which lines name a document."""
    marks: Marks = lines.byte_at(TYPE) == ord(DOCUMENT_TYPE)
    return marks


def are_owners(lines: Lines) -> Marks:
    """Which lines a document behind them belongs to; none may be blank or a parameter record."""
    return ~np.isin(lines.byte_at(TYPE), [ord(each) for each in (DOCUMENT_TYPE, *BESIDE)])


def names_of(documents: Lines, owners: Numbers) -> pl.DataFrame:
    """`line` of the document line, `owner`, the line that it belongs to, and `name` of the file.

    `owners` are the numbers of the lines that may own documents, ascending. `owner` is null when no such
    line stands in the LINES_MAX lines before, and `name` when the line names no file.
    """
    if not len(documents):
        return pl.DataFrame(schema=NAMES)
    before = np.searchsorted(owners, documents.numbers) - 1
    found = owners[before] if len(owners) else np.zeros(len(documents), np.int64)
    reaches = (before >= 0) & (documents.numbers - found <= LINES_MAX)
    name = pl.col("document").str.extract(FILE_NAME).str.strip_chars()
    return documents.cells(DOCUMENT).select(
        line=pl.Series(documents.numbers),
        owner=pl.Series(found).set(pl.Series(~reaches), None),
        name=pl.when(name != "").then(name),
    )


def with_documents(rows: pl.DataFrame, lines: pl.Series, names: pl.DataFrame) -> pl.DataFrame:
    """The rows, which start at `lines`, with the names of their documents in `document`."""
    if names.is_empty():
        return rows.with_columns(document=pl.lit(None, pl.String))
    by_owner = names.drop_nulls().group_by("owner").agg(document=pl.col("name").str.join(SEPARATOR))
    joined = (
        lines.cast(pl.Int64).alias("owner").to_frame().join(by_owner, "owner", "left", maintain_order="left")
    )
    return rows.with_columns(joined["document"])
