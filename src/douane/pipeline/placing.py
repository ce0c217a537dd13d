"""Placing: accepted rows get their customer, their key and their fingerprint."""

from __future__ import annotations

import polars as pl

from .batch import LINE
from .customers import CUSTOMER, Customers
from .guard import Guard
from .identity import CUSTOMER_ID, add_keys
from .map import Plan
from .outcome import Outcome
from .validate import Checked
from .wishes import Wishes


class Placing:
    """Places the rows of one file; rejected rows go to `guard`."""

    def __init__(self, plan: Plan, wishes: Wishes, outcome: Outcome, customers: Customers | None) -> None:
        self._plan = plan
        self._wishes = wishes
        self._outcome = outcome
        self.customers = customers
        self.guard = Guard(plan.table, sweeps=wishes.sweeps)

    def place(self, checked: Checked, *, is_final: bool) -> pl.DataFrame:
        """The accepted rows of a batch with customer_id, key, alias and fingerprint; counts the others."""
        self._count(checked)
        self.guard.add(add_keys(self.with_customer(checked.rejected), self._plan.table))
        rows = self.with_customer(checked.accepted)
        if self.customers is not None and rows[CUSTOMER_ID].null_count():
            rows = self._without_unknown(rows, checked.sent, is_final=is_final)
        if self._wishes.replaces_assignments:
            self.guard.named_customers |= set(rows[CUSTOMER_ID].unique().to_list())
        return add_keys(rows, self._plan.table)

    def with_customer(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with customer_id, when rows of the table hang on a customer."""
        return rows if self.customers is None else self.customers.add_ids(rows)

    @property
    def customer_label(self) -> str:
        """What the sender calls the column with the customer's code."""
        return next(each.label.rstrip() for each in self._plan.columns if each.field == CUSTOMER)

    def _count(self, checked: Checked) -> None:
        tally = self._outcome.tally
        tally.received += checked.received
        tally.rejected += checked.unreadable + checked.rejected.height
        tally.unreadable += checked.unreadable
        self._outcome.aside.append(checked.waiting)
        self._outcome.tell(checked.faults, is_warning=False)
        self._outcome.tell(checked.warnings, is_warning=True)

    def _without_unknown(self, rows: pl.DataFrame, sent: pl.DataFrame, *, is_final: bool) -> pl.DataFrame:
        """`rows` without those of unknown customers, which wait for their customer or are rejected."""
        unknown = rows.filter(pl.col(CUSTOMER_ID).is_null())
        if self._wishes.creates_customers and not is_final:
            self._outcome.set_aside(unknown[LINE], sent)
        else:
            label, codes = self.customer_label, unknown[CUSTOMER]
            self._outcome.reject(unknown[LINE], "unknown-customer", label=label, values=codes)
            self.guard.add(add_keys(unknown, self._plan.table))
        return rows.filter(pl.col(CUSTOMER_ID).is_not_null())
