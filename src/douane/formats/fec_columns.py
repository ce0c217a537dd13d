"""The columns of a FEC: their official names, how else they are spelled, and which may stay blank."""

from __future__ import annotations

import unicodedata

from .csv_header import REASON_LABEL

OFFICIAL = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
"""The columns of every FEC, in the order of the law."""

SIDED = {"Debit": "Montant", "Credit": "Sens"}
"""What may stand in place of the two amounts: one amount and its side."""

CASH = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
"""What those who keep cash accounts add."""

ATTACHMENTS = "PieceJointe"
"""Names of attached documents, joined by `*`; not of the law, but of what programs exchange."""

MANDATORY = ("EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib")
EXPECTED = ("JournalCode", "JournalLib", "PieceRef", "PieceDate", "ValidDate")
AMOUNTS = ("Debit", "Credit", "Montant", "Montantdevise")
DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate", "DateRglt")
SIDES = {"D": "debit", "+1": "debit", "C": "credit", "-1": "credit"}

_FOREIGN = {
    "CompteAuxNum": "CompAuxNum",
    "CompteAuxLib": "CompAuxLib",
    "IdDevise": "Idevise",
    "Devise": "Idevise",
    "PJ": ATTACHMENTS,
}
_JOINTS = " _-."


def _bare(name: str) -> str:
    """`name` without case and accents."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


def _plain(name: str) -> str:
    """`name` without case, accents, and signs that join words."""
    return "".join(each for each in _bare(name) if each not in _JOINTS)


_OWN = {_plain(each): each for each in (*OFFICIAL, *SIDED.values(), *CASH, ATTACHMENTS)}
_KNOWN = _OWN | {_plain(name): label for name, label in _FOREIGN.items()}
_CHECKED = {*_OWN, "compteauxnum", "compteauxlib"}


def label_of(name: str) -> str:
    """The official spelling of a column's name, or the name itself, stripped, when it is not of a FEC."""
    bare = name.strip()
    return REASON_LABEL if bare.lower() == REASON_LABEL else _KNOWN.get(_plain(bare), bare)


def is_known(label: str) -> bool:
    """Whether `label` is one of those that `label_of` gives to the columns of a FEC."""
    return label in _OWN.values()


def is_checked_name(name: str) -> bool:
    """Whether the tax administration finds the column by this name; it knows fewer spellings than we."""
    return _bare(name.strip()) in _CHECKED


def missing_columns(labels: tuple[str, ...]) -> list[str]:
    """The columns of the law that are neither among `labels` nor stood in for."""
    is_sided = not {"Debit", "Credit"} & set(labels) and bool(set(SIDED.values()) & set(labels))
    wanted = [SIDED.get(each, each) if is_sided else each for each in OFFICIAL]
    return [each for each in wanted if each not in labels]
