"""The embedded server: shared, survives killed processes, stops with its last user."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from douane.errors import Refusal
from douane.settings import Settings
from douane.store import embedded
from douane.store.database import open_database

USER = """
import sys
from pathlib import Path
from douane.store import embedded
print(embedded.hold(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder that each test finds, and leaves, in order and stopped."""
    folder = Path(tempfile.mkdtemp(prefix="douane-embedded-"))
    embedded.hold(folder)
    embedded.release(folder)
    yield folder
    embedded.hold(folder)  # takes over a server that a failed test has left
    embedded.release(folder)
    shutil.rmtree(folder)


@pytest.fixture
def start_user(data: Path) -> Iterator[object]:
    """Starts processes that use the server until they are told to end; gives each once it is connected."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        user = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", USER, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(user)
        assert user.stdout is not None
        assert user.stdout.readline().strip(), user.communicate()[1]
        return user

    yield start
    for user in started:
        user.kill()
        user.communicate()


def end(user: subprocess.Popen[str]) -> None:
    _, said = user.communicate("\n")
    assert (user.returncode, said) == (0, "")


def is_running(data: Path) -> bool:
    return (data / "postgres" / "postmaster.pid").exists()


def server_process(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().partition("\n")[0])


def test_the_last_process_stops_it(data: Path, start_user) -> None:
    first, second = start_user(), start_user()
    end(first)
    assert is_running(data)
    end(second)
    assert not is_running(data)


def test_a_killed_process_does_not_keep_it_alive(data: Path, start_user) -> None:
    killed, other = start_user(), start_user()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert is_running(data)
    end(other)
    assert not is_running(data)


def test_the_next_process_takes_over_what_killed_ones_left(data: Path, start_user) -> None:
    killed = start_user()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = server_process(data)
    next_one = start_user()
    assert server_process(data) == before
    end(next_one)
    assert not is_running(data)


def test_a_killed_server_starts_again(data: Path, start_user) -> None:
    user = start_user()
    os.kill(server_process(data), signal.SIGKILL)
    address = embedded.hold(data)
    with psycopg.connect(address) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    embedded.release(data)
    end(user)


def test_a_killed_server_is_brought_back_by_a_process_that_uses_it(data: Path) -> None:
    with open_database(Settings(data=data)) as database:
        os.kill(server_process(data), signal.SIGKILL)
        # A query that the death cuts is one of the two things that may happen to whoever comes first.
        with suppress(psycopg.OperationalError), database.connection() as connection:
            connection.execute("select 1")
        with database.connection() as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert not is_running(data)


def test_a_server_that_is_held_no_more_is_not_brought_back(data: Path) -> None:
    embedded.revive(data)
    assert not is_running(data)


def test_a_process_id_that_now_is_another_program_s_is_no_server(data: Path) -> None:
    lines = [str(os.getpid()), str(data), "1", "5432", str(data), "", "1 1", "ready"]
    (data / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with psycopg.connect(embedded.hold(data)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    embedded.release(data)


def test_only_its_owner_gets_in_and_nobody_over_the_network(data: Path) -> None:
    with psycopg.connect(embedded.hold(data)) as connection:
        shown = [
            connection.execute(f"show {each}").fetchone() for each in ("listen_addresses", "max_wal_size")
        ]
    assert shown == [("",), ("4GB",)]
    folder = data / "postgres"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "reject" in (folder / "pg_hba.conf").read_text()
    embedded.release(data)


def test_a_path_too_long_for_a_socket(data: Path) -> None:
    long = data / ("x" * 100)
    with psycopg.connect(embedded.hold(long)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        sockets = Path(connection.info.host)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    embedded.release(long)
    sockets.rmdir()


@pytest.mark.parametrize("major", ["16", "19"])
def test_a_folder_of_another_major_version_is_refused(data: Path, major: str) -> None:
    version = data / "postgres" / "PG_VERSION"
    version.write_text(major)
    with pytest.raises(Refusal, match=f"made by PostgreSQL {major}; expected PostgreSQL 18"):
        embedded.hold(data)
    version.write_text("18")


def test_a_creation_cut_short_starts_anew(data: Path) -> None:
    unfinished = data / "cut" / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    with psycopg.connect(embedded.hold(data / "cut")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    embedded.release(data / "cut")
    assert not unfinished.exists()
