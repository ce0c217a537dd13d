"""Download: the file at an address goes to disk as it comes, whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from douane.errors import Failure, SourceFailure
from douane.model.refusing import refusal
from douane.pipeline.receive import Spool, Upload
from douane.settings import Settings

from .address import Address, follow, read_address, shown_address
from .answers import REDIRECTS, check_answer, content_length
from .asking import Answer, asked
from .digests import Digests
from .guard import Guard
from .identity import Identity, identity_of
from .naming import name_of
from .watch import Stopped, Watch

__all__ = ["Fetched", "Identity", "Stopped", "download", "shown_address"]

REDIRECTS_MAX = 5


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched whole, and what its source says of it."""

    upload: Upload
    identity: Identity


def download(
    url: str,
    guard: Guard,
    folder: Path,
    settings: Settings,
    *,
    known: Identity | None = None,
    noticed: Callable[[Identity], None] = lambda _: None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Fetched:
    """The file at `url`, in a file of its own in `folder`, its bytes as they came, packed or not.

    `known` is what the source said when it was asked before; `noticed` is told what it says now, before
    the bytes come. Refuses `source-forbidden`, `source-denied`, `source-gone`, `source-refuses`,
    `source-redirects`, `source-changed`, `source-unmeasured`, `unknown-compression`, `upload-too-large` and
    `empty-upload`, for which asking again is of no use. Raises SourceFailure when it may be, and Stopped
    within a moment once `is_stopping`. Nothing is left in the folder then.
    """
    watch = Watch.begin(settings, is_stopping)
    first = address = read_address(url)
    for _ in range(REDIRECTS_MAX + 1):
        with asked(address, guard, watch, settings.ca_file) as answer:
            if answer.status not in REDIRECTS:
                check_answer(answer.status, answer.headers, address.shown)
                identity = _identified(answer, address, known)
                noticed(identity)
                name = name_of(answer.headers.get("content-disposition", ""), first.path, address.path)
                return Fetched(_taken(answer, address, folder, settings, name), identity)
            location = answer.headers.get("location", "")
        if not location:
            raise refusal("source-redirects", f"{address.shown} redirects without saying where")
        address = follow(address, location)
    raise refusal("source-redirects", f"{first.shown} redirects more than {REDIRECTS_MAX} times")


def _identified(answer: Answer, address: Address, known: Identity | None) -> Identity:
    identity = identity_of(answer.headers, content_length(answer.headers))
    if known and (difference := identity.difference(known)):
        raise refusal("source-changed", f"{address.shown}, {difference}")
    return identity


def _taken(answer: Answer, address: Address, folder: Path, settings: Settings, name: str) -> Upload:
    """The body as an upload, once it is known to be whole."""
    length, digests = content_length(answer.headers), Digests(answer.headers)
    is_chunked = "transfer-encoding" in answer.headers
    if length is None and not is_chunked and not digests:
        raise refusal("source-unmeasured", f"{address.shown} tells neither length nor digest")
    spool = Spool(folder, settings.limits.upload_bytes_max)
    try:
        spool.expect(length or 0)
        for block in answer.blocks:
            _keep(spool, block)
            digests.update(block)
        if length is not None and answer.bytes_behind(spool.size):
            raise SourceFailure(f"{address.shown} sends more than the {length:,} bytes it announced.")
        if spool.size and (name_of_digest := digests.mismatch()):
            raise SourceFailure(
                f"The file of {address.shown} came damaged: its {name_of_digest} is another one."
            )
        return spool.finish(name)
    finally:
        spool.discard()


def _keep(spool: Spool, block: bytes) -> None:
    try:
        spool.write(block)
    except OSError as error:
        raise Failure(f"The file cannot be kept: {error.strerror}.", transient=True) from error
