"""Bodies of answers of a source: kept beside memory while they come, whole, and out of their packing."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from douane.errors import Refusal, SourceFailure
from douane.model.refusing import refusal

from .answers import CODINGS, content_length
from .asking import Answer
from .digests import Digests
from .pulled_file import kept

MEMORY_BYTES_MAX = 8 << 20
BLOCK_BYTES = 128 * 1024
"""What is read at once: it stays in the processor's cache while records are cut out of it."""
GZIP = 31
"""What zlib calls gzip, with a window of any size."""


@contextmanager
def whole_body(answer: Answer, shown: str, bytes_max: int, folder: Path) -> Iterator[IO[bytes]]:
    """The body, unpacked, at its beginning: on disk when it is large, and nowhere afterwards.

    Raises SourceFailure when it came damaged or cut; refuses `source-too-large` and `unknown-compression`.
    """
    coding = answer.headers.get("content-encoding", "").strip().lower()
    if coding not in CODINGS:
        raise refusal("unknown-compression", coding[:50])
    if (content_length(answer.headers) or 0) > bytes_max:
        raise _too_large(shown, bytes_max)
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES_MAX, dir=str(folder)) as file:
        blocks = _checked(answer, shown)
        for block in _unpacked(blocks, shown) if coding.endswith("gzip") else blocks:
            if file.tell() + len(block) > bytes_max:
                raise _too_large(shown, bytes_max)
            with kept():
                file.write(block)
        file.seek(0)
        yield file


def blocks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, block by block."""
    while block := file.read(BLOCK_BYTES):
        yield block


def _too_large(shown: str, bytes_max: int) -> Refusal:
    return refusal("source-too-large", f"{shown} gives more than the {bytes_max:,} bytes that are left")


def _checked(answer: Answer, shown: str) -> Iterator[bytes]:
    digests = Digests(answer.headers)
    for block in answer.blocks:
        digests.update(block)
        yield block
    if digests and (name := digests.mismatch()):
        raise SourceFailure(f"What {shown} answers came damaged: its {name} is another one.")


def _unpacked(blocks: Iterable[bytes], shown: str) -> Iterator[bytes]:
    """The blocks out of gzip, all members of it, none much larger than BLOCK_BYTES."""
    unpacking = zlib.decompressobj(GZIP)
    try:
        for block in blocks:
            rest = block
            while rest:
                if unpacking.eof:
                    unpacking = zlib.decompressobj(GZIP)
                yield unpacking.decompress(rest, BLOCK_BYTES)
                rest = unpacking.unconsumed_tail or unpacking.unused_data
    except zlib.error as error:
        raise SourceFailure(f"What {shown} answers came damaged: its gzip cannot be read.") from error
    if not unpacking.eof:
        raise SourceFailure(f"What {shown} answers came cut: its gzip does not end.")
