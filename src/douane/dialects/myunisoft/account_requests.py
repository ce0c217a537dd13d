"""A request about an account, read from its body: what it asks for in our model's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from douane.errors import Refusal
from douane.store.accounts import Named, Owner

from .account_columns import (
    COLUMNS,
    COMPLEMENTARY,
    COMPLEMENTARY_DETAILS,
    COUNTERPARTS,
    DETAILS,
    HEAD,
)
from .account_fields import filled
from .errors import refused
from .sent import object_of

NOTHING: tuple[Any, ...] = (None, "")
NUMBERED = ("bank_accounts", "contacts")
"""Lists of details whose items have ids, given by us where the sender gave none."""


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """What was asked. `number` and `name` are empty when they were not sent, `number` is as sent.

    `is_wide` says that the reply lists counterparts, `columns` and `details` are what the account is to hold;
    each of the two is empty when something in it cannot be read, which is its trouble.
    """

    id: int | None
    number: str
    name: str
    is_wide: bool
    columns: Mapping[str, Any]
    details: Mapping[str, Any]
    columns_trouble: Refusal | None = None
    details_trouble: Refusal | None = None

    @property
    def further(self) -> dict[str, Any]:
        """The columns of the table besides number and name."""
        return {**self.columns, "details": self.details} if self.details else dict(self.columns)

    @property
    def names_something(self) -> bool:
        """Whether there is anything to look up before the account can be made."""
        return any(each is not None for each in self._ids().values())

    def named(self, owner: Owner, number: str) -> Named:
        """What is to be looked up; `number` is the completed one."""
        return Named(owner, number, **self._ids())

    def _ids(self) -> dict[str, int | None]:
        return {
            "vat_parameter_id": self.columns.get("vat_parameter_id"),
            "counterpart_id": self.columns.get("counterpart_id"),
            "payment_type_id": self.details.get("payment_type_id"),
            "way_id": self.details.get("address_way_id"),
            "payment_deadline_id": self.details.get("payment_deadline_id"),
            "doubtful_account_id": self.details.get("doubtful_account_id"),
        }


def read_request(body: bytes) -> AccountRequest:
    """The request in a body; refuses ERR-BAD-REQUEST, and GBL10 and GBL5 for id, number and label."""
    sent = object_of(body)
    head = filled(sent, HEAD)
    known = head.get("id"), head.get("number", ""), head.get("name", "")
    if len(sent) == len(head):
        return AccountRequest(*known, is_wide=False, columns={}, details={})
    columns, columns_trouble = _tried(_columns, sent)
    details, details_trouble = _tried(_details, sent)
    is_wide = sent.get(COMPLEMENTARY) not in NOTHING or COUNTERPARTS in sent
    return AccountRequest(*known, is_wide, columns, details, columns_trouble, details_trouble)


def with_ids(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The items, those without an id numbered on from the largest there is."""
    last = max((item.get("id", 0) for item in items), default=0)
    numbered = []
    for item in items:
        last += "id" not in item
        numbered.append({"id": last, **item})
    return numbered


def _tried(
    read: Callable[[Mapping[str, Any]], dict[str, Any]], sent: Mapping[str, Any]
) -> tuple[dict[str, Any], Refusal | None]:
    """What is read, or what turns it away: that is told when its turn has come."""
    try:
        return read(sent), None
    except Refusal as refusal:
        return {}, refusal


def _columns(sent: Mapping[str, Any]) -> dict[str, Any]:
    return filled(sent, COLUMNS)


def _details(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Refuses GBL10, GBL5 and GBL2."""
    complementary = {} if sent.get(COMPLEMENTARY) in NOTHING else sent[COMPLEMENTARY]
    if not isinstance(complementary, dict):
        raise refused("GBL10", COMPLEMENTARY)
    details = filled(sent, DETAILS) | filled(complementary, COMPLEMENTARY_DETAILS)
    for name in NUMBERED:
        if name in details:
            details[name] = with_ids(details[name])
    return details
