"""The embedded PostgreSQL: made on first use, shared by the processes of a data folder, stopped by the last.

Who uses the server is told by shared locks on a file, which the system drops when a process dies in
whatever way: nothing can go stale.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import logging
import os
import shlex
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from douane.errors import Failure, Refusal

from .programs import MAJOR, SECONDS_MAX, Programs, find_programs, open_way_to

log = logging.getLogger(__name__)

NAME = "douane"
"""The name of the database, and of its only role."""

SOCKET = ".s.PGSQL.5432"
SOCKET_BYTES_MAX = 100
STARTS_MAX = 3
_SECONDS = str(SECONDS_MAX)

TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}
"""Written once, when the folder is made; the operator owns postgresql.conf afterwards."""


@dataclass
class _Hold:
    """This process's share in one server: how many of its parts use it, and the lock that says so."""

    url: str
    lock: IO[str]
    uses: int


_holds: dict[Path, _Hold] = {}
_guard = threading.Lock()


def hold(data: Path) -> str:
    """The address of the server of `data`, started when needed; it runs until `release`."""
    folder = (data / "postgres").resolve()
    with _guard:
        if folder not in _holds:
            _holds[folder] = _joined(folder)
        _holds[folder].uses += 1
        return _holds[folder].url


def release(data: Path) -> None:
    """Give back what `hold` gave; the last use of the last process stops the server."""
    folder = (data / "postgres").resolve()
    with _guard:
        held = _holds.get(folder)
        if held is None:
            return
        held.uses -= 1
        if held.uses <= 0:
            _left(folder, _holds.pop(folder).lock)


def revive(data: Path) -> None:
    """Start the server of `data` again if it died while we hold it; raises Failure when it stays dead."""
    folder = (data / "postgres").resolve()
    with _guard:
        held = _holds.get(folder)
        if held is None or _listens(held.url):
            return
        log.warning("The embedded PostgreSQL is gone; it is started again.")
        with _alone(folder):
            _running(folder)


@atexit.register
def _leave_all() -> None:
    """A command that ends by an exception or `sys.exit` leaves no server behind."""
    with _guard:
        while _holds:
            folder, held = _holds.popitem()
            _left(folder, held.lock)


def _joined(folder: Path) -> _Hold:
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            open_way_to(folder)
        with _alone(folder):
            lock = _open(folder, "users")
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                return _Hold(_running(folder), lock, 0)
            except BaseException:
                _stop_when_last(folder, lock)
                raise
    except OSError as error:
        raise Failure(f"The data folder {folder.parent} cannot be used: {error.strerror}.") from error


def _left(folder: Path, lock: IO[str]) -> None:
    with _alone(folder):
        _stop_when_last(folder, lock)


def _stop_when_last(folder: Path, lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (folder / "postmaster.pid").exists():
            find_programs(folder).run("pg_ctl", "stop", "-w", "-m", "fast", "-t", _SECONDS, "-D", str(folder))
    except BlockingIOError:
        pass
    finally:
        lock.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server of `folder`."""
    with _open(folder, "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open(folder: Path, suffix: str) -> IO[str]:
    return folder.with_name(f"{folder.name}.{suffix}").open("a", encoding="ascii")


def _running(folder: Path) -> str:
    """The address of the server, made and started when it is not there yet."""
    programs = find_programs(folder)
    if not folder.exists():
        _make(folder, programs)
    _check(folder)
    sockets = _socket_folder(folder, programs)
    address = make_conninfo(host=str(sockets), user=NAME, dbname="postgres")
    starts = 0
    while not _answers(address):
        starts += 1
        _start(folder, sockets, programs, last=starts == STARTS_MAX)
    _make_database(address)
    return make_conninfo(address, dbname=NAME)


def _make(folder: Path, programs: Programs) -> None:
    """A new data folder; it gets its name when it is complete, so that a crash leaves nothing half made."""
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if programs.user is not None:
        os.chown(unfinished, programs.user, -1)
    tuning = [f"--set={name}={value}" for name, value in TUNING.items()]
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    access = ("--auth-local=trust", "--auth-host=reject", f"--username={NAME}")
    programs.run("initdb", f"--pgdata={unfinished}", *locale, *access, *tuning)
    unfinished.rename(folder)


def _check(folder: Path) -> None:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Failure(
            f"The data folder {folder} belongs to user {folder.stat().st_uid}, this is user {os.geteuid()}. "
            "Run as that user, or choose another folder with --data."
        )
    major = (folder / "PG_VERSION").read_text(encoding="ascii").strip()
    if major != str(MAJOR):
        raise Refusal(
            "old-database",
            f"The data folder {folder} was made by PostgreSQL {major}; expected PostgreSQL {MAJOR}.",
            "Start with another --data, or dump the data with that version and restore it here.",
        )


def _socket_folder(folder: Path, programs: Programs) -> Path:
    """Where the socket goes: in the data folder, unless its path is too long for a socket's name."""
    if len(os.fsencode(folder / SOCKET)) <= SOCKET_BYTES_MAX:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"{NAME}-{digest}"
    user = os.geteuid() if programs.user is None else programs.user
    if not short.exists():
        short.mkdir(mode=0o700)
        os.chown(short, user, -1)
    if short.is_symlink() or short.stat().st_uid != user:
        raise Failure(f"The folder {short} for the database's socket belongs to someone else; remove it.")
    return short


def _listens(address: str) -> bool:
    """Whether the server is there, which need not mean that it answers yet."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(Path(str(conninfo_to_dict(address)["host"])) / SOCKET))
        except OSError:
            return False
    return True


def _answers(address: str) -> bool:
    """Whether the server takes connections; waits while it is starting up or shutting down."""
    give_up_at = time.monotonic() + SECONDS_MAX
    while time.monotonic() < give_up_at:
        try:
            psycopg.connect(address, connect_timeout=10).close()
        except psycopg.errors.CannotConnectNow:
            time.sleep(0.1)
        except psycopg.OperationalError:
            return False
        else:
            return True
    raise Failure("The embedded PostgreSQL is still starting; see its log folder.", transient=True)


def _start(folder: Path, sockets: Path, programs: Programs, *, last: bool) -> None:
    _forget_dead_server(folder)
    log = folder / "start.log"
    options = f"-k {shlex.quote(str(sockets))}"
    try:
        programs.run(
            "pg_ctl", "start", "-w", "-t", _SECONDS, "-D", str(folder), "-l", str(log), "-o", options
        )
    except Failure as failure:
        # The processes of a server that was killed may hold its memory for another moment.
        if last:
            raise Failure(f"{failure.message} See {log} and {folder / 'log'}.") from failure
        time.sleep(1)


def _forget_dead_server(folder: Path) -> None:
    """Remove postmaster.pid when its process id now belongs to another program (after a machine crash)."""
    file = folder / "postmaster.pid"
    if not file.exists():
        return
    process = Path("/proc", file.read_text(encoding="utf-8").partition("\n")[0].strip(), "comm")
    if process.exists() and process.read_text(encoding="utf-8").strip() != "postgres":
        file.unlink()


def _make_database(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", (NAME,)).fetchone():
            connection.execute("create database douane")
