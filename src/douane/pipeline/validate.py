"""Validate: cells become values, and rows that break a rule are set apart with their faults."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import polars as pl

from douane.model.kinds import Kind
from douane.model.mapping import Column, Declarations

from .batch import FAULT_SCHEMA, FINGERPRINT, LINE, Batch, no_faults
from .clock import Clock
from .identity import EXTRA
from .map import Plan
from .rewriting import rewritten, with_outsiders
from .values import Convention, Proof, Reading, read, settle

VALUE_LENGTH_MAX = 200


@dataclass(frozen=True)
class Checked:
    """One batch after validation.

    `accepted` and `rejected` have LINE, `fingerprint`, the customer's code where rows hang on one, the
    carried fields in the model's types and `extra` (JSON text). `faults` and `warnings` are of
    FAULT_SCHEMA. `waiting` are rows as sent that only the end of the file can settle. `unreadable_lines` are
    the numbers of the lines that could not be read as rows, `received` counts all lines that are decided
    here. `sent` are all rows of the batch as sent.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    faults: pl.DataFrame
    warnings: pl.DataFrame
    waiting: pl.DataFrame
    unreadable_lines: pl.Series
    received: int
    sent: pl.DataFrame

    @property
    def unreadable(self) -> int:
        """How many lines could not be read as rows."""
        return len(self.unreadable_lines)


@dataclass
class Validator:
    """Reads the rows of one file by its plan; remembers which conventions each column has proven."""

    plan: Plan
    declarations: Declarations
    clock: Clock = field(default_factory=Clock)
    proofs: dict[str, Proof] = field(default_factory=dict)

    def check(self, batch: Batch, *, is_final: bool = False) -> Checked:
        """The rows of `batch` read, a FINGERPRINT kept; with `is_final` no row is left waiting."""
        with self.clock.stage("validate"):
            return self._check(batch, is_final=is_final)

    @property
    def settled(self) -> str:
        """What the columns have proven so far, as text."""
        return " ".join(f"{label}:{proof.value}" for label, proof in sorted(self.proofs.items()) if proof)

    def _check(self, batch: Batch, *, is_final: bool) -> Checked:
        readings = {each.field: self._read(each, batch.rows, is_final=is_final) for each in self.plan.columns}
        undecided = [each.undecided for each in readings.values() if each.undecided is not None]
        waits = reduce(or_, undecided) if undecided else _none(batch.rows)
        waiting = batch.rows.filter(waits)
        is_decided = ~pl.col(LINE).is_in(waiting[LINE].implode())
        faults = pl.concat([batch.faults, *self._faults(batch.rows, readings)]).filter(is_decided)
        warnings = pl.concat([no_faults(), *self._warnings(batch.rows, readings)]).filter(is_decided)
        typed = self._typed(batch.rows, readings)
        if FINGERPRINT in batch.rows.columns:
            typed = typed.with_columns(fingerprint=_told_again(batch.rows, warnings))
        bad = batch.rows[LINE].is_in(faults[LINE].implode()) if faults.height else _none(batch.rows)
        return Checked(
            accepted=typed.filter(~bad & ~waits) if bad.any() or waits.any() else typed,
            rejected=typed.filter(bad),
            faults=faults,
            warnings=warnings,
            waiting=waiting,
            unreadable_lines=batch.faults[LINE],
            received=batch.received - waiting.height,
            sent=batch.rows,
        )

    def _read(self, column: Column, rows: pl.DataFrame, *, is_final: bool) -> Reading:
        field_ = self.plan.table.by_name.get(column.field)
        kind = Kind.TEXT if field_ is None else field_.kind
        proven = self.proofs.get(column.label, Proof.NONE)
        declared = self._declared(kind)
        cells = rows[column.label]
        reading = read(
            kind,
            rewritten(cells, column),
            convention=settle(declared, proven) if is_final else declared,
            choices=tuple(column.choices),
            value_map=self.declarations.maps.get(column.label),
            final=is_final,
            characters_max=None if field_ is None else field_.characters_max,
            date_format=column.date_format,
        )
        self.proofs[column.label] = proven | reading.proofs
        return with_outsiders(reading, cells, column)

    def _declared(self, kind: Kind) -> Convention | None:
        said = {Kind.AMOUNT: self.declarations.decimal_sign, Kind.DATE: self.declarations.date_order}.get(
            kind
        )
        return Convention(said) if said else None

    def _faults(self, rows: pl.DataFrame, readings: Dictionary[str, Reading]) -> list[pl.DataFrame]:
        found: list[pl.DataFrame] = []
        for column in self.plan.columns:
            reading = readings[column.field]
            codes = reading.codes
            if codes is not None and column.fault != "unknown-choice":
                codes = codes.replace("unknown-choice", column.fault)
            if codes is not None:
                found.append(_told(rows, column.label, codes, reading.details))
            if column.is_required and reading.values.null_count():
                found += _missing(rows, column)
        return found

    def _warnings(self, rows: pl.DataFrame, readings: Dictionary[str, Reading]) -> list[pl.DataFrame]:
        doubtful = ((each.label, readings[each.field].warnings) for each in self.plan.columns)
        return [_told(rows, label, codes, None) for label, codes in doubtful if codes is not None]

    def _typed(self, rows: pl.DataFrame, readings: Dictionary[str, Reading]) -> pl.DataFrame:
        columns = [rows[LINE]]
        for column in self.plan.columns:
            values = readings[column.field].values.alias(column.field)
            if column.choices:
                values = values.replace_strict(dict(column.choices), default=None, return_dtype=pl.String)
            columns.append(values)
        typed = pl.DataFrame(columns)
        if self.plan.extras:
            filled = _filled(rows, self.plan.extras)
            extra = rows.select(_extra(filled)) if filled else pl.lit(None, pl.String).alias(EXTRA)
            typed = typed.with_columns(extra)
        return self._signed(typed)

    def _signed(self, typed: pl.DataFrame) -> pl.DataFrame:
        """Amounts of credit rows below zero, whichever sign the sender gave them."""
        table = self.plan.table
        if not table.credit_field:
            return typed
        is_credit = typed[table.credit_field].is_in(table.credit_values).fill_null(False)
        if not is_credit.any():
            return typed
        amounts = [
            each
            for each in typed.columns
            if each in table.by_name and table.by_name[each].kind is Kind.AMOUNT
        ]
        return typed.with_columns(
            pl.when(is_credit).then(-pl.col(name).abs()).otherwise(pl.col(name)).alias(name)
            for name in amounts
        )


def _told_again(rows: pl.DataFrame, warnings: pl.DataFrame) -> pl.Series:
    """The fingerprints, those of rows with warnings altered: such rows are read, and told of, every time."""
    fingerprints = rows[FINGERPRINT]
    if not warnings.height:
        return fingerprints
    return fingerprints.zip_with(~rows[LINE].is_in(warnings[LINE].implode()), ~fingerprints)


def _none(rows: pl.DataFrame) -> pl.Series:
    return pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)


def _missing(rows: pl.DataFrame, column: Column) -> list[pl.DataFrame]:
    cells = rows[column.label]
    lacking = cells.str.strip_chars().fill_null("") == ""
    replaced = rewritten(cells, column)
    if replaced is not cells:
        lacking |= replaced.str.strip_chars().eq_missing("")
    if not lacking.any():
        return []
    codes = pl.select(pl.when(lacking).then(pl.lit("missing-value"))).to_series()
    return [_told(rows, column.label, codes, None)]


def _told(rows: pl.DataFrame, label: str, codes: pl.Series, details: pl.Series | None) -> pl.DataFrame:
    """The table of faults (or warnings) of one column: a row for every cell that has a code."""
    return (
        pl.DataFrame(
            {
                LINE: rows[LINE],
                "field": pl.repeat(label.rstrip(), rows.height, dtype=pl.String, eager=True),
                "value": rows[label],
                "code": codes,
                "detail": details
                if details is not None
                else pl.repeat(None, rows.height, dtype=pl.String, eager=True),
            },
            schema=FAULT_SCHEMA,
        )
        .filter(pl.col("code").is_not_null())
        .with_columns(pl.col("value").str.slice(0, VALUE_LENGTH_MAX))
    )


def _filled(rows: pl.DataFrame, labels: tuple[str, ...]) -> list[str]:
    """Those of the labels under which anything stands."""
    return [label for label in labels if rows[label].null_count() < rows.height]


def _extra(labels: list[str]) -> pl.Expr:
    """The unpublished cells of a row as a JSON object of text, null when all of them are empty."""
    pairs = [
        pl.when(pl.col(label).is_not_null()).then(
            pl.struct(pl.col(label).alias(label.strip()))
            .struct.json_encode()
            .str.strip_prefix("{")
            .str.strip_suffix("}")
        )
        for label in labels
    ]
    inside = pl.concat_str(pairs, separator=",", ignore_nulls=True)
    return (
        pl.when(inside.str.len_bytes() > 0)
        .then(pl.concat_str([pl.lit("{"), inside, pl.lit("}")]))
        .alias(EXTRA)
    )
