"""What is wrong with rows: the first of several conditions that each meets, and the field it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Wrong:
    """A condition that no sound row meets, the fault it is, and the field whose value shows it, if any.

    `shown` is that value where the row itself does not have it.
    """

    condition: pl.Expr
    code: str
    field: str = ""
    shown: pl.Expr | None = None


def complaints(rows: pl.DataFrame, wrongs: Sequence[Wrong], labels: Mapping[str, str]) -> pl.DataFrame | None:
    """For each row code, field (its label) and value of the first wrong, null where sound; None if all are.

    Nearly all batches are sound, so the first look only asks which condition is met.
    """
    met = (pl.when(each.condition).then(pl.lit(at, pl.Int8)) for at, each in enumerate(wrongs))
    first = rows.select(pl.coalesce(met).alias("first")).to_series()
    if first.null_count() == len(first):
        return None
    values = (
        pl.when(first == at).then(_shown(each).cast(pl.String))
        for at, each in enumerate(wrongs)
        if each.field
    )
    return rows.select(
        code=first.replace_strict(range(len(wrongs)), [each.code for each in wrongs], return_dtype=pl.String),
        field=first.replace_strict(
            range(len(wrongs)), [labels.get(each.field) for each in wrongs], return_dtype=pl.String
        ),
        value=pl.coalesce(values),
    )


def _shown(wrong: Wrong) -> pl.Expr:
    return pl.col(wrong.field) if wrong.shown is None else wrong.shown
