"""A request about an account, read from its body: what it asks for in our model's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
from .sent import object_of

NUMBERED = ("bank_accounts", "contacts")
"""Lists of details whose items have ids, given by us where the sender gave none."""


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """What was asked. `number` and `name` are empty when they were not sent, `number` is as sent.

    `is_wide` says that the reply lists counterparts, `columns` and `details` are what the account is to hold.
    """

    id: int | None
    number: str
    name: str
    is_wide: bool
    columns: Mapping[str, Any]
    details: Mapping[str, Any]

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
    """The request in a body; refuses ERR-BAD-REQUEST, GBL10, GBL5 and GBL2."""
    sent = object_of(body)
    head = filled(sent, HEAD)
    plain = len(sent) == len(head) and "complementary" not in head
    return AccountRequest(
        head.get("id"),
        head.get("number", ""),
        head.get("name", ""),
        "complementary" in head or COUNTERPARTS in sent,
        {} if plain else filled(sent, COLUMNS),
        {} if plain else _details(sent),
    )


def with_ids(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The items, those without an id numbered on from the largest there is."""
    last = max((item.get("id", 0) for item in items), default=0)
    numbered = []
    for item in items:
        last += "id" not in item
        numbered.append({"id": last, **item})
    return numbered


def _details(sent: Mapping[str, Any]) -> dict[str, Any]:
    details = filled(sent, DETAILS) | filled(sent.get(COMPLEMENTARY) or {}, COMPLEMENTARY_DETAILS)
    for name in NUMBERED:
        if name in details:
            details[name] = with_ids(details[name])
    return details
