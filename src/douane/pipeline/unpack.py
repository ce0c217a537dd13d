"""Opens a gzip body as it is read, with a bound on what may come out."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from douane.model.refusing import refusal
from douane.settings import MEBIBYTE, Limits

GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORMAT = 31  # zlib's wbits for a gzip member with the largest window
ALWAYS_ALLOWED_BYTES = 64 * MEBIBYTE
READ_BYTES = 8 * 1024  # small: what follows a member is copied for each member


def unpacked(file: BinaryIO, size: int, block_bytes: int, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip `file` of `size` bytes, all its members, in blocks of about `block_bytes`.

    Refusals: broken-archive, upload-too-large.
    """
    bound = min(limits.decoded_bytes_max, max(ALWAYS_ALLOWED_BYTES, limits.decoded_ratio_max * size))
    waiting: list[bytes] = []
    total = given = 0
    for piece in _pieces(file, block_bytes):
        if piece:
            waiting.append(piece)
        total += len(piece)
        if total > bound:
            raise refusal("upload-too-large", str(bound))
        if total - given >= block_bytes:
            yield b"".join(waiting)
            waiting, given = [], total
    yield b"".join(waiting)


def _pieces(file: BinaryIO, piece_bytes: int) -> Iterator[bytes]:
    """What the members hold, one after the other, in pieces of at most `piece_bytes`."""
    data = file.read(READ_BYTES)
    while data:
        if not GZIP_MAGIC.startswith(data[:2]):
            raise refusal("broken-archive", "something follows its end")
        member = zlib.decompressobj(GZIP_FORMAT)
        while not member.eof:
            if not data:
                raise refusal("broken-archive", "it ends early")
            yield _inflated(member, data, piece_bytes)
            data = member.unconsumed_tail or member.unused_data or file.read(READ_BYTES)
        data = _without_padding(data, file)


def _inflated(member: Any, data: bytes, piece_bytes: int) -> bytes:
    try:
        inflated: bytes = member.decompress(data, piece_bytes)
    except zlib.error as error:
        raise refusal("broken-archive", "it is damaged") from error
    return inflated


def _without_padding(data: bytes, file: BinaryIO) -> bytes:
    """What follows a member, without the zero bytes that tapes and some tools put there."""
    while data and not (data := data.lstrip(b"\0")):
        data = file.read(READ_BYTES)
    return data
