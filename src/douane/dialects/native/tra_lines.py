"""The entry lines of a TRA with what its parameter records say of them: names of journals and accounts.

Analytic and technical lines are no entry lines. They stay with the line that they follow, as one text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from douane.formats.csv import Piece, Table
from douane.formats.tra import TraFile, read_tra
from douane.formats.tra_documents import BESIDE
from douane.formats.tra_lines import CODE
from douane.model.mapping import Column, Mapping
from douane.settings import Limits

from .tra import CARRIED, TRA

ASTRAY = "there is no sound general line before it"
BESIDE_LABEL = "analytique"
BESIDE_CELLS = ("type_compte", "axe", "auxiliaire", "sens", "amount", "libelle")
LETTERED = ("DOS", "SYN")
"""The contents of a TRA whose lettering counts."""
NAMES = {
    "journal_libelle": ("JAL", "code", "journal"),
    "general_libelle": ("CGN", "compte", "general"),
    "auxiliaire_libelle": ("CAE", "auxiliaire", "auxiliaire"),
}
"""Label of a name -> the parameter record it comes from, what identifies it there, the line's own label."""

TRA_LINES = Mapping(
    TRA.name,
    TRA.table,
    (
        *TRA.columns,
        Column("journal_libelle", "journal_name", about="From the record JAL", example="Ventes"),
        Column("general_libelle", "account_name", about="From the record CGN", example="Clients"),
        Column("auxiliaire_libelle", "auxiliary_name", about="From the record CAE", example="Dupont SA"),
    ),
)


def read_tra_lines(blocks: Iterator[bytes], limits: Limits, chunk_bytes: int) -> Table:
    """The table of `formats.tra` without the lines that are no entry lines, with all that TRA_LINES maps."""
    file = read_tra(blocks, limits, chunk_bytes)
    names = {label: _names(file, label) for label in NAMES}
    left_out = CARRIED if file.header.content in LETTERED else CARRIED | {"lettrage", "date_lettrage_fin"}
    labels = tuple(each for each in file.table.labels if each not in left_out)
    pieces = (_named(_folded(piece), names) for piece in file.table.pieces)
    return Table(
        (*labels, BESIDE_LABEL, *NAMES),
        (replace(each, rows=each.rows.select(*labels, BESIDE_LABEL, *NAMES)) for each in pieces),
    )


def _names(file: TraFile, label: str) -> pl.DataFrame:
    """What one kind of parameter record calls its codes, by the line's own label."""
    record, code, own = NAMES[label]
    if record not in file.parameters:
        return pl.DataFrame(schema={own: pl.String, label: pl.String})
    return (
        file.parameters[record]
        .select(pl.col(code).alias(own), pl.col("libelle").alias(label))
        .drop_nulls()
        .unique(own, keep="first", maintain_order=True)
    )


def _named(piece: Piece, names: dict[str, pl.DataFrame]) -> Piece:
    rows = piece.rows
    for label, found in names.items():
        rows = rows.join(found, on=NAMES[label][2], how="left", maintain_order="left")
    return replace(piece, rows=rows)


def _folded(piece: Piece) -> Piece:
    """The piece with its lines of other types as text beside the entry line before them.

    Those behind an entry line that is faulty are faults as well.
    """
    is_beside = piece.rows["type_compte"].is_in(BESIDE).fill_null(False)
    if not is_beside.any():
        return replace(piece, rows=piece.rows.with_columns(pl.lit(None, pl.String).alias(BESIDE_LABEL)))
    owner = (~is_beside).cast(pl.UInt32).cum_sum()
    is_astray = is_beside & _behind_faults(piece, is_beside)
    is_owned = is_beside & ~is_astray & (owner > 0)
    told = pl.concat_str([pl.col(each).fill_null("") for each in BESIDE_CELLS], separator=":")
    beside = (
        piece.rows.select(told.alias(BESIDE_LABEL))
        .with_columns(owner.alias("owner"))
        .filter(is_owned)
        .group_by("owner")
        .agg(pl.col(BESIDE_LABEL).str.join("; "))
    )
    rows = piece.rows.with_columns(owner.alias("owner")).filter(~is_beside)
    rows = rows.join(beside, on="owner", how="left", maintain_order="left").drop("owner")
    faults = pl.concat([piece.faults, _astray(piece, is_beside & ~is_owned)]).sort("line")
    return Piece(rows, piece.lines.filter(~is_beside), faults, rows.height + faults.height)


def _behind_faults(piece: Piece, is_beside: pl.Series) -> pl.Series:
    """Which rows have a fault between them and the entry line before them."""
    lines = piece.lines.cast(pl.Int64)
    owners = pl.select(pl.when(~is_beside).then(lines)).to_series().forward_fill().fill_null(0)
    faults = piece.faults["line"].cast(pl.Int64).sort().to_numpy()
    before = np.searchsorted(faults, lines.to_numpy()), np.searchsorted(faults, owners.to_numpy())
    return pl.Series(before[0] > before[1])


def _astray(piece: Piece, marks: pl.Series) -> pl.DataFrame:
    """The faults of marked rows, which belong to an entry line that is none."""
    return pl.DataFrame(
        {
            "line": piece.lines.filter(marks),
            "value": piece.rows["libelle"].filter(marks),
            "code": pl.repeat(CODE, int(marks.sum()), dtype=pl.String, eager=True),
            "detail": pl.repeat(ASTRAY, int(marks.sum()), dtype=pl.String, eager=True),
        },
        schema=piece.faults.schema,
    )
