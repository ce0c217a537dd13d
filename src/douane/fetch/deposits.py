"""Deposits: where a sender may put a file before it is imported, and how the file gets from there to us."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

from douane.errors import SourceFailure
from douane.model.deposit_names import checked_name
from douane.model.refusing import refusal
from douane.pipeline.receive import Spool, Upload
from douane.settings import Settings
from douane.store import deposits
from douane.store.credentials import Caller
from douane.store.database import Connection, Database
from douane.store.deposits import Deposit, NewDeposit, hash_of
from douane.store.jobs import hasten_deposit

from .buckets import Bucket, bucket_of
from .watch import Watch

log = logging.getLogger("douane.fetch")

Connected = Callable[[], AbstractContextManager[Connection]]

SECRET_BYTES = 32
DROPPED_AT_ONCE = 1000


@dataclass(frozen=True)
class Prepared:
    """A deposit to fill: PUT the file to `deposit_url`, then import `uri`. The address is a secret."""

    deposit_url: str = field(repr=False)
    uri: str


def prepare_deposit(
    conn: Connection, settings: Settings, caller: Caller, name: str, base_url: str
) -> Prepared:
    """A new deposit for a file of this name; `base_url` is what this gateway is called by from outside.

    Refuses `deposit-name` and `too-many-deposits`; raises SourceFailure when the bucket cannot be used.
    """
    name = checked_name(name)
    deposit_id, bucket = uuid4(), bucket_of(settings)
    place = bucket.place_of(deposit_id, name) if bucket else None
    # Before they are counted, which has others wait: a provider may be asked for what signs.
    signed = bucket.address_to_fill(place, settings.deposit_hours) if bucket and place else None
    if deposits.count_open(conn, caller.organization_id) >= settings.deposits_open_max:
        raise refusal("too-many-deposits", f"{settings.deposits_open_max:,}")
    secret = "" if signed else secrets.token_urlsafe(SECRET_BYTES)
    new = NewDeposit(
        organization_id=caller.organization_id,
        company_id=None if caller.opens_all else caller.company_id,
        id=deposit_id,
        name=name,
        secret_hash=hash_of(secret) if secret else None,
        place=place,
    )
    added = deposits.add_deposit(conn, new, settings.deposit_hours)
    return Prepared(signed or _own_address(added, secret, base_url), added.uri)


def fill_deposit(
    conn: Connection, settings: Settings, deposit_id: UUID, upload: Upload, *, only_first: bool = False
) -> Deposit:
    """Keep an upload as what the deposit holds, instead of what it held unless `only_first`.

    Whatever waits for it is due now.
    Refuses `unknown-deposit`, and `deposit-closed` once a run has taken what it holds. Raises
    SourceFailure when the bucket cannot be used.
    """
    deposit = deposits.lock_deposit(conn, deposit_id)
    if deposit is None:
        raise refusal("unknown-deposit", str(deposit_id))
    if only_first and deposit.deposited_at is not None:
        raise refusal("deposit-closed", "it holds a file already")
    if deposits.was_imported(conn, deposit):
        raise refusal("deposit-closed", "what it holds was imported")
    bucket = _bucket_with(settings, deposit)
    if deposit.place is None:
        deposits.keep(conn, deposit, upload.path)
    elif bucket is None:
        raise refusal("deposit-closed", "the bucket it belongs to is no longer in use")
    else:
        bucket.put(deposit.place, upload.path)
    hasten_deposit(conn, deposit.organization_id, deposit.id)
    return deposits.mark_deposited(conn, deposit, upload.size, upload.digest)


def fetch_deposit(
    conn: Connection,
    settings: Settings,
    organization_id: int,
    deposit_id: UUID,
    folder: Path,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Upload:
    """What the organization's deposit holds, as a new file in `folder`.

    Refuses `source-gone` when it is no longer kept, or was not filled in time, `upload-too-large` and
    `empty-upload`. Raises SourceFailure when the bucket is down, or the deposit is still to be filled, and
    Stopped once `is_stopping`. Nothing is left in the folder then.
    """
    return _fetched(lambda: nullcontext(conn), settings, organization_id, deposit_id, folder, is_stopping)


def fetch_deposit_apart(
    database: Database,
    settings: Settings,
    organization_id: int,
    deposit_id: UUID,
    folder: Path,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Upload:
    """The same as `fetch_deposit`, without a connection to the database while a bucket gives the file."""
    return _fetched(database.connection, settings, organization_id, deposit_id, folder, is_stopping)


def _fetched(
    connected: Connected,
    settings: Settings,
    organization_id: int,
    deposit_id: UUID,
    folder: Path,
    is_stopping: Callable[[], bool],
) -> Upload:
    watch = Watch.begin(settings, is_stopping)
    with connected() as conn:
        deposit = deposits.get_deposit(conn, organization_id, deposit_id)
    if deposit is None:
        raise refusal("source-gone", "the deposit is no longer kept")
    spool = Spool(folder, settings.limits.deposit_bytes_max)
    try:
        with closing(_chunks(connected, settings, deposit)) as chunks:
            for chunk in chunks:
                watch.look()
                spool.write(chunk)
        # In a bucket somebody else's hand may have replaced it; in the database only between two reads.
        if deposit.place is None and spool.digest != deposit.digest:
            raise SourceFailure(f"The deposit {deposit.uri} was filled again while it was read.")
        return spool.finish(deposit.name)
    finally:
        spool.discard()


def drop_expired(conn: Connection, settings: Settings) -> int:
    """Forget the deposits that need no longer be kept, and what they hold; returns how many.

    Those in a bucket that does not answer are left for the next time.
    """
    dropped = 0
    for deposit in deposits.list_over(conn, settings.deposit_days_kept, DROPPED_AT_ONCE):
        try:
            bucket = _bucket_with(settings, deposit)
            if bucket is not None and deposit.place is not None:
                bucket.delete(deposit.place)
        except SourceFailure as failure:
            log.warning("deposits are kept for longer: %s", failure.message)
            break
        deposits.drop_deposit(conn, deposit)
        dropped += 1
    return dropped


def _own_address(deposit: Deposit, secret: str, base_url: str) -> str:
    """The address of our own route. Only the secret counts: the expiry is there to be read."""
    expiry = deposit.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = f"{base_url.rstrip('/')}/deposits/{deposit.id}/{quote(deposit.name, safe='')}"
    return f"{place}?{urlencode({'se': expiry, 'sig': secret})}"


def _bucket_with(settings: Settings, deposit: Deposit) -> Bucket | None:
    """The bucket that the deposit's place is in, None when it has no place or the bucket is another now."""
    bucket = bucket_of(settings) if deposit.place else None
    return bucket if bucket and deposit.place and bucket.has(deposit.place) else None


def _chunks(connected: Connected, settings: Settings, deposit: Deposit) -> Generator[bytes]:
    """The bytes that the deposit holds, in pieces."""
    bucket = _bucket_with(settings, deposit)
    if deposit.place is None:
        if deposit.deposited_at is None:
            raise _nothing_there(deposit)
        with connected() as conn:
            yield from deposits.chunks(conn, deposit)
        return
    if bucket is None:
        raise refusal("source-gone", "the bucket it was deposited in is no longer in use")
    try:
        yield from bucket.chunks(deposit.place)
    except FileNotFoundError:
        raise _nothing_there(deposit) from None


def _nothing_there(deposit: Deposit) -> Exception:
    """What to raise for a deposit that holds nothing: the file may come until the deposit expires."""
    if deposit.deposited_at is not None:
        return refusal("source-gone", "the deposit is no longer kept")
    if deposit.is_expired:
        return refusal("source-gone", "nothing was deposited before the address expired")
    return SourceFailure(f"Nothing has been deposited as {deposit.uri} yet.")
