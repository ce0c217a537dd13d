"""The last stages of the walk for accounts: objects of JSON with their addresses, in place of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from douane.dialects.djust import DJUST
from douane.model.account_objects import ADDRESS_PREFIX
from douane.model.custom_fields import CUSTOM_PREFIX, CustomField
from douane.model.mapping_document import MappingDocument
from douane.pipeline.accounts.intake import AccountIntake
from douane.pipeline.accounts.reading import Read, read_accounts, read_addresses
from douane.pipeline.accounts.records import PLACE, AccountBatch
from douane.pipeline.accounts.wishes import AccountWishes
from douane.pipeline.batch import LINE

from .findings import Example, add_examples

Told = dict[str, Any]


def walk_accounts(told: Told, accounts: AccountIntake, blocks: Iterator[bytes], rows_max: int) -> None:
    """What parse, map and validate make of the objects. Custom fields are taken for texts, and all tags.

    Refuses what makes the text unusable.
    """
    document = accounts.document
    customs = _custom_fields(document)
    flattening = accounts.flattening(customs)
    wishes = AccountWishes(custom_fields=customs, makes_tags=True, labels=flattening.labels)
    findings = _Findings(wishes, rows_max)
    for batch in flattening.batches(blocks):
        findings.take(batch)
    labels = [each.label for each in document.columns if each.field in findings.seen]
    told["parse"] = {
        "labels": labels,
        "received": findings.received,
        "unreadable": findings.unreadable,
        "addresses": findings.addresses,
    }
    told["map"] = _mapped(document, findings.seen)
    told["validate"] = findings.told()


class _Findings:
    """Takes the batches; see `findings.Findings`. `seen` are the fields that something stands in."""

    def __init__(self, wishes: AccountWishes, rows_max: int) -> None:
        self._wishes = wishes
        self._rows_max = rows_max
        self._rejected = 0
        self._rows: list[Told] = []
        self._faults: dict[str, Example] = {}
        self._warnings: dict[str, Example] = {}
        self.received = self.unreadable = self.addresses = 0
        self.seen: set[str] = set()

    def take(self, batch: AccountBatch) -> None:
        """Read what the objects hold."""
        accounts = read_accounts(batch.accounts, self._wishes)
        addresses = read_addresses(batch.addresses, self._wishes)
        faults = pl.concat([batch.faults, accounts.faults, addresses.faults])
        self.received += batch.received
        self.unreadable += batch.received - batch.accounts.height
        self.addresses += batch.addresses.height
        self._rejected += faults[LINE].n_unique()
        self.seen |= set(batch.accounts.columns)
        self.seen |= {ADDRESS_PREFIX + each for each in batch.addresses.columns}
        self._show(accounts, addresses, faults[LINE])
        warnings = pl.concat([accounts.warnings, addresses.warnings])
        add_examples(self._faults, faults, is_warning=False, told_as=DJUST.with_wire_code)
        add_examples(self._warnings, warnings, is_warning=True, told_as=DJUST.with_wire_code)

    def told(self) -> Told:
        """The findings as JSON values."""
        return {
            "accepted": self.received - self._rejected,
            "rejected": self._rejected,
            "settled_at_the_end": 0,
            "conventions": [],
            "rows": self._rows,
            "faults": list(self._faults.values()),
            "warnings": list(self._warnings.values()),
        }

    def _show(self, accounts: Read, addresses: Read, rejected: pl.Series) -> None:
        """Keep the first accounts that are accepted, as they are typed, each with its addresses."""
        wanted = self._rows_max - len(self._rows)
        fine = accounts.rows.filter(~pl.col(LINE).is_in(rejected.implode())).head(wanted)
        for row in fine.to_dicts():
            theirs = addresses.rows.filter(pl.col(LINE) == row[LINE]).drop(LINE, PLACE)
            self._rows.append({**_filled(row), "addresses": [_filled(each) for each in theirs.to_dicts()]})


def _filled(row: Told) -> Told:
    return {name: value for name, value in row.items() if value is not None}


def _custom_fields(document: MappingDocument) -> tuple[CustomField, ...]:
    """The custom fields that the mapping fills, whatever an organization says of them."""
    found = []
    for name in dict.fromkeys([*(each.field for each in document.columns), *document.constants]):
        bare = name.removeprefix(ADDRESS_PREFIX)
        if bare.startswith(CUSTOM_PREFIX):
            entity = "account" if bare == name else "address"
            found.append(CustomField(entity, bare.removeprefix(CUSTOM_PREFIX), bare, "long_text"))
    return tuple(found)


def _mapped(document: MappingDocument, seen: set[str]) -> Told:
    """Every column of the mapping, whether some object has it or not."""
    columns = [
        {
            "label": each.label,
            "field": each.field,
            "kind": document.fields[each.field].kind.value,
            "is_required": each.is_required or each.field == "external_id",
            "is_there": each.field in seen,
        }
        for each in document.columns
    ]
    return {
        "table": document.table,
        "columns": columns,
        "defaults": {each.label: each.default for each in document.columns if each.default},
        "constants": dict(document.constants),
        "extras": [],
        "keeps_extras": False,
    }
