"""What the entries of importJson call their values, and the mapping of these labels to entry lines."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

from douane.model.entry_lines import ENTRY_LINES
from douane.model.mapping import Column, Mapping

DOOR = "importJson"
DEBIT, CREDIT = "debit.amount", "credit.amount"
CURRENCY, CURRENCY_AMOUNT, RATE = "currency", "currencyAmount", "currencyRate"
SIDES = ("debit", "credit")
FILE = "fichier.uri"
DRAFT, OPENING = "brouillard", "aNouveaux"
OTHERS = "autres"
"""Everything that was sent under other names than the published ones, as one JSON object."""

TYPES = ("typeMouvement", "type")
DATES = ("date", "dateJustif", "dateEcheance", "dateLettrage")
TEXTS = (
    "journal",
    "journalLib",
    "compte",
    "compteLib",
    "tiers",
    "libelle",
    "reference",
    "refPiece",
    "codeLettrage",
    "SIRET",
    "modePaiement",
)
"""Labels of one value each that are mapped."""

BESIDE = (
    "commentaire",
    "dateOperation",
    "datePointage",
    "codePointage",
    "debCutOff",
    "finCutOff",
    "lot",
    "typeLot",
    "ecritureMere",
    "ecritureOrigine",
    *TYPES,
)
"""Labels of one value each that are kept as extra values."""

NESTED = ("axeAna",)
"""Labels of any shape that are kept as extra values."""

DERIVED = (DEBIT, CREDIT, CURRENCY, CURRENCY_AMOUNT, RATE, FILE, DRAFT, OPENING, OTHERS)
LABELS = (*DATES, *TEXTS, *BESIDE, *NESTED, *DERIVED)

PAYMENT_MEANS = {
    "1": "",
    "2": "ESP",
    "3": "CHQ",
    "4": "CB",
    "5": "VIRT",
    "6": "PRLV",
    "7": "TIP",
    "8": "LCR BOR",
    "9": "LCR",
    "10": "TRAITE",
    "11": "TELEREGLEMENT",
}
"""modePaiement -> what is kept; the codes are those of our means of payment where there is one."""


def mapping_of(
    journal: str, account: str, account_prefixes: Dictionary[str, str], date_format: str
) -> Mapping:
    """The mapping of one request: its journal and account where an entry names none, its rules and dates."""
    return Mapping(
        DOOR,
        ENTRY_LINES,
        (
            Column("journal", "journal_code", is_required=True, default=journal, example="VE"),
            Column("journalLib", "journal_name", example="Ventes"),
            Column("date", "entered_on", is_required=True, date_format=date_format, example="2026-01-31"),
            Column(
                "compte",
                "account_number",
                is_required=True,
                default=account,
                prefixes=account_prefixes,
                example="411000",
            ),
            Column("compteLib", "account_name", example="Clients"),
            Column("tiers", "auxiliary_number", example="DUPONT"),
            Column("refPiece", "piece", example="F2026-12"),
            Column("dateJustif", "piece_on", date_format=date_format, example="2026-01-30"),
            Column("libelle", "label", example="Facture F2026-12"),
            Column("reference", "reference", example="CDE-17"),
            Column(DEBIT, "debit", example="120.00"),
            Column(CREDIT, "credit", example="120.00"),
            Column(CURRENCY, "currency", about="Of the side that has an amount", example="USD"),
            Column(CURRENCY_AMOUNT, "currency_amount", example="130.00"),
            Column("codeLettrage", "lettering", example="AB"),
            Column("dateLettrage", "lettered_on", date_format=date_format, example="2026-02-05"),
            Column("dateEcheance", "due_on", date_format=date_format, example="2026-02-28"),
            Column("modePaiement", "payment_means", values=PAYMENT_MEANS, is_closed=True, example="5"),
            Column("SIRET", "siret", example="07955542100027"),
            Column(FILE, "attachments", example="ca85671e-6f98-4c2e-b075-c5cd9fea57ed/F2026-12.pdf"),
            Column(DRAFT, "is_draft", about="typeMouvement or type is 7", example="1"),
            Column(OPENING, "is_opening", about="typeMouvement or type is 5", example="1"),
        ),
    )
