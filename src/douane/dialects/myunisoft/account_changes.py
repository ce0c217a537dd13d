"""PUT /account and PUT /account/contact: an account is given all it holds anew, or its further contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.errors import Refusal
from douane.model.account_numbers import completed
from douane.store.accounts import (
    Named,
    Owner,
    WantedAccount,
    get_or_create,
    holds_of,
    lengths_of,
    lock_account,
    look_up,
    put_contacts,
    update_account,
)

from .account_checks import contacts_trouble, named_trouble, number_trouble
from .account_columns import CONTACT
from .account_fields import WireField as Wire
from .account_fields import by_name, filled, read_id, read_items
from .account_replies import account_reply
from .account_requests import AccountRequest, read_request, with_ids
from .account_views import contact_list, counterpart_vat
from .errors import refused
from .sent import object_of

CONTACTS_REQUEST = by_name(
    Wire("account_id", "id", read_id),
    Wire("contact_list", "contacts", read_items(CONTACT)),
)


def change_account(asked: Asked) -> Reply:
    """The account `account_id`, with everything it holds replaced by what was sent: what was not is emptied.

    Only its number or its label may be left out, and stays. Refuses DROIT2 to anything but a firm's token,
    GBL8, COMPTE3, COMPTE2, COMPTE5, GBL6 for a number that is taken, COMPTE18 and COMPTE16 for one that
    entries keep, and for the rest as POST does.
    """
    if not asked.caller.opens_all:
        raise refused("DROIT2")
    request = read_request(asked.body)
    if not request.number and not request.name:
        raise refused("COMPTE3")
    owner = Owner(asked.caller.organization_id, asked.caller.company_id)
    known = _locked(asked, owner, request.id)
    request = replace(request, number=request.number or known["number"], name=request.name or known["name"])
    number = _free_number(asked, owner, request, known)
    (found,) = look_up(asked.conn, [request.named(owner, number)])
    _raise(named_trouble(request, number, found))
    wanted = WantedAccount(owner, request.number, request.name, request.further)
    if not update_account(asked.conn, known["id"], wanted):
        raise refused("GBL6")
    (account,) = get_or_create(asked.conn, [WantedAccount(owner, number)])
    assert account is not None
    vat = counterpart_vat(asked, account) if request.is_wide else None
    return Reply(200, account_reply(account, request.is_wide, vat))


def change_contacts(asked: Asked) -> Reply:
    """The further contacts of the account `account_id`, replaced by `contact_list`; it gives them with ids.

    Refuses GBL8, GBL10, COMPTE2, COMPTE5, COMPTE42 and GBL12.
    """
    sent = object_of(asked.body)
    values = filled(sent, CONTACTS_REQUEST)
    if not isinstance(sent.get("contact_list"), list):
        raise refused("GBL10", "contact_list")
    contacts = with_ids(values.get("contacts", []))
    owner = Owner(asked.caller.organization_id, asked.caller.company_id)
    known = _locked(asked, owner, values.get("id"))
    _raise(contacts_trouble(contacts))
    put_contacts(asked.conn, owner, known["id"], contacts)
    return Reply(200, {"account_id": known["id"], "contact_list": contact_list(contacts)})


def _locked(asked: Asked, owner: Owner, account_id: int | None) -> dict[str, Any]:
    """The account of this id, kept from others to the end. Refuses GBL8, COMPTE2 and COMPTE5."""
    if account_id is None:
        raise refused("GBL8")
    known = lock_account(asked.conn, owner, account_id)
    if known is None:
        (found,) = look_up(asked.conn, [Named(owner, "", counterpart_id=account_id)])
        raise refused("COMPTE5" if found.is_counterpart_elsewhere else "COMPTE2")
    return known


def _free_number(asked: Asked, owner: Owner, request: AccountRequest, known: dict[str, Any]) -> str:
    """The completed number. Refuses one that is wrong, is another account's, or may not change any more."""
    if request.number == known["number"]:
        return request.number
    _raise(number_trouble(request.number))
    number = completed(request.number, lengths_of(asked.conn, [owner])[owner])
    if number != known["number"]:
        holds = holds_of(asked.conn, owner, known["id"], number)
        if holds.is_taken:
            raise refused("GBL6")
        if holds.is_in_closed_year:
            raise refused("COMPTE18")
        if holds.is_lettered:
            raise refused("COMPTE16")
    return number


def _raise(trouble: Refusal | None) -> None:
    if trouble:
        raise trouble
