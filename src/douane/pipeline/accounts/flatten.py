"""Flatten: the objects of a JSON text become the tables of accounts and addresses, as a mapping says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import polars as pl

from douane.formats.json_lines import in_pieces, lines_of_file, lines_of_list
from douane.formats.json_outside import BadJson, CutJson, NoRecords
from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.custom_fields import CustomField
from douane.model.json_paths import read_path
from douane.model.mapping_document import MappingDocument
from douane.model.refusing import refusal
from douane.pipeline.batch import no_faults

from .mapped_cells import MappedCells
from .objects import Objects
from .records import AccountBatch, AccountLabels, no_accounts, no_addresses
from .sources import Source, sources_of
from .typed import Reader

PIECE_BYTES = 256 * 1024
"""How much text is read at once: what fits into the processor's cache."""

OBJECTS_AT_ONCE = 2_000


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

    @cached_property
    def labels(self) -> AccountLabels:
        """What the sender calls the fields."""
        return AccountLabels(_labels(self._sources.accounts), _labels(self._sources.addresses))

    def batches(self, blocks: Iterator[bytes]) -> Iterator[AccountBatch]:
        """The objects of a text in UTF-8; at least one batch.

        Refuses `not-json` and `no-json-list`.
        """
        account = MappedCells(self._document, "")
        address = MappedCells(self._document, ADDRESS_PREFIX)
        for objects in self._gathered(blocks):
            accounts, wrong_cells = account.mapped(objects.accounts)
            addresses, wrong_parts = address.mapped(objects.addresses)
            faults = pl.concat([objects.faults, wrong_cells, wrong_parts])
            yield AccountBatch(accounts, addresses, faults, objects.received)

    def _gathered(self, blocks: Iterator[bytes]) -> Iterator[Objects]:
        """The objects, some thousand at a time."""
        waiting: list[Objects] = []
        for objects in self._read(blocks):
            waiting.append(objects)
            if sum(each.received for each in waiting) >= OBJECTS_AT_ONCE:
                yield _together(waiting)
                waiting = []
        yield _together(waiting)

    def _read(self, blocks: Iterator[bytes]) -> Iterator[Objects]:
        path = self._document.layout.records
        count = 0
        try:
            lines = lines_of_file(blocks) if self._has_lines else lines_of_list(blocks, read_path(path))
            for text in in_pieces(lines, PIECE_BYTES):
                objects = self._reader.read(text, count + 1)
                count += objects.received
                yield objects
        except NoRecords as reason:
            raise refusal("no-json-list", f"{path}: {reason}") from None
        except CutJson:
            raise refusal("not-json", "it ends before its list does") from None
        except BadJson as reason:
            raise refusal("not-json", str(reason)) from None


def _labels(sources: Sequence[Source]) -> dict[str, str]:
    return {each.column: each.label for each in sources}


def _together(parts: Sequence[Objects]) -> Objects:
    if len(parts) == 1:
        return parts[0]
    return Objects(
        pl.concat([each.accounts for each in parts] or [no_accounts()], how="diagonal"),
        pl.concat([each.addresses for each in parts] or [no_addresses()], how="diagonal"),
        pl.concat([each.faults for each in parts] or [no_faults()]),
        sum(each.received for each in parts),
    )
