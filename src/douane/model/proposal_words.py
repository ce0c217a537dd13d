"""What senders call the fields of accounts and addresses, for mappings that are proposed from a sample."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from .account_objects import ACCOUNTS, ADDRESS_PREFIX
from .builtin_mappings import DJUST
from .labels import folded

NAMES: dict[str, tuple[str, ...]] = {
    "external_id": ("external id", "id", "key", "uid", "code", "number", "reference", "ref"),
    "name": ("registered name", "legal name", "company name", "company", "raison sociale", "business name"),
    "trading_name": ("name", "display name", "short name", "trading name", "nom", "label", "title"),
    "legal_id": ("registration number", "registration", "siren", "brn", "company number", "legal id"),
    "vat_number": ("vat", "tax id", "vat id", "tva", "numero tva", "vat code"),
    "website": ("url", "site", "web", "homepage", "site web"),
    "account_manager_name": ("manager", "sales rep", "sales person", "owner name", "commercial"),
    "tags": ("tag", "labels", "segment", "segments", "category", "categories", "tag id", "tag ids"),
    "is_inactive": ("disabled", "is disabled", "suspended"),
    "is_deleted": ("removed", "archived"),
    "phone": ("phone number", "telephone", "tel"),
    "mobile_phone": ("mobile", "cell phone", "portable"),
    "email": ("mail", "e mail", "email address", "courriel"),
    "comments": ("comment", "note", "notes", "remark"),
    "address.external_id": ("external id", "id", "key", "uid", "code", "number", "reference", "ref"),
    "address.full_name": ("name", "recipient", "contact", "addressee", "attention", "nom", "contact name"),
    "address.country": ("country code", "country name", "pays"),
    "address.city": ("town", "ville", "locality", "city name"),
    "address.postal_code": ("zip", "postcode", "cp", "code postal", "zip postal code"),
    "address.street": (
        "street line 1",
        "line 1",
        "address 1",
        "line1",
        "rue",
        "street address",
        "address line 1",
    ),
    "address.label": ("title", "type", "libelle"),
    "address.additional_street": (
        "street line 2",
        "line 2",
        "line2",
        "address 2",
        "complement",
        "address line 2",
    ),
    "address.phone": ("phone number", "telephone", "tel", "mobile"),
    "address.is_unlinked": ("unlink", "unlinked", "detached"),
    "address.is_shipping": ("shipping", "delivery", "is delivery", "for shipping", "livraison"),
    "address.is_billing": ("billing", "invoicing", "is invoicing", "for billing", "facturation"),
}
"""Besides the names of the fields themselves and the published ones of DJUST."""

OWNERS = ("account", "customer", "client", "company", "address", "adresse")
"""What names begin with that say whose they are."""

SURE, LIKELY, CLOSE = 3, 2, 1
CLOSE_ENOUGH = 0.85


def proposable_fields() -> tuple[str, ...]:
    """The fields that are looked for; a customer's own address is left to its addresses."""
    return tuple(each.name for each in ACCOUNTS.fields if not each.name.startswith("address_"))


def likeness(name: str, field: str) -> int:
    """How much a sender's name is one of the field: SURE, LIKELY, CLOSE, or 0.

    >>> likeness("accountExternalId", "external_id"), likeness("customer_id", "external_id")
    (3, 2)
    >>> likeness("zip_code", "address.postal_code"), likeness("colour", "address.city")
    (3, 0)
    """
    told, known = folded(name), _KNOWN[field]
    if told in _SURE[field]:
        return SURE
    bare = _bare(told)
    if told in known or bare in known:
        return LIKELY
    return CLOSE if len(told) > 4 and any(_is_close(told, each) for each in known) else 0


def _is_close(told: str, known: str) -> bool:
    return SequenceMatcher(None, told, known).ratio() >= CLOSE_ENOUGH


def _bare(told: str) -> str:
    owner = next((each for each in OWNERS if told.startswith(each) and told != each), "")
    return told.removeprefix(owner)


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, names))


def _published(field: str) -> list[str]:
    return [each.label for each in DJUST.columns if each.field == field]


def _own(field: str) -> list[str]:
    """The field's own name, unless it is that of anything."""
    return [] if field == "name" else [field.removeprefix(ADDRESS_PREFIX)]


_SURE = {each: _folded([*_own(each), *_published(each)]) for each in proposable_fields()}
_KNOWN = {
    each: _SURE[each] | {_bare(known) for known in _SURE[each]} | _folded(NAMES.get(each, ()))
    for each in proposable_fields()
}
