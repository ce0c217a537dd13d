"""The cells of a TRA, by the labels of `formats.tra`, as a mapping to entry lines."""

from __future__ import annotations

from douane.model.entry_lines import ENTRY_LINES
from douane.model.mapping import Column, Mapping

SIDES = {"D": "debit", "C": "credit"}

TRA = Mapping(
    "tra",
    ENTRY_LINES,
    (
        Column("journal", "journal_code", is_required=True, example="VTE"),
        Column("entry_number", "entry_number", about="The piece number, else the reference", example="123"),
        Column("date", "entered_on", is_required=True, example="2024-11-21"),
        Column("general", "account_number", is_required=True, example="411000"),
        Column("auxiliaire", "auxiliary_number", example="DUPONT"),
        Column("reference_interne", "piece", example="F2024-123"),
        Column("date_reference_externe", "piece_on", about="In extended lines", example="2024-11-20"),
        Column("libelle", "label", example="Facture F2024-123"),
        Column("amount", "amount", about="In euro, or the folder's currency", example="120,00"),
        Column("sens", "side", choices=SIDES, about="D or C", example="D"),
        Column("lettrage", "lettering", about="In extended lines", example="AB"),
        Column("date_lettrage_fin", "lettered_on", about="In extended lines", example="2024-12-05"),
        Column("date_validation", "validated_on", about="In extended lines", example="2024-12-31"),
        Column("currency_amount", "currency_amount", example="130,00"),
        Column("currency", "currency", example="USD"),
        Column("echeance", "due_on", example="2024-12-21"),
        Column("reference_externe", "reference", about="In extended lines", example="CDE-17"),
        Column("mode_paiement", "payment_means", example="VIR"),
        Column("document", "attachments", about="Joined by *", example="F2024-123.pdf"),
    ),
)

CARRIED = frozenset(
    {"type_compte", "numero_piece", "montant1", "montant2", "montant3", "codage", "devise", "taux"}
)
"""Labels whose content the columns above carry, so that they need not be kept as extra values."""
