"""Sources: where in an object the cells of an account and of its addresses stand, as a mapping says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.custom_fields import CustomField
from douane.model.json_paths import Each, Path, read_path
from douane.model.mapping_document import MappingDocument


@dataclass(frozen=True)
class Source:
    """A column of text and the paths to its cells, of which the first counts that leads somewhere.

    `label` is what the sender calls it.
    """

    column: str
    paths: tuple[Path, ...]
    label: str


@dataclass(frozen=True)
class Sources:
    """What is read of an object.

    The paths of `accounts` begin at the object, those of `addresses` at each part of the `lists` in it, or at
    the object itself where none of them is there and addresses `may_be_flat`.
    """

    accounts: tuple[Source, ...]
    addresses: tuple[Source, ...]
    lists: tuple[Path, ...]
    may_be_flat: bool

    def has_cell(self, path: Path) -> bool:
        """Whether a cell of an object may stand at the path."""
        flat = self.addresses if self.may_be_flat else ()
        return any(path in each.paths for each in (*self.accounts, *flat))


def sources_of(document: MappingDocument, custom_fields: Iterable[CustomField]) -> Sources:
    """What a mapping to accounts reads; a custom field that it does not fill stands under its external id."""
    paths = [read_path(each) for each in document.layout.lists]
    lists = tuple(each for each in paths if each)
    accounts, addresses = [], []
    for mapped in document.columns:
        found = tuple(map(read_path, mapped.paths))
        if mapped.field.startswith(ADDRESS_PREFIX):
            inner = tuple(_inside(each, lists) for each in found)
            addresses.append(Source(mapped.field.removeprefix(ADDRESS_PREFIX), inner, mapped.label))
        else:
            accounts.append(Source(mapped.field, found, mapped.label))
    filled = {each.field for each in document.columns} | document.constants.keys()
    for custom in custom_fields:
        source = Source(custom.column, ((custom.external_id,),), custom.external_id)
        if custom.entity == "account" and custom.column not in filled:
            accounts.append(source)
        elif custom.entity == "address" and ADDRESS_PREFIX + custom.column not in filled:
            addresses.append(source)
    return Sources(tuple(accounts), tuple(addresses), lists, may_be_flat=len(lists) < len(paths))


def _inside(path: Path, lists: Sequence[Path]) -> Path:
    """The path from a part of a list on, also where it was written from the object on."""
    for each in lists:
        if path[: len(each) + 1] == (*each, Each.PART):
            return path[len(each) + 1 :]
    return path
