"""Entries one at a time: what a single call may post, before it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

AMOUNT_DECIMALS_MAX = 6
AMOUNT_LIMIT = Decimal(10) ** 14
"""Amounts are below it; what is not, or has more decimals, cannot be stored as it is."""


@dataclass(frozen=True)
class NewAttachment:
    """A document: `media_type` is its MIME type."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class NewLine:
    """A line of a new entry: one of debit and credit is 0. `extra` is what the sender said besides."""

    account_id: int
    label: str
    debit: Decimal
    credit: Decimal
    piece: str | None = None
    reference: str | None = None
    due_on: date | None = None
    currency: str | None = None
    currency_amount: Decimal | None = None
    payment_means: str | None = None
    attachments: tuple[NewAttachment, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewEntry:
    """A balanced entry of one journal, not final while it `is_pending`; `external_id` is the sender's own."""

    fiscal_year_id: int
    journal_id: int
    entered_on: date
    lines: tuple[NewLine, ...]
    is_pending: bool = False
    external_id: str | None = None
    attachments: tuple[NewAttachment, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_attachments(self) -> bool:
        """Whether a document came with the entry or with one of its lines."""
        return bool(self.attachments) or any(line.attachments for line in self.lines)


@dataclass(frozen=True)
class KnownEntry:
    """An entry found by its sender's id; `extra` is what the sender said besides."""

    id: int
    is_pending: bool
    extra: Mapping[str, Any]
