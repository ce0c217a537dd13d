"""The ways in which dlt can merge the same rows into the same PostgreSQL, as its pages document them.

dlt is given what is easiest for it: typed values that are already in memory, a table without any index, a
process that is warm. Only the last way does what the gateway does within its time: it reads the CSV file, and
keeps an index that makes the key unique.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import feeds
from psycopg.conninfo import conninfo_to_dict
from tables import Connection, rest, scalar

DATASET = "beside_dlt"
TABLE = "items"
KEY = "item_number"
"""Unique in our feed. One column is the quickest key that dlt can have."""

UPSERT = {"disposition": "merge", "strategy": "upsert"}
FILES_AT_ONCE = 4


@dataclass(frozen=True)
class Way:
    """One configuration: what dlt is given, in which format it loads, how it merges, in how many files.

    `does_all` is the whole job: from the CSV file, into a table whose key is unique.
    """

    name: str
    is_arrow: bool
    disposition: dict[str, Any] = field(default_factory=lambda: {"disposition": "merge"})
    file_format: Literal["csv", "parquet"] | None = None
    files: int = 1
    creates_indexes: bool = True
    does_all: bool = False


WAYS = (
    Way("rows, as it comes", is_arrow=False),
    Way("rows, csv, upsert, no indexes", False, UPSERT, "csv", creates_indexes=False),
    Way("Arrow, as it comes", is_arrow=True),
    Way(
        "Arrow, csv, delete-insert, deduplicated",
        True,
        {"disposition": "merge", "strategy": "delete-insert", "deduplicated": True},
        "csv",
    ),
    Way("Arrow, csv, upsert", True, UPSERT, "csv"),
    Way("Arrow, csv, upsert, 4 files at once", True, UPSERT, "csv", FILES_AT_ONCE),
    Way("Arrow, parquet by ADBC, upsert", True, UPSERT, "parquet"),
    Way("Arrow, parquet by ADBC, upsert, 4 files at once", True, UPSERT, "parquet", FILES_AT_ONCE),
    Way("the CSV file, parquet by ADBC, upsert, unique key", True, UPSERT, "parquet", does_all=True),
)


@dataclass(frozen=True)
class Dlt:
    """dlt with its working folder in `folder`, loading into the database of `url`."""

    folder: Path
    url: str
    database: Connection

    @classmethod
    def prepared(cls, folder: Path, url: str, database: Connection) -> Dlt:
        """dlt that tells nobody and writes nowhere but in `folder`; the process moves there."""
        folder.mkdir()
        os.chdir(folder)
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
        os.environ["DLT_DATA_DIR"] = str(folder)
        return cls(folder, url, database)

    @property
    def _pipelines(self) -> Path:
        return self.folder / "pipelines"

    def forget(self) -> None:
        """Remove what was loaded, and what dlt remembers of it."""
        shutil.rmtree(self._pipelines, ignore_errors=True)
        for schema in (DATASET, f"{DATASET}_staging"):
            self.database.execute(f"drop schema if exists {schema} cascade")

    def merge(self, way: Way, lines: int) -> float:
        """Seconds of one merge of the feed; a repeat finds what the last left unless `forget` was called."""
        import dlt

        self._tune(way, lines)
        pipeline = dlt.pipeline(
            pipeline_name="bench",
            destination=dlt.destinations.postgres(
                credentials=self._credentials(), create_indexes=way.creates_indexes
            ),
            dataset_name=DATASET,
            pipelines_dir=str(self._pipelines),
        )
        resource = dlt.resource(
            self._given(way, lines),
            name=TABLE,
            primary_key=KEY,
            write_disposition=way.disposition,
            columns={KEY: {"unique": True}} if way.does_all else None,
        )
        rest(self.database)
        began = time.perf_counter()
        info = pipeline.run(resource, loader_file_format=way.file_format)
        seconds = time.perf_counter() - began
        info.raise_on_failed_jobs()
        stored = scalar(self.database, f"select count(*) from {DATASET}.{TABLE}")
        assert stored == lines, f"dlt stored {stored} of {lines} lines"
        return seconds

    def _tune(self, way: Way, lines: int) -> None:
        """Files of this many lines, which dlt loads in threads."""
        os.environ.pop("DATA_WRITER__FILE_MAX_ITEMS", None)
        if way.files > 1:
            os.environ["DATA_WRITER__FILE_MAX_ITEMS"] = str(-(-lines // way.files))

    def _credentials(self) -> dict[str, Any]:
        """The gateway's own socket; the password is not asked for there, yet dlt wants one."""
        parts = conninfo_to_dict(self.url)
        return {
            "host": quote(str(parts["host"]), safe=""),
            "port": int(parts.get("port") or 5432),
            "database": parts["dbname"],
            "username": parts["user"],
            "password": "unused",
        }

    def _given(self, way: Way, lines: int) -> Iterator[Any]:
        """What dlt iterates over: ready data, or a reader that works while dlt asks."""
        if way.does_all:
            file = self.folder / f"{lines}.csv"
            feeds.write_items(file, lines)
            return (feeds.read_items(each).to_arrow() for each in [file])
        pieces = feeds.items(lines)
        return iter([piece.to_arrow() if way.is_arrow else piece.to_dicts() for piece in pieces])
