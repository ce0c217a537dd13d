"""What validating a file finds: counts, faults by code with an example, proofs, the first rows typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from douane.model.catalogue import FAULTS, WARNINGS
from douane.model.kinds import Kind
from douane.pipeline.batch import Batch, no_faults
from douane.pipeline.spill import SetAside
from douane.pipeline.validate import Checked, Validator
from douane.pipeline.values import Proof

Example = dict[str, Any]
ToldAs = Callable[[Mapping[str, Any]], Mapping[str, Any]]

DECLARABLE = {Kind.AMOUNT: "decimal_sign", Kind.DATE: "date_order"}


class Findings:
    """Takes the batches of a file; afterwards `told` has what was found, with at most `rows_max` rows."""

    def __init__(self, validator: Validator, rows_max: int) -> None:
        self._validator = validator
        self._rows_max = rows_max
        self.received = self.unreadable = self._accepted = self._rejected = self._waited = 0
        self._rows: list[dict[str, Any]] = []
        self._faults: dict[str, Example] = {}
        self._warnings: dict[str, Example] = {}

    def take(self, batches: Iterator[Batch], folder: Path) -> None:
        """Validate everything; rows that wait for the end of the file do so in `folder`."""
        aside = SetAside(folder / "aside.arrows")
        for batch in batches:
            checked = self._validator.check(batch)
            aside.append(checked.waiting)
            self._note(checked)
        self._waited = aside.rows
        for rows in aside.batches():
            self._note(self._validator.check(Batch(rows, no_faults(), rows.height), is_final=True))

    def told(self) -> dict[str, Any]:
        """The findings as JSON values; cells of rows that have no JSON type are text."""
        return {
            "accepted": self._accepted,
            "rejected": self._rejected,
            "settled_at_the_end": self._waited,
            "conventions": self._conventions(),
            "rows": self._rows,
            "faults": list(self._faults.values()),
            "warnings": list(self._warnings.values()),
        }

    def _note(self, checked: Checked) -> None:
        self.received += checked.received
        self.unreadable += checked.unreadable
        self._accepted += checked.accepted.height
        self._rejected += checked.unreadable + checked.rejected.height
        wanted = self._rows_max - len(self._rows)
        self._rows += checked.accepted.head(wanted).to_dicts()
        add_examples(self._faults, checked.faults, is_warning=False)
        add_examples(self._warnings, checked.warnings, is_warning=True)

    def _conventions(self) -> list[dict[str, Any]]:
        """For each column of amounts or dates, what it has proven and what was declared."""
        plan = self._validator.plan
        found = []
        for column in plan.columns:
            field = plan.table.by_name.get(column.field)
            declared = field and DECLARABLE.get(field.kind)
            if declared:
                proven = self._validator.proofs.get(column.label, Proof.NONE)
                names = [str(each.name).lower().replace("_", "-") for each in proven]
                said = column.date_format or getattr(self._validator.declarations, declared)
                found.append({"label": column.label, "proven": names, "declared": said})
        return found


def add_examples(
    found: dict[str, Example], faults: pl.DataFrame, *, is_warning: bool, told_as: ToldAs = dict
) -> None:
    """Count faults (FAULT_SCHEMA) by code, with the first of each code as its example.

    `told_as` adds the published codes of the dialect, if it has any.
    """
    if not faults.height:
        return
    first = faults.group_by("code", maintain_order=True).agg(
        pl.len().alias("count"), pl.exclude("code").first()
    )
    for each in first.to_dicts():
        known = found.setdefault(each["code"], _example(each, told_as, is_warning=is_warning))
        known["count"] += each["count"]


def _example(fault: dict[str, Any], told_as: ToldAs, *, is_warning: bool) -> Example:
    code = (WARNINGS if is_warning else FAULTS)[fault["code"]]
    shown = {name: fault[name] or "" for name in ("value", "field", "detail")}
    published = {name: value for name, value in told_as(fault).items() if name.startswith("wire_")}
    return {
        "code": code.code,
        "count": 0,
        "line": fault["line"],
        "field": fault["field"],
        "value": fault["value"],
        "message": code.template.format_map(shown),
        "hint": code.hint,
        **published,
    }
