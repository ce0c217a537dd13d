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
from uuid import UUID, uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, S3Store, from_url

from douane.errors import SourceFailure
from douane.settings import MEBIBYTE, Settings

if TYPE_CHECKING:
    from obstore.store import RetryConfig

log = logging.getLogger("douane.fetch")

Store = AzureStore | S3Store | GCSStore | LocalStore

CONNECT_TIME_MAX = timedelta(seconds=10)
RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
"""A few at once; what takes longer is tried again by the queue, which tells of it."""

TROUBLES = (BaseError, ValueError, OSError)
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
    """The bucket that the operator set, None when there is none.

    What opens it is in the environment, under the names that its provider's own programs read. Raises
    SourceFailure when it cannot be used so: the operator may correct it before anything is lost.
    """
    url = settings.bucket_url.rstrip("/")
    if not url:
        return None
    with _explained():
        return Bucket(url, _opened_as_set(settings))


def trouble_with(settings: Settings) -> str:
    """What is wrong with the bucket, in the provider's words, after an object was put, read and deleted."""
    key = f"check-{uuid4()}.txt"
    try:
        store = _opened_as_set(settings)
        obstore.put(store, key, b"Douane was here.")
        obstore.get(store, key).bytes()
        obstore.delete(store, key)
    except TROUBLES as error:
        return _cause(error)
    return ""


def _opened_as_set(settings: Settings) -> Store:
    url = settings.bucket_url.rstrip("/")
    return _opened(url, settings.fetch_silence_seconds, settings.fetch_seconds_max)


@cache
def _opened(url: str, silence_seconds: float, seconds_max: float) -> Store:
    """The store of an address; one for all requests, so that a token of the provider is asked for once."""
    if url.startswith("file://"):
        return LocalStore(url2pathname(urlsplit(url).path), automatic_cleanup=True, mkdir=True)
    store = from_url(
        url,
        client_options={
            "connect_timeout": CONNECT_TIME_MAX,
            "read_timeout": timedelta(seconds=silence_seconds),
            "timeout": timedelta(seconds=seconds_max),
        },
        retry_config=RETRIES,
    )
    if not isinstance(store, Store):
        raise ValueError("DOUANE_BUCKET_URL is no address that begins with az://, s3://, gs:// or file://")
    return store


@contextmanager
def _explained(*expected: type[Exception]) -> Iterator[None]:
    """Turn all but the `expected` errors into a SourceFailure; only the log may say where the bucket is."""
    try:
        yield
    except expected:
        raise
    except TROUBLES as error:
        log.warning("the bucket does not do as it should: %s", _cause(error))
        raise SourceFailure(UNREACHABLE) from None


def _cause(error: Exception) -> str:
    """The first line of an error, without the query of an address: it may open what it names."""
    return QUERY.sub("?...", str(error).partition("\n")[0])
