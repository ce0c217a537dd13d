"""`douane doctor`: looks at everything an installation stands on."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typer

from douane.errors import Failure, Refusal
from douane.settings import Limits, Settings, from_environment

from .options import Data, Json
from .output import show_rows

FREE_BYTES_MIN = 1 << 30
LIBRARIES = ("douane", "polars", "pyarrow", "psycopg", "procrastinate", "litestar", "granian")
COLUMNS = ("check", "is_fine", "seen", "what_to_do")


@dataclass(frozen=True)
class Finding:
    """What one check saw, and what to do when it is not fine."""

    check: str
    is_fine: bool
    seen: str
    what_to_do: str = ""


def doctor(data: Data = None, as_json: Json = False) -> None:
    """Check settings, data folder, disk, database and libraries; exits with 1 when something is wrong.

    Example: douane doctor
    """
    findings = list(_findings(data))
    rows = [asdict(each) for each in findings]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="", folded=("seen", "what_to_do"))
    if not all(each.is_fine for each in findings):
        raise typer.Exit(1)


def _findings(data: Path | None) -> Iterator[Finding]:
    try:
        settings = from_environment(data)
    except Refusal as refusal:
        yield Finding("settings", False, refusal.message, refusal.hint or "Correct it or unset it.")
        return
    yield _settings()
    yield _folder(settings.data)
    yield _disk(settings.data)
    yield from _database(settings)
    yield from _bucket(settings)
    yield from _libraries()


def _settings() -> Finding:
    known = {f"DOUANE_{each.name.upper()}" for kind in (Settings, Limits) for each in fields(kind)}
    unknown = sorted(name for name in os.environ if name.startswith("DOUANE_") and name not in known)
    if unknown:
        return Finding(
            "settings", False, f"no setting: {', '.join(unknown)}", "Correct the name or unset it."
        )
    given = sorted(known & os.environ.keys())
    return Finding("settings", True, ", ".join(given) or "all at their defaults")


def _folder(data: Path) -> Finding:
    if not data.exists():
        return Finding("data folder", True, f"{data.resolve()} (will be made)")
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Finding("data folder", False, f"{data.resolve()} is closed to us", "Run as its owner.")
    if stat.S_IMODE(data.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO) & ~(stat.S_IXGRP | stat.S_IXOTH):
        return Finding("data folder", False, f"{data.resolve()} is open to others", f"chmod 711 {data}")
    return Finding("data folder", True, str(data.resolve()))


def _disk(data: Path) -> Finding:
    there = next(folder for folder in (data.resolve(), *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    to_do = "" if free >= FREE_BYTES_MIN else "Free some space: an import needs its file several times."
    return Finding("disk space", not to_do, f"{free / (1 << 30):.1f} GiB free", to_do)


def _database(settings: Settings) -> Iterator[Finding]:
    from douane.store.database import open_database
    from douane.store.migrate import newest_migration

    if not settings.database_url and not (settings.data / "postgres").exists():
        yield Finding("database", True, "embedded (will be made)")
        return
    try:
        with open_database(settings) as database, database.connection() as connection:
            major, minor = divmod(connection.info.server_version, 10000)
            where = "DATABASE_URL" if settings.database_url else "embedded"
            yield Finding("database", True, f"PostgreSQL {major}.{minor}, {where}")
            yield Finding("schema", True, newest_migration(connection))
    except Refusal as refusal:
        yield Finding("database", False, refusal.message, refusal.hint)
    except Failure as failure:
        yield Finding("database", False, failure.message, "Check DATABASE_URL, or unset it.")


def _bucket(settings: Settings) -> Iterator[Finding]:
    if not settings.bucket_url:
        return
    from douane.fetch.buckets import trouble_with

    trouble = trouble_with(settings)
    if trouble:
        yield Finding("bucket", False, trouble, "Correct DOUANE_BUCKET_URL, or what opens the bucket.")
    else:
        yield Finding("bucket", True, "takes files and gives them back")


def _libraries() -> Iterator[Finding]:
    for name in LIBRARIES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "missing", "Install Douane again.")
