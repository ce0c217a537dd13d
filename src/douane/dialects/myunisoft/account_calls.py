"""The addresses about accounts: list them, get or create one, change one, list its entry lines."""

from __future__ import annotations

from decimal import Decimal

from douane.dialects.call import Asked, Call, Gathering
from douane.dialects.door import Reply
from douane.store.account_lists import Page, balances_of, list_briefly, list_fully
from douane.store.accounts import Owner

from .account_changes import change_account, change_contacts
from .account_entries import list_entry_lines
from .account_query import count_in, flag_in, id_in, page_in, pages, text_in
from .account_replies import brief
from .account_upsert import GATHERING
from .account_views import account_alone, account_in_list, lists_of
from .errors import refused

FOUND_AT_ONCE = 5
ACCOUNTS_PER_PAGE = 10_000
BRIEF, FULL = "1", "2"
NOTHING = Decimal(0)


def list_accounts(asked: Asked) -> Reply:
    """The chart of accounts: briefly with `mode=1`, the default, fully with `mode=2`; refuses GBL10."""
    mode = text_in(asked.query, "mode") or BRIEF
    if mode == BRIEF:
        return _briefly(asked)
    if mode == FULL:
        return _fully(asked)
    raise refused("GBL10", "mode")


def get_account(asked: Asked) -> Reply:
    """The account `account_id`, with its complementary information when `details` is true.

    Refuses GBL10 and COMPTE2.
    """
    account_id = id_in(asked.query, "account_id")
    with_details = flag_in(asked.query, "details")
    if account_id is None:
        raise refused("GBL10", "account_id")
    _, rows = list_fully(asked.conn, _owner(asked), "", account_id, Page(1))
    if not rows:
        raise refused("COMPTE2")
    lists = lists_of(asked) if with_details else None
    return Reply(200, account_alone(rows[0], asked.caller.company_id, lists))


def _briefly(asked: Asked) -> Reply:
    """The first accounts, by number, whose label contains `q` or whose number starts with it."""
    limit = count_in(asked.query, "limit", FOUND_AT_ONCE)
    rows = list_briefly(asked.conn, _owner(asked), text_in(asked.query, "q"), limit)
    return Reply(200, [brief(row["id"], row["number"], row["name"]) for row in rows])


def _fully(asked: Asked) -> Reply:
    """A page of the accounts whose number starts with `begin_by`, or the one of `account_id`.

    A page has 10,000 accounts unless `limit` tells, and begins behind `offset` of them.
    """
    page = page_in(asked.query, ACCOUNTS_PER_PAGE)
    begin, account_id = text_in(asked.query, "begin_by"), id_in(asked.query, "account_id")
    count, rows = list_fully(asked.conn, _owner(asked), begin, account_id, page)
    balances = balances_of(asked.conn, _owner(asked), [row["id"] for row in rows])
    lists = lists_of(asked)
    accounts = [
        account_in_list(row, place, balances.get(row["id"], NOTHING), lists)
        for place, row in enumerate(rows, page.offset + 1)
    ]
    return Reply(
        200, {"rows_number": count, "pages_number": pages(count, page.limit), "account_array": accounts}
    )


def _owner(asked: Asked) -> Owner:
    return Owner(asked.caller.organization_id, asked.caller.company_id)


CALLS: tuple[Call | Gathering, ...] = (
    GATHERING,
    Call("GET", "/api/v1/account", "The chart of accounts, briefly or fully (`mode`).", list_accounts),
    Call("PUT", "/api/v1/account", "Replace what an account holds; for a firm's token.", change_account),
    Call("GET", "/api/v1/account/v2", "An account, with its complementary information.", get_account),
    Call("PUT", "/api/v1/account/contact", "Replace the contacts of an account.", change_contacts),
    Call("GET", "/api/v1/account/entries", "The entry lines of an account.", list_entry_lines),
)
