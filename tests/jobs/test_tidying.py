"""What is thrown away once an hour, and that it never stops a worker."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from douane.jobs import defer_run
from douane.jobs.fetched import ABANDONED_SECONDS, drop_leftovers, folder_of
from douane.jobs.places import Places
from douane.jobs.tidying import tidy
from douane.jobs.work import Work
from douane.pipeline.work_folder import drop_abandoned, work_folder
from douane.settings import Settings
from douane.store.database import Database
from douane.store.runs import create_run, set_upload
from douane.web.kept import drop_old_files

Ask = Callable[..., int]
LONG_AGO = time.time() - ABANDONED_SECONDS - 60


@pytest.fixture
def work(database: Database, settings: Settings) -> Work:
    """What tasks share, with nobody to tell."""
    return Work(database, settings, Places(1), lambda _: None, lambda _: None)


def age(path: Path) -> Path:
    """The path, which looks as if it had been left for more than an hour."""
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_file_that_waits_is_kept_however_the_data_folder_is_written(
    database: Database, settings: Settings, new_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = replace(settings, data=Path("data"))
    folder_of(relative).mkdir(parents=True)
    needed = folder_of(relative) / "needed"
    needed.write_bytes(b"x")
    age(tmp_path / "data" / "fetched" / "needed")
    with database.connection() as conn:
        set_upload(conn, create_run(conn, new_run()).id, "needed", 1, "", str(needed))
    assert drop_leftovers(database, relative) == 0
    assert needed.exists()


def test_the_folder_of_an_import_is_deleted_only_once_its_process_is_dead(settings: Settings) -> None:
    with work_folder(settings) as living:
        left, new = living.with_name("run-left"), living.with_name("run-new")
        for path in (left, new):
            path.mkdir()
            (path / "upload").write_bytes(b"x")
        age(left)
        age(living)
        assert drop_abandoned(settings) == 1
        assert sorted(path.name for path in living.parent.iterdir()) == sorted([living.name, "run-new"])
    assert not living.exists()


def test_files_that_go_away_meanwhile_are_no_trouble(settings: Settings) -> None:
    """As when other imports of this machine begin and end all the time."""
    folder, is_over = settings.data / "uploads", threading.Event()
    folder.mkdir()

    def come_and_go() -> None:
        while not is_over.is_set():
            paths = [folder / f"upload-{number}.part" for number in range(200)]
            for path in paths:
                path.touch()
            for path in paths:
                path.unlink()

    others = threading.Thread(target=come_and_go)
    others.start()
    try:
        for _ in range(200):
            drop_old_files(folder, 30)
    finally:
        is_over.set()
        others.join()


def test_what_cannot_be_thrown_away_does_not_stop_the_rest(work: Work, ask: Ask, books: Any) -> None:
    ask("http://127.0.0.1:9/items.csv")
    with work.database.connection() as conn:
        conn.execute("delete from procrastinate_jobs")
        conn.execute("alter table upload_chunks rename to away")
    tidy(work)
    assert books.value("select count(*) from procrastinate_jobs") == 1


def test_a_run_that_lost_its_job_is_given_another(work: Work, ask: Ask, books: Any, new_run: Any) -> None:
    run_id = ask("http://127.0.0.1:9/items.csv")
    with work.database.connection() as conn:
        create_run(conn, new_run(is_async=False))
        sent = create_run(conn, new_run()).id
        defer_run(conn, sent)
        conn.execute("update procrastinate_jobs set status = 'failed' where task_name = 'fetch_run'")
    for _ in range(2):
        tidy(work)
    with work.database.connection() as conn:
        todo = "select task_name, args ->> 'run_id' from procrastinate_jobs where status = 'todo' order by 1"
        assert conn.execute(todo).fetchall() == [("fetch_run", str(run_id)), ("import_run", str(sent))]
