"""Map: which of the file's labels fill which fields, and which are kept as extra values."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import starmap

import polars as pl

from douane.model.labels import folded
from douane.model.mapping import Column, Mapping
from douane.model.refusing import refusal
from douane.model.table import Table

from .batch import Batch


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read: the mapped columns it has, and its other labels.

    `added` are labels that the file does not have, and what stands under them in each row. No sender's
    label ends with a blank, as those of constants do.
    """

    mapping: Mapping
    columns: tuple[Column, ...]
    extras: tuple[str, ...]
    added: Dictionary[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        """The table the rows go to."""
        return self.mapping.table

    @property
    def fields(self) -> tuple[str, ...]:
        """The model's fields that the file carries, in the model's order."""
        carried = {each.field for each in self.columns}
        return tuple(each.name for each in self.table.fields if each.name in carried)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels whose cells are read."""
        return (*dict.fromkeys(each.label for each in self.columns), *self.extras)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What gives the cells under a label their meaning, where somebody may change it at any time."""
        told: dict[str, str] = {}
        for column in self.columns:
            meaning = _meaning(column, is_personal=self.mapping.is_personal)
            if meaning:
                told[column.label] = told.get(column.label, "") + meaning
        return told

    def applied(self, batch: Batch) -> Batch:
        """The batch with its defaults and constants, as though they had been sent."""
        defaults = [each for each in self.columns if each.default and each.label not in self.added]
        if not defaults and not self.added:
            return batch
        constants = (pl.lit(text, pl.String).alias(label) for label, text in self.added.items())
        filled = (_filled(each) for each in defaults)
        return replace(batch, rows=batch.rows.with_columns(*filled, *constants))


def map_labels(labels: tuple[str, ...], mapping: Mapping) -> Plan:
    """The plan for a file with these labels; refuses `required-label` for a file that lacks one."""
    found = found_labels(labels, mapping)
    columns = [replace(each, label=label) for each, label in found if label is not None]
    absent = _absent(labels, mapping, [each for each, label in found if label is None and each.default])
    lacking = [each.label for each, label in found if label is None and each.is_required and not each.default]
    if lacking or not _has_alternative(mapping, [*columns, *absent]):
        wanted = lacking or [" or ".join(_alternatives(mapping))]
        raise refusal("required-label", f"{', '.join(wanted)}; it has {', '.join(labels)}")
    mapped = {each.label for each in columns}
    extras = tuple(label for label in labels if label not in mapped) if mapping.keeps_extras else ()
    added = {each.label: each.default for each in absent}
    return Plan(mapping, (*columns, *absent), extras, added)


def found_labels(labels: tuple[str, ...], mapping: Mapping) -> list[tuple[Column, str | None]]:
    """Each column of the mapping with the label that it goes by in the file, None where there is none."""
    known = {label: label for label in labels}
    if mapping.is_personal:
        known = {folded(each): each for each in reversed(labels)} | {each.lower(): each for each in labels}
    return [(each, _found(each, labels, known, mapping)) for each in mapping.columns]


def _found(
    column: Column, labels: tuple[str, ...], known: Dictionary[str, str], mapping: Mapping
) -> str | None:
    if column.position:
        return labels[column.position - 1] if column.position <= len(labels) else None
    for name in (column.label, *column.aliases):
        for spelling in (name.strip().lower(), folded(name)) if mapping.is_personal else (name,):
            if spelling in known:
                return known[spelling]
    return None


def _absent(labels: tuple[str, ...], mapping: Mapping, defaulted: list[Column]) -> list[Column]:
    """The constants, and the columns with a default that the file lacks, under labels it does not have."""
    taken = set(labels)
    added = []
    for column in (*defaulted, *starmap(partial(_constant, mapping), mapping.constants.items())):
        label = column.label
        while label in taken:
            label += " "
        taken.add(label)
        added.append(replace(column, label=label))
    return added


def _constant(mapping: Mapping, name: str, text: str) -> Column:
    known = mapping.table.by_name.get(name)
    choices = {each: each for each in known.choices} if known else {}
    return Column(f"{name} ", name, choices=choices, default=text)


def _has_alternative(mapping: Mapping, columns: list[Column]) -> bool:
    carried = {each.field for each in columns}
    return not mapping.alternatives or any(set(each) <= carried for each in mapping.alternatives)


def _alternatives(mapping: Mapping) -> list[str]:
    """What the file may have instead of one another, as the sender would call it."""
    names = {each.field: each.label for each in mapping.columns}
    known = [each for each in mapping.alternatives if set(each) <= names.keys()]
    return [" and ".join(names[field] for field in each) for each in known]


def _filled(column: Column) -> pl.Expr:
    """The column's cells, the default where they hold blanks or nothing."""
    cells = pl.col(column.label)
    is_empty = cells.str.strip_chars().fill_null("").str.len_bytes() == 0
    return pl.when(is_empty).then(pl.lit(column.default)).otherwise(cells).alias(column.label)


def _meaning(column: Column, *, is_personal: bool) -> str:
    rewriting = [dict(column.values), column.is_closed, dict(column.prefixes), column.date_format]
    if not is_personal:
        return json.dumps([column.field, *rewriting], sort_keys=True) if any(rewriting) else ""
    return json.dumps([column.field, column.is_required, *rewriting], sort_keys=True)
