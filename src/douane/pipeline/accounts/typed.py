"""Typed reading: objects of the usual kind, a whole piece at once, their names known beforehand.

Decoded into structs with a slot for each name that is read, some hundred objects at a time, so that they stay
in the processor's cache: that takes a fifth of the time of reading any object at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import polars as pl

from douane.formats.json_values import ABSENT, is_suspicious
from douane.model.json_paths import Path
from douane.pipeline.batch import LINE, no_faults

from .beside import saying
from .objects import PARTS_MAX, Lines, Objects, read_singly
from .records import PLACE
from .sources import Source, Sources

NULL = b"null"
SINGLE = str | int | bool | None

Slots = dict[str, str]


class Reader:
    """Reads pieces of a list of objects; what is of no usual kind is read singly."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        is_plain = _is_plain(sources)
        self._usual = _Typed.of(sources, None) if is_plain else None
        self._with_nulls = _Typed.of(sources, ABSENT) if is_plain else None

    def read(self, text: bytes, numbers: Lines, *, are_braced: bool = True) -> Objects:
        """The objects of whole lines, which have these numbers. Raises BadJson.

        Unless lines `are_braced`, one of them may begin an object that the next one ends.
        """
        may_be_deep = len(text) > 3 * PARTS_MAX and text.count(b"{") > PARTS_MAX
        typed = self._with_nulls if NULL in text else self._usual
        if typed is not None and are_braced and not may_be_deep and not is_suspicious(text):
            try:
                rows = typed.decoder.decode_lines(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # some of them are of another kind, or wrong
            else:
                if len(rows) == len(numbers):
                    return typed.columns(rows, numbers)
        return read_singly(text, numbers, self._sources)


@dataclass(frozen=True)
class _Typed:
    """The structs of objects without depth: what each has a slot for, by name.

    `absent` stands where nothing is: ABSENT, or None for texts without any null.
    """

    sources: Sources
    absent: str | None
    lists: tuple[str, ...]
    slots: Slots
    slots_of_parts: Slots
    decoder: msgspec.json.Decoder[Any]

    @classmethod
    def of(cls, sources: Sources, absent: str | None) -> _Typed:
        """The structs for these sources."""
        parts = _slots(sources.addresses)
        slots = _slots((*sources.accounts, *(sources.addresses if sources.may_be_flat else ())))
        lists = tuple(str(path[0]) for path in sources.lists)
        struct_of_part = _struct("Part", {slot: (name, SINGLE) for name, slot in parts.items()}, absent)
        kinds: dict[str, tuple[str, Any]] = {slot: (name, SINGLE) for name, slot in slots.items()}
        for number, name in enumerate(lists):
            # Where a name is that of a list in some objects and that of a cell in others.
            slot = slots.setdefault(name, f"list_{number}")
            single = SINGLE if slot in kinds else None
            kinds[slot] = name, list[struct_of_part] | single  # type: ignore[valid-type]
        decoder = msgspec.json.Decoder(_struct("Object", kinds, absent))
        return cls(sources, absent, lists, slots, parts, decoder)

    def columns(self, rows: list[Any], lines: Lines) -> Objects:
        """The objects in columns, by their numbers."""
        accounts = self._frame({LINE: lines}, rows, self.sources.accounts, self.slots)
        parts, counts = self._parts(rows)
        places = np.arange(len(parts)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        own = {LINE: np.repeat(lines, counts), PLACE: places.astype(np.uint32)}
        addresses = self._frame(own, parts, self.sources.addresses, self.slots_of_parts)
        beside = self._beside(rows, lines, np.flatnonzero(counts == 0))
        if beside.height:
            addresses = pl.concat([addresses, beside], how="diagonal").sort(LINE, maintain_order=True)
        return Objects(accounts, addresses, no_faults(), len(rows))

    def _parts(self, rows: list[Any]) -> tuple[list[Any], Any]:
        """The addresses in lists, and how many of them each row has."""
        found = [_values(rows, self.slots[name]) for name in self.lists]
        found = [each for each in found if each.count(self.absent) < len(rows)]
        if not found:
            return [], np.zeros(len(rows), np.int64)
        lists = [[each if each.__class__ is list else () for each in several] for several in found]
        each_row = lists[0] if len(lists) == 1 else [[*chain(*each)] for each in zip(*lists, strict=True)]
        return list(chain.from_iterable(each_row)), np.array([len(each) for each in each_row], np.int64)

    def _beside(self, rows: list[Any], lines: Any, without: Any) -> pl.DataFrame:
        """The addresses that stand beside their accounts, of the rows `without` any in a list."""
        if not self.sources.may_be_flat or not len(without):
            return pl.DataFrame()
        slots = [self.slots[name] for name in self.lists]
        flat = [at for at in without.tolist() if not _has_list(rows[at], slots)]
        own = {LINE: lines[flat], PLACE: np.ones(len(flat), np.uint32)}
        made = self._frame(own, [rows[at] for at in flat], self.sources.addresses, self.slots)
        cells = made.columns[len(own) :]
        return made.filter(saying(cells)) if cells else pl.DataFrame()

    def _frame(
        self, own: dict[str, Any], rows: Sequence[Any], sources: Sequence[Source], slots: Slots
    ) -> pl.DataFrame:
        """A table of the rows, without the columns that none of them has."""
        columns = [pl.Series(name, values, pl.UInt32) for name, values in own.items()]
        for source in sources:
            cells = self._cells(rows, [slots[str(path[0])] for path in source.paths])
            if cells.count(self.absent) < len(cells):
                columns.append(self._texts(source.column, cells))
        return pl.DataFrame(columns)

    def _cells(self, rows: Sequence[Any], slots: Sequence[str]) -> list[Any]:
        """The values under the first of the names that each row has."""
        cells = _values(rows, slots[0])
        for slot in slots[1:]:
            others = _values(rows, slot)
            cells = [
                other if cell is self.absent else cell for cell, other in zip(cells, others, strict=True)
            ]
        return cells

    def _texts(self, name: str, cells: list[Any]) -> pl.Series:
        """The cells in text, null where nothing is and empty where null is."""
        try:
            texts = pl.Series(name, cells, pl.String)
        except TypeError:
            texts = pl.Series(name, list(map(_text, cells)), pl.String)
        if self.absent is None:
            return texts
        texts = texts.fill_null("")
        return texts.set(texts == self.absent, None)


def _is_plain(sources: Sources) -> bool:
    """Whether all cells stand under names of the objects themselves."""
    each_source = (*sources.accounts, *sources.addresses)
    paths = (path for each in each_source for path in each.paths)
    return all(map(_is_name, (*paths, *sources.lists)))


def _is_name(path: Path) -> bool:
    """Whether the path is one name, and one that stands in a text of JSON as it is, as msgspec wants it."""
    if len(path) != 1 or not isinstance(name := path[0], str):
        return False
    return not any(sign in '"\\' or sign < " " for sign in name)


def _slots(sources: Sequence[Source]) -> Slots:
    names = dict.fromkeys(str(path[0]) for each in sources for path in each.paths)
    return {name: f"cell_{number}" for number, name in enumerate(names)}


def _struct(title: str, kinds: dict[str, tuple[str, Any]], absent: str | None) -> Any:
    fields = [(slot, kind, msgspec.field(default=absent, name=name)) for slot, (name, kind) in kinds.items()]
    return msgspec.defstruct(title, fields, gc=False)


def _has_list(row: Any, slots: Sequence[str]) -> bool:
    return any(getattr(row, slot).__class__ is list for slot in slots)


def _values(rows: Sequence[Any], slot: str) -> list[Any]:
    return list(map(attrgetter(slot), rows))


def _text(value: SINGLE) -> str | None:
    if value is True or value is False:
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)
