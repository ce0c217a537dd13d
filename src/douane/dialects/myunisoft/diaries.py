"""The calls about journals: list, create, change and remove; the wire calls them diaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.errors import Refusal
from douane.model.journals import ACCOUNTS_NEEDED, Journal
from douane.store import journals

from .books import owner, usable_accounts
from .errors import refused
from .sent import id_of, is_absent, object_of, text_of

CODE_LENGTHS = range(2, 5)
NAME_CHARACTERS_MAX = 200
SUCCESS = {"code": "Success", "message": ""}


class DiaryType(NamedTuple):
    """How the wire calls a type of journal."""

    id: int
    code: str
    name: str


TYPES = {
    "purchases": DiaryType(1, "ACH", "Achat"),
    "sales": DiaryType(2, "VTE", "Vente"),
    "bank": DiaryType(3, "BQ", "Banque"),
    "cash": DiaryType(4, "CAISSE", "Caisse"),
    "general": DiaryType(5, "OD", "OD"),
    "general-audit": DiaryType(6, "OD_AUDIT", "OD Audit"),
    "general-simulation": DiaryType(7, "OD_SIMUL", "OD Simulation"),
    "external-a": DiaryType(8, "A_EXT", "À extourner"),
    "external": DiaryType(9, "EXT", "Extourne"),
    "opening": DiaryType(10, "AN", "À Nouveaux"),
    "payroll": DiaryType(11, "OD_PAIE", "OD Paie"),
    "lettering": DiaryType(12, "OD_LET", "OD Lettrage"),
    "expenses": DiaryType(13, "NDF", "Note de frais"),
    "tax-declaration": DiaryType(14, "OD_DECL_FISCALE", "OD TVA"),
    "exceptional": DiaryType(15, "OD_EXC", "OD Extracomptable"),
    "balance": DiaryType(19, "RBAL", "Reprise Balance"),
}
"""The model's type of journal -> the wire's."""

BY_ID = {each.id: name for name, each in TYPES.items()}
WIRE_CODES = {
    "code-taken": ("GBL6",),
    "unknown-record": ("JOURNAL3",),
    "record-in-use": ("JALTPS02",),
    "bad-record": ("GBL10", "name"),
}
"""What refuses a journal -> the wire's code, and what fills its sentence."""

NO_TYPE = {"diary_type_id": None, "diary_type_code": "", "diary_type_name": ""}


def list_diaries(asked: Asked) -> Reply:
    """Every journal of the folder, by code."""
    return Reply(200, [_diary(each) for each in journals.list_journals(asked.conn, *owner(asked.caller))])


def create_diary(asked: Asked) -> Reply:
    """A new journal. Refuses JOURNAL6, JOURNAL22, GBL25, GBL10, COMPTE*, JOURNAL8, GBL6 for a known code."""
    sent = object_of(asked.body)
    code = text_of(sent, "code", NAME_CHARACTERS_MAX)
    if code is None:
        raise refused("JOURNAL6")
    if len(code) not in CODE_LENGTHS:
        raise refused("JOURNAL22")
    if not code.isprintable():
        raise refused("GBL10", "code")
    journal = _filled(asked, sent, Journal(code, "", ""))
    try:
        added = journals.add_journal(asked.conn, *owner(asked.caller), journal)
    except Refusal as refusal:
        raise _as_wire(refusal) from None
    return Reply(200, {"diary_id": added.id})


def change_diary(asked: Asked) -> Reply:
    """Name, type, account or closing of the journal `id`; what is not sent stays.

    Refuses GBL8 without an id, JOURNAL3 for an unknown one, JOURNAL14 and JOURNAL16 for a type that its
    entries do not allow; otherwise as `create_diary`.
    """
    known = _known(asked, asked.query.get("id"))
    sent = object_of(asked.body)
    journal = _filled(asked, sent, known)
    if journal.type != known.type:
        _check_change_of_type(asked, known, journal)
    closed = sent.get("closed")
    if not is_absent(closed):
        if not isinstance(closed, bool):
            raise refused("GBL10", "closed")
        journal = replace(journal, is_closed=closed)
    try:
        journals.change_journal(asked.conn, *owner(asked.caller), journal)
    except Refusal as refusal:
        raise _as_wire(refusal) from None
    return Reply(200, dict(SUCCESS))


def remove_diaries(asked: Asked) -> Reply:
    """All journals of the list `diary`, or none. Refuses GBL8, JOURNAL3, JALTPS02 for one with entries."""
    sent = object_of(asked.body).get("diary")
    ids = sent if isinstance(sent, list) else [sent]
    if not ids or any(is_absent(each) for each in ids):
        raise refused("GBL8")
    for journal in {each.id: each for each in (_known(asked, each) for each in ids)}.values():
        try:
            journals.remove_journal(asked.conn, *owner(asked.caller), journal.id)
        except Refusal as refusal:
            raise _as_wire(refusal) from None
    return Reply(200, dict(SUCCESS))


def _as_wire(refusal: Refusal) -> Refusal:
    return refused(*WIRE_CODES[refusal.code])


def _known(asked: Asked, sent_id: Any) -> Journal:
    """The journal of this id. Refuses GBL8 and JOURNAL3."""
    journal_id = id_of(sent_id)
    if journal_id is None:
        raise refused("GBL8")
    try:
        return journals.find_journal(asked.conn, *owner(asked.caller), id=journal_id)
    except Refusal:
        raise refused("JOURNAL3") from None


def _filled(asked: Asked, sent: Mapping[str, Any], journal: Journal) -> Journal:
    """The journal with the name, type and account that were sent; a new one has no name and no type yet."""
    name = text_of(sent, "name", NAME_CHARACTERS_MAX) or journal.name
    if not name or ("name" in sent and is_absent(sent["name"])):
        raise refused("GBL25")
    type_id = id_of(sent.get("diary_type_id"))
    kind = BY_ID.get(type_id) if type_id is not None else journal.type
    if not kind:
        raise refused("GBL10", "diary_type_id")
    journal = replace(journal, name=name, type=kind)
    if "diary_account_id" not in sent:
        return journal
    return replace(journal, counterpart_account_id=_free_account(asked, sent["diary_account_id"], journal))


def _free_account(asked: Asked, sent_id: Any, journal: Journal) -> int | None:
    """The account, when no other journal has it. Refuses COMPTE* and JOURNAL8."""
    account_id = id_of(sent_id)
    if account_id is None:
        return None
    usable_accounts(asked.conn, asked.caller, [account_id])
    others = journals.list_journals(asked.conn, *owner(asked.caller))
    if any(each.counterpart_account_id == account_id and each.id != journal.id for each in others):
        raise refused("JOURNAL8")
    return account_id


def _check_change_of_type(asked: Asked, known: Journal, journal: Journal) -> None:
    scope = (asked.conn, *owner(asked.caller), journal.id)
    if known.type == "opening" and journals.has_entries_without(*scope, ()):
        raise refused("JOURNAL14")
    if journal.type == "bank" and journals.has_entries_without(*scope, ACCOUNTS_NEEDED["bank"]):
        raise refused("JOURNAL16")


def _diary(journal: Journal) -> dict[str, Any]:
    kind = TYPES.get(journal.type)
    account = {
        "id": journal.counterpart_account_id,
        "label": journal.counterpart_name,
        "number": journal.counterpart_number,
    }
    typed = (
        {"diary_type_id": kind.id, "diary_type_code": kind.code, "diary_type_name": kind.name}
        if kind
        else NO_TYPE
    )
    return {
        "code": journal.code,
        "name": journal.name,
        "closed": journal.is_closed,
        "account": account if journal.counterpart_number else None,
        "blocked": journal.is_closed,
        "diary_id": journal.id,
        **typed,
    }
