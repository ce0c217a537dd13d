"""What flows from stage to stage: tables of rows, and the faults found on the way."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

LINE = "line"
"""The column that carries the physical line where a row starts in the sender's file (header = 1)."""

FINGERPRINT = "fingerprint "
"""The column with the hash of what was sent; no sender's label ends with a blank."""

FAULT_SCHEMA = pl.Schema(
    {
        "line": pl.UInt32,
        "field": pl.String,  # the sender's label; null when the fault is about the whole line
        "value": pl.String,  # what was seen, cut to 200 characters
        "code": pl.String,  # a code of model.catalogue
        "detail": pl.String,  # fills {detail} of the code's template; null when it has none
    }
)


def no_faults() -> pl.DataFrame:
    """An empty table of faults."""
    return pl.DataFrame(schema=FAULT_SCHEMA)


@dataclass(frozen=True)
class Batch:
    """Some consecutive rows of a file.

    `rows` has LINE first and then one String column per label, a null where the cell is empty; from
    `pipeline.recognize` on it has FINGERPRINT too.
    `faults` (FAULT_SCHEMA) tells of lines that could not be read as a row at all; those lines are not
    in `rows`. `received` counts rows and unreadable lines together; blank lines count nowhere.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    received: int
