"""The accounts of the bench: pages of a source, as DJUST's page publishes them, two addresses each.

All values are made from the number of the account: each run serves the same bytes. An account of another
night has another manager.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

PAGE = 1_000
ADDRESSES = 2
CITIES = (("Toronto", "Canada"), ("San Francisco", "USA"), ("Lyon", "France"), ("Gent", "Belgium"))
STREETS = ("Queen St W", "Market St", "rue de la République", "Veldstraat", "avenue Foch")
MANAGERS = ("Smith", "Martin", "Peeters", "Lefèvre", "Nguyen", "Rossi")


def page_name(path: str, number: int) -> str:
    """The file of a page: what is asked for, so that it can be served by its name."""
    return f"{path}?page={number}"


def write_pages(folder: Path, path: str, accounts: int, changed: Collection[int] = ()) -> int:
    """Write the pages and the empty one behind them; gives their bytes."""
    size = 0
    pages = -(-accounts // PAGE)
    for number in range(1, pages + 1):
        first = (number - 1) * PAGE
        page = [_account(each, each in changed) for each in range(first, min(first + PAGE, accounts))]
        size += (folder / page_name(path, number)).write_text(json.dumps(page, ensure_ascii=False))
    (folder / page_name(path, pages + 1)).write_text("[]")
    return size


def _account(number: int, is_changed: bool) -> dict[str, Any]:
    manager = MANAGERS[(number + is_changed) % len(MANAGERS)]
    _, country = CITIES[number % len(CITIES)]
    return {
        "accountName": f"Customer {number:07}",
        "accountManagerName": manager,
        "accountWebsite": f"https://customer-{number}.example",
        "accountExternalId": f"{number:010}",
        "customerTagExternalId": f"tag-{number % 20}",
        "accountVatNumber": _vat_number(number, country),
        "companyRegistrationName": f"Customer {number:07} & Co. LLC",
        "businessRegistrationNumber": f"BRN{number:09}",
        "deleted": "false",
        "inactive": "false",
        "address": [_address(number * ADDRESSES + place, place) for place in range(ADDRESSES)],
    }


def _vat_number(number: int, country: str) -> str:
    """A right one of France or Belgium; nothing elsewhere."""
    base = 10_000_000 + number
    if country == "Belgium":
        return f"BE{base}{97 - base % 97:02}"
    if country == "France":
        siren = 10 * base + _luhn(base)
        return f"FR{(12 + 3 * (siren % 97)) % 97:02}{siren}"
    return ""


def _luhn(base: int) -> int:
    """The digit that makes a SIREN of eight digits."""
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(str(base))]
    return -sum(each // 10 + each % 10 for each in doubled) % 10


def _address(number: int, place: int) -> dict[str, str]:
    city, country = CITIES[number % len(CITIES)]
    return {
        "addressExternalId": f"ADDR{number:09}",
        "addressFullName": f"Jane Smith {number % 1_000}",
        "addressCountry": country,
        "addressCity": city,
        "addressZipCode": f"{10_000 + number % 80_000}",
        "addressStreetName": f"{number % 500} {STREETS[number % len(STREETS)]}",
        "unlinkAddress": "false",
        "shippingAddress": "true",
        "billingAddress": "true" if place == 0 else "false",
    }
