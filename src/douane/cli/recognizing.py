"""Which of the formats that we take as they are a file has, by its name or its first line."""

from __future__ import annotations

from pathlib import Path

from douane.errors import Refusal
from douane.formats.fec_header import take_header
from douane.formats.fec_name import parse_legal_name
from douane.formats.outside import OUTSIDE
from douane.formats.tra_header import STARS
from douane.pipeline.charset import UTF_8
from douane.pipeline.decode import decode
from douane.settings import MEBIBYTE, Limits

BY_SUFFIX = {".fec": "fec", ".tra": "tra"}
ZIP_MAGIC = b"PK\x03\x04"


def native_format(file: Path) -> str | None:
    """`fec`, `tra`, or None for a file that is neither."""
    name = file.name.lower().removesuffix(".gz")
    if Path(name).suffix in BY_SUFFIX:
        return BY_SUFFIX[Path(name).suffix]
    if parse_legal_name(name) is not None:
        return "fec"
    with file.open("rb") as content:
        if content.read(len(ZIP_MAGIC)) == ZIP_MAGIC:
            return "tra"
    return _by_first_line(file)


def _by_first_line(file: Path) -> str | None:
    try:
        start = next(decode(file, UTF_8, "", Limits(), MEBIBYTE), b"")
    except Refusal:
        return None
    if start.lstrip().startswith(STARS.encode()):
        return "tra"
    try:
        take_header(iter([_without(start, b"\r", b"\0", OUTSIDE.encode()) + b"\n"]), Limits())
    except Refusal:
        return None
    return "fec"


def _without(text: bytes, *signs: bytes) -> bytes:
    for sign in signs:
        text = text.replace(sign, b"")
    return text
