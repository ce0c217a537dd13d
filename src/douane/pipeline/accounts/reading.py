"""Reading: the cells of accounts and addresses become values, or faults that name their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from douane.model.addresses import ADDRESS_FEED, ADDRESS_REQUIRED
from douane.model.customer_tags import SEPARATOR
from douane.model.customers import ACCOUNT_FEED, TAGS
from douane.model.kinds import Kind
from douane.model.table import Field
from douane.model.texts import CODE_CHARACTERS_MAX
from douane.pipeline.batch import FAULT_SCHEMA, LINE, no_faults
from douane.pipeline.validate import VALUE_LENGTH_MAX
from douane.pipeline.values import Convention, Reading, read
from douane.pipeline.values.country import read_countries
from douane.pipeline.values.reading import stripped, where

from .custom import CUSTOM, read_customs
from .records import PLACE
from .wishes import AccountWishes

CONVENTIONS = {Kind.AMOUNT: Convention.POINT_DECIMAL, Kind.DATE: Convention.DAY_FIRST}
"""How numbers and days that could mean two things are read."""

Label = Callable[[str], str]


@dataclass(frozen=True)
class Read:
    """Rows as read: LINE (and PLACE) and their fields by name, in the model's types, CUSTOM as JSON text.

    `faults` and `warnings` are of FAULT_SCHEMA.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    warnings: pl.DataFrame


def read_accounts(accounts: pl.DataFrame, wishes: AccountWishes) -> Read:
    """The accounts, `tags` a text that PostgreSQL reads as an array."""
    readings = _readings(accounts, ACCOUNT_FEED)
    if TAGS.name in readings:
        readings[TAGS.name] = read_tags(accounts[TAGS.name], wishes)
    missing = _missing(accounts, readings, ("external_id",))
    customs = read_customs(accounts, wishes.of_accounts)
    told = _Told(accounts, wishes.labels.of_account, None)
    return told.read({**readings, CUSTOM: Reading(customs.values)}, {**readings, **customs.readings}, missing)


def read_addresses(addresses: pl.DataFrame, wishes: AccountWishes) -> Read:
    """The addresses; what is required of them is there, unless they are only taken off their account."""
    readings = _readings(addresses, ADDRESS_FEED)
    if "country" in readings:
        readings["country"] = _as_given(readings["country"], addresses["country"])
    needed = {each.column: each for each in wishes.of_addresses.values() if each.is_required}
    missing = _missing(addresses, readings, (*ADDRESS_REQUIRED, *needed))
    customs = read_customs(addresses, wishes.of_addresses)
    told = _Told(addresses, wishes.labels.of_address, names_of_addresses(addresses))
    return told.read({**readings, CUSTOM: Reading(customs.values)}, {**readings, **customs.readings}, missing)


def read_tags(cells: pl.Series, wishes: AccountWishes) -> Reading:
    """External ids of tags between SEPARATORs, as the text of an array.

    Unknown ones are unknown-tag, or made, if they are not too long for that.
    """
    each = _each_tag(cells)
    if not each.height:
        return Reading(_nothing(len(cells)))
    quoted = pl.col("tag").str.replace_all(r"([\\\"])", r"\$1")
    arrays = each.group_by("at", maintain_order=True).agg(('"' + quoted + '"').str.join(",").alias("tags"))
    values = _nothing(len(cells)).scatter(arrays["at"], "{" + arrays["tags"] + "}")
    is_unknown = ~pl.col("tag").is_in(list(wishes.tags))
    wrong = each.filter(_is_too_long() if wishes.makes_tags else is_unknown)["at"].unique()
    if not len(wrong):
        return Reading(values)
    code, detail = ("text-too-long", str(CODE_CHARACTERS_MAX)) if wishes.makes_tags else ("unknown-tag", None)
    codes, details = (_nothing(len(cells)).scatter(wrong, each) for each in (code, detail))
    return Reading(values.scatter(wrong, None), codes, details)


def unknown_tags(cells: pl.Series, wishes: AccountWishes) -> set[str]:
    """The tags in the cells that the organization does not have, but could."""
    return set(_each_tag(cells).filter(~_is_too_long())["tag"].unique().to_list()) - wishes.tags


def _is_too_long() -> pl.Expr:
    return pl.col("tag").str.len_chars() > CODE_CHARACTERS_MAX


def _each_tag(cells: pl.Series) -> pl.DataFrame:
    """Each tag of each cell: `at`, the place of the cell, and `tag`."""
    words = pl.DataFrame({"cell": stripped(cells)}).with_row_index("at").drop_nulls()
    each = words.select("at", pl.col("cell").str.split(SEPARATOR).alias("tag")).explode("tag")
    bare = each.with_columns(pl.col("tag").str.strip_chars())
    return bare.filter(pl.col("tag") != "").unique(maintain_order=True)


def _nothing(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.String, eager=True)


def _readings(rows: pl.DataFrame, feed: Iterable[Field]) -> dict[str, Reading]:
    """A reading of each field that the rows have."""
    there = set(rows.columns)
    return {
        each.name: read(
            each.kind,
            rows[each.name],
            convention=CONVENTIONS.get(each.kind),
            choices=each.choices,
            final=True,
            characters_max=each.characters_max,
        )
        for each in feed
        if each.name in there
    }


def _as_given(reading: Reading, cells: pl.Series) -> Reading:
    """Countries, of which an unknown one is only doubtful."""
    distinct = cells.unique()
    once = read_countries(distinct)
    told = [each.is_not_null() for each in (once.codes, once.warnings) if each is not None]
    if not told:
        return reading
    doubtful = cells.is_in(distinct.filter(reduce(or_, told)).implode()).fill_null(False)
    return Reading(
        reading.values, reading.codes, reading.details, warnings=where(doubtful, "unknown-country")
    )


def _missing(
    rows: pl.DataFrame, readings: Mapping[str, Reading], required: Iterable[str]
) -> dict[str, pl.Series]:
    """Where a required cell is empty, by field; an address that is taken off needs its external id alone."""
    found: dict[str, pl.Series] = {}
    is_off = readings["is_unlinked"].values.fill_null(False) if "is_unlinked" in readings else None
    for name in required:
        if name in rows.columns:
            lacking = stripped(rows[name]).is_null()
        else:
            lacking = pl.repeat(True, rows.height, dtype=pl.Boolean, eager=True)
        if is_off is not None and name != "external_id":
            lacking &= ~is_off
        if lacking.any():
            found[name] = lacking
    return found


def names_of_addresses(addresses: pl.DataFrame) -> pl.Expr:
    """What faults call an address, behind the label: its external id, or its place."""
    place = "no. " + pl.col(PLACE).cast(pl.String)
    if "external_id" not in addresses.columns:
        return " (" + place + ")"
    own = pl.col("external_id").str.strip_chars()
    named = pl.when(own != "").then(own.str.slice(0, VALUE_LENGTH_MAX)).otherwise(place)
    return " (" + named + ")"


@dataclass(frozen=True)
class _Told:
    """Makes tables of faults about `rows`; `names` is what stands behind the label in each."""

    rows: pl.DataFrame
    label: Label
    names: pl.Expr | None

    def read(
        self,
        values: Mapping[str, Reading],
        readings: Mapping[str, Reading],
        missing: Mapping[str, pl.Series],
    ) -> Read:
        """The rows as read, with what is wrong in them."""
        faults = [
            self._table(name, each.codes, each.details)
            for name, each in readings.items()
            if each.codes is not None
        ]
        faults += [
            self._table(name, pl.select(pl.when(lacking).then(pl.lit("missing-value"))).to_series(), None)
            for name, lacking in missing.items()
        ]
        warnings = [
            self._table(name, each.warnings, None)
            for name, each in readings.items()
            if each.warnings is not None
        ]
        own = self.rows.select(each for each in (LINE, PLACE) if each in self.rows.columns)
        typed = own.with_columns(each.values.alias(name) for name, each in values.items())
        return Read(typed, pl.concat([no_faults(), *faults]), pl.concat([no_faults(), *warnings]))

    def _table(self, name: str, codes: pl.Series, details: pl.Series | None) -> pl.DataFrame:
        """A row for each cell that has a code."""
        which = codes.is_not_null()
        rows = self.rows.filter(which)
        label = pl.lit(self.label(name))
        cells = pl.col(name) if name in rows.columns else pl.lit(None, pl.String)
        told = rows.select(
            pl.col(LINE),
            (label if self.names is None else label + self.names).alias("field"),
            cells.str.slice(0, VALUE_LENGTH_MAX).alias("value"),
            pl.lit(codes.filter(which)).alias("code"),
            pl.lit(None if details is None else details.filter(which), pl.String).alias("detail"),
        )
        return told.cast(FAULT_SCHEMA)
