"""What a mapping does to the cells of accounts and addresses: constants, defaults, words, written dates."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.custom_fields import CUSTOM_PREFIX
from douane.model.customer_tags import SEPARATOR
from douane.model.customers import TAGS
from douane.model.kinds import Kind
from douane.model.mapping import Column
from douane.model.mapping_document import MappingDocument
from douane.model.mapping_parts import MappedColumn
from douane.pipeline.batch import FAULT_SCHEMA, LINE, no_faults
from douane.pipeline.rewriting import rewritten, with_outsiders
from douane.pipeline.validate import VALUE_LENGTH_MAX
from douane.pipeline.values import Convention, Reading, read
from douane.pipeline.values.reading import stripped, where

from .reading import names_of_addresses
from .records import PLACE

USUAL_SIGN, USUAL_ORDER = ".", "dmy"
"""How accounts are read anyhow; see `reading.CONVENTIONS`."""


class MappedCells:
    """What a mapping says of the fields that begin with `prefix`: those of accounts, or of addresses."""

    def __init__(self, document: MappingDocument, prefix: str) -> None:
        own = [each for each in document.columns if _is_own(each.field, prefix)]
        self._layout = document.layout
        self._kinds = {name: each.kind for name, each in document.fields.items()}
        self._prefix = prefix
        self._columns = [each for each in own if self._is_touched(each)]
        self._constants = {
            name.removeprefix(prefix): text
            for name, text in document.constants.items()
            if _is_own(name, prefix)
        }

    def mapped(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows as though they had been sent so, and the faults (FAULT_SCHEMA) of the cells."""
        rows = rows.with_columns(pl.lit(text).alias(name) for name, text in self._constants.items())
        faults = [no_faults()]
        for column in self._columns:
            name = column.field.removeprefix(self._prefix)
            sent = rows[name] if name in rows.columns else _nothing(rows.height)
            reading = self._read(column, sent)
            rows = rows.with_columns(reading.values.alias(name))
            faults.append(_faults(rows, column.label, sent, reading))
        return rows, pl.concat(faults)

    def _is_touched(self, column: MappedColumn) -> bool:
        """Whether the mapping says anything of the cells beyond where they stand."""
        is_asked = column.is_required or column.default or column.values or column.prefixes
        return bool(is_asked or self._written(column))

    def _written(self, column: MappedColumn) -> dict[str, object]:
        """How amounts and dates are written, unless it is as usual; nothing of other fields."""
        kind, layout = self._kinds[column.field], self._layout
        if kind is Kind.AMOUNT and layout.decimal_sign not in {"", USUAL_SIGN}:
            return {"convention": Convention(layout.decimal_sign)}
        is_date = kind is Kind.DATE or (column.date_format and _is_custom(column))
        if is_date and (column.date_format or layout.date_format):
            return {"date_format": column.date_format or layout.date_format}
        if is_date and layout.date_order not in {"", USUAL_ORDER}:
            return {"convention": Convention(layout.date_order)}
        return {}

    def _read(self, column: MappedColumn, sent: pl.Series) -> Reading:
        """The cells in text as they are read later, and what is wrong with them."""
        cells = _filled(sent, column.default)
        plain = Column(
            column.label,
            column.field,
            values=column.values,
            is_closed=column.is_closed,
            prefixes=column.prefixes,
        )
        reading = _of_parts(cells, plain) if _has_parts(column, cells) else _rewritten(cells, plain)
        reading = replace(reading, values=_keeping_empty(cells, reading.values))
        written = self._written(column)
        if written:
            kind = Kind.AMOUNT if self._kinds[column.field] is Kind.AMOUNT else Kind.DATE
            found = read(kind, reading.values, final=True, **written)  # type: ignore[arg-type]
            texts = _keeping_empty(cells, found.values.cast(pl.String))
            reading = _both(reading, Reading(texts, found.codes, found.details))
        if column.is_required and column.field != "external_id":
            lacking = stripped(cells).is_null()
            reading = _both(reading, Reading(reading.values, where(lacking, "missing-value")))
        return reading


def _rewritten(cells: pl.Series, plain: Column) -> Reading:
    """The cells as the column has them replaced, and the words it knows nothing of."""
    return with_outsiders(Reading(rewritten(cells, plain)), cells, plain)


def _of_parts(cells: pl.Series, plain: Column) -> Reading:
    """The same where each part of a cell is a word; the first fault of a part is that of the cell."""
    split = (
        pl.DataFrame({"part": cells}).with_row_index("at").with_columns(pl.col("part").str.split(SEPARATOR))
    )
    parts = split.explode("part")
    found = _rewritten(parts["part"], plain)
    codes, details = (
        each if each is not None else _nothing(parts.height) for each in (found.codes, found.details)
    )
    told = parts.select(
        "at", pl.lit(found.values).alias("value"), codes.alias("code"), details.alias("detail")
    )
    value = pl.col("value").drop_nulls()
    whole = told.group_by("at", maintain_order=True).agg(
        pl.when(value.len() > 0).then(value.str.join(SEPARATOR)).alias("value"),
        pl.col("code", "detail").drop_nulls().first(),
    )
    return Reading(whole["value"], whole["code"], whole["detail"])


def _has_parts(column: MappedColumn, cells: pl.Series) -> bool:
    """Whether a cell may hold several words, and one does."""
    may_be = column.field == TAGS.name or _is_custom(column)
    return may_be and bool(cells.str.contains(SEPARATOR, literal=True).any())


def _is_own(field: str, prefix: str) -> bool:
    return field.startswith(prefix or ADDRESS_PREFIX) == bool(prefix)


def _is_custom(column: MappedColumn) -> bool:
    return CUSTOM_PREFIX in column.field


def _nothing(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.String, eager=True)


def _filled(cells: pl.Series, default: str) -> pl.Series:
    """The cells, the default where nothing stands in them or they are not there."""
    return cells.set(stripped(cells).is_null(), default) if default else cells


def _keeping_empty(cells: pl.Series, read_from: pl.Series) -> pl.Series:
    """What was read from the cells, empty where they were: that is not the same as not there."""
    is_empty = cells.is_not_null() & stripped(cells).is_null()
    return read_from.set(is_empty, "") if is_empty.any() else read_from


def _both(first: Reading, second: Reading) -> Reading:
    """The second reading with the faults of the first one before its own."""
    return Reading(
        second.values, _laid_over(first.codes, second.codes), _laid_over(first.details, second.details)
    )


def _laid_over(above: pl.Series | None, below: pl.Series | None) -> pl.Series | None:
    if above is None or below is None:
        return below if above is None else above
    return above.zip_with(above.is_not_null(), below)


def _faults(rows: pl.DataFrame, label: str, sent: pl.Series, reading: Reading) -> pl.DataFrame:
    """A fault for each cell that has a code; that of an address names it."""
    if reading.codes is None:
        return no_faults()
    details = _nothing(len(sent)) if reading.details is None else reading.details
    names = names_of_addresses(rows) if PLACE in rows.columns else pl.lit("")
    told = rows.select(
        pl.col(LINE),
        (pl.lit(label) + names).alias("field"),
        sent.str.slice(0, VALUE_LENGTH_MAX).alias("value"),
        reading.codes.alias("code"),
        details.cast(pl.String).alias("detail"),
    )
    return told.filter(pl.col("code").is_not_null()).cast(FAULT_SCHEMA)
