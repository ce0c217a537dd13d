"""What an entry must be among the books it goes into: journal, year, establishment, accounts and balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from douane.errors import Refusal
from douane.model.entries import NewLine
from douane.model.fiscal_years import FiscalYear
from douane.model.journals import ACCOUNTS_NEEDED, Journal
from douane.store import establishments, fiscal_years, journals
from douane.store.credentials import Caller, Connection
from douane.store.entries import PostedAccount

from .books import owner, usable_accounts
from .errors import refused
from .sent import id_of

CODES_NEEDED = {"bank": "ECR36", "cash": "ECR37"}


def open_journal(conn: Connection, caller: Caller, sent_id: Any) -> Journal:
    """The journal of this id, held as it is.

    Refuses JOURNAL1, JOURNAL3, JOURNAL2 for a closed one, JOURNAL13 for that of opening balances.
    """
    journal_id = id_of(sent_id)
    if journal_id is None:
        raise refused("JOURNAL1")
    journals.hold_journal(conn, *owner(caller), journal_id)
    try:
        journal = journals.find_journal(conn, *owner(caller), id=journal_id)
    except Refusal:
        raise refused("JOURNAL3") from None
    if journal.is_closed:
        raise refused("JOURNAL2")
    if journal.type == "opening":
        raise refused("JOURNAL13")
    return journal


def open_year(conn: Connection, caller: Caller, day: date) -> FiscalYear:
    """The fiscal year of the day, held as it is. Refuses ECR10 for none, ECR9 for a closed one."""
    year = fiscal_years.year_of(conn, *owner(caller), day)
    if year is None:
        raise refused("ECR10")
    if year.is_closed:
        raise refused("ECR9")
    return year


def check_establishment(conn: Connection, caller: Caller, sent_id: Any) -> int:
    """The id of an establishment of the folder, or of the folder itself. Refuses ECR48 for another."""
    establishment_id = id_of(sent_id)
    if establishment_id == caller.company_id:
        return caller.company_id
    known = {each.id for each in establishments.list_establishments(conn, *owner(caller))}
    if establishment_id is None or establishment_id not in known:
        raise refused("ECR48")
    return establishment_id


def check_lines(
    conn: Connection, caller: Caller, journal: Journal, lines: Sequence[NewLine], *, is_pending: bool
) -> dict[int, PostedAccount]:
    """The accounts of the lines by id.

    Refuses COMPTE* for an account, ECR14 for no balance, ECR36 or ECR37 where a final entry lacks one.
    """
    known = usable_accounts(conn, caller, [line.account_id for line in lines])
    if sum(line.debit for line in lines) != sum(line.credit for line in lines):
        raise refused("ECR14")
    needed = ACCOUNTS_NEEDED.get(journal.type)
    if needed and not is_pending and not any(each.number.startswith(needed) for each in known.values()):
        raise refused(CODES_NEEDED[journal.type])
    return known
