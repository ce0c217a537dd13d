"""Journals: the types there are, and those that every company begins with."""

from __future__ import annotations

from dataclasses import dataclass

JOURNAL_TYPES = (
    "purchases",
    "sales",
    "bank",
    "cash",
    "general",
    "general-audit",
    "general-simulation",
    "external-a",
    "external",
    "opening",
    "payroll",
    "lettering",
    "expenses",
    "tax-declaration",
    "exceptional",
    "balance",
)

ACCOUNTS_NEEDED = {"bank": ("51", "54"), "cash": ("53",)}
"""Type of journal -> what the number of an account in each of its final entries must start with."""


@dataclass(frozen=True)
class Journal:
    """A journal of a company; the account is that of the other side, where the journal has a fixed one.

    `id` is 0 for one that is not stored yet. `type` is one of JOURNAL_TYPES.
    """

    code: str
    name: str
    type: str = "general"
    id: int = 0
    counterpart_account_id: int | None = None
    counterpart_number: str | None = None
    counterpart_name: str | None = None
    is_closed: bool = False


DEFAULT_JOURNALS = (
    Journal("01", "Achats", "purchases"),
    Journal("02", "Ventes", "sales"),
    Journal("03", "Achats bis", "purchases"),
    Journal("09", "Notes de frais", "expenses"),
    Journal("15", "Banque", "bank"),
    Journal("18", "Caisse", "cash"),
    Journal("20", "Opérations diverses", "general"),
    Journal("21", "Situations", "general-simulation"),
    Journal("30", "Paie", "payroll"),
    Journal("40", "À-nouveaux", "opening"),
    Journal("50", "Déclarations fiscales", "tax-declaration"),
    Journal("60", "Lettrage", "lettering"),
    Journal("98", "À extourner", "external-a"),
    Journal("99", "Extourne", "external"),
)
