"""What an organization and a sender say of accounts beyond the list itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from douane.model.custom_fields import CustomField

from .records import AccountLabels


@dataclass(frozen=True)
class AccountWishes:
    """What accounts may say: `tags` by external id, `custom_fields` of accounts and of addresses.

    `makes_tags` has unknown tags made. `labels` are what the sender calls the fields.
    """

    tags: frozenset[str] = frozenset()
    custom_fields: Sequence[CustomField] = ()
    makes_tags: bool = False
    labels: AccountLabels = field(default_factory=AccountLabels)

    @cached_property
    def of_accounts(self) -> Mapping[str, CustomField]:
        """The custom fields of accounts, by the name of their column."""
        return {each.column: each for each in self.custom_fields if each.entity == "account"}

    @cached_property
    def of_addresses(self) -> Mapping[str, CustomField]:
        """The custom fields of addresses, by the name of their column."""
        return {each.column: each for each in self.custom_fields if each.entity == "address"}
