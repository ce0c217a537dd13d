"""The calls about companies: the folders that a token opens, and how their accounts are numbered."""

from __future__ import annotations

from typing import Any

import msgspec

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.model.identifiers import compact_number
from douane.store.companies import CompanyCard, list_company_cards
from douane.store.establishments import list_establishments

from .books import owner
from .errors import refused

THIRD_PARTY_LENGTH = 10
"""What is told where no length of third-party numbers is set, which stay as they are sent."""

SORTED_BY = {"name", "city", "siret", "folder_reference"}


def get_society(asked: Asked) -> Reply:
    """The token's folder; for a firm's token without society-id all folders, or the one of `siret`.

    `q` keeps those whose name contains it, `sort` is {"column", "direction"}. Refuses SOCIETE16, GBL37.
    """
    if asked.caller.company_id:
        return Reply(200, _folder(asked, _own_card(asked)))
    cards = list_company_cards(asked.conn, asked.caller.organization_id)
    siret = compact_number(asked.query.get("siret", ""))
    if siret:
        return Reply(200, _folder(asked, _by_siret(cards, siret)))
    rows = [_row(card) for card in _named(cards, asked.query.get("q", ""))]
    rows = _sorted(rows, asked.query.get("sort", ""))
    return Reply(200, {"row_numbers": len(rows), "pages_number": None, "society_array": rows})


def search_society(asked: Asked) -> Reply:
    """The folder of the code `reference`, or those whose name contains `q`. Refuses GBL10 and SOCIETE16."""
    company_id = asked.caller.company_id or None
    cards = list_company_cards(asked.conn, asked.caller.organization_id, company_id)
    reference, q = asked.query.get("reference", ""), asked.query.get("q", "")
    if reference:
        found = [card for card in cards if card.code == reference]
        if not found:
            raise refused("SOCIETE16")
        return Reply(200, _identified(found[0]))
    if not q:
        raise refused("GBL10", "reference")
    return Reply(200, [_identified(card) for card in _named(cards, q)])


def get_parameters(asked: Asked) -> Reply:
    """How the folder's account numbers are completed."""
    card = _own_card(asked)
    return Reply(
        200,
        {
            "comptability_type_id": 1,
            "comptability_type": {"id": 1, "label": "Engagement", "code": "ENGA"},
            "max_car_third_p_account": card.third_party_account_length or THIRD_PARTY_LENGTH,
            "max_car_general_account": card.general_account_length,
            "auto_complete_account": card.completes_accounts,
        },
    )


def _own_card(asked: Asked) -> CompanyCard:
    cards = list_company_cards(asked.conn, *owner(asked.caller))
    if not cards:
        raise refused("SOCIETE16")
    return cards[0]


def _by_siret(cards: list[CompanyCard], number: str) -> CompanyCard:
    """The folder of this SIRET, or SIREN."""
    for card in cards:
        if number in {card.siret, card.siren, (card.siret or "")[:9]}:
            return card
    raise refused("SOCIETE16")


def _named(cards: list[CompanyCard], q: str) -> list[CompanyCard]:
    return [card for card in cards if q.casefold() in card.name.casefold()]


def _sorted(rows: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    if not sort:
        return rows
    try:
        wish = msgspec.json.decode(sort, type=dict[str, str])
    except (ValueError, RecursionError):
        raise refused("GBL37") from None
    column = wish.get("column", "name")
    if column not in SORTED_BY:
        return rows
    is_falling = wish.get("direction") == "desc"
    return sorted(rows, key=lambda row: (row[column] or "").casefold(), reverse=is_falling)


def _address(card: CompanyCard) -> str:
    parts = (card.address_street, card.address_postal_code, card.address_city, card.address_country)
    return " ".join(filter(None, parts))


def _identified(card: CompanyCard) -> dict[str, Any]:
    return {"name": card.name, "siret": card.siret or card.siren, "society_id": card.id}


def _common(card: CompanyCard) -> dict[str, Any]:
    """What both forms of a folder tell alike."""
    return {
        "society_id": card.id,
        "name": card.name,
        "siret": card.siret or card.siren,
        "address": _address(card),
        "address_number": None,
        "address_bis": None,
        "street_name": card.address_street,
        "complement": None,
        "postal_code": card.address_postal_code,
        "country": card.address_country,
        "secured": False,
        "analytics": False,
        "enable_quantity": False,
        "safe_status": True,
        "folder_reference": card.code,
        "id_type_company": 1,
    }


def _row(card: CompanyCard) -> dict[str, Any]:
    """A folder in a list."""
    return _common(card) | {
        "ape": None,
        "city": card.address_city or "",
        "step": "",
        "insee": None,
        "status": "",
        "capital": 0,
        "member_id": card.organization_id,
        "road_type": None,
        "coordonnee": [],
        "companyType": "",
        "mail_liasse": None,
    }


def _folder(asked: Asked, card: CompanyCard) -> dict[str, Any]:
    """A folder alone."""
    city, firm = card.address_city, card.organization_name
    others = [
        {
            "city": each.address_city,
            "name": each.name,
            "siret": each.siret,
            "country": each.address_country,
            "society_id": each.id,
            "postal_code": each.address_postal_code,
            "street_name": each.address_street,
        }
        for each in list_establishments(asked.conn, card.organization_id, card.id)
        if not each.is_main
    ]
    return _common(card) | {
        "ape": None,
        "register": None,
        "legal_form": None,
        "road_type": None,
        "owner_company": {"id": card.organization_id, "label": firm, "value": firm},
        "vat_regime": None,
        "coordonnee": None,
        "city": {"label": city, "value": city} if city else None,
        "comment": "",
        "activity": "",
        "secondary_establishments": others or None,
    }
