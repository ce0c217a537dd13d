"""Uploads kept in the database come back byte for byte."""

from pathlib import Path

import pytest

from douane.store import runs, uploads
from douane.store.database import Connection, Database
from douane.store.organizations import Company

SIZES = [0, 1, uploads.CHUNK_BYTES - 1, uploads.CHUNK_BYTES, uploads.CHUNK_BYTES + 1, 3 * uploads.CHUNK_BYTES]


def new_run(connection: Connection, company: Company) -> int:
    new = runs.NewRun(
        organization_id=company.organization_id,
        company_id=company.id,
        dialect="mydso",
        door="items",
        upload_name="items.csv",
        upload_bytes=0,
        upload_digest="",
        requested_by="a test",
    )
    return runs.create_run(connection, new).id


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_comes_back(database: Database, company: Company, tmp_path: Path, size: int) -> None:
    sent, back = tmp_path / "sent", tmp_path / "back"
    sent.write_bytes(bytes(number % 251 for number in range(size)))
    with database.connection() as connection:
        run = new_run(connection, company)
        chunks = uploads.keep(connection, run, sent)
    with database.connection() as connection:
        assert uploads.fetch(connection, run, back) == size
    assert back.read_bytes() == sent.read_bytes()
    assert chunks == -(-size // uploads.CHUNK_BYTES)


def test_only_uploads_of_runs_over_long_ago_are_dropped(
    database: Database, company: Company, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(b"a;b\n")
    with database.connection() as connection:
        old, fresh, waiting = (new_run(connection, company) for _ in range(3))
        for run in (old, fresh, waiting):
            uploads.keep(connection, run, sent)
        ended = "update runs set finished_at = now() - make_interval(days => %s) where id = %s"
        connection.execute(ended, (31, old))
        connection.execute(ended, (29, fresh))
        assert uploads.drop_old(connection, 30) == 1
        kept = [uploads.fetch(connection, run, tmp_path / "back") for run in (old, fresh, waiting)]
    assert kept == [0, 4, 4]
