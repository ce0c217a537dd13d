"""Custom fields: cells become one JSON object for each row, by the type of each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from douane.model.custom_fields import (
    CUSTOM_PREFIX,
    LONG_TEXT_OF_TYPE_MAX,
    TEXT_OF_TYPE_MAX,
    CustomField,
)
from douane.model.customer_tags import SEPARATOR
from douane.model.kinds import Kind
from douane.pipeline.values import Convention, Reading, read
from douane.pipeline.values.choice import mapped_words
from douane.pipeline.values.reading import stripped, where

CUSTOM = "custom"
"""The column of JSON objects; a value that is null there was sent empty, and erases what is stored."""

WEB_ADDRESS = r"^https?://[^\s/?#]+(?:[/?#]\S*)?$"


@dataclass(frozen=True)
class Customs:
    """The custom fields of some rows: JSON objects, and what is wrong, by column."""

    values: pl.Series
    readings: Mapping[str, Reading]


def read_customs(rows: pl.DataFrame, known: Mapping[str, CustomField]) -> Customs:
    """The custom cells of `rows`; a column that no custom field is for has the fault in each of its cells."""
    readings: dict[str, Reading] = {}
    pairs: list[pl.Series] = []
    for name in (each for each in rows.columns if each.startswith(CUSTOM_PREFIX)):
        cells = rows[name]
        if cells.null_count() == len(cells):
            continue
        if name not in known:
            nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
            readings[name] = Reading(nothing, where(cells.is_not_null(), "unknown-custom-field"))
            continue
        readings[name] = read_custom(cells, known[name])
        pairs.append(_pairs(known[name].external_id, cells, readings[name].values))
    return Customs(_objects(rows.height, pairs), readings)


def read_custom(cells: pl.Series, custom: CustomField) -> Reading:
    """The values of cells as JSON texts, null where a cell is empty or faulty."""
    match custom.type:
        case "number":
            reading = _read_numbers(cells)
        case "metric":
            reading = _read_numbers(_without_unit(cells, custom.unit))
        case "date":
            reading = read(Kind.DATE, cells, convention=Convention.DAY_FIRST, final=True)
        case "boolean":
            reading = read(Kind.FLAG, cells)
        case "list":
            return _read_lists(cells, custom.choices)
        case "media":
            reading = _read_web_addresses(cells)
        case "long_text":
            reading = read(Kind.TEXT, cells, characters_max=LONG_TEXT_OF_TYPE_MAX)
        case _:
            reading = read(Kind.TEXT, cells, characters_max=TEXT_OF_TYPE_MAX)
    return _as_json(reading)


def _read_web_addresses(cells: pl.Series) -> Reading:
    texts = read(Kind.TEXT, cells).values
    wrong = ~texts.str.contains(WEB_ADDRESS)
    return Reading(texts.set(wrong, None), where(wrong, "not-a-web-address"))


def _read_numbers(cells: pl.Series) -> Reading:
    return read(Kind.AMOUNT, cells, convention=Convention.POINT_DECIMAL, final=True)


def _without_unit(cells: pl.Series, unit: str) -> pl.Series:
    """The cells without the unit behind them, which a sender may write. The unit alone is no number."""
    bare = stripped(cells)
    return bare.str.strip_suffix(unit).str.strip_chars().zip_with(bare != unit, bare)


def _read_lists(cells: pl.Series, choices: tuple[str, ...]) -> Reading:
    """One or several words between SEPARATORs; a word that is no choice has the fault."""
    words = pl.DataFrame({"cell": stripped(cells)}).with_row_index("at").drop_nulls()
    each = words.with_columns(pl.col("cell").str.split(SEPARATOR).alias("word")).explode("word")
    each = each.with_columns(pl.col("word").str.strip_chars()).filter(pl.col("word") != "")
    taken = each["word"] if not choices else mapped_words(each["word"], {word: word for word in choices})
    lists = (
        each.with_columns(taken.alias("taken"))
        .group_by("at", maintain_order=True)
        .agg(pl.col("taken").unique(maintain_order=True), pl.col("taken").is_null().any().alias("is_wrong"))
    )
    spread = pl.DataFrame({"at": pl.int_range(len(cells), dtype=pl.UInt32, eager=True)}).join(
        lists, on="at", how="left", maintain_order="left"
    )
    wrong = spread["is_wrong"].fill_null(False)
    values = _json_of(spread["taken"]).set(wrong, None)
    return Reading(values, where(wrong, "unknown-choice"), where(wrong, ", ".join(choices)))


def _as_json(reading: Reading) -> Reading:
    values = reading.values
    if values.dtype == pl.Boolean:
        texts = values.cast(pl.String)
    elif values.dtype.is_decimal():
        texts = values.cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
    else:
        texts = _json_of(values.cast(pl.String))
    return Reading(texts, reading.codes, reading.details)


def _json_of(values: pl.Series) -> pl.Series:
    """Texts, or lists of texts, as JSON; null stays null."""
    encoded = values.alias("").to_frame().select(pl.struct("").struct.json_encode()).to_series()
    bare = encoded.str.strip_prefix('{"":').str.strip_suffix("}")
    return bare.set(values.is_null(), None)


def _pairs(external_id: str, cells: pl.Series, values: pl.Series) -> pl.Series:
    """`"id":value` where the cell is there, its value null where nothing stands in it."""
    told = f'"{external_id}":' + values.fill_null("null")
    return told.set(cells.is_null(), None)


def _objects(height: int, pairs: list[pl.Series]) -> pl.Series:
    if not pairs:
        return pl.repeat(None, height, dtype=pl.String, eager=True).alias(CUSTOM)
    inside = pl.select(
        pl.concat_str([pl.lit(each) for each in pairs], separator=",", ignore_nulls=True).alias(CUSTOM)
    ).to_series()
    return pl.select(pl.when(pl.lit(inside) != "").then("{" + pl.lit(inside) + "}").alias(CUSTOM)).to_series()
