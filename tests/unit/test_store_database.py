"""Opening a database: what sessions look like, and the plain sentences when it cannot be."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from douane.errors import Failure, Refusal
from douane.settings import Settings
from douane.store.database import Database, open_database, session_address
from douane.store.programs import find_programs

SECRET = "s3cr3t-word"


def test_sessions_have_our_schema_and_utc(database: Database) -> None:
    with database.connection() as connection:
        for setting, value in (
            ("search_path", "douane"),
            ("timezone", "UTC"),
            ("application_name", "douane"),
        ):
            assert connection.execute(f"show {setting}").fetchone() == (value,)


def test_the_address_alone_gives_the_same_session(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        assert connection.execute("select count(*) from organizations").fetchone() == (0,)


def test_a_connection_commits_at_the_end_and_rolls_back_on_an_exception(database: Database) -> None:
    def add(code: str, *, fails: bool) -> None:
        with database.connection() as connection:
            connection.execute("insert into organizations (code, name) values (%s, '')", (code,))
            if fails:
                raise RuntimeError

    add("KEPT", fails=False)
    with pytest.raises(RuntimeError):
        add("LOST", fails=True)
    with database.connection() as connection:
        assert connection.execute("select code from organizations").fetchall() == [("KEPT",)]


def test_an_address_keeps_what_it_says() -> None:
    address = session_address("postgresql://u:p%40ss@h:1/d?application_name=mine&options=-c%20jit%3Doff")
    parts = psycopg.conninfo.conninfo_to_dict(address)
    assert (parts["user"], parts["password"], parts["host"], parts["port"]) == ("u", "p@ss", "h", "1")
    assert parts["application_name"] == "mine"
    assert parts["options"] == "-c jit=off -c search_path=douane -c timezone=UTC -c random_page_cost=1.1"


def test_no_address_is_refused_without_showing_it() -> None:
    with pytest.raises(Refusal, match="not the address") as caught:
        open_database(Settings(database_url=f"nonsense {SECRET}"))
    assert SECRET not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None


def test_an_unreachable_server_is_a_transient_failure_without_the_password() -> None:
    with pytest.raises(Failure, match="cannot be reached") as caught:
        open_database(Settings(database_url=f"postgresql://u:{SECRET}@127.0.0.1:1/d"))
    assert caught.value.transient
    assert SECRET not in caught.value.message


def test_a_missing_database_is_a_failure(server: str) -> None:
    with pytest.raises(Failure, match='database "nowhere" does not exist'):
        open_database(Settings(database_url=make_conninfo(server, dbname="nowhere")))


def test_a_role_without_rights_is_told_what_to_run(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create role guest login")
        connection.execute("create database closed")
    with pytest.raises(Failure, match='run: grant create on database "closed" to "guest"'):
        open_database(Settings(database_url=make_conninfo(server, dbname="closed", user="guest")))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop database closed")
        connection.execute("drop role guest")


def test_a_role_that_owns_nothing_but_the_schema_can_use_it(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create role tenant login")
        connection.execute("create database prepared")
    with psycopg.connect(make_conninfo(server, dbname="prepared"), autocommit=True) as connection:
        connection.execute("create schema douane authorization tenant")
    open_database(Settings(database_url=make_conninfo(server, dbname="prepared", user="tenant"))).close()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop database prepared")
        connection.execute("drop role tenant")


@pytest.fixture
def old_server() -> Iterator[str]:
    """The address of the PostgreSQL 16 that the wheel also holds."""
    folder = Path(tempfile.mkdtemp(prefix="douane-old-"))
    programs = find_programs(folder)
    programs = replace(programs, folder=programs.folder.parents[1] / "pginstall" / "bin")
    if programs.user is not None:
        os.chown(folder, programs.user, -1)
    data, options = str(folder / "16"), f"-k {folder} -c listen_addresses=''"
    programs.run("initdb", "--auth=trust", "--username=douane", "--no-sync", "-D", data)
    programs.run("pg_ctl", "start", "-w", "-D", data, "-l", f"{folder}/log", "-o", options)
    yield make_conninfo(host=str(folder), user="douane", dbname="postgres")
    programs.run("pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")
    shutil.rmtree(folder)


def test_an_old_server_is_refused(old_server: str) -> None:
    with pytest.raises(Refusal, match=r"PostgreSQL 16\.\d+; expected PostgreSQL 18") as caught:
        open_database(Settings(database_url=old_server))
    assert caught.value.code == "old-database"


def test_connections_survive_a_restart_of_the_server(database: Database, server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname like 'test%'"
            " and pid <> pg_backend_pid()"
        )
    with database.connection() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_data_folder_that_is_a_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Failure, match="cannot be used"):
        open_database(Settings(data=tmp_path / "data"))
