"""Decode: from the bytes as received to UTF-8, whatever they were packed in and written in."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from douane.model.refusing import refusal
from douane.settings import MEBIBYTE, Limits

from .charset import UTF_8, as_utf8, charset_of
from .unpack import GZIP_MAGIC, unpacked

BLOCK_BYTES = 8 * MEBIBYTE
SAMPLE_BYTES = 64 * 1024  # how much of the text shows which line ends it has
PLAIN = {"", "identity"}
GZIP = {"gzip", "x-gzip"}
BYTE_ORDER_MARK = "\ufeff".encode()
MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the start of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, UTF_8),
)


def decode(
    path: Path, encoding: str, compression: str, limits: Limits, block_bytes: int = BLOCK_BYTES
) -> Iterator[bytes]:
    """The text of the file at `path` as UTF-8, without byte order mark, in blocks of about `block_bytes`.

    `encoding` is a charset's name, which a byte order mark overrules; `compression` is a Content-Encoding,
    though gzip is also known by its first bytes. What is not in the charset becomes OUTSIDE. Carriage
    returns become newlines in a file that has no newline.

    Refusals: unknown-charset and unknown-compression at once; empty-upload, broken-archive,
    upload-too-large and unknown-charset while the blocks are taken.
    """
    charset = charset_of(encoding.strip())
    coding = compression.strip().lower()
    if coding not in PLAIN | GZIP:
        raise refusal("unknown-compression", compression)
    content = _content(path, coding in GZIP, limits, block_bytes)
    return _with_content(_with_newlines(_text(content, charset)))


def _content(path: Path, is_gzip: bool, limits: Limits, block_bytes: int) -> Iterator[bytes]:
    """The bytes of the file, out of their packing."""
    with path.open("rb") as file:
        is_gzip = is_gzip or file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(0)
        if is_gzip:
            yield from unpacked(file, os.fstat(file.fileno()).st_size, block_bytes, limits)
        else:
            yield from _plain(file, block_bytes, limits)


def _plain(file: BinaryIO, block_bytes: int, limits: Limits) -> Iterator[bytes]:
    while block := file.read(block_bytes):
        if file.tell() > limits.decoded_bytes_max:
            raise refusal("upload-too-large", str(limits.decoded_bytes_max))
        yield block


def _text(content: Iterator[bytes], charset: str) -> Iterator[bytes]:
    """The content as UTF-8, by its byte order mark or else by `charset`."""
    start = _sample(content, len(codecs.BOM_UTF32_LE))
    charset = next((marked for mark, marked in MARKED if start.startswith(mark)), charset)
    yield from as_utf8(chain([start], content), charset)


def _with_newlines(texts: Iterator[bytes]) -> Iterator[bytes]:
    """The text without its byte order marks, its lines ended by newlines."""
    start = _sample(texts, SAMPLE_BYTES)
    while start.startswith(BYTE_ORDER_MARK):
        start = start[len(BYTE_ORDER_MARK) :]
    is_old_mac = b"\r" in start and b"\n" not in start
    for text in chain([start], texts):
        yield text.replace(b"\r", b"\n") if is_old_mac else text


def _with_content(texts: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks that hold something. Refuses empty-upload at the end when all was blank."""
    is_blank = True
    for text in filter(None, texts):
        is_blank = is_blank and _is_blank(text)
        yield text
    if is_blank:
        raise refusal("empty-upload")


def _is_blank(text: bytes) -> bool:
    return not text[:SAMPLE_BYTES].decode(errors="ignore").strip() and not text.decode().strip()


def _sample(blocks: Iterator[bytes], size: int) -> bytes:
    """The first `size` bytes or more, as far as there are so many."""
    start = b""
    while len(start) < size and (block := next(blocks, None)) is not None:
        start += block
    return start
