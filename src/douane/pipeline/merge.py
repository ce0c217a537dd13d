"""Merge: the accepted rows of a file meet the stored ones, in one transaction, and only changes are written.

New rows are copied straight into the table while the next batches are read; changed rows wait on disk
and are updated at the end, before the clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

import numpy as np
import polars as pl

from douane.settings import Settings
from douane.store.merging import Merging

from .batch import LINE, Batch, no_faults
from .clear import clear_absent, remove_absent
from .compare import Comparison, Judgement, Offer, Verdict
from .customers import CUSTOMER, Customers
from .identity import CUSTOMER_ID, EXTRA, add_fingerprint, add_keys
from .known import Keys, Known
from .outcome import Outcome
from .overlap import ahead
from .validate import Checked, Validator

SYSTEM = (LINE, "key", "alias", "fingerprint")
BATCHES_AHEAD = 1
FAULTS_OF_VERDICTS = {
    Verdict.REPEATED: "duplicate-key",
    Verdict.AMBIGUOUS: "ambiguous-match",
    Verdict.TAKEN: "taken-identity",
}


@dataclass(frozen=True)
class Wishes:
    """What the sender asks beyond the rows: clear absent items, replace assignments, create customers."""

    clears_absent: bool = False
    replaces_assignments: bool = False
    creates_customers: bool = False
    cleared_on: date = date.min

    @property
    def sweeps(self) -> bool:
        """Whether rows that the file does not speak of may go."""
        return self.clears_absent or self.replaces_assignments


class Merge:
    """The merge of one run. `write` does it; `outcome` has the counts and the faults afterwards."""

    def __init__(
        self, merging: Merging, validator: Validator, wishes: Wishes, settings: Settings, folder: Path
    ) -> None:
        self._merging = merging
        self._table = merging.table
        self._validator = validator
        self._wishes = wishes
        self._settings = settings
        self._named_customers: set[int] = set()
        self.outcome = Outcome(folder, merging.organization_id, merging.run_id)
        plan = validator.plan
        customer = (CUSTOMER_ID,) if self._table.has_customer else ()
        self._fields = (*customer, *plan.fields, *((EXTRA,) if plan.extras else ()))

    def write(self, checked: Iterator[Checked]) -> None:
        """Merge everything that `checked` gives; afterwards the transaction holds the whole outcome."""
        if self._wishes.creates_customers:
            self._merging.lock_customers()
        self._merging.lock()
        columns = (*SYSTEM, *self._fields)
        with ahead(checked, BATCHES_AHEAD) as batches:
            new_rows = self._new_rows(self._load(batches), is_final=False)
            with ahead(new_rows, BATCHES_AHEAD) as pieces:
                self._merging.copy_new(columns, pieces)
        if self.outcome.aside.rows:
            self._create_customers()
            late = (self._recheck(rows) for rows in self.outcome.aside.batches())
            self._merging.copy_new(columns, self._new_rows(late, is_final=True))
        self._update()
        self._sweep()
        self.outcome.tally.check()

    def _load(self, batches: Iterator[Checked]) -> Iterator[Checked]:
        """Fetch what is stored: all of it, or what a single batch names when nothing else may go."""
        first = list(islice(batches, 2))
        is_small = len(first) == 1 and not self._wishes.sweeps and not self._wishes.creates_customers
        rows = first[0].accepted if is_small else None
        if self._table.has_customer:
            self._customers = Customers(self._merging, None if rows is None else rows[CUSTOMER])
        keys = None if rows is None else self._keys_of(rows)
        self._known = Known.from_records(self._merging.known_rows(self._table, keys))
        self._comparison = Comparison(self._known, self._table.matches)
        return chain(first, batches)

    def _keys_of(self, rows: pl.DataFrame) -> list[str]:
        keyed = add_keys(self._with_customer(rows), self._table)
        return pl.concat([keyed["key"], keyed["alias"]]).drop_nulls().to_list()

    def _recheck(self, rows: pl.DataFrame) -> Checked:
        return self._validator.check(Batch(rows, no_faults(), rows.height), is_final=True)

    def _new_rows(self, batches: Iterable[Checked], *, is_final: bool) -> Iterator[bytes]:
        for checked in batches:
            new = self._sort_out(checked, is_final=is_final)
            if new.height:
                yield new.write_csv(include_header=False).encode()

    def _sort_out(self, checked: Checked, *, is_final: bool) -> pl.DataFrame:
        """The rows of a batch that are to be added, ready for COPY; the others go where they belong."""
        tally = self.outcome.tally
        tally.received += checked.received
        tally.rejected += checked.unreadable + checked.rejected.height
        tally.unreadable += checked.unreadable
        self.outcome.aside.append(checked.waiting)
        self.outcome.tell(checked.faults, is_warning=False)
        self.outcome.tell(checked.warnings, is_warning=True)
        self._guard(self._with_customer(checked.rejected))
        rows = add_keys(self._place(checked, is_final=is_final), self._table)
        rows = add_fingerprint(rows, self._validator.plan.fields, self._validator.plan.extras)
        judgement = self._comparison.judge(_offer(rows), is_final=is_final)
        return self._by_verdict(rows, judgement, checked.sent)

    def _with_customer(self, rows: pl.DataFrame) -> pl.DataFrame:
        return self._customers.add_ids(rows) if self._table.has_customer else rows

    def _place(self, checked: Checked, *, is_final: bool) -> pl.DataFrame:
        """The accepted rows with the id of their customer; rows of unknown customers are rejected."""
        rows = self._with_customer(checked.accepted)
        if not self._table.has_customer or not rows[CUSTOMER_ID].null_count():
            return rows
        unknown = rows.filter(pl.col(CUSTOMER_ID).is_null())
        if self._wishes.creates_customers and not is_final:
            self.outcome.set_aside(unknown[LINE], checked.sent)
        else:
            label = self._customer_label()
            self.outcome.reject(unknown[LINE], "unknown-customer", label=label, values=unknown[CUSTOMER])
            self._guard(unknown)
        return rows.filter(pl.col(CUSTOMER_ID).is_not_null())

    def _customer_label(self) -> str:
        return next(each.label for each in self._validator.plan.columns if each.field == CUSTOMER)

    def _guard(self, rejected: pl.DataFrame) -> None:
        """Keep the stored rows that rejected rows stand for, as far as they can be read, out of the sweep."""
        if not rejected.height or not self._wishes.sweeps:
            return
        keyed = add_keys(rejected, self._table)
        self._known.keep(Keys.from_hex(keyed["key"]), Keys.from_hex(keyed["alias"]))
        stands_nowhere = pl.col(CUSTOMER).is_not_null() & pl.col(CUSTOMER_ID).is_null()
        self.outcome.tally.unreadable += keyed.filter(pl.col("key").is_null() & ~stands_nowhere).height
        self._named_customers |= set(rejected[CUSTOMER_ID].drop_nulls().unique().to_list())

    def _by_verdict(self, rows: pl.DataFrame, judgement: Judgement, sent: pl.DataFrame) -> pl.DataFrame:
        verdicts, tally = judgement.verdicts, self.outcome.tally
        counts = np.bincount(verdicts, minlength=len(Verdict))
        tally.added += int(counts[Verdict.ADDED])
        tally.unchanged += int(counts[Verdict.UNCHANGED])
        tally.valid += int(len(verdicts) - counts[Verdict.WAITING])
        if self._wishes.replaces_assignments:
            self._named_customers |= set(rows[CUSTOMER_ID].unique().to_list())
        if counts[Verdict.CHANGED]:
            self._keep_changed(rows, judgement)
        if counts[Verdict.WAITING]:
            self.outcome.set_aside(rows[LINE].filter(verdicts == Verdict.WAITING), sent)
        if any(counts[verdict] for verdict in FAULTS_OF_VERDICTS):
            self._reject_judged(rows, judgement)
        return self._with_defaults(rows.filter(verdicts == Verdict.ADDED))

    def _with_defaults(self, new: pl.DataFrame) -> pl.DataFrame:
        merging, by_name = self._merging, self._table.by_name
        defaults = {
            name: by_name[name].default for name in self._validator.plan.fields if by_name[name].default
        }
        scope = {
            "organization": merging.organization_id,
            "company": merging.company_id,
            "run": merging.run_id,
        }
        return new.with_columns(
            pl.col(name).fill_null(False if default == "false" else default)
            for name, default in defaults.items()
        ).select(*(pl.lit(each).alias(name) for name, each in scope.items()), *SYSTEM, *self._fields)

    def _keep_changed(self, rows: pl.DataFrame, judgement: Judgement) -> None:
        """Rows for the update: a stored row keeps its key unless it takes over the one that was sent."""
        changed = rows.with_columns(
            id=pl.Series(judgement.ids),
            key=pl.when(pl.Series(judgement.takes_identity)).then(pl.col("key")),
        ).filter(judgement.verdicts == Verdict.CHANGED)
        self.outcome.changed.append(changed.select("id", *SYSTEM, *self._fields))

    def _reject_judged(self, rows: pl.DataFrame, judgement: Judgement) -> None:
        others = pl.Series(judgement.others).cast(pl.String)
        for verdict, code in FAULTS_OF_VERDICTS.items():
            which = judgement.verdicts == verdict
            if which.any():
                self.outcome.reject(rows[LINE].filter(which), code, details=others.filter(which))
        # Which of the stored rows such a line stands for is not known, so none of them may be cleared.
        self.outcome.tally.unreadable += int((judgement.verdicts == Verdict.AMBIGUOUS).sum())

    def _create_customers(self) -> None:
        if not self._wishes.creates_customers:
            return
        code = pl.col(self._customer_label()).str.strip_chars().alias(CUSTOMER)
        missing = pl.concat(
            self._customers.add_ids(rows.select(LINE, code)).filter(
                pl.col(CUSTOMER_ID).is_null() & pl.col(CUSTOMER).is_not_null()
            )
            for rows in self.outcome.aside.batches()
        ).unique(CUSTOMER, keep="first", maintain_order=True)
        self._merging.create_customers(missing[CUSTOMER].to_list(), missing[LINE].to_list())
        self.outcome.tally.made = missing.height
        self._customers = Customers(self._merging)

    def _update(self) -> None:
        changed, tally = self.outcome.changed, self.outcome.tally
        if not changed.rows:
            return
        done = self._merging.update(changed.columns, self._fields, changed.pieces())
        assert done.updated + done.unchanged == changed.rows, f"{changed.rows} changed rows, {done}"
        tally.updated += done.updated
        tally.unchanged += done.unchanged
        tally.cleared += done.cleared

    def _sweep(self) -> None:
        tally, wishes = self.outcome.tally, self._wishes
        if wishes.clears_absent:
            clear_absent(self._merging, self._known, tally, self._settings, wishes.cleared_on)
        elif wishes.replaces_assignments:
            remove_absent(self._merging, self._known, tally, self._named_customers)


def _offer(rows: pl.DataFrame) -> Offer:
    return Offer(
        Keys.from_hex(rows["key"]),
        Keys.from_hex(rows["alias"]),
        rows["fingerprint"].to_numpy(),
        rows[LINE].cast(pl.Int64).to_numpy(),
    )
