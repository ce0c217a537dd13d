"""The rejected lines or objects of a run, from its kept upload and its faults."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from douane.dialects.carry_out import INTAKES
from douane.dialects.native.rejected import rejected_lines, resent_lines
from douane.dialects.native.rejected_objects import rejected_objects
from douane.dialects.receipts import with_wire_codes
from douane.errors import Refusal
from douane.formats.csv import Layout, read_records
from douane.formats.csv_lines import read_lines
from douane.formats.fec import open_fec, read_fec
from douane.formats.fixed import FixedLayout, lines_before
from douane.formats.json_lines import lines_of_file, lines_of_list
from douane.model.json_paths import read_path
from douane.model.refusing import refusal
from douane.pipeline.decode import decode
from douane.pipeline.detect import detect_charset
from douane.pipeline.intake import DETECTED, Intake
from douane.pipeline.opened import opened
from douane.settings import Limits, Settings
from douane.store.database import Database
from douane.store.runs import Run

from .faults import each_fault
from .kept import kept_upload

Blocks = Callable[[], Iterator[bytes]]
Faults = Callable[[], Iterator[dict[str, Any]]]
Part = TypeVar("Part", str, bytes)

PIECE_CHARACTERS = 1 << 16
"""How much is handed to the server at once: each piece costs a change of threads."""


def rejected_file(database: Database, settings: Settings, run: Run) -> Iterator[bytes]:
    """The rejected lines or objects, whichever the run has. Refuses as the functions below do."""
    has_objects = INTAKES[run.dialect](run, settings).accounts is not None
    return (rejected_json if has_objects else rejected_csv)(database, settings, run)


def rejected_csv(database: Database, settings: Settings, run: Run) -> Iterator[bytes]:
    """The file, piece by piece, in the charset of the upload.

    Refuses at once `no-rejected-lines` for a format that has no cells to put the reason in, `upload-gone`,
    and what made the run's header unusable.
    """
    intake = INTAKES[run.dialect](run, settings)
    if intake.accounts is not None:
        raise Refusal("no-rejected-lines", "Objects are not given back as lines.", "Ask for rejected.json.")
    if intake.read not in {None, read_fec}:
        raise refusal("no-rejected-lines", run.door)
    with _text_of(database, settings, run, intake) as text:
        faults = partial(each_fault, database, run.id, warnings=False)
        lines = _lines(intake, text.blocks, settings.limits, faults)
        return _encoded(lines, text.encoding, text.stack.pop_all())


def rejected_json(database: Database, settings: Settings, run: Run) -> Iterator[bytes]:
    """The list of rejected objects of a run of accounts, piece by piece, in UTF-8.

    Refuses at once `no-rejected-lines` for a run of anything else, and `upload-gone`.
    """
    intake = INTAKES[run.dialect](run, settings)
    if intake.accounts is None:
        raise Refusal("no-rejected-lines", "The file holds lines, not objects.", "Ask for rejected.csv.")
    with _text_of(database, settings, run, intake) as text:
        records = read_path(intake.accounts.document.layout.records)
        blocks = text.blocks()
        lines = lines_of_file(blocks) if intake.accounts.has_lines else lines_of_list(blocks, records)
        faults = with_wire_codes(run, each_fault(database, run.id, warnings=False))
        return _joined(rejected_objects(lines, faults, records), text.stack.pop_all())


@dataclass(frozen=True)
class _Text:
    """The text of an upload; `stack` gives up what it takes to read it."""

    blocks: Blocks
    encoding: str
    stack: ExitStack


@contextmanager
def _text_of(database: Database, settings: Settings, run: Run, intake: Intake) -> Iterator[_Text]:
    """The text of a run's upload, to be read inside the block, or as long as somebody keeps its stack."""
    limits = settings.limits
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="douane-")))
        upload = stack.enter_context(kept_upload(database, run))
        path = opened(upload, folder, intake.suffixes, limits).data
        encoding = detect_charset(path, limits) if intake.encoding == DETECTED else intake.encoding
        yield _Text(partial(decode, path, encoding, intake.compression, limits), encoding, stack)


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
        for piece in _in_pieces(lines):
            yield encoder.encode("".join(piece))


def _joined(parts: Iterator[bytes], stack: ExitStack) -> Iterator[bytes]:
    """The parts in larger ones; `stack` is closed when the last of them is out."""
    with stack:
        for piece in _in_pieces(parts):
            yield b"".join(piece)


def _in_pieces(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """The parts in pieces of at least PIECE_CHARACTERS, the last one apart."""
    piece: list[Part] = []
    size = 0
    for part in parts:
        piece.append(part)
        size += len(part)
        if size >= PIECE_CHARACTERS:
            yield piece
            piece, size = [], 0
    yield piece
