"""Opens a zip with one data file and its documents, as it is read, with a bound on what may come out."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.settings import MEBIBYTE, Limits

from .unpack import ALWAYS_ALLOWED_BYTES

MEMBERS_MAX = 10_000
DIRECTORY_BYTES_MAX = 4 * MEBIBYTE
NAME_CHARACTERS_MAX = 255
LOCAL_HEADER_BYTES = 30  # the least that stands before a member's name
IS_ENCRYPTED = 0x1
IS_UTF_8 = 0x800
JUNK = {".ds_store", "thumbs.db", "desktop.ini"}
JUNK_START = "._"  # macOS puts such a file beside each
DAMAGE = (BadZipFile, zlib.error, EOFError, struct.error, ValueError, OverflowError, NotImplementedError)
"""What zipfile raises when an archive is none, or not as it should be."""


@dataclass(frozen=True)
class Document:
    """A file beside the data; `size` is what the archive says of it, in bytes."""

    name: str
    size: int


@dataclass
class Archive:
    """An open archive, a context manager that closes it.

    `data_name` is the name of the data file, `documents` are the other files at the root. Names are only
    names: no file is ever written under one. No more than `bound` bytes come out of all of them.
    """

    data_name: str
    documents: tuple[Document, ...]
    bound: int
    document_bytes_max: int
    _zip: ZipFile
    _file: io.RawIOBase
    _members: dict[str, ZipInfo]
    _taken: dict[str, int] = field(default_factory=dict)

    def blocks(self, block_bytes: int) -> Iterator[bytes]:
        """The data file in blocks of at most `block_bytes`; it may be read more than once.

        Refusals, while the blocks are taken: broken-archive, archive-too-large.
        """
        return self._content(self.data_name, block_bytes, self.bound)

    def read_document(self, name: str) -> bytes:
        """The content of one of `documents`. Refusals: broken-archive, archive-too-large."""
        return b"".join(self._content(name, MEBIBYTE, self.document_bytes_max))

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _content(self, name: str, block_bytes: int, bound: int) -> Iterator[bytes]:
        given = 0
        with _damage_refused(), self._zip.open(self._members[name]) as member:
            while block := member.read(block_bytes):
                given += len(block)
                self._count(name, given, bound)
                yield block

    def _count(self, name: str, given: int, bound: int) -> None:
        """Keep how much came out of each member: neither one nor all may be too much."""
        self._taken[name] = max(given, self._taken.get(name, 0))
        if given > bound:
            raise refusal("archive-too-large", str(bound))
        if sum(self._taken.values()) > self.bound:
            raise refusal("archive-too-large", str(self.bound))


def open_archive(path: Path, limits: Limits, suffixes: tuple[str, ...]) -> Archive:
    """The zip at `path`, whose one data file is that with a name in one of `suffixes`, such as `.tra`.

    Only files at the root count, and not those that systems leave in every folder. Refusals:
    broken-archive (no zip, damaged, encrypted, absurd), no-data-file, several-data-files.
    """
    file = _Bounded(path)
    try:
        return _opened(file, limits, suffixes)
    except BaseException:
        file.close()
        raise


def _opened(file: _Bounded, limits: Limits, suffixes: tuple[str, ...]) -> Archive:
    size = os.fstat(file.fileno()).st_size
    with _damage_refused():
        archive = ZipFile(file)
    file.is_open = True
    _check(archive.infolist(), size)
    members = _at_root(archive.infolist())
    data = [name for name in members if name.casefold().endswith(suffixes)]
    if len(data) > 1:
        raise refusal("several-data-files", ", ".join(data))
    if not data:
        raise refusal("no-data-file", " or ".join(suffixes))
    return Archive(
        data_name=data[0],
        documents=tuple(Document(name, each.file_size) for name, each in members.items() if name != data[0]),
        bound=min(limits.decoded_bytes_max, max(ALWAYS_ALLOWED_BYTES, limits.decoded_ratio_max * size)),
        document_bytes_max=limits.call_bytes_max,
        _zip=archive,
        _file=file,
        _members=members,
    )


class _Bounded(io.FileIO):
    """A file that is read in parts of bounded size until its directory is known: zipfile takes any size."""

    is_open = False

    def read(self, size: int | None = -1, /) -> Any:
        if size is None or size < 0:
            size = DIRECTORY_BYTES_MAX
        if size > DIRECTORY_BYTES_MAX and not self.is_open:
            raise refusal("broken-archive", f"its directory is larger than {DIRECTORY_BYTES_MAX} bytes")
        return super().read(size)


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        raise refusal("broken-archive", "it is damaged, or no zip") from error


def _check(members: list[ZipInfo], size: int) -> None:
    """Refuse archives that no honest program makes: too many members, or members that share bytes."""
    if len(members) > MEMBERS_MAX:
        raise _broken(f"it has more than {MEMBERS_MAX} files")
    spans = sorted((each.header_offset, _end(each)) for each in members)
    if any(start < 0 or end > size for start, end in spans):
        raise _broken("it is cut")
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise _broken("its files overlap")


def _end(member: ZipInfo) -> int:
    """Where the member ends at the earliest."""
    return member.header_offset + LOCAL_HEADER_BYTES + len(member.orig_filename) + member.compress_size


def _at_root(members: list[ZipInfo]) -> dict[str, ZipInfo]:
    """The files at the root by name."""
    found: dict[str, ZipInfo] = {}
    for each in members:
        name = _name(each)
        if "/" in name or "\\" in name or name.casefold() in JUNK or name.startswith(JUNK_START):
            continue
        if name in found:
            raise _broken(f"it holds {name} twice")
        if not name.isprintable() or not 0 < len(name) <= NAME_CHARACTERS_MAX:
            raise _broken(f"a file is called {name[:NAME_CHARACTERS_MAX]!r}")
        if each.flag_bits & IS_ENCRYPTED:
            raise _broken(f"{name} is encrypted")
        if each.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise _broken(f"{name} is compressed in another way than deflate")
        found[name] = each
    return found


def _name(member: ZipInfo) -> str:
    """The member's name; many programs write UTF-8 without saying so, which zipfile then takes for CP437."""
    if member.flag_bits & IS_UTF_8 or member.orig_filename.isascii():
        return member.orig_filename
    try:
        return member.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return member.orig_filename


def _broken(detail: str) -> Refusal:
    return refusal("broken-archive", detail)
