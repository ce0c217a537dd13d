"""The columns of the CSV of entries, as a mapping; those of a FEC and a TRA are the formats' own."""

from __future__ import annotations

from douane.model.entry_lines import ENTRY_LINES
from douane.model.mapping import Column, Mapping

SIDES = {"D": "debit", "C": "credit"}

CSV = Mapping(
    "csv",
    ENTRY_LINES,
    (
        Column("journalcode", "journal_code", is_required=True, example="AC"),
        Column("ecrituredate", "entered_on", is_required=True, example="21/11/2024"),
        Column("comptenum", "account_number", is_required=True, example="601000"),
        Column("ecriturelib", "label", example="Facture 123"),
        Column("piece 1", "piece", example="F123"),
        Column("piece 2", "reference", example="CDE-17"),
        Column("debit", "debit", example="120,00"),
        Column("credit", "credit"),
        Column("montant", "amount", about="With Sens, instead of Debit and Credit"),
        Column("sens", "side", choices=SIDES, about="D or C"),
        Column("auxiliaire", "auxiliary_number", example="DUPONT"),
        Column("dateecheance", "due_on", example="21/12/2024"),
        Column("libellecompte", "account_name", example="Achats"),
        Column("codelettrage", "lettering", example="AAB"),
        Column("pj", "attachments", example="F123.pdf"),
    ),
)
