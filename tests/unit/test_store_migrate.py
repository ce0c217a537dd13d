"""Migrations: each once, in order, never changed afterwards."""

import threading

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from douane.errors import Refusal
from douane.settings import Settings
from douane.store.database import Database, open_database, session_address
from douane.store.migrate import migrate, our_migrations


def connected(url: str) -> psycopg.Connection:
    return psycopg.connect(session_address(url), autocommit=True)


def recorded(connection: psycopg.Connection) -> set[str]:
    return {name for (name,) in connection.execute("select name from schema_migrations")}


def test_files_are_numbered_without_a_gap() -> None:
    numbers = [int(each.name[:4]) for each in our_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_second_time_does_nothing(database_url: str) -> None:
    with connected(database_url) as connection:
        before = recorded(connection)
        assert {each.name for each in our_migrations()} < before
        assert migrate(connection) == []
        assert recorded(connection) == before


def test_the_job_queue_lives_in_our_schema(database: Database) -> None:
    with database.connection() as connection:
        places = connection.execute(
            "select distinct schemaname from pg_tables where tablename like 'procrastinate%'"
        ).fetchall()
    assert places == [("douane",)]


def test_a_changed_migration_is_refused(database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute("update schema_migrations set sha256 = 'other' where name like '0001%'")
        with pytest.raises(Refusal, match=r"0001_foundation\.sql has changed"):
            migrate(connection)


def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    with connected(database_url) as connection:
        connection.execute("insert into schema_migrations values ('9999_later.sql', 'x')")
        with pytest.raises(Refusal, match="does not know"):
            migrate(connection)


def test_a_job_queue_of_an_older_version_gets_what_it_lacks(database_url: str) -> None:
    last = "procrastinate/03.04.00_50_post_add_retry_failed_job_procedure.sql"
    trigger = "procrastinate_trigger_status_events_update_v1"
    with connected(database_url) as connection:
        connection.execute("delete from schema_migrations where name = %s", (last,))
        connection.execute(f"drop trigger {trigger} on procrastinate_jobs")
        assert migrate(connection) == [last]
        assert connection.execute("select 1 from pg_trigger where tgname = %s", (trigger,)).fetchone()


def test_several_at_once_migrate_a_new_database_once(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database migrated_at_once")
    settings = Settings(database_url=make_conninfo(server, dbname="migrated_at_once"))
    problems: list[BaseException] = []

    def open_and_close() -> None:
        try:
            open_database(settings).close()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop database migrated_at_once with (force)")
