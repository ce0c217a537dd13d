"""The rejected lines of a run, from its kept upload and its faults, in the charset of the upload."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from douane.dialects.carry_out import INTAKES
from douane.dialects.native.rejected import rejected_lines, resent_lines
from douane.formats.csv import Layout, read_records
from douane.formats.csv_lines import read_lines
from douane.formats.fec import open_fec, read_fec
from douane.formats.fixed import FixedLayout, lines_before
from douane.model.refusing import refusal
from douane.pipeline.decode import decode
from douane.pipeline.detect import detect_charset
from douane.pipeline.intake import DETECTED, Intake
from douane.pipeline.opened import opened
from douane.settings import Limits
from douane.store.runs import Run

from .faults import each_fault
from .kept import kept_upload
from .service import Service

Blocks = Callable[[], Iterator[bytes]]
Faults = Callable[[], Iterator[dict[str, Any]]]

PIECE_CHARACTERS = 1 << 16
"""How much is handed to the server at once: each piece costs a change of threads."""


def rejected_csv(service: Service, run: Run) -> Iterator[bytes]:
    """The file, piece by piece.

    Refuses at once `no-rejected-lines` for a format that has no cells to put the reason in, `upload-gone`,
    and what made the run's header unusable.
    """
    intake = INTAKES[run.dialect](run, service.settings)
    if intake.read not in {None, read_fec}:
        raise refusal("no-rejected-lines", run.door)
    limits = service.settings.limits
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="douane-")))
        upload = stack.enter_context(kept_upload(service, run))
        path = opened(upload, folder, intake.suffixes, limits).data
        encoding = detect_charset(path, limits) if intake.encoding == DETECTED else intake.encoding
        blocks = partial(decode, path, encoding, intake.compression, limits)
        lines = _lines(intake, blocks, limits, partial(each_fault, service.database, run.id, warnings=False))
        return _encoded(lines, encoding, stack.pop_all())


def _lines(intake: Intake, blocks: Blocks, limits: Limits, faults: Faults) -> Iterator[str]:
    """The lines of the file; those that the reader skips come first, so that it finds them there again.

    What makes the header unusable is refused at once.
    """
    wanted = (fault["line"] for fault in faults())
    layout = intake.layout
    if intake.read is not None:
        layout, records = _fec_records(blocks, limits, wanted)
        return _begun(rejected_lines(records, faults(), layout))
    if isinstance(layout, FixedLayout):
        before = range(1, lines_before(blocks(), layout, limits) + 1)
        return resent_lines(read_lines(blocks(), limits, chain(before, wanted)))
    skipped = resent_lines(read_lines(blocks(), limits, range(1, layout.lines_skipped + 1)))
    records = read_records(blocks(), layout, limits, wanted)
    lines = rejected_lines(records, faults(), layout) if layout.has_header else resent_lines(records)
    return chain(skipped, _begun(lines))


def _begun(lines: Iterator[str]) -> Iterator[str]:
    """The same lines, of which the first is there already."""
    return chain([next(lines, "")], lines)


def _fec_records(
    blocks: Blocks, limits: Limits, wanted: Iterator[int]
) -> tuple[Layout, Iterator[tuple[int, str]]]:
    """How a FEC is delimited, and the header and the wanted lines of it."""
    header = open_fec(blocks(), limits).header
    records = read_lines(blocks(), limits, chain([header.line], wanted))
    return Layout(header.separator, quote=""), records


def _encoded(lines: Iterator[str], encoding: str, stack: ExitStack) -> Iterator[bytes]:
    """The lines in `encoding`; `stack` is closed when the last of them is out."""
    encoder = codecs.getincrementalencoder(encoding)("replace")
    with stack:
        for piece in _gathered(lines):
            yield encoder.encode(piece)


def _gathered(lines: Iterator[str]) -> Iterator[str]:
    """The lines in pieces of at least PIECE_CHARACTERS, the last one apart."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= PIECE_CHARACTERS:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)
