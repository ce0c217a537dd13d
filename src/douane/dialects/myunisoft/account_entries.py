"""GET /account/entries: the entry lines of an account, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.store.account_lists import WantedLines, find_by_start, list_lines, sum_lines
from douane.store.accounts import Owner

from .account_query import day_of, id_in, object_in, page_in, pages, text_in
from .account_replies import Json
from .entry_replies import LINES_PER_ENTRY, document, side
from .errors import refused
from .exercices import exact

LINES_PER_PAGE = 1000
SORTS = {
    "date": "entered_on",
    "label": "label",
    "debit": "debit",
    "credit": "credit",
    "lettrage": "lettering",
    "piece": "piece",
    "piece2": "reference",
}
DIRECTIONS = {"asc": False, "desc": True}
LETTERINGS = {"": None, "true": True, "false": False, "date": None}

Row = Mapping[str, Any]


def list_entry_lines(asked: Asked) -> Reply:
    """The lines of the account `account_id`, or of the accounts whose number starts with `account_no`.

    `search_date` is `{"start_date", "end_date"}`, `sort` is `{"column", "direction"}`, `lettering` true or
    false; pages of 1000 lines unless `limit` tells, from `offset` on. Refuses GBL10, GBL2 and COMPTE2.
    """
    page = page_in(asked.query, LINES_PER_PAGE)
    owner = Owner(asked.caller.organization_id, asked.caller.company_id)
    accounts = _accounts(asked, owner)
    wanted = _wanted(asked, [each["id"] for each in accounts])
    sums = sum_lines(asked.conn, owner, wanted)
    reply = {
        "rows_number": sums.lines,
        "pages_number": pages(sums.lines, page.limit),
        "total_debit": exact(sums.debit),
        "total_credit": exact(sums.credit),
        "list_entries_line": [_line(each) for each in list_lines(asked.conn, owner, wanted, page)],
    }
    return Reply(200, reply | _this_account(accounts))


def _accounts(asked: Asked, owner: Owner) -> list[dict[str, Any]]:
    account_id, number = id_in(asked.query, "account_id"), text_in(asked.query, "account_no")
    if account_id is None and not number:
        raise refused("GBL10", "account_id")
    found = find_by_start(asked.conn, owner, "" if account_id else number, account_id)
    if not found:
        raise refused("COMPTE2")
    return found


def _wanted(asked: Asked, ids: list[int]) -> WantedLines:
    days = object_in(asked.query, "search_date")
    sort = object_in(asked.query, "sort")
    column, direction = sort.get("column") or "date", sort.get("direction") or "asc"
    lettering = text_in(asked.query, "lettering")
    if not isinstance(column, str) or column not in SORTS:
        raise refused("GBL10", "sort")
    if not isinstance(direction, str) or direction not in DIRECTIONS:
        raise refused("GBL10", "sort")
    if lettering not in LETTERINGS:
        raise refused("GBL10", "lettering")
    return WantedLines(
        ids,
        day_of(days.get("start_date")),
        day_of(days.get("end_date")),
        LETTERINGS[lettering],
        SORTS[column],
        DIRECTIONS[direction],
    )


def _this_account(accounts: list[dict[str, Any]]) -> Json:
    if len(accounts) != 1:
        return {}
    (account,) = accounts
    return {"thisAccount": {"id": account["id"], "number": account["number"], "label": account["name"]}}


def _line(row: Row) -> Json:
    day = row["entered_on"].isoformat()
    means = {"id_type_reglement": row["payment_type_id"], "nom": row["payment_type_name"]}
    return {
        "diary_id": row["journal_id"],
        "diary_code": row["journal_code"],
        "is_an": row["journal_type"] == "opening",
        "entry_id": row["entry_id"],
        "entry_line_id": row["entry_id"] * LINES_PER_ENTRY + row["number"],
        "account_id": row["account_id"],
        "date": day,
        "piece": row["piece"],
        "piece2": row["reference"],
        "label": row["label"] or "",
        "debit": side(row["debit"]),
        "credit": side(row["credit"]),
        "solde": exact(row["debit"] - row["credit"]),
        "lettrage": row["lettering"],
        "comment": False,
        "pj_list": [document(each["id"], each["name"]) for each in row["attachments"]],
        "payment_type": means if row["payment_type_id"] is not None else None,
        "deadline": row["due_on"].isoformat() if row["due_on"] else None,
        "added_date": day,
        "period_from": None,
        "period_to": None,
        "closed": row["is_closed"],
        "dotted": False,
        "flags": None,
    }
