"""One attempt to pull the records of a connector, as its definition and its secrets are at that moment."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from douane.dialects.native.mapped import MAPPING
from douane.errors import Failure
from douane.model.json_paths import read_path
from douane.pipeline.receive import Upload
from douane.store.connectors import Connection, StoredConnector, find_connector_of_run
from douane.store.networks import list_networks
from douane.store.runs import Run
from douane.store.sealing import Sealer
from douane.store.sources import Source, count_attempts, try_longer

from .asking import SUFFIX
from .work import Work

log = logging.getLogger("douane.jobs")

SUFFIX_OF_LISTS = ".json"
NO_CONNECTOR = "The connector was removed before its records were fetched."


def begin_pulling(conn: Connection, source: Source) -> None:
    """The time in which a connector is tried begins with its first attempt, however long it stood in line."""
    if count_attempts(conn, source.run_id) == 1:
        try_longer(conn, source.run_id, (source.tried_until - source.tried_since).total_seconds())


def pull_upload(work: Work, run: Run, folder: Path, is_stopping: Callable[[], bool]) -> tuple[Upload, str]:
    """All records of the connector that the run is of, in a file; and in words how many that are.

    Raises Refusal and Failure.
    """
    # Here, because the HTTP client is slow to import and the queue is also used without it.
    from douane.fetch.guard import Guard
    from douane.fetch.pull import pull

    with work.database.connection() as conn:
        stored = _connector(conn, run.id)
        guard = Guard(list_networks(conn, stored.organization_id))

    def note(told: str) -> None:
        log.warning("run %d: %s", run.id, told)

    pulled = pull(
        stored.connector,
        stored.unsealed(Sealer.of(work.settings)),
        guard,
        folder,
        work.settings,
        is_stopping=is_stopping,
        note=note,
    )
    upload = Upload(pulled.path, f"{stored.name}{SUFFIX}", pulled.size, pulled.digest)
    if not pulled.records:
        upload = _without_records(upload, run)
    return upload, _told(pulled.records, pulled.pages, pulled.received)


def _connector(conn: Connection, run_id: int) -> StoredConnector:
    found = find_connector_of_run(conn, run_id)
    if found is None:
        raise Failure(NO_CONNECTOR)
    return found


def _without_records(upload: Upload, run: Run) -> Upload:
    """An empty list where the mapping of the run has it: an empty file is taken for a mistake."""
    told: Any = []
    for step in reversed(read_path(run.declarations[MAPPING]["layout"].get("records", "$"))):
        told = {step: told} if isinstance(step, str) else [told]
    text = json.dumps(told).encode()
    upload.path.write_bytes(text)
    name = upload.name.removesuffix(SUFFIX) + SUFFIX_OF_LISTS
    return Upload(upload.path, name, len(text), hashlib.sha256(text).hexdigest())


def _told(records: int, pages: int, received: int) -> str:
    records_told = "1 record" if records == 1 else f"{records:,} records"
    pages_told = "1 page" if pages == 1 else f"{pages:,} pages"
    return f"{records_told} in {pages_told} of {received:,} bytes in all."
