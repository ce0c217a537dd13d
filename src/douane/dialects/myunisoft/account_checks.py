"""What is wrong with a request about an account: one error at a time, in the documented order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl
from stdnum import bic, iban
from stdnum.fr import siren

from douane.errors import Refusal
from douane.model.identifiers import compact_number
from douane.pipeline.values.email import read_emails
from douane.store.accounts import Found

from .account_requests import AccountRequest
from .errors import refused

NUMBER_CHARACTERS_MAX = 20
NUMBER = re.compile(r"[1-9][0-9A-Za-z]*")
FIRST_CHARACTERS = tuple("123456789")
SIREN_DIGITS = 9
MANDATE = re.compile(r"[A-Za-z0-9+?/:().,' -]{1,35}")
LANGUAGES = {1, 2, 3, 4, 999}

WITH_VAT = ("2", "6", "7")
SUPPLIERS, CUSTOMERS = "40", "41"
COUNTERPARTS = {SUPPLIERS: (("2", "6", "7"), "COMPTE8"), CUSTOMERS: (("6", "7"), "COMPTE9")}
"""What the counterparts of third-party accounts may begin with, and the code of another."""


def number_trouble(number: str) -> Refusal | None:
    """What is wrong with the number of an account: COMPTE6, COMPTE7 or COMPTE1."""
    if not number.startswith(FIRST_CHARACTERS):
        return refused("COMPTE6")
    if len(number) > NUMBER_CHARACTERS_MAX:
        return refused("COMPTE7")
    return None if NUMBER.fullmatch(number) else refused("COMPTE1")


def opening_trouble(asked: AccountRequest) -> Refusal | None:
    """What can be told before anything is looked up; a label is missing only from an account yet to make.

    No account has a number that is wrong, so one without a label can never be there.
    """
    if not asked.number:
        return refused("COMPTE3")
    trouble = number_trouble(asked.number)
    return refused("COMPTE4") if trouble and not asked.name else trouble


def named_trouble(asked: AccountRequest, number: str, found: Found) -> Refusal | None:
    """What is wrong with what the request names: VAT, counterpart, then the complementary information.

    `number` is the one the account has, or will have.
    """
    return (
        asked.columns_trouble
        or _vat_trouble(asked, number, found)
        or _counterpart_trouble(asked, number, found)
        or asked.details_trouble
        or details_trouble(asked.details)
        or _list_trouble(asked, number, found)
    )


def details_trouble(details: Mapping[str, Any]) -> Refusal | None:
    """What is wrong with the form of complementary information."""
    if not details:
        return None
    return (
        _siren_trouble(details.get("siren"))
        or next(filter(None, map(_bank_trouble, details.get("bank_accounts", ()))), None)
        or _email_trouble(details.get("contact_email"))
        or next(filter(None, map(_contact_trouble, details.get("contacts", ()))), None)
        or _setting_trouble(details)
    )


def contacts_trouble(contacts: list[dict[str, Any]]) -> Refusal | None:
    """What is wrong with further contacts: COMPTE42, GBL12."""
    return next(filter(None, map(_contact_trouble, contacts)), None)


def _vat_trouble(asked: AccountRequest, number: str, found: Found) -> Refusal | None:
    if asked.columns.get("vat_parameter_id") is None:
        return None
    if not found.has_vat_parameter:
        return refused("VATPARAM2")
    return None if number.startswith(WITH_VAT) else refused("COMPTE24")


def _counterpart_trouble(asked: AccountRequest, number: str, found: Found) -> Refusal | None:
    if asked.columns.get("counterpart_id") is None:
        return None
    if found.counterpart_number is None:
        return refused("COMPTE5" if found.is_counterpart_elsewhere else "COMPTE2")
    allowed, code = COUNTERPARTS.get(number[:2], (("",), ""))
    return None if found.counterpart_number.startswith(allowed) else refused(code)


def _list_trouble(asked: AccountRequest, number: str, found: Found) -> Refusal | None:
    """What is wrong with ids of lists."""
    named = asked.details
    if "address_way_id" in named and not found.has_way:
        return refused("ROADTYP1")
    if "payment_type_id" in named and not found.has_payment_type:
        return refused("TYPEPAY1")
    if "payment_deadline_id" in named and not found.has_payment_deadline:
        return refused("GBL10", "id_payment_deadline")
    if "doubtful_account_id" in named:
        if not number.startswith(CUSTOMERS):
            return refused("COMPTE10")
        return None if found.has_doubtful_account else refused("COMPTE2")
    return None


def _siren_trouble(number: str | None) -> Refusal | None:
    if number is None:
        return None
    digits = compact_number(number)
    if not (digits.isascii() and digits.isdigit()):
        return refused("SOCIETE18")
    if len(digits) != SIREN_DIGITS:
        return refused("SOCIETE1")
    return None if siren.is_valid(digits) else refused("SOCIETE11")


def _bank_trouble(account: Mapping[str, Any]) -> Refusal | None:
    if "iban" in account and not iban.is_valid(account["iban"]):
        return refused("IBAN1")
    if "bic" in account and not bic.is_valid(account["bic"]):
        return refused("IBAN3", account["bic"])
    if "mandate" in account and not MANDATE.fullmatch(account["mandate"]):
        return refused("IBAN4", account["mandate"])
    return None


def _contact_trouble(contact: Mapping[str, Any]) -> Refusal | None:
    return _email_trouble(contact.get("email")) if "last_name" in contact else refused("COMPTE42")


def _email_trouble(address: str | None) -> Refusal | None:
    if address is None or read_emails(pl.Series([address], dtype=pl.String)).values[0] is not None:
        return None
    return refused("GBL12")


def _setting_trouble(details: Mapping[str, Any]) -> Refusal | None:
    if details.get("language_id", 1) not in LANGUAGES:
        return refused("GBL10", "misc_language_id")
    if details.get("is_foreign") and "address_country_id" not in details and "address_country" not in details:
        return refused("ETALON7")
    return None
