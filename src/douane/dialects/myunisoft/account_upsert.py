"""POST /account: the account of a number, made when there is none; many requests are answered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from douane.dialects.call import Asked, AskedOne, Gathering
from douane.dialects.door import Reply
from douane.errors import Refusal
from douane.model.account_numbers import completed
from douane.settings import Settings
from douane.store.accounts import (
    Owner,
    StoredAccount,
    WantedAccount,
    get_or_create,
    lengths_of,
    look_up,
)
from douane.store.credentials import Caller, Connection

from .account_checks import details_trouble, named_trouble, opening_trouble
from .account_replies import account_reply
from .account_requests import AccountRequest, read_request
from .account_views import counterpart_vat
from .errors import refused


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that nothing is wrong with so far, and its place among the others."""

    place: int
    caller: Caller
    owner: Owner
    asked: AccountRequest


def upsert_accounts(conn: Connection, settings: Settings, asked: Sequence[AskedOne]) -> list[Reply | Refusal]:
    """For each request the account, as it is stored, or what turns the request away.

    An account that is there is only read: what the request says of it changes nothing. Accounts that are
    not there are made, in the same single statement that reads the others.
    """
    answers: dict[int, Reply | Refusal] = {}
    waiting = _without_named(conn, _read(asked, answers), answers)
    wanted = [
        WantedAccount(each.owner, each.asked.number, each.asked.name or None, each.asked.further)
        for each in waiting
    ]
    if wanted:
        for each, account in zip(waiting, get_or_create(conn, wanted), strict=True):
            answers[each.place] = _answer(conn, settings, each, account)
    return [answers[place] for place in range(len(asked))]


GATHERING = Gathering(
    "POST",
    "/api/v1/account",
    "The account of a number, made when there is none.",
    upsert_accounts,
)


def _read(asked: Sequence[AskedOne], answers: dict[int, Reply | Refusal]) -> list[_Waiting]:
    """The requests that can be read and have a number that could be one; the others are answered."""
    waiting = []
    for place, each in enumerate(asked):
        try:
            request = read_request(each.body)
        except Refusal as refusal:
            answers[place] = refusal
            continue
        trouble = opening_trouble(request)
        if trouble:
            answers[place] = trouble
        else:
            owner = Owner(each.caller.organization_id, each.caller.company_id)
            waiting.append(_Waiting(place, each.caller, owner, request))
    return waiting


def _without_named(
    conn: Connection, waiting: list[_Waiting], answers: dict[int, Reply | Refusal]
) -> list[_Waiting]:
    """The requests without those that something is wrong with which they name or tell; these are answered.

    Only requests that name something, or tell something wrong, need a look at the tables.
    """
    doubtful = [each for each in waiting if _is_doubtful(each.asked)]
    if not doubtful:
        return waiting
    lengths = lengths_of(conn, (each.owner for each in doubtful))
    numbers = [completed(each.asked.number, lengths[each.owner]) for each in doubtful]
    named = [each.asked.named(each.owner, number) for each, number in zip(doubtful, numbers, strict=True)]
    for each, number, found in zip(doubtful, numbers, look_up(conn, named), strict=True):
        trouble: Refusal | None
        if not found.is_stored and not each.asked.name:
            trouble = refused("COMPTE4")
        elif found.is_closed:
            trouble = refused("COMPTE32", number)
        else:
            trouble = named_trouble(each.asked, number, found)
        if trouble:
            answers[each.place] = trouble
    return [each for each in waiting if each.place not in answers]


def _is_doubtful(asked: AccountRequest) -> bool:
    trouble = asked.columns_trouble or asked.details_trouble or details_trouble(asked.details)
    return trouble is not None or asked.names_something


def _answer(
    conn: Connection, settings: Settings, waiting: _Waiting, account: StoredAccount | None
) -> Reply | Refusal:
    if account is None:
        return refused("COMPTE4")
    if account.is_closed:
        return refused("COMPTE32", account.number)
    if not waiting.asked.is_wide:
        return Reply(200, account_reply(account, is_wide=False))
    vat = counterpart_vat(Asked(conn, waiting.caller, settings, {}), account)
    return Reply(200, account_reply(account, is_wide=True, counterpart_vat=vat))
