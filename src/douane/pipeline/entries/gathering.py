"""Gathering: lines wait on disk until the file has been read, and then come as whole entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from douane.pipeline.spill import SetAside

from .assembling import Chunk, assembled, together
from .grouping import Balances, Grouping

PARTS_MAX = 256


@dataclass
class Kept:
    """The lines of a file, on disk in `folder`."""

    folder: Path
    lines: SetAside

    def chunks(self, grouping: Grouping, rows_at_once: int) -> Iterator[Chunk]:
        """All entries, about `rows_at_once` lines at a time."""
        count = min(PARTS_MAX, -(-self.lines.rows // rows_at_once))
        parts = [self.lines] if count <= 1 else self._parted(grouping, count)
        for part in parts:
            if part.rows:
                yield together(pl.concat(part.batches()), grouping)

    def _parted(self, grouping: Grouping, count: int) -> list[SetAside]:
        """The lines in `count` parts, all lines of an entry in the same one."""
        parts = [SetAside(self.folder / f"part-{number}.arrows") for number in range(count)]
        for lines in self.lines.batches():
            numbers = lines.select(pl.struct(grouping.value).hash() % count).to_series()
            for number, part in enumerate(parts):
                part.append(lines.filter(numbers == number))
        return parts


def gathered(batches: Iterator[pl.DataFrame], balances: Balances, folder: Path) -> Kept:
    """Put all lines aside, and note in `balances` what any grouping can be judged by."""
    kept = Kept(folder, SetAside(folder / "lines.arrows"))
    for chunk in assembled(batches, Grouping.JOURNAL_NUMBER_DAY):
        balances.add(chunk.entries)
        kept.lines.append(chunk.lines)
    return kept
