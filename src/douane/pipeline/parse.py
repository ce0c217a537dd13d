"""Parse: from UTF-8 bytes to tables of text by label, with a fault for each line that is no row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from douane.formats.csv import Piece, Table

from .batch import FAULT_SCHEMA, LINE, Batch

OWN_LABELS = {LINE: f"{LINE} "}
"""A sender's label that is also the name of our column; no label ends with a blank but these."""


@dataclass(frozen=True)
class Parsed:
    """The labels of a file, stripped and in lower case, and its rows, read as they are asked for."""

    labels: tuple[str, ...]
    batches: Iterator[Batch]


def parse(table: Table) -> Parsed:
    """The rows of `table`, which a format's reader found in the file."""
    labels = tuple(OWN_LABELS.get(label, label) for label in table.labels)
    return Parsed(labels, (_batch(piece) for piece in table.pieces))


def _batch(piece: Piece) -> Batch:
    faults = piece.faults.with_columns(field=pl.lit(None, pl.String)).select(
        pl.col(name).cast(kind) for name, kind in FAULT_SCHEMA.items()
    )
    rows = piece.rows.rename(OWN_LABELS, strict=False)
    return Batch(rows.insert_column(0, piece.lines.alias(LINE)), faults, piece.received)
