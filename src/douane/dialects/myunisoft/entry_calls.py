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
from .errors import refused
from .sent import date_of, object_of, text_of

FINAL, PENDING = "e", "o"
LINES_AN_ENTRY = 1_000_000
"""A line's id on the wire is its entry's times this, plus its number."""


def post_entry(asked: Asked) -> Reply:
    """An entry: final with `type=e` or without a type, waiting with `type=o`. Refuses ECR17 for another."""
    kind = asked.query.get("type", FINAL).lower()
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
    entry = _read(asked, object_of(asked.body), is_pending=is_pending)
    entry_id = entries.add_entry(asked.conn, *owner(asked.caller), entry)
    if entry_id is None:
        raise refused("GBL6")
    first = entry_id * LINES_AN_ENTRY + 1
    lines = [{"line_entry_id": first + place} for place in range(len(entry.lines))]
    return Reply(200, {"entry_id": entry_id, "entry_list": lines})


def _read(asked: Asked, sent: Mapping[str, Any], *, is_pending: bool) -> NewEntry:
    """The entry as sent, checked in the order that the module tells."""
    conn, caller = asked.conn, asked.caller
    lines_sent = lines_of(sent)
    day = _days(sent)
    journal = open_journal(conn, caller, sent.get("diary_id"))
    check_establishment(conn, caller, sent.get("etablissement_id"))
    year = open_year(conn, caller, day)
    codes = {each.id: each.code for each in list_references(conn, PaymentType, *owner(caller))}
    lines = tuple(read_line(line, day, codes) for line in lines_sent)
    check_lines(conn, caller, journal, lines, is_pending=is_pending)
    return NewEntry(
        fiscal_year_id=year.id,
        journal_id=journal.id,
        entered_on=day,
        lines=lines,
        is_pending=is_pending,
        external_id=text_of(sent, "entry_origin_partner_id", PARTNER_ID_CHARACTERS_MAX),
        attachments=read_attachments(sent.get("pj_list")),
        extra=beside(sent, ENTRY_NAMES),
    )


def _days(sent: Mapping[str, Any]) -> date:
    """The day of the entry, its period being dates too. Refuses ECR6, ECR5 and ECR7."""
    day = date_of(sent.get("date_piece"), "ECR6")
    if day is None:
        raise refused("ECR6")
    date_of(sent.get("period_from"), "ECR5")
    date_of(sent.get("period_to"), "ECR7")
    return day


CALLS: tuple[Call, ...] = (
    Call("POST", "/api/v1/entry", "Post a balanced entry; `type=o` leaves it waiting.", post_entry),
    Call("POST", "/api/v1/entry/temp", "Post an entry that waits to be made final.", post_pending_entry),
    Call("GET", "/api/v1/entry/id", "The entry of the sender's id `id_origin`.", find_entry),
)
