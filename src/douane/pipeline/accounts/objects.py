"""Objects of accounts in columns of text: how a piece of a list is read, whatever its objects hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from douane.formats.json_outside import BadJson, in_words
from douane.formats.json_values import NoSingleValue, as_text, exact, kind_of, spoiled, without_halves
from douane.model.customer_tags import SEPARATOR
from douane.model.json_paths import Each, Path, values_at
from douane.pipeline.batch import FAULT_SCHEMA, LINE, no_faults
from douane.pipeline.known import Keys

from .beside import says_something
from .records import CHECK, FINGERPRINT, PLACE
from .sources import Source, Sources

UNREADABLE = "not-a-json-row"
PARTS_MAX = 50_000
"""How many objects may stand in one, as each takes a hundred times the memory of its text."""

SHOWN_BYTES, SHOWN_CHARACTERS = 800, 200
_OBJECT = msgspec.json.Decoder(float_hook=exact)

SHORT_BYTES = 8

Lines = npt.NDArray[np.uint32]
Cells = dict[str, "str | None"]
Told = tuple[str, str, "str | None"]
"""What stood there, and the code and detail of what is wrong with it."""


@dataclass(frozen=True)
class Objects:
    """Some consecutive objects, their cells in columns of text; see `records.AccountBatch`.

    A cell is null where its object has nothing at the path, empty where null stands there.
    """

    accounts: pl.DataFrame
    addresses: pl.DataFrame
    faults: pl.DataFrame
    received: int

    def with_prints(self, numbers: Lines, prints: Keys) -> Objects:
        """The objects with FINGERPRINT and CHECK, given those of the numbers."""
        at = np.searchsorted(numbers, self.accounts[LINE].to_numpy())
        high, low = (pl.Series(each[at].view(np.int64)) for each in (prints.high, prints.low))
        return replace(self, accounts=self.accounts.with_columns(high.alias(FINGERPRINT), low.alias(CHECK)))


class OddObject(ValueError):
    """An object that is no account: a code and its detail."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def read_singly(text: bytes, numbers: Lines, sources: Sources) -> Objects:
    """The objects of whole lines of text, which have these numbers; any object at all.

    Raises BadJson for what is no JSON.
    """
    made = _Made()
    lines = text.split(b"\n")[:-1]
    for number, line in zip(numbers.tolist(), lines, strict=True):
        known = made.known_odd.get(line)
        if known is None:
            try:
                made.take(number, _value(line, number), sources)
                continue
            except OddObject as odd:
                known = made.remember(line, odd)
        made.wrong.append((number, *known))
    return Objects(
        _frame(made.accounts, sources.accounts, (LINE,)),
        _frame(made.addresses, sources.addresses, (LINE, PLACE)),
        _faults(made.wrong),
        len(lines),
    )


@dataclass
class _Made:
    """The rows of some objects."""

    accounts: list[Mapping[str, Any]] = field(default_factory=list)
    addresses: list[Mapping[str, Any]] = field(default_factory=list)
    wrong: list[tuple[int, str, str, str | None]] = field(default_factory=list)
    known_odd: dict[bytes, Told] = field(default_factory=dict)

    def remember(self, line: bytes, odd: OddObject) -> Told:
        """What is told of the object; of a short one, that it may come again: null is as odd every time."""
        told = _shown(line), odd.code, odd.detail or None
        if len(line) <= SHORT_BYTES:
            self.known_odd[line] = told
        return told

    def take(self, line: int, value: Any, sources: Sources) -> None:
        """The rows of one object. Raises OddObject."""
        if not isinstance(value, dict):
            raise OddObject(UNREADABLE, f"it is {kind_of(value)}, not an object")
        code, detail = spoiled(value)
        if code:
            raise OddObject(code, detail)
        account = _cells(value, sources.accounts)
        addresses = list(_addresses(value, sources))
        self.accounts.append({LINE: line, **account})
        self.addresses += ({LINE: line, PLACE: place, **cells} for place, cells in addresses)


def _addresses(value: Mapping[str, Any], sources: Sources) -> Iterator[tuple[int, Cells]]:
    """The cells of each address, with its place."""
    found = (_lists_at(value, each, is_cell=sources.has_cell(each)) for each in sources.lists)
    lists = list(chain.from_iterable(found))
    if not lists:
        cells = _cells(value, sources.addresses) if sources.may_be_flat else {}
        if says_something(cells):
            yield 1, cells
        return
    for place, part in enumerate(chain.from_iterable(lists), 1):
        if part is None:
            continue
        if not isinstance(part, dict):
            raise OddObject(UNREADABLE, f"address no. {place} is {kind_of(part)}, not an object")
        yield place, _cells(part, sources.addresses)


def _lists_at(value: Mapping[str, Any], path: Path, *, is_cell: bool) -> Iterator[list[Any]]:
    """What at the path are addresses: a list of them, or one alone; anything else only where it `is_cell`."""
    for each in values_at(value, path):
        if isinstance(each, list):
            yield each
        elif isinstance(each, dict):
            yield [each]
        elif each is not None and each != "" and not is_cell:
            raise OddObject(UNREADABLE, f"{path[-1]} is {kind_of(each)}, not a list")


def _cells(value: Mapping[str, Any], sources: tuple[Source, ...]) -> Cells:
    return {each.column: _cell(value, each) for each in sources}


def _cell(value: Mapping[str, Any], source: Source) -> str | None:
    for path in source.paths:
        found = list(values_at(value, path))
        if found:
            try:
                return as_text(found if Each.PART in path else found[0], SEPARATOR)
            except NoSingleValue as odd:
                raise OddObject(UNREADABLE, f"{source.label} is {odd}") from None
    return None


def _frame(rows: list[Mapping[str, Any]], sources: tuple[Source, ...], own: tuple[str, ...]) -> pl.DataFrame:
    """The rows as a table, without the columns that none of them has."""
    texts = {name: [row[name] for row in rows] for name in (each.column for each in sources)}
    there = {name: cells for name, cells in texts.items() if any(each is not None for each in cells)}
    schema = dict.fromkeys(own, pl.UInt32()) | dict.fromkeys(there, pl.String())
    return pl.DataFrame({name: [row[name] for row in rows] for name in own} | there, schema=schema)


def _faults(wrong: list[tuple[int, str, str, str | None]]) -> pl.DataFrame:
    """The faults of objects as a whole, from line, value, code and detail of each."""
    if not wrong:
        return no_faults()
    lines, *texts = zip(*wrong, strict=True)
    columns = [pl.Series(LINE, lines, pl.UInt32)]
    columns += [
        pl.Series(name, cells, pl.String)
        for name, cells in zip(("value", "code", "detail"), texts, strict=True)
    ]
    return pl.DataFrame(columns).with_columns(pl.lit(None, pl.String).alias("field")).select(*FAULT_SCHEMA)


def _value(line: bytes, number: int) -> Any:
    if line.count(b"{") > PARTS_MAX:
        raise OddObject(UNREADABLE, f"it holds more than {PARTS_MAX:,} objects")
    try:
        return _OBJECT.decode(without_halves(line))
    except msgspec.ValidationError:
        raise OddObject(UNREADABLE, "a number has too many digits") from None
    except RecursionError:
        raise OddObject(UNREADABLE, "it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadJson(f"{in_words(error)}, in object {number:,} of the list") from None


def _shown(line: bytes) -> str:
    text = line[:SHOWN_BYTES].decode(errors="replace").strip()[:SHOWN_CHARACTERS]
    return text.replace("\ufdd0", "\N{REPLACEMENT CHARACTER}").replace("\0", "\N{SYMBOL FOR NULL}")
