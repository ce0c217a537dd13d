"""The data file of an upload: the upload itself, or the one file of its kind in a zip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from douane.settings import MEBIBYTE, Limits

from .unzip import open_archive

ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class Opened:
    """Where the data file is. `documents` are the names of those that the zip `archive` holds beside it."""

    data: Path
    archive: Path | None = None
    suffixes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()

    def contents(self, limits: Limits) -> Iterator[tuple[str, bytes]]:
        """The documents one by one, name and content."""
        if self.archive is None or not self.documents:
            return
        with open_archive(self.archive, limits, self.suffixes) as archive:
            for name in self.documents:
                yield name, archive.read_document(name)


def opened(
    upload: Path, folder: Path, suffixes: tuple[str, ...], limits: Limits, *, must_be_zip: bool = False
) -> Opened:
    """The upload, or the file in it that ends in one of `suffixes`, unpacked in `folder`, when it is a zip.

    Refusals: broken-archive, no-data-file, several-data-files, archive-too-large.
    """
    if not suffixes or not (must_be_zip or _is_zip(upload)):
        return Opened(upload)
    data = folder / "data"
    with open_archive(upload, limits, suffixes) as archive, data.open("wb") as file:
        for block in archive.blocks(MEBIBYTE):
            file.write(block)
        return Opened(data, upload, suffixes, tuple(each.name for each in archive.documents))


def _is_zip(upload: Path) -> bool:
    with upload.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
