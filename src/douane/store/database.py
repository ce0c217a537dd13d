"""The database: an embedded server or the one of DATABASE_URL, checked, up to date, behind a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from douane.errors import Failure, Refusal
from douane.settings import Settings

from .migrate import migrate

VERSION_MIN = 18
CONNECTIONS_MAX = 20
CONNECT_SECONDS = "10"
SESSION = "-c search_path=douane -c timezone=UTC -c random_page_cost=1.1"
NEEDS_VERSION = "Point DATABASE_URL at PostgreSQL 18 or newer, or unset it to use the embedded one."

Connection = psycopg.Connection[Any]


class Database:
    """A database that is ready for use, with a pool of at most 20 connections.

    `url` is a libpq address that carries everything a session of ours needs (schema, time zone), so
    that any program that takes such an address works on the same tables. It may hold a password.
    """

    def __init__(self, url: str, release: Callable[[], None], revive: Callable[[], None]) -> None:
        self.url = url
        self._release = release
        self._revive = revive
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self._live_url,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            check=ConnectionPool.check_connection,
            open=False,
            name="douane",
        )
        self._pool.open()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end and rolls back on an exception.

        Raises a transient Failure when none is free, or none can be made, within 30 seconds.
        """
        try:
            lent = self._pool.getconn()
        except PoolTimeout as error:
            raise Failure("The database gave no connection within 30 seconds.", transient=True) from error
        try:
            with lent:
                yield lent
        finally:
            self._pool.putconn(lent)

    def _live_url(self) -> str:
        """What to connect to; before each new connection, an embedded server that died is brought back."""
        self._revive()
        return self.url

    def close(self) -> None:
        """Close the connections; an embedded server stops when this was its last use."""
        self._pool.close()
        self._release()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(settings: Settings) -> Database:
    """The database of `settings`, migrated.

    Refuses `old-database` below PostgreSQL 18 and `bad-setting` for an address that is none; raises
    Failure when the server cannot be reached (transient) or the role lacks rights.
    """
    address, release, revive = _found(settings)
    try:
        url = session_address(address)
        with explained(url), psycopg.connect(url, autocommit=True) as connection:
            check_version(connection)
            migrate(connection)
        return Database(url, release, revive)
    except BaseException:
        release()
        raise


def session_address(address: str) -> str:
    """`address` (a URL or key=value pairs) as a URL that also sets schema, time zone and name of sessions."""
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(address).items() if value is not None}
    except psycopg.ProgrammingError:
        # The library's own message may quote the password.
        raise Refusal(
            "bad-setting",
            "DATABASE_URL is not the address of a PostgreSQL database.",
            "Write postgresql://user:password@host:5432/database.",
        ) from None
    parts["options"] = f"{parts.get('options', '')} {SESSION}".strip()
    parts.setdefault("application_name", "douane")
    parts.setdefault("connect_timeout", CONNECT_SECONDS)
    return f"postgresql:///?{urlencode(parts, quote_via=quote)}"


def check_version(connection: Connection) -> None:
    """Refuse `old-database` when the server is older than PostgreSQL 18."""
    major, minor = divmod(connection.info.server_version, 10000)
    if major < VERSION_MIN:
        seen = f"The database is PostgreSQL {major}.{minor}; expected PostgreSQL {VERSION_MIN} or newer."
        raise Refusal("old-database", seen, NEEDS_VERSION)


def _found(settings: Settings) -> tuple[str, Callable[[], None], Callable[[], None]]:
    """The address, how it is given back, and how it is brought back when it died."""
    if settings.database_url:
        return settings.database_url, lambda: None, lambda: None
    from . import embedded

    release, revive = partial(embedded.release, settings.data), partial(embedded.revive, settings.data)
    return embedded.hold(settings.data), release, revive


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn psycopg's errors about rights and the connection to `url` into a plain sentence, a Failure."""
    parts = conninfo_to_dict(url)
    place = f"{parts.get('dbname', '')} at {parts.get('host', 'localhost')}"
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        role, name = parts.get("user", "the role"), parts.get("dbname", "the database")
        hint = f'grant create on database "{name}" to "{role}"'
        raise Failure(f"{_first_line(error)} in database {place}. As its owner, run: {hint}.") from error
    except psycopg.OperationalError as error:
        raise Failure(f"Database {place} cannot be reached: {_first_line(error)}.", transient=True) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip().rstrip(".")
