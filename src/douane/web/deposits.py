"""Filling a deposit: one PUT of a file to the address that was given out for it, as to a blob of Azure."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from douane.dialects.native import replies
from douane.errors import Failure, Refusal
from douane.fetch.deposits import fill_deposit
from douane.model.refusing import refusal
from douane.pipeline.receive import Spool, Upload
from douane.store.deposits import NOTHING, Deposit, deposit_of, hash_of

from .body import spool_body
from .service import Service

KEPT_AT_ONCE = 4
"""Deposits written to the database or the bucket at the same time; others wait, their bytes on disk."""

FILLED_AT_ONCE = {"deposit": 8, "organization": 32}
"""Bodies on their way for one deposit, and for all of an organization: each may be large, and slow."""

STATUSES = {
    "unknown-deposit": 404,
    "deposit-denied": 403,
    "deposit-closed": 409,
    "upload-too-large": 413,
}
"""Refusal code -> HTTP status; a code that is not here is 400."""

MD5_HEADERS = ("content-md5", "x-ms-blob-content-md5")
Asking = Request[Any, Any, Any]
Signature = Annotated[str, QueryParameter(name="sig", description="The secret of the address, as given.")]


def depositing(service: Service) -> list[HTTPRouteHandler]:
    """The route of /deposits. The address itself is what opens it, until it expires."""
    places = asyncio.Semaphore(KEPT_AT_ONCE)
    under_way: Counter[tuple[str, Hashable]] = Counter()

    @put(
        "/deposits/{deposit_id:str}/{name:str}",
        tags=["Deposits"],
        summary="The file of a deposit, as the body; again until it expires or is imported.",
        status_code=201,
        request_max_body_size=None,  # the spool keeps its own, much larger, bound
        exception_handlers={Refusal: _refused},
    )
    async def deposited(
        request: Asking, deposit_id: FromPath[str], name: FromPath[str], signature: Signature = ""
    ) -> Response[bytes]:
        deposit = await asyncio.to_thread(_opened, service, deposit_id, name, signature)
        _check_way(request)
        announced = _announced_md5(request)
        with _counted(under_way, deposit):
            upload = await _received(service, deposit, request)
        try:
            md5 = await asyncio.to_thread(_checked_md5, upload.path, announced) if announced else None
            async with places:
                filled = await asyncio.to_thread(_filled, service, deposit, upload, _is_first_only(request))
        finally:
            upload.path.unlink(missing_ok=True)
        return Response(b"", status_code=201, headers=_headers(filled, md5))

    return [deposited]


def _opened(service: Service, deposit_id: str, name: str, secret: str) -> Deposit:
    """The deposit that the address opens. Refuses `unknown-deposit` and `deposit-denied`."""
    try:
        key = UUID(deposit_id)
    except ValueError:
        key = UUID(int=0)
    with service.database.connection() as conn:
        found = deposit_of(conn, key)
    # One comparison whether there is such a deposit or not, so that the time it takes tells nothing.
    is_right = hmac.compare_digest((found and found.secret_hash) or NOTHING, hash_of(secret))
    if found is None or found.name != normalize("NFC", name):
        raise refusal("unknown-deposit", f"{deposit_id}/{name}")
    if not is_right:
        raise refusal("deposit-denied", "its signature is wrong")
    if found.is_expired:
        raise refusal("deposit-denied", "it has expired")
    return found


@contextmanager
def _counted(under_way: Counter[tuple[str, Hashable]], deposit: Deposit) -> Iterator[None]:
    """One more body that is on its way. Raises a transient Failure when there are too many."""
    keys: list[tuple[str, Hashable]] = [("deposit", deposit.id), ("organization", deposit.organization_id)]
    if any(under_way[key] >= FILLED_AT_ONCE[key[0]] for key in keys):
        raise Failure("Too many files are being deposited; send it again in a moment.", transient=True)
    under_way.update(keys)
    try:
        yield
    finally:
        under_way.subtract(keys)
        for key in keys:
            if not under_way[key]:
                del under_way[key]


def _check_way(request: Asking) -> None:
    """Refuse `deposit-request` for what is no whole file in one request, as Azure's blocks are."""
    kind = request.headers.get("x-ms-blob-type", "BlockBlob")
    if kind.lower() != "blockblob":
        raise refusal("deposit-request", f"x-ms-blob-type is {kind[:40]}, expected BlockBlob")
    if "comp" in request.query_params:
        raise refusal("deposit-request", "a file in blocks is not supported")
    if "content-range" in request.headers:
        raise refusal("deposit-request", "a part of a file is not supported")


def _announced_md5(request: Asking) -> bytes | None:
    """The digest that the sender told of the file. Refuses `deposit-request` for one that is none."""
    told = next((request.headers[name] for name in MD5_HEADERS if name in request.headers), None)
    if told is None:
        return None
    try:
        digest = b64decode(told, validate=True)
    except (NotBase64, ValueError):
        digest = b""
    if len(digest) != 16:
        raise refusal("deposit-request", "Content-MD5 is no base64 of 16 bytes")
    return digest


async def _received(service: Service, deposit: Deposit, request: Asking) -> Upload:
    """The whole body as a file. Refuses `upload-too-large`, `upload-cut` and `empty-upload`."""
    spool = Spool(service.spool_directory, service.settings.limits.deposit_bytes_max)
    try:
        spool.expect(request.content_length or 0)
        await spool_body(request.receive, spool)
        if request.content_length is not None and spool.size != request.content_length:
            raise refusal("upload-cut")
        return spool.finish(deposit.name)
    finally:
        spool.discard()


def _checked_md5(path: Path, announced: bytes) -> bytes:
    """The MD5 of the file. Refuses `deposit-mismatch` when another one was announced."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).digest()
    if digest != announced:
        raise refusal("deposit-mismatch", "Content-MD5 is not the digest of the body")
    return digest


def _filled(service: Service, deposit: Deposit, upload: Upload, only_first: bool) -> Deposit:
    with service.database.connection() as conn:
        return fill_deposit(conn, service.settings, deposit.id, upload, only_first=only_first)


def _is_first_only(request: Asking) -> bool:
    return request.headers.get("if-none-match", "").strip() == "*"


def _headers(deposit: Deposit, md5: bytes | None) -> dict[str, str]:
    """What Azure tells of a blob that was put."""
    assert deposit.deposited_at is not None, "a filled deposit says when"
    told = {
        "ETag": f'"{deposit.digest}"',
        "Last-Modified": format_datetime(deposit.deposited_at.astimezone(UTC), usegmt=True),
        "x-ms-request-id": str(uuid4()),
    }
    return told | ({"Content-MD5": b64encode(md5).decode()} if md5 else {})


def _refused(_: Asking, error: Refusal) -> Response[bytes]:
    body = replies.error(error.code, error.message, error.hint)
    status = STATUSES.get(error.code, 400)
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
