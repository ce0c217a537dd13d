"""What a line said that is stored otherwise: kept among its extra values, by the names of the fields."""

from __future__ import annotations

import polars as pl

from douane.pipeline.identity import EXTRA


def kept_beside(lines: pl.DataFrame, marks: pl.Series, names: list[str]) -> pl.DataFrame:
    """`lines` whose marked ones have these fields among their extra values, as far as they are filled."""
    for name in names:
        own = pl.struct(name).struct.json_encode()
        both = pl.concat_str(pl.col(EXTRA).str.strip_suffix("}"), pl.lit(","), own.str.strip_prefix("{"))
        is_filled = marks & lines[name].is_not_null()
        lines = lines.with_columns(
            pl.when(is_filled).then(pl.coalesce(both, own)).otherwise(EXTRA).alias(EXTRA)
        )
    return lines
