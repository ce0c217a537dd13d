"""The columns of a FEC, by the labels of `formats.fec`, as a mapping to entry lines."""

from __future__ import annotations

from douane.formats.fec_columns import ATTACHMENTS, SIDES
from douane.model.entry_lines import ENTRY_LINES
from douane.model.mapping import Column, Mapping

FEC = Mapping(
    "fec",
    ENTRY_LINES,
    (
        Column("JournalCode", "journal_code", is_required=True, example="VE"),
        Column("JournalLib", "journal_name", example="Ventes"),
        Column("EcritureNum", "entry_number", example="VE000123"),
        Column("EcritureDate", "entered_on", is_required=True, example="20241121"),
        Column("CompteNum", "account_number", is_required=True, example="411000"),
        Column("CompteLib", "account_name", example="Clients"),
        Column("CompAuxNum", "auxiliary_number", example="DUPONT"),
        Column("CompAuxLib", "auxiliary_name", example="Dupont SA"),
        Column("PieceRef", "piece", example="F2024-123"),
        Column("PieceDate", "piece_on", example="20241121"),
        Column("EcritureLib", "label", example="Facture F2024-123"),
        Column("Debit", "debit", example="120,00"),
        Column("Credit", "credit", example="0,00"),
        Column("Montant", "amount", about="With Sens, instead of Debit and Credit", example="120,00"),
        Column("Sens", "side", choices=SIDES, about="D or +1, C or -1", example="D"),
        Column("EcritureLet", "lettering", example="AB"),
        Column("DateLet", "lettered_on", example="20241205"),
        Column("ValidDate", "validated_on", example="20241231"),
        Column("Montantdevise", "currency_amount", example="130,00"),
        Column("Idevise", "currency", example="USD"),
        Column("ModeRglt", "payment_means", about="In cash accounting", example="Virement"),
        Column(ATTACHMENTS, "attachments", about="Joined by *", example="F2024-123.pdf"),
    ),
)
