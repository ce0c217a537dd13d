"""A mapping to accounts that is proposed from a sample of what a source answers, to be reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .account_objects import ADDRESS_PREFIX
from .addresses import ADDRESS_REQUIRED
from .customer_tags import SEPARATOR
from .customers import ACCOUNT_REQUIRED
from .json_paths import Path, values_at
from .json_sample import LOOKED_AT, Leaf, inner_paths, leaves_of, parts_at, record_lists, written_path
from .mapping_parts import JSON
from .proposal_words import CLOSE, LIKELY, likeness, proposable_fields
from .refusing import refusal

ADDRESS_FIELDS_MIN = 2
"""An object is an address when so many of its names are those of one, the external id and the name aside."""

EXAMPLE_CHARACTERS_MAX = 60
NEEDED = (
    "external_id",
    *ACCOUNT_REQUIRED,
    *(ADDRESS_PREFIX + each for each in ADDRESS_REQUIRED),
)

NAMES = ("name", "trading_name")
LEGAL_ID, SIRET = "legal_id", "siret"

Found = tuple[str, Leaf, int]


@dataclass(frozen=True)
class Proposed:
    """One column: the field, the path, an example from the sample, and whether it is no more than a guess."""

    field: str
    path: str
    example: str
    is_guess: bool


@dataclass(frozen=True)
class Proposal:
    """A mapping in JSON values with what speaks for it.

    `unmapped` are the paths of the sample that no column takes, with an example; `missing` are the fields
    that new accounts need and that nothing was found for.
    """

    definition: dict[str, Any]
    columns: tuple[Proposed, ...]
    unmapped: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    objects: int

    @property
    def as_json(self) -> dict[str, Any]:
        """The proposal in JSON values."""
        guesses = {each.field for each in self.columns if each.is_guess}
        return {
            "mapping": self.definition,
            "examples": {each.field: each.example for each in self.columns},
            "guesses": sorted(guesses),
            "unmapped": [{"path": path, "example": example} for path, example in self.unmapped],
            "missing": list(self.missing),
            "objects": self.objects,
        }


def propose(sample: Any, name: str, records: Path | None = None) -> Proposal:
    """A mapping to accounts for objects like those of the sample, in the list at `records`, or the longest.

    Refuses `no-json-list` when there is no list of objects.
    """
    path, objects = _records(sample, records)
    lists = _address_lists(objects)
    account, address = _leaves(objects, lists)
    accounts = _with_legal_id(_with_both_names(_matched(account, _fields(of_address=False))))
    taken = {leaf.path for _, leaf, _ in accounts}
    beside = [each for each in account if each.path not in taken] if not lists else []
    addresses = _matched([*address, *beside], _fields(of_address=True))
    columns = tuple(_proposed(*each) for each in [*accounts, *addresses] if written_path(each[1].path))
    definition = _definition(name, path, lists, columns)
    filled = {each.field for each in columns}
    mapped = {leaf.path for _, leaf, _ in [*accounts, *addresses]}
    left = [each for each in account if each.path not in mapped]
    inside = [Leaf((*lists[0], *each.path), each.example) for each in address if each.path not in mapped]
    unmapped = tuple(_told(each) for each in [*left, *inside])
    missing = tuple(each for each in NEEDED if each not in filled)
    return Proposal(definition, columns, unmapped, missing, len(objects))


def _records(sample: Any, path: Path | None) -> tuple[Path, list[Any]]:
    if path is not None:
        found = [each for value in values_at(sample, path) if isinstance(value, list) for each in value]
        if not any(isinstance(each, dict) for each in found):
            raise refusal("no-json-list", written_path(path) or "the path of the records")
        return path, found
    lists = sorted(record_lists(sample), key=lambda each: (-len(each[1]), len(each[0])))
    if not lists:
        raise refusal("no-json-list", "any path of the sample")
    return lists[0]


def _address_lists(objects: Sequence[Any]) -> list[Path]:
    """Where addresses stand in the objects, in a list or alone; empty where it is beside the account."""
    found: list[Path] = []
    for path in inner_paths(objects):
        is_within = any(path[: len(each)] == each for each in found)
        names = {each.name for each in leaves_of(parts_at(objects, path)) if len(each.path) == 1}
        telling = [each for each in _fields(of_address=True) if _tells(each)]
        matches = sum(any(likeness(name, each) >= LIKELY for name in names) for each in telling)
        if not is_within and matches >= ADDRESS_FIELDS_MIN and written_path(path):
            found.append(path)
    return found


def _tells(field: str) -> bool:
    return field.removeprefix(ADDRESS_PREFIX) in {
        "country",
        "city",
        "postal_code",
        "street",
        "additional_street",
    }


def _leaves(objects: Sequence[Any], lists: Sequence[Path]) -> tuple[list[Leaf], list[Leaf]]:
    """The values of accounts, and those of their addresses, whose paths begin there."""
    own = [each for each in leaves_of(objects) if not any(each.path[: len(path)] == path for path in lists)]
    parts = [part for path in lists for part in parts_at(objects, path)]
    return own, leaves_of(parts[:LOOKED_AT])


def _matched(leaves: Sequence[Leaf], fields: Sequence[str]) -> list[Found]:
    """The best leaf for each field, no leaf twice, in the order of the fields."""
    ways = [
        (-found, len(leaf.path), number, at)
        for number, field in enumerate(fields)
        for at, leaf in enumerate(leaves)
        if (found := likeness(leaf.name, field))
    ]
    chosen: dict[int, tuple[int, int]] = {}
    used: set[int] = set()
    for found, _, number, at in sorted(ways):
        if number not in chosen and at not in used:
            chosen[number] = at, -found
            used.add(at)
    return [(fields[number], leaves[at], found) for number, (at, found) in sorted(chosen.items())]


def _with_both_names(found: list[Found]) -> list[Found]:
    """The name that was found for the other one too, as a guess, where there is only one of them."""
    names = {field: leaf for field, leaf, _ in found if field in NAMES}
    if len(names) != 1:
        return found
    (leaf,) = names.values()
    (lacking,) = set(NAMES) - names.keys()
    return [*found, (lacking, leaf, CLOSE)]


def _with_legal_id(found: list[Found]) -> list[Found]:
    """The SIRET for the number in the register too, as a guess, where nothing else is like it."""
    leaves = {field: leaf for field, leaf, _ in found}
    if LEGAL_ID in leaves or SIRET not in leaves:
        return found
    return [*found, (LEGAL_ID, leaves[SIRET], CLOSE)]


def _fields(*, of_address: bool) -> list[str]:
    return [each for each in proposable_fields() if each.startswith(ADDRESS_PREFIX) == of_address]


def _proposed(field: str, leaf: Leaf, found: int) -> Proposed:
    path = written_path(leaf.path)
    assert path is not None, "paths that cannot be written were left out"
    return Proposed(field, path, _example(leaf.example), found == CLOSE)


def _definition(
    name: str, records: Path, lists: Iterable[Path], columns: Iterable[Proposed]
) -> dict[str, Any]:
    layout: dict[str, Any] = {"kind": JSON}
    if records:
        layout["records"] = written_path(records) or "$"
    told = [written_path(each) for each in lists]
    if told:
        layout["lists"] = told
    return {
        "name": name,
        "table": "accounts",
        "layout": layout,
        "columns": [{"field": each.field, "path": each.path} for each in columns],
    }


def _told(leaf: Leaf) -> tuple[str, str]:
    return written_path(leaf.path) or "a path that cannot be written", _example(leaf.example)


def _example(value: Any) -> str:
    """A value on one line, not longer than a line."""
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "null"}[value]
    else:
        text = SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)
    shown = "".join(each if each.isprintable() else " " for each in text)
    return shown if len(shown) <= EXAMPLE_CHARACTERS_MAX else shown[: EXAMPLE_CHARACTERS_MAX - 1] + "…"
