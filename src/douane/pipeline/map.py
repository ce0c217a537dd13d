"""Map: which of the file's labels fill which fields, and which are kept as extra values."""

from __future__ import annotations

from dataclasses import dataclass

from douane.model.mapping import Column, Mapping
from douane.model.refusing import refusal
from douane.model.table import Table


@dataclass(frozen=True)
class Plan:
    """How the rows of one file are read: the mapped columns it has, and its other labels."""

    mapping: Mapping
    columns: tuple[Column, ...]
    extras: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The table the rows go to."""
        return self.mapping.table

    @property
    def fields(self) -> tuple[str, ...]:
        """The model's fields that the file carries, in the model's order."""
        carried = {each.field for each in self.columns}
        return tuple(each.name for each in self.table.fields if each.name in carried)


def map_labels(labels: tuple[str, ...], mapping: Mapping) -> Plan:
    """The plan for a file with these labels; refuses a file that lacks a required one."""
    present = set(labels)
    lacking = [each.label for each in mapping.columns if each.is_required and each.label not in present]
    if lacking:
        raise refusal("required-label", f"{', '.join(lacking)}; it has {', '.join(labels)}")
    columns = tuple(each for each in mapping.columns if each.label in present)
    mapped = {each.label for each in columns}
    return Plan(mapping, columns, tuple(label for label in labels if label not in mapped))
