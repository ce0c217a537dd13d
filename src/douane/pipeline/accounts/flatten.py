"""Flatten: the objects of a JSON text become the tables of accounts and addresses, as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, reduce

import numpy as np
import polars as pl

from douane.formats.json_lines import in_pieces, lines_of_file, lines_of_list
from douane.formats.json_outside import BadJson, CutJson, NoRecords
from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.custom_fields import CustomField
from douane.model.json_paths import read_path
from douane.model.mapping_document import MappingDocument
from douane.model.refusing import refusal
from douane.pipeline.batch import no_faults
from douane.pipeline.known import Keys

from .mapped_cells import MappedCells
from .numbering import Lines, Numbering
from .objects import Objects
from .records import AccountBatch, AccountLabels, no_accounts, no_addresses
from .sources import Source, sources_of
from .texts import LoadTexts, Meaning, Recognized
from .typed import Reader

PIECE_BYTES = 512 * 1024
"""How much text is read at once: what fits into the processor's cache."""

OBJECTS_AT_ONCE, TEXT_AT_ONCE = 2_000, 16 << 20


class Flattening:
    """How one mapping to accounts has a text read; `custom_fields` are those of the organization.

    A file that `has_lines` has an object on each of its lines, others a list at the path of the records.
    """

    def __init__(
        self, document: MappingDocument, custom_fields: Sequence[CustomField] = (), *, has_lines: bool = False
    ) -> None:
        self._document = document
        self._has_lines = has_lines
        self._sources = sources_of(document, custom_fields)
        self._reader = Reader(self._sources)
        self._meaning = Meaning.of(document, custom_fields)

    @cached_property
    def labels(self) -> AccountLabels:
        """What the sender calls the fields."""
        return AccountLabels(_labels(self._sources.accounts), _labels(self._sources.addresses))

    def batches(self, blocks: Iterator[bytes], load_texts: LoadTexts | None = None) -> Iterator[AccountBatch]:
        """The objects of a text in UTF-8; at least one batch.

        Objects whose texts are known are not read, once so many have come that to know them is worth the
        loading. Refuses `not-json` and `no-json-list`.
        """
        account = MappedCells(self._document, "")
        address = MappedCells(self._document, ADDRESS_PREFIX)
        for objects, recognized in self._gathered(blocks, load_texts):
            accounts, wrong_cells = account.mapped(objects.accounts)
            addresses, wrong_parts = address.mapped(objects.addresses)
            faults = pl.concat([objects.faults, wrong_cells, wrong_parts])
            received = objects.received + len(recognized.ids)
            yield AccountBatch(accounts, addresses, faults, received, recognized)

    def _gathered(
        self, blocks: Iterator[bytes], load_texts: LoadTexts | None
    ) -> Iterator[tuple[Objects, Recognized]]:
        """The objects, some thousand at a time, and those that were recognized among them."""
        waiting: list[Objects] = []
        came: list[Lines] = []
        for lines in self._lines(blocks, load_texts):
            came.append(lines)
            waiting += self._read(lines)
            is_long = sum(each.received for each in waiting) >= OBJECTS_AT_ONCE
            if is_long or sum(len(each.text) for each in came) >= TEXT_AT_ONCE:
                yield _together(waiting, came)
                waiting, came = [], []
        yield _together(waiting, came)

    def _lines(self, blocks: Iterator[bytes], load_texts: LoadTexts | None) -> Iterator[Lines]:
        """The texts of the objects that are to be read. Refuses `not-json` and `no-json-list`."""
        path = self._document.layout.records
        numbering = Numbering(self._meaning, load_texts)
        try:
            lines = lines_of_file(blocks) if self._has_lines else lines_of_list(blocks, read_path(path))
            for text in lines:
                yield numbering.taken(text)
        except NoRecords as reason:
            raise refusal("no-json-list", f"{path}: {reason}") from None
        except CutJson:
            raise refusal("not-json", "it ends before its list does") from None
        except BadJson as reason:
            raise refusal("not-json", str(reason)) from None

    def _read(self, lines: Lines) -> Iterator[Objects]:
        """The objects, a piece of text at a time. Refuses `not-json`."""
        at = 0
        for text in in_pieces([lines.text], PIECE_BYTES):
            these = slice(at, at + text.count(b"\n"))
            at = these.stop
            # The records of a list were cut by us.
            are_braced = not self._has_lines or bool(lines.is_braced[these].all())
            try:
                yield self._reader.read(text, lines.numbers[these], are_braced=are_braced)
            except BadJson as reason:
                raise refusal("not-json", str(reason)) from None


def _labels(sources: Sequence[Source]) -> dict[str, str]:
    return {each.column: each.label for each in sources}


def _together(parts: Sequence[Objects], came: Sequence[Lines]) -> tuple[Objects, Recognized]:
    """The objects as one, with their fingerprints, and what was recognized among them."""
    objects = Objects(
        pl.concat([each.accounts for each in parts] or [no_accounts()], how="diagonal"),
        pl.concat([each.addresses for each in parts] or [no_addresses()], how="diagonal"),
        pl.concat([each.faults for each in parts] or [no_faults()]),
        sum(each.received for each in parts),
    )
    if parts:
        numbers = np.concatenate([each.numbers for each in came])
        objects = objects.with_prints(numbers, reduce(Keys.joined, (each.prints for each in came)))
    return objects, Recognized.joined([each.recognized for each in came])
