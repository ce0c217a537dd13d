"""The books that a caller is placed in, and the ledger accounts of them that a request names."""

from __future__ import annotations

from collections.abc import Sequence

from douane.store import entries
from douane.store.credentials import Caller, Connection
from douane.store.entries import PostedAccount

from .errors import refused


def owner(caller: Caller) -> tuple[int, int]:
    """The organization and the company that the caller is placed in."""
    return caller.organization_id, caller.company_id


def usable_accounts(conn: Connection, caller: Caller, ids: Sequence[int]) -> dict[int, PostedAccount]:
    """The ledger accounts of these ids.

    Refuses, for the first that is no good, COMPTE2, COMPTE5 for another folder's, COMPTE32 for a closed one.
    """
    known = entries.accounts_of(conn, *owner(caller), set(ids))
    for account_id in ids:
        account = known.get(account_id)
        if account is None:
            is_foreign = entries.is_of_another_company(conn, *owner(caller), account_id)
            raise refused("COMPTE5" if is_foreign else "COMPTE2")
        if account.is_closed:
            raise refused("COMPTE32", account.number)
    return known
