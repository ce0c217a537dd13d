"""What a dialect says of one run: how its file is read and what the sender wishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from douane.formats.csv import Layout, Table, read_table
from douane.formats.fixed import FixedLayout, read_fixed
from douane.model.mapping import Declarations, Mapping
from douane.settings import Limits, Settings
from douane.store.database import Connection

from .accounts.intake import AccountIntake
from .entries.wishes import EntryWishes
from .receive import Upload
from .wishes import Wishes

ReadTable = Callable[[Iterator[bytes], Limits, int], Table]
"""A format's reader: takes blocks of UTF-8, limits and the size of a piece in bytes."""

ReadWishes = Callable[[Connection, tuple[str, ...]], EntryWishes]
"""What the sender wishes of entries, which the company's own settings have a say in; it is told the names
of the documents that came along, and may raise Refusal."""

TakeDeposit = Callable[[Connection, Settings, int, UUID, Path], Upload]
"""What gives the content of an organization's deposit as a file in a folder; see `fetch.deposits`."""

DETECTED = "detect"


@dataclass(frozen=True)
class Deposited:
    """A document that entries name and that lies in a deposit, and what it is called in the books."""

    deposit_id: UUID
    name: str


@dataclass(frozen=True)
class Intake:
    """How one run is to be carried out.

    `encoding` is a charset or DETECTED; `compression` a Content-Encoding. `read` is the reader of a format
    that `layout` says nothing of. A file in a zip is the one whose name ends in one of `suffixes`; an
    upload that is no zip is refused when it `must_be_zip`. A mapping to entry lines has `entry_wishes`,
    and may have `documents`; one to accounts has `accounts`.
    """

    mapping: Mapping
    layout: Layout | FixedLayout = field(default_factory=Layout)
    encoding: str = "UTF-8"
    compression: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    declarations: Declarations = field(default_factory=Declarations)
    read: ReadTable | None = None
    suffixes: tuple[str, ...] = ()
    must_be_zip: bool = False
    entry_wishes: ReadWishes | None = None
    documents: tuple[Deposited, ...] = ()
    accounts: AccountIntake | None = None

    @property
    def reader(self) -> ReadTable:
        """What makes a table of the decoded file."""
        if self.read is not None:
            return self.read
        if isinstance(self.layout, FixedLayout):
            return partial(read_fixed, self.layout)
        return partial(_read_delimited, self.layout)


def _read_delimited(layout: Layout, blocks: Iterator[bytes], limits: Limits, chunk_bytes: int) -> Table:
    return read_table(blocks, layout, limits, chunk_bytes)
