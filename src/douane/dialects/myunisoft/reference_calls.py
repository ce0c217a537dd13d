"""The calls that list what ids stand for: means of payment, VAT parameters, currencies, bank accounts."""

from __future__ import annotations

from typing import Any, NamedTuple

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.model.references import PaymentType, VatParameter
from douane.store.fiscal_years import today
from douane.store.references import accounts_by_number, list_references

from .books import owner
from .exercices import exact

RATE_IDS = {
    rate: place for place, rate in enumerate(("2.1", "5.5", "10", "20", "8.5", "0", "0.9", "1.05", "1.75"), 1)
}
"""The rates that have an id on the wire, as it writes them."""


class Named(NamedTuple):
    """What an id stands for."""

    code: str
    name: str


VAT_TYPES = {
    1: Named("BIEN", "Bien et service"),
    2: Named("IMMO", "Immobilisation"),
    4: Named("NONS", "Non soumis"),
    7: Named("AUTOSSBAT", "Autoliquidations SSBAT (02)"),
    8: Named("LIVSM", "Livraisons soi-même (02)"),
    9: Named("AUTOINTRAS", "Autoliquidations intra S (2A)"),
    11: Named("AUTOINTRAB", "Autoliquidations intra B (03)"),
    12: Named("EXPORT", "Export (04)"),
}
EXIGIBILITIES = {
    1: Named("DEB", "Débit (facturation)"),
    2: Named("ENC", "Encaissement / Décaissement"),
    3: Named("MIX", "Mixte"),
}
NAMELESS = Named("", "")


def list_payment_types(asked: Asked) -> Reply:
    """The folder's means of payment."""
    rows = list_references(asked.conn, PaymentType, *owner(asked.caller))
    return Reply(200, [{"payment_type_id": each.id, "name": each.name, "code": each.code} for each in rows])


def list_vat_parameters(asked: Asked) -> Reply:
    """The folder's VAT parameters; an account that is not in its chart of accounts is null."""
    rows = list_references(asked.conn, VatParameter, *owner(asked.caller))
    numbers = {
        number for each in rows for number in (each.deductible_account, each.collected_account) if number
    }
    known = accounts_by_number(asked.conn, *owner(asked.caller), sorted(numbers))
    return Reply(200, [_vat_parameter(each, known) for each in rows])


def list_currencies(asked: Asked) -> Reply:
    """The currency of the books; no rates are kept."""
    day = today(asked.conn).isoformat()
    return Reply(200, {"date_rate": day, "base": {"code_iso": "EUR", "label": "Euro"}, "array_rates": []})


def list_bank_accounts(_: Asked) -> Reply:
    """The bank accounts of the folder itself, of which none is kept."""
    return Reply(200, [])


def _vat_parameter(row: VatParameter, known: dict[str, tuple[int, str]]) -> dict[str, Any]:
    rate = exact(row.rate)
    return {
        "vat_param_id": row.id,
        "code": row.code,
        "account_ded": _account(row.deductible_account, known),
        "account_coll": _account(row.collected_account, known),
        "vat": {"id": RATE_IDS.get(bytes(rate).decode()), "rate": rate},
        "vat_type": _named(row.type_id, VAT_TYPES),
        "vat_exigility": _named(row.exigibility_id, EXIGIBILITIES),
        "blocked": row.is_blocked,
    }


def _account(number: str | None, known: dict[str, tuple[int, str]]) -> dict[str, Any] | None:
    if number is None or number not in known:
        return None
    account_id, name = known[number]
    return {"account_id": account_id, "account_number": number, "label": name}


def _named(kind: int | None, names: dict[int, Named]) -> dict[str, Any] | None:
    if kind is None:
        return None
    named = names.get(kind, NAMELESS)
    return {"id": kind, "label": named.name, "code": named.code}
