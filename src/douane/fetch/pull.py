"""Pull: the records of a source, page by page, in one file, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from douane.model.connector import BASIC, Connector
from douane.model.refusing import refusal
from douane.settings import Settings

from .connections import Connections
from .guard import Guard
from .pull_chain import prepared
from .pull_masks import Masks
from .pull_pages import read_pages
from .pull_source import Source
from .pull_tokens import Tokens
from .pulled_file import PulledFile
from .watch import Watch


@dataclass(frozen=True)
class Pulled:
    """What was pulled: the file at `path` holds one record of JSON on each line, in the order of the source.

    `size` is of the file, `received` of the pages, both in bytes; `digest` is the file's SHA-256 in hex.
    """

    path: Path
    records: int
    pages: int
    size: int
    received: int
    digest: str


def pull(
    connector: Connector,
    secrets: Mapping[str, str],
    guard: Guard,
    folder: Path,
    settings: Settings,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
    note: Callable[[str], None] = lambda _: None,
) -> Pulled:
    """All records of the source, in a file of its own in `folder`; `note` is told in words what is repeated.

    Refuses `source-forbidden`, `source-denied`, `source-gone`, `source-refuses`, `source-redirects`,
    `source-not-json`, `source-without-records`, `source-too-large`, `source-endless`, `source-repeats`,
    `unknown-compression` and `bad-connector`. Raises SourceFailure when trying later may help, with the pause
    that the source asks for, and Stopped within a moment once `is_stopping`. Nothing is left in the folder
    then.
    """
    if missing := sorted(connector.secret_names - secrets.keys()):
        raise refusal("bad-connector", f"its secrets lack {', '.join(missing)}")
    limits = connector.limits
    watch = Watch(monotonic() + limits.seconds_max, limits.seconds_max, limits.silence_seconds, is_stopping)
    connections = Connections(guard, watch, settings.ca_file)
    masks = Masks(secrets)
    if connector.authentication.kind == BASIC:
        masks.add("password", f"{connector.authentication.user}:{secrets['password']}")
    tokens = Tokens(connector.authentication, secrets, connections, masks)
    source = Source(connector, secrets, connections, tokens, watch, masks.noting(note))
    bytes_max = min(limits.bytes_max, settings.limits.upload_bytes_max)
    file = PulledFile(folder)
    try:
        with masks.over_problems():
            read = read_pages(source, prepared(source, folder), file, bytes_max)
        return Pulled(file.finish(), read.records, read.pages, file.size, read.received, file.digest)
    finally:
        file.discard()
        connections.close()
