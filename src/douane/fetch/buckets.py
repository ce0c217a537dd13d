"""Buckets: a container of Azure, S3 or Google, or a folder, where an operator may have deposits kept."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store, from_url

from douane.errors import Failure, SourceFailure
from douane.settings import MEBIBYTE, Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

log = logging.getLogger("douane.fetch")

Store = AzureStore | S3Store | GCSStore | LocalStore

CLIENT: ClientConfig = {
    "connect_timeout": timedelta(seconds=10),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(hours=1),
}
RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
"""A few at once; what takes longer is tried again by the queue, which tells of it."""

UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
"""What an object's name does without: signed addresses of Azure break on whatever they must encode."""

QUERY = re.compile(r"\?\S+")
UNREACHABLE = "The bucket of this gateway does not give or take files at the moment."


@dataclass(frozen=True)
class Bucket:
    """A bucket under its address, `az://container/prefix` and the like. A place in it is an address, too."""

    url: str
    store: Store = field(repr=False)

    def place_of(self, deposit_id: UUID, name: str) -> str:
        """Where the file of a deposit is kept, the name in letters that every provider takes."""
        return f"{self.url}/{deposit_id}/{UNSAFE.sub('_', name)}"

    def has(self, place: str) -> bool:
        """Whether the place is in this bucket, and not in one that was used earlier."""
        return place.startswith(f"{self.url}/")

    def address_to_fill(self, place: str, hours: int) -> str | None:
        """An address that takes one PUT for so many hours, None for a folder. Raises SourceFailure."""
        if isinstance(self.store, LocalStore):
            return None
        with _explained():
            return obstore.sign(self.store, "PUT", self._key(place), timedelta(hours=hours))

    def put(self, place: str, path: Path) -> None:
        """Store a file at a place, instead of what is there, whole or not at all. Raises SourceFailure."""
        with _explained():
            obstore.put(self.store, self._key(place), path)

    def chunks(self, place: str) -> Iterator[bytes]:
        """What is at a place, about a mebibyte at a time. Raises FileNotFoundError and SourceFailure."""
        with _explained(FileNotFoundError):
            for chunk in obstore.get(self.store, self._key(place)).stream(MEBIBYTE):
                yield bytes(chunk)

    def delete(self, place: str) -> None:
        """Forget what is at a place, if anything is. Raises SourceFailure."""
        with suppress(FileNotFoundError), _explained(FileNotFoundError):
            obstore.delete(self.store, self._key(place))

    def _key(self, place: str) -> str:
        return place.removeprefix(f"{self.url}/")


def bucket_of(settings: Settings) -> Bucket | None:
    """The bucket that the operator set, None when there is none. Raises Failure when it cannot be used.

    What opens it is in the environment, under the names that its provider's own programs read.
    """
    url = settings.bucket_url.rstrip("/")
    return Bucket(url, _opened(url)) if url else None


@cache
def _opened(url: str) -> Store:
    """The store of an address; one for all requests, so that a token of the provider is asked for once."""
    try:
        if url.startswith("file://"):
            return LocalStore(url2pathname(urlsplit(url).path), automatic_cleanup=True, mkdir=True)
        store = from_url(url, client_options=CLIENT, retry_config=RETRIES)
    except (BaseError, ValueError, OSError) as error:
        raise Failure(f"DOUANE_BUCKET_URL cannot be used: {_cause(error)}") from None
    if not isinstance(store, Store):
        raise Failure("DOUANE_BUCKET_URL is no address that begins with az://, s3://, gs:// or file://.")
    return store


@contextmanager
def _explained(*expected: type[Exception]) -> Iterator[None]:
    """Turn all but the `expected` errors into a SourceFailure; only the log may say where the bucket is."""
    try:
        yield
    except expected:
        raise
    except (BaseError, ValueError, OSError) as error:
        log.warning("the bucket does not do as it should: %s", _cause(error))
        raise SourceFailure(UNREACHABLE) from None


def _cause(error: Exception) -> str:
    """The first line of an error, without the query of an address: it may open what it names."""
    return QUERY.sub("?...", str(error).partition("\n")[0])
