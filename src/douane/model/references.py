"""The lists that accounts refer to, and what each begins with: ways, payment deadlines and types, VAT."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Way:
    """A type of way in an address, such as an avenue; of the organization."""

    id: int
    name: str


@dataclass(frozen=True)
class PaymentDeadline:
    """When an invoice falls due; of the organization.

    Some days after its day, then at the end of that month where the terms say so, then on a day of the month.
    """

    id: int
    name: str
    days: int
    is_end_of_month: bool = False
    day_of_month: int | None = None


@dataclass(frozen=True)
class PaymentType:
    """A means of payment, of the company; `id` is 0 for one that is not stored yet."""

    code: str
    name: str
    id: int = 0


@dataclass(frozen=True)
class VatParameter:
    """How a line is taxed, of the company: `rate` is a percentage, the accounts are numbers.

    `type_id` says what is taxed (1 goods and services, 2 fixed assets, 4 nothing), `exigibility_id` when the
    tax is owed (1 with the invoice, 2 with the payment, 3 either). `id` is 0 for one that is not stored yet.
    """

    code: str
    rate: Decimal
    type_id: int | None = None
    exigibility_id: int | None = None
    deductible_account: str | None = None
    collected_account: str | None = None
    is_blocked: bool = False
    id: int = 0


Reference = Way | PaymentDeadline | PaymentType | VatParameter

_WAY_NAMES = """
1 Allée, 2 Avenue, 3 Boulevard, 4 Chemin, 5 Cours, 6 Faubourg, 7 Impasse, 8 Lieu dit, 9 Rue, 10 Résidence,
11 Place, 12 Quai, 13 Villa, 14 Route, 15 Square, 16 Domaine, 17 Voie, 18 Cité, 19, 21 Corniche, 22 Chaussée,
23 Carrefour, 25 Descente, 26 Ecart, 27 Esplanade, 28 Grande Rue, 29 Hameau, 30 Halle, 31 Lotissement,
32 Marché, 33 Montée, 34 Passage, 35 Plaine, 36 Plateau, 37 Promenade, 38 Parvis, 39 Quartier, 40 Ruelle,
41 Rocade, 42 Rond Point, 43 Sente-Sentier, 44 Terre-plein, 45 Village, 46 Mail, 47 Terrasse
"""


def _ways() -> tuple[Way, ...]:
    pairs = (each.strip().partition(" ") for each in _WAY_NAMES.split(","))
    return tuple(Way(int(number), name) for number, _, name in pairs)


WAYS = _ways()

PAYMENT_DEADLINES = (
    PaymentDeadline(2, "45 jours net", 45),
    PaymentDeadline(3, "30 jours fin de mois", 30, is_end_of_month=True),
)

PAYMENT_TYPES = (
    PaymentType("CB", "Carte bleue"),
    PaymentType("CHQ", "Chèque"),
    PaymentType("ESP", "Espèce"),
    PaymentType("LCR", "Lettre de change"),
    PaymentType("PRLV", "Prélèvement"),
    PaymentType("VIRT", "Virement"),
)

_PURCHASES, _ASSETS = "445660", "445620"


def _both(first: int, rate: str, collected: str) -> tuple[VatParameter, VatParameter]:
    """A rate on goods and services, owed with the invoice and owed with the payment."""
    return (
        VatParameter(f"{first:02}", Decimal(rate), 1, 1, _PURCHASES, collected),
        VatParameter(f"{first + 1:02}", Decimal(rate), 1, 2, _PURCHASES, collected),
    )


VAT_PARAMETERS = (
    *_both(1, "20", "445712"),
    *_both(3, "10", "445711"),
    *_both(5, "5.5", "445713"),
    *_both(7, "2.1", "445714"),
    *_both(9, "8.5", "445715"),
    VatParameter("11", Decimal(20), 2, 1, _ASSETS, "445710"),
    VatParameter("12", Decimal(20), 2, 2, _ASSETS, "445710"),
    *_both(13, "0.9", "445715"),
    *_both(15, "1.05", "445716"),
    *_both(17, "1.75", "445717"),
    VatParameter("19", Decimal(0), 4, 3),
)
