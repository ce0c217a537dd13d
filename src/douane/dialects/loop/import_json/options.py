"""The options of importJson: read from what was sent, everything that is wrong with them told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from douane.model.date_formats import is_date_format
from douane.model.entry_lines import CODE_CHARACTERS_MAX
from douane.model.texts import is_plain

from .dates import ISO_DAY

RULES_MAX = 1000
SEPARATORS = (",", ".")
ACCOUNT_NUMBER = re.compile("[1-9][0-9A-Za-z]{0,19}", re.ASCII)
ACCOUNT_PREFIX = re.compile("[0-9A-Za-z]{1,20}", re.ASCII)


@dataclass(frozen=True)
class Options:
    """What a sender wishes besides the entries.

    `decimal_sign` is of amounts that are texts, empty where nothing is said. `date_format` is how dates are
    written that are not ISO. Entries without a journal or an account get `journal` and `account`; accounts
    that begin with one of `account_prefixes` get another beginning. `is_new_folio` and `sorts_lines` have no
    effect: there are no folios here, and the lines of an entry are brought together in any case.
    """

    decimal_sign: str = ""
    date_format: str = ISO_DAY
    journal: str = ""
    account: str = ""
    account_prefixes: Mapping[str, str] = field(default_factory=dict)
    has_several_periods: bool = False
    fails_unbalanced: bool = True
    balances: bool = True
    makes_journals: bool = True
    makes_accounts: bool = True
    makes_third_parties: bool = True
    takes_openings: bool = True
    is_new_folio: bool = False
    makes_pieces: bool = False
    sorts_lines: bool = False


def read_options(sent: Any) -> Options:
    """The options of a JSON value; None stands for none, and unknown names are ignored.

    Raises ValueError with one French sentence for each option that is no such thing.
    """
    if sent is None:
        return Options()
    if not isinstance(sent, dict):
        raise ValueError("Les options doivent être fournies dans un objet.")
    given = {name.strip().lower(): value for name, value in sent.items()}
    values, wrong = {}, []
    for name, (target, read) in _READERS.items():
        value = given.get(name.lower())
        if value is None or value == "":
            continue
        try:
            values[target] = read(value)
        except ValueError as error:
            wrong.append(f"L'option {name} {error}.")
    if wrong:
        raise ValueError(" ".join(wrong))
    return Options(**values)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("doit être true ou false")


def _separator(value: Any) -> str:
    if isinstance(value, str) and value.strip() in SEPARATORS:
        return value.strip()
    raise ValueError("doit être une virgule ou un point")


def _date_format(value: Any) -> str:
    if isinstance(value, str) and is_date_format(value.strip()):
        return value.strip()
    raise ValueError("doit être un format de date, par exemple DD/MM/YYYY")


def _journal(value: Any) -> str:
    text = _text(value)
    if is_plain(text) and 0 < len(text) <= CODE_CHARACTERS_MAX:
        return text
    raise ValueError("doit être un code journal")


def _account(value: Any) -> str:
    text = _text(value)
    if ACCOUNT_NUMBER.fullmatch(text):
        return text
    raise ValueError("doit être un numéro de compte")


def _rules(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > RULES_MAX:
        raise ValueError(
            f"doit être un objet d'au plus {RULES_MAX} règles, "
            'par exemple {"411": "4110"} pour remplacer le début 411 par 4110'
        )
    rules = {_text(old): _text(new) for old, new in value.items()}
    bad = [old for old, new in rules.items() if not (_is_prefix(old) and _is_prefix(new))]
    if bad:
        raise ValueError(f"a une règle qui n'est pas faite de débuts de comptes : {bad[0][:50]!r}")
    return rules


def _is_prefix(text: str) -> bool:
    return ACCOUNT_PREFIX.fullmatch(text) is not None


def _text(value: Any) -> str:
    """A text, or a whole number as one; anything else is empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "separatorDecimal": ("decimal_sign", _separator),
    "formatDate": ("date_format", _date_format),
    "multiPeriode": ("has_several_periods", _flag),
    "failOnUnbalanced": ("fails_unbalanced", _flag),
    "createNewJournaux": ("makes_journals", _flag),
    "createNewComptes": ("makes_accounts", _flag),
    "createNewTiers": ("makes_third_parties", _flag),
    "defaultJournalId": ("journal", _journal),
    "sortLines": ("sorts_lines", _flag),
    "comptesRules": ("account_prefixes", _rules),
    "newFolio": ("is_new_folio", _flag),
    "balanceAuto": ("balances", _flag),
    "aNouveaux": ("takes_openings", _flag),
    "defaultCompte": ("account", _account),
    "createPieceRef": ("makes_pieces", _flag),
}
"""Published name -> the option it is, and how its value is read."""
