"""Merge: the accepted rows of a file meet the stored ones, in one transaction, and only changes are written.

New rows are copied straight into the table while the next batches are read; changed rows wait on disk
and are updated at the end, before the sweep of what the file no longer speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

import polars as pl

from douane.settings import Settings
from douane.store.merging import ALL, Merging, Part

from .batch import FINGERPRINT, LINE, Batch, no_faults
from .compare import Comparison, Offer
from .customers import CUSTOMER, Customers, keys_of
from .identity import CUSTOMER_ID, EXTRA, add_keys
from .known import Known
from .outcome import Outcome
from .overlap import ahead
from .placing import Placing
from .recognize import Fingerprinting, in_groups, nothing, recognize
from .settling import SYSTEM, Settling
from .slices import Slices, slices_needed
from .sweep import Sweep
from .tally import Tally
from .validate import Checked, Validator
from .wishes import Wishes

PARSED_AHEAD = 2
"""Batches that are parsed while the database sends what is stored: each is worth 10 MB and 30 ms."""


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
        self._skipped = 0
        self.outcome = Outcome(folder, merging.organization_id, merging.run_id)
        plan = validator.plan
        self._fingerprinting = Fingerprinting(plan.labels, validator.declarations, plan.meanings)
        customer = (CUSTOMER_ID,) if plan.table.has_customer else ()
        self._fields = (*customer, *plan.fields, *((EXTRA,) if plan.extras else ()))

    notes: ClassVar[dict[str, str]] = {}
    refuse: ClassVar[None] = None

    @property
    def tables(self) -> dict[str, Tally]:
        """The counts by table."""
        tally = self.outcome.tally
        made = {"customers": Tally(received=tally.made, added=tally.made)} if tally.made else {}
        return {self._merging.table.name: tally, **made}

    def write(
        self, reread: Callable[[], Iterator[Batch]], blocks_expected: float, *, may_slice: bool
    ) -> None:
        """Merge all that `reread` gives; afterwards the transaction holds the whole outcome.

        It is called again when rows that wait for the end of the file need the proofs of those that were
        only recognized. `blocks_expected` is about how many batches there are.
        """
        if self._wishes.creates_customers:
            self._merging.lock_customers()
        self._merging.lock()
        self._reread = reread
        with ahead(reread(), PARSED_AHEAD) as batches:
            stored = self._count_stored() if blocks_expected > 1 else 0
            first = list(islice(batches, 2))
            coming = chain(first, batches)
            slices = self._slices(first, stored, blocks_expected) if may_slice else 1
            if len(first) == 1 and not self._wishes.sweeps and not self._wishes.creates_customers:
                self._write_small(first[0])
            elif slices > 1:
                self._write_slices(coming, slices)
            else:
                self._write_whole(coming)
        self._update()
        self._sweep.finish(self.outcome.tally, self._placing.guard)
        self.outcome.tally.check()

    def _count_stored(self) -> int:
        return self._merging.count_rows(self._settings.known_rows_max)

    def _slices(self, first: list[Batch], stored: int, blocks_expected: float) -> int:
        """In how many slices to merge so that what is known fits in the memory that is allowed."""
        rows = max(int(first[0].received * blocks_expected), stored) if len(first) > 1 else 0
        return slices_needed(rows, self._settings.known_rows_max)

    def _write_small(self, only: Batch) -> None:
        """A file of one batch, which needs only the stored rows that it names."""
        checked = self._checked(only)
        rest = checked.waiting
        late = [self._validator.check(self._settled(rest), is_final=True)] if rest.height else []
        accepted = pl.concat([each.accepted for each in (checked, *late)])
        self._placing = self._place_with(accepted)
        keyed = add_keys(self._placing.with_customer(accepted), self._merging.table)
        keys = [key.hex() for key in pl.concat([keyed["key"], keyed["alias"]]).drop_nulls().to_list()]
        settling = self._settle_with(Part.of_keys(keys))
        self._copy(settling.settle(self._placed([replace(checked, waiting=rest.clear())], is_final=False)))
        self._copy(settling.settle(self._placed(late, is_final=True)))
        self._finish(settling)

    def _write_whole(self, batches: Iterator[Batch]) -> None:
        self._placing = self._place_with(None)
        settling = self._settle_with(ALL)
        self._copy(settling.settle(self._recognized(batches, settling.known)))
        self._copy(settling.settle(self._placed(self._late(), is_final=True)))
        self._finish(settling)

    def _recognized(
        self, batches: Iterator[Batch], known: Known
    ) -> Iterator[tuple[pl.DataFrame | None, Offer]]:
        """The rows that had to be read, placed, and those that were recognized."""
        if self._wishes.replaces_assignments or not len(known):
            yield from self._placed(map(self._checked, batches), is_final=False)
            return
        for rest, recognized in in_groups(recognize(self._fingerprinted(batch), known) for batch in batches):
            self._skipped += len(recognized.lines)
            placed = self._placing.place(self._checked(rest), is_final=False) if rest.received else None
            yield placed, recognized

    def _write_slices(self, batches: Iterator[Batch], count: int) -> None:
        self._placing = self._place_with(None)
        slices = Slices(self._folder, count)
        for rows, _ in self._placed(map(self._checked, batches), is_final=False):
            slices.append(rows)
        for rows, _ in self._placed(self._late(), is_final=True):
            slices.append(rows)
        for number in range(count):
            settling = self._settle_with(Part.of_slice(number, count))
            self._copy(settling.settle((rows, nothing()) for rows in slices.read(number)))
            self._finish(settling)

    def _fingerprinted(self, batch: Batch) -> Batch:
        if FINGERPRINT in batch.rows.columns:
            return batch
        return replace(batch, rows=self._fingerprinting.add(batch.rows))

    def _checked(self, batch: Batch) -> Checked:
        return self._validator.check(self._fingerprinted(batch))

    def _settled(self, rows: pl.DataFrame) -> Batch:
        """Rows as sent that have waited, fingerprinted with what settles them."""
        rows = self._fingerprinting.add(rows, self._validator.settled)
        return Batch(rows, no_faults(), rows.height)

    def _place_with(self, accepted: pl.DataFrame | None) -> Placing:
        """The placing, which knows all customers or those that the accepted rows name."""
        customers = None
        if self._merging.table.has_customer:
            customers = Customers(self._merging, None if accepted is None else accepted[CUSTOMER])
        return Placing(self._validator.plan, self._wishes, self.outcome, customers)

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
        labels = {each.field: each.label.rstrip() for each in self._validator.plan.columns}
        comparison = Comparison(known, table.matches)
        guard = self._placing.guard
        return Settling(table, comparison, self.outcome, self._fields, defaults, labels, guard)

    def _placed(self, batches: Iterable[Checked], *, is_final: bool) -> Iterator[tuple[pl.DataFrame, Offer]]:
        return ((self._placing.place(checked, is_final=is_final), nothing()) for checked in batches)

    def _late(self) -> Iterator[Checked]:
        """The rows that were set aside, checked with what the whole file has proven."""
        if self.outcome.aside.rows and self._skipped:
            for batch in self._reread():
                self._checked(batch)
        if self._wishes.creates_customers:
            self._create_customers()
        return self._rechecked()

    def _rechecked(self) -> Iterator[Checked]:
        for rows in self.outcome.aside.batches():
            yield self._validator.check(self._settled(rows), is_final=True)

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
                piece = BytesIO()
                rows.select(*head, pl.all()).write_csv(piece, include_header=False)
                yield piece.getvalue()

    def _update(self) -> None:
        changed, tally = self.outcome.changed, self.outcome.tally
        if not changed.rows:
            return
        done = self._merging.update(changed.columns, self._fields, changed.pieces())
        assert done.updated + done.unchanged == changed.rows, f"{changed.rows} changed rows, {done}"
        tally.updated += done.updated
        tally.unchanged += done.unchanged
        tally.cleared += done.cleared
