"""The calls that post one balanced entry as JSON, and find it by its sender's id.

What is wrong is told in this order: the list of lines, the date, the journal, the establishment, the fiscal
year, each line by itself, its account, the balance, the documents, and an id of the sender that is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from douane.dialects.call import Asked, Call
from douane.dialects.door import Reply
from douane.model.entries import NewEntry
from douane.model.references import PaymentType
from douane.store import entries
from douane.store.references import list_references

from .books import owner
from .entry_checks import check_establishment, check_lines, open_journal, open_year
from .entry_fields import (
    ENTRY_NAMES,
    PARTNER_ID_CHARACTERS_MAX,
    beside,
    lines_of,
    read_attachments,
    read_line,
)
from .entry_replies import Surroundings, posted
from .errors import refused
from .sent import date_of, object_of, text_of

FINAL, PENDING = "e", "o"


def post_entry(asked: Asked) -> Reply:
    """An entry: final with `type=e` or without a type, waiting with `type=o`. Refuses ECR17 for another."""
    kind = (asked.query.get("type") or FINAL).lower()
    if kind not in {FINAL, PENDING}:
        raise refused("ECR17", kind)
    return _posted(asked, is_pending=kind == PENDING)


def post_pending_entry(asked: Asked) -> Reply:
    """An entry that waits to be made final."""
    return _posted(asked, is_pending=True)


def find_entry(asked: Asked) -> Reply:
    """The entry of the sender's id `id_origin`. Refuses GBL10 without one, GBL7 for an unknown one."""
    partner_id = asked.query.get("id_origin", "").strip()
    if not partner_id:
        raise refused("GBL10", "id_origin")
    found = entries.find_entry(asked.conn, *owner(asked.caller), partner_id)
    if found is None:
        raise refused("GBL7")
    told: dict[str, Any] = {"id_entry": found.id, "type": "ENTRIES_TEMP" if found.is_pending else "ENTRIES"}
    if "json" in found.extra:
        told["json_metadata_partners"] = found.extra["json"]
    return Reply(200, told)


def _posted(asked: Asked, *, is_pending: bool) -> Reply:
    entry, around = _read(asked, object_of(asked.body), is_pending=is_pending)
    scope = owner(asked.caller)
    entry_id = entries.add_entry(asked.conn, *scope, entry)
    if entry_id is None:
        raise refused("GBL6")
    attachments = entries.attachments_of(asked.conn, *scope, entry_id) if entry.has_attachments else []
    return Reply(200, posted(entry_id, entry, around, attachments))


def _read(asked: Asked, sent: Mapping[str, Any], *, is_pending: bool) -> tuple[NewEntry, Surroundings]:
    """The entry as sent, checked in the order that the module tells."""
    conn, caller = asked.conn, asked.caller
    lines_sent = lines_of(sent)
    day, period = _days(sent)
    journal = open_journal(conn, caller, sent.get("diary_id"))
    establishment_id = check_establishment(conn, caller, sent.get("etablissement_id"))
    year = open_year(conn, caller, day)
    payment_types = list_references(conn, PaymentType, *owner(caller))
    codes = {each.id: each.code for each in payment_types}
    lines = tuple(read_line(line, day, codes) for line in lines_sent)
    accounts = check_lines(conn, caller, journal, lines, is_pending=is_pending)
    entry = NewEntry(
        fiscal_year_id=year.id,
        journal_id=journal.id,
        entered_on=day,
        lines=lines,
        is_pending=is_pending,
        external_id=text_of(sent, "entry_origin_partner_id", PARTNER_ID_CHARACTERS_MAX),
        attachments=read_attachments(sent.get("pj_list")),
        extra=beside(sent, ENTRY_NAMES),
    )
    means = {each.code: each for each in payment_types}
    return entry, Surroundings(journal, accounts, means, establishment_id, period)


def _days(sent: Mapping[str, Any]) -> tuple[date, tuple[date | None, date | None]]:
    """The day of the entry, and from when to when its period goes. Refuses ECR6, ECR5 and ECR7."""
    day = date_of(sent.get("date_piece"), "ECR6")
    if day is None:
        raise refused("ECR6")
    return day, (date_of(sent.get("period_from"), "ECR5"), date_of(sent.get("period_to"), "ECR7"))


CALLS: tuple[Call, ...] = (
    Call("POST", "/api/v1/entry", "Post a balanced entry; `type=o` leaves it waiting.", post_entry),
    Call("POST", "/api/v1/entry/temp", "Post an entry that waits to be made final.", post_pending_entry),
    Call("GET", "/api/v1/entry/id", "The entry of the sender's id `id_origin`.", find_entry),
)
