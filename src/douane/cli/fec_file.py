"""The entry lines of the database as a file: a FEC, written aside and put in its place when it is whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from douane.errors import Failure
from douane.formats.fec_columns import AMOUNTS, DATES, OFFICIAL
from douane.formats.fec_sides import total
from douane.formats.fec_write import Form, write_fec

FALLBACKS = {"CompteLib": "CompteNum", "EcritureLib": "CompteLib", "JournalLib": "JournalCode"}
"""What may not stay blank -> what stands there instead, in this order."""

SCHEMA = {name: pl.Date if name in DATES else pl.String for name in OFFICIAL}
DECIMAL = pl.Decimal(38, 6)


@dataclass
class Written:
    """What was written so far; the totals are those of the lines."""

    lines: int = 0
    size: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)


def write_file(pages: Iterator[list[tuple[Any, ...]]], target: Path, form: Form) -> Written:
    """Write the FEC of the lines (columns as OFFICIAL) to `target`, which is replaced only by a whole file.

    Refuses `outside-charset`; raises Failure when the file cannot be written.
    """
    written = Written()
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            aside = Path(file.name)
            try:
                for piece in write_fec(_frames(pages, written, form), form):
                    written.size += file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                aside.chmod(_mode())
                aside.replace(target)
            finally:
                with suppress(FileNotFoundError):
                    aside.unlink()
    except OSError as error:
        raise Failure(f"{target} cannot be written: {error.strerror}.") from error
    return written


def _frames(pages: Iterator[list[tuple[Any, ...]]], written: Written, form: Form) -> Iterator[pl.DataFrame]:
    for rows in pages:
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        frame = frame.with_columns(pl.col(name).cast(DECIMAL) for name in OFFICIAL if name in AMOUNTS)
        for name, fallback in FALLBACKS.items():
            has_ink = pl.col(name).str.contains(rf"[^\s\p{{Cc}}{form.separator}]")
            frame = frame.with_columns(pl.when(has_ink).then(name).otherwise(fallback).alias(name))
        written.lines += frame.height
        written.debit += total(frame["Debit"])
        written.credit += total(frame["Credit"])
        yield frame


def _mode() -> int:
    """The permissions of a new file, which a temporary one does not have."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
