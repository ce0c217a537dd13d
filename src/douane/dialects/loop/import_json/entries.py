"""The entries of importJson as a table: an object of the list is a row, its number in the list its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from douane.formats.csv import Piece, Table
from douane.formats.unreadable import FAULT_SCHEMA
from douane.model.refusing import refusal
from douane.settings import Limits

from .body import kind_of, read_body
from .cells import Rows, column, spellings, values, written
from .dates import ISO_DAY, days_written
from .labels import (
    BESIDE,
    CREDIT,
    CURRENCY,
    CURRENCY_AMOUNT,
    DATES,
    DEBIT,
    DRAFT,
    FILE,
    LABELS,
    NESTED,
    OPENING,
    OTHERS,
    RATE,
    SIDES,
    TEXTS,
    TYPES,
)
from .objects import SHOWN_CHARACTERS, UNREADABLE, Objects, Wrong, read_objects

OPENING_TYPE, BUDGET_TYPE, DRAFT_TYPE = "5", "6", "7"
KNOWN_TYPES = ("1", "2", "3", "4", OPENING_TYPE, BUDGET_TYPE, DRAFT_TYPE)
NO_AMOUNT = r"^[+-]?[0 ]*[.,]?0*$"
PUBLISHED = {each.lower() for each in (*DATES, *TEXTS, *BESIDE, *NESTED, *SIDES, "fichier")}


def read_json_entries(
    date_format: str,
    file_names: Mapping[str, str],
    blocks: Iterator[bytes],
    limits: Limits,
    chunk_bytes: int,
) -> Table:
    """The table of a body in UTF-8, with LABELS; `file_names` are what the documents of URIs are called.

    Refuses `empty-upload` for a body without entries. Objects that are no rows are faults: not-a-json-row,
    line-too-long, nul-character, unit-separator, bytes-outside-charset.
    """
    try:
        entries = read_body(b"".join(blocks)).entries
    except (ValueError, RecursionError):
        entries = None
    if entries is None:
        raise refusal("empty-upload")
    objects = read_objects(entries, limits, chunk_bytes)
    return Table(LABELS, (piece_of(each, LABELS, date_format, file_names) for each in objects))


def piece_of(
    objects: Objects,
    labels: tuple[str, ...],
    date_format: str = ISO_DAY,
    file_names: Mapping[str, str] | None = None,
) -> Piece:
    """The rows with these of the LABELS, and what is wrong with the others."""
    making = _Making(objects.rows, date_format, file_names or {})
    rows = pl.DataFrame([making.column(label) for label in labels])
    lines = objects.lines
    wrong = dict(objects.wrong)
    for at, reasons in making.reasons.items():
        shown = written(objects.rows[at])[:SHOWN_CHARACTERS]
        wrong[int(lines[at])] = UNREADABLE, "; ".join(reasons), shown
    is_sound = np.ones(len(lines), np.bool_)
    is_sound[list(making.reasons)] = False
    rows = rows.filter(pl.Series(is_sound)) if making.reasons else rows
    return Piece(rows, pl.Series(lines[is_sound], dtype=pl.UInt32), _faults(wrong), rows.height + len(wrong))


def _faults(wrong: Mapping[int, Wrong]) -> pl.DataFrame:
    told = [(line, value, code, detail or None) for line, (code, detail, value) in sorted(wrong.items())]
    return pl.DataFrame(told, schema=FAULT_SCHEMA, orient="row")


@dataclass
class _Making:
    """Makes the columns of some objects; `reasons` are what is wrong with those at these places."""

    rows: Rows
    date_format: str
    file_names: Mapping[str, str]
    reasons: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = spellings(self.rows)
        self._sides: dict[str, tuple[Rows, dict[str, list[str]]]] = {}
        self._made: dict[str, pl.Series] = {}

    def column(self, label: str) -> pl.Series:
        """The column of one of the LABELS."""
        made = self._derived.get(label)
        if made is not None:
            return made().alias(label)
        cells = self._values(label)
        if label in NESTED:
            return column(label, cells)
        texts = self._single(label, cells)
        return days_written(texts, self.date_format).alias(label) if label in DATES else texts

    @property
    def _derived(self) -> dict[str, Callable[[], pl.Series]]:
        """The labels whose values stand in other places."""
        return {
            DEBIT: self._debit,
            CREDIT: lambda: self._of_side("credit", "amount"),
            CURRENCY: lambda: self._of_either_side("currency"),
            CURRENCY_AMOUNT: lambda: self._of_either_side("currencyAmount"),
            RATE: lambda: self._of_either_side("currencyRate"),
            FILE: self._files,
            DRAFT: self._drafts,
            OPENING: lambda: self._marked(OPENING_TYPE),
            OTHERS: self._others,
        }

    def _values(self, label: str) -> list[Any]:
        return values(self.rows, self._names.get(label.lower(), ()))

    def _single(self, label: str, cells: list[Any]) -> pl.Series:
        """The column of values that are no arrays or objects."""
        texts = column(label, cells)
        if not texts.str.contains(r"^[\[{]").any():
            return texts
        for at, cell in enumerate(cells):
            if isinstance(cell, dict | list):
                self._tell(at, f"{label} is {kind_of(cell)}, not a single value")
        return texts

    def _objects(self, label: str) -> Rows:
        """The values of a label as objects, empty where there is none."""
        cells = self._values(label)
        for at, cell in enumerate(cells):
            if cell is not None and not isinstance(cell, dict):
                self._tell(at, f"{label} is {kind_of(cell)}, not an object")
                cells[at] = None
        return [cell or {} for cell in cells]

    def _of_side(self, side: str, name: str) -> pl.Series:
        if side not in self._sides:
            found = self._objects(side)
            self._sides[side] = found, spellings(found)
        found, names = self._sides[side]
        label = f"{side}.{name}"
        if label not in self._made:
            self._made[label] = self._single(label, values(found, names.get(name.lower(), ())))
        return self._made[label]

    def _debit(self) -> pl.Series:
        """The amounts of the debit; a row must have one on either side."""
        debit, credit = self._of_side("debit", "amount"), self._of_side("credit", "amount")
        for at in (debit.is_null() & credit.is_null()).arg_true():
            if at not in self.reasons:
                self._tell(at, "neither debit nor credit has an amount")
        return debit

    def _of_either_side(self, name: str) -> pl.Series:
        """What the side tells that has an amount."""
        debit, credit = self._of_side("debit", name), self._of_side("credit", name)
        amount = self._of_side("debit", "amount")
        is_debit = ~amount.str.contains(NO_AMOUNT).fill_null(True)
        return pl.select(
            pl.when(is_debit).then(pl.coalesce(debit, credit)).otherwise(pl.coalesce(credit, debit))
        ).to_series()

    def _files(self) -> pl.Series:
        """The names of the documents."""
        found = self._objects("fichier")
        uris = self._single(FILE, values(found, spellings(found).get("uri", ())))
        if uris.null_count() == len(uris):
            return uris
        return uris.replace(self.file_names) if self.file_names else uris

    def _types(self) -> list[pl.Series]:
        return [column(name, self._values(name)).str.strip_chars() for name in TYPES]

    def _marked(self, kind: str) -> pl.Series:
        """1 where either type says so."""
        is_marked = pl.any_horizontal(each == kind for each in self._types())
        return pl.select(pl.when(is_marked).then(pl.lit("1"))).to_series()

    def _drafts(self) -> pl.Series:
        """1 where it is a draft; types that we do not keep, and those that are none, are told."""
        for types in self._types():
            unkept = types.is_not_null() & (~types.is_in(KNOWN_TYPES) | (types == BUDGET_TYPE))
            for at in unkept.arg_true():
                is_budget = types[at] == BUDGET_TYPE
                told = (
                    "which stands for a budget; entries of a budget are not kept"
                    if is_budget
                    else "not 1 to 7"
                )
                self._tell(at, f"{types.name} is {types[at][:20]}, {told}")
        return self._marked(DRAFT_TYPE)

    def _others(self) -> pl.Series:
        """What was sent under names that are not published, as a JSON object."""
        names = [each for name, spelt in self._names.items() if name not in PUBLISHED for each in spelt]
        if not names:
            return pl.repeat(None, len(self.rows), dtype=pl.String, eager=True)
        unpublished = set(names)
        kept = [
            {name: row[name] for name in row.keys() & unpublished if row[name] is not None}
            for row in self.rows
        ]
        return column(OTHERS, [dict(sorted(each.items())) or None for each in kept])

    def _tell(self, at: int, reason: str) -> None:
        self.reasons.setdefault(int(at), []).append(reason)
