"""How the long forms of GET tell of an account: its nature, balance and complementary information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from douane.dialects.call import Asked
from douane.model.references import PaymentDeadline, PaymentType, Way
from douane.store.accounts import StoredAccount
from douane.store.references import list_references

from .account_columns import COMPLEMENTARY_DETAILS
from .account_replies import Json, brief
from .books import owner
from .exercices import exact
from .reference_calls import list_vat_parameters

COMPLEMENTARY = {each.field for each in COMPLEMENTARY_DETAILS.values()}
READ = {
    ("indice_repetition" if each.name == "repetition_index" else each.name): each.field
    for each in COMPLEMENTARY_DETAILS.values()
    if each.name not in {"way_type_id", "id_ape"}
}
"""The names by which fields are read that are read as they were written -> the model's."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Lists:
    """What the ids in an account stand for, as the wire tells it, by id."""

    ways: Mapping[int | None, Json]
    payment_types: Mapping[int | None, Json]
    payment_deadlines: Mapping[int | None, Json]
    vat_parameters: Mapping[int | None, Json]


def lists_of(asked: Asked) -> Lists:
    """The lists of the caller's folder."""
    scope = owner(asked.caller)
    return Lists(
        {each.id: _way(each) for each in list_references(asked.conn, Way, *scope)},
        {each.id: _payment_type(each) for each in list_references(asked.conn, PaymentType, *scope)},
        {each.id: _payment_deadline(each) for each in list_references(asked.conn, PaymentDeadline, *scope)},
        _vat_parameters(asked),
    )


def counterpart_vat(asked: Asked, account: StoredAccount) -> Json | None:
    """How the counterpart of an account is taxed; None without one, or when it is not."""
    other = account.counterpart
    if other is None or other.vat_parameter_id is None:
        return None
    return _vat_parameters(asked).get(other.vat_parameter_id)


def account_in_list(row: Row, place: int, balance: Decimal, lists: Lists) -> Json:
    """One of the accounts of `mode=2`; `place` is its place in the whole list, from 1."""
    counterparts = counterparts_of(row, lists)
    return {
        "row_number": place,
        **brief(row["id"], row["number"], row["name"]),
        "solde": exact(abs(balance)),
        "sens": "D" if balance > 0 else "C" if balance < 0 else "",
        "comment": row["comment"] or "",
        "intraco": row["is_intracommunity"],
        "btp_autoliquidation": row["is_reverse_charged"],
        "presta": row["is_service"],
        "exoneration": row["is_exempt"],
        "das_2": row["is_fee_declared"],
        "closed": row["is_closed"],
        "blocked": row["is_blocked"],
        "vat_param": lists.vat_parameters.get(row["vat_parameter_id"]),
        "counterpart_account": _counterpart(row),
        "array_counterpart_account": counterparts or None,
        "complementary_informations": complementary(row, lists),
    }


def account_alone(row: Row, society_id: int, lists: Lists | None) -> Json:
    """The account of `/account/v2`, with its complementary information when there are `lists` to tell it."""
    details = row["details"] or {}
    return {
        "das_2": row["is_fee_declared"],
        "label": row["name"],
        "closed": row["is_closed"],
        "id_tva": row["vat_parameter_id"],
        "presta": row["is_service"],
        "comment": row["comment"],
        "intraco": row["is_intracommunity"],
        "analytics": details.get("has_analytics", False),
        "account_id": row["id"],
        "society_id": society_id,
        "exoneration": row["is_exempt"],
        "param_vat_id": row["vat_parameter_id"],
        "ocr_threshold": details.get("recognition_threshold", 0),
        "account_number": row["number"],
        "ocr_autovalidation": details.get("is_recognized_alone", False),
        "btp_autoliquidation": row["is_reverse_charged"],
        "correspondance_label": None,
        "id_compte_contrepart": row["counterpart_id"],
        "correspondance_no_compte": None,
        "complementary_informations": complementary(row, lists) if lists else None,
    }


def counterparts_of(row: Row, lists: Lists) -> list[Json]:
    """The counterpart as a list of none or one."""
    other = _counterpart(row)
    vat = lists.vat_parameters.get(row["counterpart_vat_parameter_id"])
    return [{**other, "num_ordre": "1", "vat_param": vat}] if other else []


def complementary(row: Row, lists: Lists) -> Json | None:
    """What is known of a third party, under the names by which it is read; None when nothing is."""
    known = row["details"] or {}
    if not COMPLEMENTARY & known.keys():
        return None
    way = lists.ways.get(known.get("address_way_id"))
    return {
        "id_info_compte_tiers": row["id"],
        "type_info_compte_tiers": None,
        "firstname": None,
        "lastname": None,
        "comment": None,
        "amount_type_paid": None,
        **{name: known.get(field) for name, field in READ.items()},
        "is_foreign": known.get("is_foreign", False),
        "misc_archived": known.get("is_archived", False),
        "ape": _activity(known.get("activity_id")),
        "typevoie": way and {"lib": way["label"], "id_type_voie": way["way_type_id"]},
        "way_type": way,
        "payment_type": lists.payment_types.get(known.get("payment_type_id")),
        "payment_deadline": lists.payment_deadlines.get(known.get("payment_deadline_id")),
        "iban_list": [_bank_account(each) for each in known.get("bank_accounts", ())],
        "contact_list": contact_list(known.get("contacts", ())),
    }


def contact_list(contacts: Any) -> list[Json]:
    """Further contacts, in their order."""
    return [
        {
            "tel1": each.get("phone", ""),
            "tel2": each.get("second_phone", ""),
            "email": each.get("email", ""),
            "ordre": place,
            "function": each.get("job_title", ""),
            "lastname": each.get("last_name", ""),
            "firstname": each.get("first_name", ""),
            "id_contact_compte_tiers": each["id"],
        }
        for place, each in enumerate(contacts, 1)
    ]


def _vat_parameters(asked: Asked) -> dict[int | None, Json]:
    listed: Any = list_vat_parameters(asked).body
    return {each["vat_param_id"]: each for each in listed}


def _counterpart(row: Row) -> Json | None:
    if row["counterpart_id"] is None:
        return None
    return brief(row["counterpart_id"], row["counterpart_number"], row["counterpart_name"])


def _bank_account(known: Row) -> Json:
    return {
        "id_iban_compte_tiers": known["id"],
        "iban": known.get("iban", ""),
        "bic": known.get("bic", ""),
        "rum": known.get("mandate", ""),
        "etablissement": known.get("bank", ""),
        "rum_date_signature": known.get("mandate_signed_on"),
        "document": None,
        "first_prlv": False,
    }


def _activity(activity_id: int | None) -> Json | None:
    return None if activity_id is None else {"id": activity_id, "value": "", "label": "", "info": ""}


def _way(way: Way) -> Json:
    return {"way_type_id": way.id, "label": way.name}


def _payment_type(means: PaymentType) -> Json:
    return {"payment_type_id": means.id, "label": means.name, "code": means.code}


def _payment_deadline(deadline: PaymentDeadline) -> Json:
    return {
        "id_payment_deadline": deadline.id,
        "label": deadline.name,
        "number_of_days": deadline.days,
        "end_month": deadline.is_end_of_month,
        "day_number": deadline.day_of_month,
    }
