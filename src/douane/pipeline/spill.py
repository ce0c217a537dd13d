"""What waits on disk until the end of a run: faults to be stored, changed rows, rows set aside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import ipc

PIECE_BYTES = 1 << 20


class CopyFile:
    """Rows as the CSV that COPY reads, appended piece by piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.columns: tuple[str, ...] = ()
        self.rows = 0

    def append(self, rows: pl.DataFrame) -> None:
        """Add rows; every call gives the same columns in the same order."""
        if not rows.height:
            return
        self.columns = tuple(rows.columns)
        self.rows += rows.height
        with self._path.open("ab") as file:
            rows.write_csv(file, include_header=False)

    def pieces(self) -> Iterator[bytes]:
        """The bytes for COPY, a piece at a time."""
        if not self.rows:
            return
        with self._path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


class SetAside:
    """Rows as the sender wrote them, kept for the end of the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: ipc.RecordBatchStreamWriter | None = None
        self.rows = 0

    def append(self, rows: pl.DataFrame) -> None:
        """Set rows aside."""
        if not rows.height:
            return
        table: pa.Table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = ipc.new_stream(str(self._path), table.schema)
        self._writer.write_table(table)
        self.rows += rows.height

    def batches(self) -> Iterator[pl.DataFrame]:
        """The rows that were set aside, in pieces; after this nothing can be added."""
        if not self.rows:
            return
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with pa.OSFile(str(self._path)) as file:
            for batch in ipc.open_stream(file):
                rows = pl.from_arrow(batch)
                assert isinstance(rows, pl.DataFrame)
                yield rows
