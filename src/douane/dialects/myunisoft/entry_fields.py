"""The fields of an entry on the wire: how each is read into the model, and which code refuses it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from douane.model.entries import AMOUNT_DECIMALS_MAX, AMOUNT_LIMIT, NewAttachment, NewLine

from .errors import refused
from .sent import amount_of, date_of, id_of, is_absent, text_of

LABEL_CHARACTERS_MAX = 50
PIECE_CHARACTERS_MAX = 25
PARTNER_ID_CHARACTERS_MAX = 255
DOCUMENT_NAME_CHARACTERS_MAX = 50
DOCUMENT_BYTES_MAX = 50_000_000
STEP = Decimal(1).scaleb(-AMOUNT_DECIMALS_MAX)
ZERO = Decimal(0)
NO_PAYMENT_TYPE = -1
CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
UNFIT_NAME = re.compile(r"[\\/*]|^\.+$")
"""Names that lead to another folder, and the sign that stands between names in lists of documents."""

LINES_MAX = 10_000
DOCUMENTS_MAX = 1000

ENTRY_NAMES = {"entry_list", "date_piece", "diary_id", "entry_origin_partner_id", "pj_list"}
LINE_NAMES = {
    "account_id",
    "label",
    "debit",
    "credit",
    "piece",
    "piece2",
    "deadline",
    "currency",
    "value_currency",
    "payment_type_id",
    "pj_list",
}
"""What has a place of its own in the model; everything else is kept beside it, as it was sent."""

MEDIA_TYPES = (
    "image/gif",
    "image/jpeg",
    "image/pjpeg",
    "image/jpg",
    "image/bmp",
    "image/png",
    "image/x-png",
    "image/tiff",
    "image/tif",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/msword",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "text/plain",
)


def lines_of(sent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The lines as sent.

    Refuses ECR39 when there is none, ECR43 for an empty list, ECR4 for no list or one that is too long.
    """
    lines = sent.get("entry_list")
    if is_absent(lines):
        raise refused("ECR39")
    if not isinstance(lines, list) or len(lines) > LINES_MAX:
        raise refused("ECR4")
    if not all(isinstance(line, dict) for line in lines):
        raise refused("ECR4")
    if not lines:
        raise refused("ECR43")
    return lines


def read_line(sent: Mapping[str, Any], day: date, payment_codes: Mapping[int, str]) -> NewLine:
    """One line of an entry of `day`; `payment_codes` are the folder's means of payment by id.

    Refuses COMPTE2 for no account, ECR42, GBL5, ECR2, ECR21, ECR27, GBL2, DEADLINE1, TYPEPAY1, GBL10,
    ANALYT001 and DOCUMENT*. Whether the account is one is checked later, all lines at once.
    """
    label = text_of(sent, "label", LABEL_CHARACTERS_MAX)
    if label is None:
        raise refused("ECR42")
    debit, credit = _sides(sent)
    account_id = id_of(sent.get("account_id"))
    if account_id is None:
        raise refused("COMPTE2")
    _check_analytics(sent.get("analytique"))
    return NewLine(
        account_id=account_id,
        label=label,
        debit=debit,
        credit=credit,
        piece=text_of(sent, "piece", PIECE_CHARACTERS_MAX),
        reference=text_of(sent, "piece2", PIECE_CHARACTERS_MAX),
        due_on=_due_on(sent.get("deadline"), day),
        currency=_currency(sent.get("currency")),
        currency_amount=_kept(amount_of(sent.get("value_currency"), "ECR2")),
        payment_means=_payment_means(sent.get("payment_type_id"), payment_codes),
        attachments=read_attachments(sent.get("pj_list")),
        extra=beside(sent, LINE_NAMES),
    )


def read_attachments(sent: Any) -> tuple[NewAttachment, ...]:
    """The documents of a `pj_list`. Refuses DOCUMENT6 for one that is none, DOCUMENT2 for its type, GBL5."""
    if is_absent(sent):
        return ()
    if not isinstance(sent, list) or len(sent) > DOCUMENTS_MAX:
        raise refused("DOCUMENT6")
    if not all(isinstance(each, dict) for each in sent):
        raise refused("DOCUMENT6")
    return tuple(_attachment(each) for each in sent)


def beside(sent: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """What was sent under other names than these, without nulls."""
    return {name: value for name, value in sent.items() if name not in names and value is not None}


def _sides(sent: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Debit and credit, one of them 0."""
    debit = _kept(amount_of(sent.get("debit"), "ECR2")) or ZERO
    credit = _kept(amount_of(sent.get("credit"), "ECR2")) or ZERO
    if debit and credit:
        raise refused("ECR27")
    if not debit and not credit:
        raise refused("ECR21")
    if debit < 0 or credit < 0:
        raise refused("ECR2")
    return debit, credit


def _kept(amount: Decimal | None) -> Decimal | None:
    """The amount when it can be stored as it is. Refuses ECR2."""
    if amount is None:
        return None
    if not abs(amount) < AMOUNT_LIMIT or amount.quantize(STEP) != amount:
        raise refused("ECR2")
    return amount


def _due_on(sent: Any, day: date) -> date | None:
    due_on = date_of(sent, "GBL2")
    if due_on is not None and due_on < day:
        raise refused("DEADLINE1")
    return due_on


def _currency(sent: Any) -> str | None:
    if is_absent(sent):
        return None
    if not isinstance(sent, str) or not CURRENCY.fullmatch(sent.strip()):
        raise refused("GBL10", "currency")
    return sent.strip().upper()


def _payment_means(sent: Any, codes: Mapping[int, str]) -> str | None:
    if is_absent(sent) or sent in (NO_PAYMENT_TYPE, str(NO_PAYMENT_TYPE)):
        return None
    means = codes.get(id_of(sent) or 0)
    if means is None:
        raise refused("TYPEPAY1")
    return means


def _check_analytics(sent: Any) -> None:
    """Refuse ANALYT001 for what is no list of axes with lists of sections, in either published spelling."""
    if is_absent(sent):
        return
    if not isinstance(sent, list):
        raise refused("ANALYT001", "analytique")
    for axis in sent:
        sections = axis.get("repartition", []) if isinstance(axis, dict) else None
        if not isinstance(sections, list) or not all(isinstance(each, dict) for each in sections):
            raise refused("ANALYT001", axis.get("id_axe", "") if isinstance(axis, dict) else "")


def _attachment(sent: Mapping[str, Any]) -> NewAttachment:
    name = text_of(sent, "name", DOCUMENT_NAME_CHARACTERS_MAX)
    content, media_type = sent.get("content"), sent.get("type")
    if name is None or UNFIT_NAME.search(name) or not isinstance(content, str):
        raise refused("DOCUMENT6")
    if not isinstance(media_type, str) or media_type.lower() not in MEDIA_TYPES:
        raise refused("DOCUMENT2", ", ".join(MEDIA_TYPES))
    try:
        decoded = b64decode("".join(content.split()), validate=True)
    except ValueError:
        raise refused("DOCUMENT6") from None
    if not 0 < len(decoded) <= DOCUMENT_BYTES_MAX:
        raise refused("DOCUMENT6")
    return NewAttachment(name, media_type.lower(), decoded)
