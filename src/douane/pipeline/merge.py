"""Merge: the accepted rows of a file meet the stored ones, in one transaction, and only changes are written.

New rows are copied straight into the table while the next batches are read; changed rows wait on disk
and are updated at the end, before the sweep of what the file no longer speaks of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import polars as pl

from douane.settings import Settings
from douane.store.merging import ALL, Merging, Part

from .batch import LINE, Batch, no_faults
from .compare import Comparison
from .customers import CUSTOMER, Customers, keys_of
from .identity import CUSTOMER_ID, EXTRA, add_keys
from .known import Known
from .outcome import Outcome
from .overlap import ahead
from .placing import Placing
from .settling import SYSTEM, Settling
from .slices import Slices, slices_needed
from .sweep import Sweep
from .validate import Checked, Validator
from .wishes import Wishes


class Merge:
    """The merge of one run. `write` does it; `outcome` has the counts and the faults afterwards."""

    def __init__(
        self, merging: Merging, validator: Validator, wishes: Wishes, settings: Settings, folder: Path
    ) -> None:
        self._merging = merging
        self._validator = validator
        self._wishes = wishes
        self._settings = settings
        self._folder = folder
        self._sweep = Sweep(merging, wishes, settings, folder)
        self.outcome = Outcome(folder, merging.organization_id, merging.run_id)
        plan = validator.plan
        customer = (CUSTOMER_ID,) if plan.table.has_customer else ()
        self._fields = (*customer, *plan.fields, *((EXTRA,) if plan.extras else ()))

    def write(self, checked: Iterator[Checked], blocks_expected: float, *, may_slice: bool = True) -> None:
        """Merge all of `checked`; afterwards the transaction holds the whole outcome.

        `blocks_expected` is about how many batches will come.
        """
        if self._wishes.creates_customers:
            self._merging.lock_customers()
        self._merging.lock()
        with ahead(checked) as batches:
            stored = self._merging.count_rows() if blocks_expected > 1 else 0
            first = list(islice(batches, 2))
            part, slices = self._scope(first, stored, blocks_expected if may_slice else 0)
            self._placing = self._place_with(first[0] if first and part is not ALL else None)
            coming = chain(first, batches)
            if slices > 1:
                self._write_slices(coming, slices)
            else:
                self._write_whole(coming, part)
        self._update()
        self._sweep.finish(self.outcome.tally, self._placing.guard)
        self.outcome.tally.check()

    def _scope(self, first: list[Checked], stored: int, blocks_expected: float) -> tuple[Part, int]:
        """Which stored rows to fetch, and in how many slices."""
        is_plain = not self._wishes.sweeps and not self._wishes.creates_customers
        if len(first) == 1 and is_plain and not first[0].waiting.height:
            return Part.of_keys(self._keys_of(first[0])), 1
        if len(first) < 2 or not blocks_expected:
            return ALL, 1
        rows = max(int(first[0].received * blocks_expected), stored)
        return ALL, slices_needed(rows, self._settings.known_rows_max)

    def _keys_of(self, only: Checked) -> list[str]:
        placing = self._place_with(only)
        keyed = add_keys(placing.with_customer(only.accepted), self._merging.table)
        return [key.hex() for key in pl.concat([keyed["key"], keyed["alias"]]).drop_nulls().to_list()]

    def _place_with(self, only: Checked | None) -> Placing:
        """The placing, which knows all customers or those that the only batch names."""
        customers = None
        if self._merging.table.has_customer:
            codes = None if only is None else pl.concat([only.accepted[CUSTOMER], only.rejected[CUSTOMER]])
            customers = Customers(self._merging, codes)
        return Placing(self._validator.plan, self._wishes, self.outcome, customers)

    def _write_whole(self, batches: Iterator[Checked], part: Part) -> None:
        settling = self._settle_with(part)
        self._copy(settling.settle(self._placed(batches, is_final=False)))
        self._copy(settling.settle(self._placed(self._late(), is_final=True)))
        self._finish(settling)

    def _write_slices(self, batches: Iterator[Checked], count: int) -> None:
        slices = Slices(self._folder, count)
        for rows in self._placed(batches, is_final=False):
            slices.append(rows)
        for rows in self._placed(self._late(), is_final=True):
            slices.append(rows)
        for number in range(count):
            settling = self._settle_with(Part.of_slice(number, count))
            self._copy(settling.settle(slices.read(number)))
            self._finish(settling)

    def _finish(self, settling: Settling) -> None:
        self._copy(settling.settle_waiting())
        self._sweep.add(settling.known, self._placing.guard)

    def _settle_with(self, part: Part) -> Settling:
        table = self._merging.table
        known = Known.from_records(self._merging.known_rows(table, part))
        given = (table.by_name[name] for name in self._validator.plan.fields)
        defaults: dict[str, object] = {
            each.name: False if each.default == "false" else each.default for each in given if each.default
        }
        labels = {each.field: each.label for each in self._validator.plan.columns}
        comparison = Comparison(known, table.matches)
        guard = self._placing.guard
        return Settling(table, comparison, self.outcome, self._fields, defaults, labels, guard)

    def _placed(self, batches: Iterable[Checked], *, is_final: bool) -> Iterator[pl.DataFrame]:
        return (self._placing.place(checked, is_final=is_final) for checked in batches)

    def _late(self) -> Iterator[Checked]:
        """The rows that were set aside, checked with what the whole file has proven."""
        if self._wishes.creates_customers:
            self._create_customers()
        return self._rechecked()

    def _rechecked(self) -> Iterator[Checked]:
        for rows in self.outcome.aside.batches():
            yield self._validator.check(Batch(rows, no_faults(), rows.height), is_final=True)

    def _create_customers(self) -> None:
        """Create the customers that rows name which have no other fault."""
        placing = self._placing
        unknown = [
            placing.with_customer(checked.accepted)
            .filter(pl.col(CUSTOMER_ID).is_null())
            .select(LINE, CUSTOMER)
            for checked in self._rechecked()
        ]
        missing = pl.concat(unknown).unique(CUSTOMER, keep="first", maintain_order=True) if unknown else None
        if missing is None or not missing.height:
            return
        keys = [key.hex() for key in keys_of(missing[CUSTOMER]).to_list()]
        self._merging.create_customers(missing[CUSTOMER].to_list(), missing[LINE].to_list(), keys)
        self.outcome.tally.made = missing.height
        placing.customers = Customers(self._merging)

    def _copy(self, new: Iterator[pl.DataFrame]) -> None:
        """COPY new rows while the next ones are made; no statement when there are none."""
        with ahead(self._csv(new)) as pieces:
            first = next(pieces, None)
            if first is not None:
                self._merging.copy_new((*SYSTEM, *self._fields), chain([first], pieces))

    def _csv(self, new: Iterator[pl.DataFrame]) -> Iterator[bytes]:
        merging = self._merging
        scope = (merging.organization_id, merging.company_id, merging.run_id)
        head = [pl.lit(number).alias(f"scope {place}") for place, number in enumerate(scope)]
        for rows in new:
            if rows.height:
                yield rows.select(*head, pl.all()).write_csv(include_header=False).encode()

    def _update(self) -> None:
        changed, tally = self.outcome.changed, self.outcome.tally
        if not changed.rows:
            return
        done = self._merging.update(changed.columns, self._fields, changed.pieces())
        assert done.updated + done.unchanged == changed.rows, f"{changed.rows} changed rows, {done}"
        tally.updated += done.updated
        tally.unchanged += done.unchanged
        tally.cleared += done.cleared
