"""What the partners' API says of accounts: the short form of POST and PUT, the long ones of GET."""

from __future__ import annotations

from typing import Any

from douane.store.accounts import StoredAccount

Json = dict[str, Any]


def brief(account_id: int, number: str, name: str) -> Json:
    """An account as it stands wherever it is only named."""
    return {"account_id": account_id, "account_number": number, "label": name}


def account_reply(account: StoredAccount, is_wide: bool, counterpart_vat: Json | None = None) -> Json:
    """An account with its counterpart, which stands in a list when the request spoke of such things."""
    reply = brief(account.id, account.number, account.name)
    if is_wide:
        return {**reply, "array_counterpart_account": counterparts(account, counterpart_vat)}
    other = account.counterpart
    return {**reply, "counterpart_account": brief(other.id, other.number, other.name) if other else None}


def counterparts(account: StoredAccount, vat: Json | None) -> list[Json]:
    """The counterpart of an account as a list of none or one; `vat` is how it is taxed."""
    other = account.counterpart
    if other is None:
        return []
    return [{**brief(other.id, other.number, other.name), "num_ordre": "1", "vat_param": vat}]
