"""What the partners' API answers to a posted entry: totals, journal, and each line with its account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from douane.model.entries import NewEntry, NewLine
from douane.model.journals import Journal
from douane.model.references import PaymentType
from douane.store.entries import PostedAccount, StoredAttachment

from .account_replies import Json, brief
from .exercices import exact

LINES_PER_ENTRY = 1_000_000
"""A line's id on the wire is its entry's times this, and its place in it."""

FINAL, PENDING = "E", "IB"
"""What the wire calls an answer of final entries, and one of entries that wait."""

LINKS = dict.fromkeys(("token", "baseUrl", "thumbnail", "link", "download"), "")
"""A document is shared under no address."""

NO_PAYMENT_TYPE = {"code": None, "name": None, "payment_type_id": None}


@dataclass(frozen=True)
class Surroundings:
    """What an entry refers to: its journal, the accounts of its lines by id, the means of payment by code.

    `establishment_id` is as the wire has it, `period` is from and to as sent.
    """

    journal: Journal
    accounts: Mapping[int, PostedAccount]
    payment_types: Mapping[str, PaymentType]
    establishment_id: int
    period: tuple[date | None, date | None]


def posted(
    entry_id: int, entry: NewEntry, around: Surroundings, attachments: Sequence[StoredAttachment]
) -> Json:
    """The answer to an entry that is stored now; our own short form stands behind the published one."""
    lines = [_line(entry_id, number, line, around, attachments) for number, line in enumerate(entry.lines, 1)]
    return {
        "type": PENDING if entry.is_pending else FINAL,
        "debit_total": exact(sum((line.debit for line in entry.lines), Decimal(0))),
        "credit_total": exact(sum((line.credit for line in entry.lines), Decimal(0))),
        "entry_array": [_entry(entry_id, entry, around, attachments) | {"entry_list": lines}],
        "entry_id": entry_id,
        "entry_list": [{"line_entry_id": line["line_entry_id"]} for line in lines],
    }


def document(attachment_id: int, name: str) -> Json:
    """A document as lists of them name it."""
    return {"document_id": attachment_id, "name": name, **LINKS}


def _entry(
    entry_id: int, entry: NewEntry, around: Surroundings, attachments: Sequence[StoredAttachment]
) -> Json:
    journal, (starts_on, ends_on) = around.journal, around.period
    told: Json = {
        "entry_id": entry_id,
        "diary": {"id": journal.id, "code": journal.code, "label": journal.name},
        "date_piece": entry.entered_on.isoformat(),
        "etablissement_id": around.establishment_id,
        "comment": bool(entry.extra.get("comment")),
    }
    if not entry.is_pending:
        return told | {"blocked": False, "entry_date": entry.entered_on.isoformat()}
    return told | {
        "alerte": "",
        "doublon": False,
        "pj_list": [document(each.id, each.name) for each in attachments if each.line_number is None],
        "period_from": starts_on.isoformat() if starts_on else None,
        "period_to": ends_on.isoformat() if ends_on else None,
        "last_comment": None,
        "account_base_id": None,
        "transaction_qonto_id": "",
        "entry_origin_partner_id": entry.external_id,
    }


def _line(
    entry_id: int,
    number: int,
    line: NewLine,
    around: Surroundings,
    attachments: Sequence[StoredAttachment],
) -> Json:
    means = around.payment_types.get(line.payment_means or "")
    return {
        "line_entry_id": entry_id * LINES_PER_ENTRY + number,
        "account": _account(around.accounts[line.account_id]),
        "label": line.label,
        "debit": side(line.debit),
        "credit": side(line.credit),
        "piece": line.piece,
        "piece2": line.reference,
        "deadline": line.due_on.isoformat() if line.due_on else None,
        "payment_type": _payment_type(means) if means else NO_PAYMENT_TYPE,
        "currency": line.currency,
        "pj_list": [document(each.id, each.name) for each in attachments if each.line_number == number],
    }


def side(amount: Decimal) -> Any:
    """The amount, null for the side that has none."""
    return exact(amount) if amount else None


def _account(account: PostedAccount) -> Json:
    other = None
    if account.counterpart_id is not None and account.counterpart_number is not None:
        other = brief(account.counterpart_id, account.counterpart_number, account.counterpart_name or "")
    return {**brief(account.id, account.number, account.name), "counterpart_account": other}


def _payment_type(means: PaymentType) -> Json:
    return {"code": means.code, "name": means.name, "payment_type_id": means.id}
