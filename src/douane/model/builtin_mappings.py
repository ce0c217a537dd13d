"""The mappings that every organization has: IMPORTPERSO for the usual French export of entries, DJUST."""

from __future__ import annotations

from .mapping_document import MappingDocument
from .mapping_parts import JSON, EntryOptions, FileLayout, MappedColumn

IMPORTPERSO = MappingDocument(
    name="IMPORTPERSO",
    table="entry_lines",
    layout=FileLayout(date_order="dmy"),
    columns=(
        MappedColumn("journal_code", ("Journal", "Code journal", "JournalCode", "Jnl")),
        MappedColumn("journal_name", ("Libellé journal", "Nom du journal", "JournalLib", "Intitulé journal")),
        MappedColumn(
            "entry_number",
            ("N° écriture", "Numéro écriture", "Numéro d'écriture", "No écriture", "EcritureNum"),
        ),
        MappedColumn("entered_on", ("Date", "Date écriture", "EcritureDate", "Date comptable")),
        MappedColumn(
            "account_number",
            (
                "Compte",
                "N° compte",
                "N° de compte",
                "Numéro de compte",
                "No compte",
                "CompteNum",
                "Compte général",
            ),
        ),
        MappedColumn(
            "account_name",
            ("Libellé compte", "CompteLib", "Intitulé compte", "Intitulé du compte", "Libellé du compte"),
        ),
        MappedColumn("auxiliary_number", ("Tiers", "Compte tiers", "Code tiers", "CompAuxNum", "Auxiliaire")),
        MappedColumn("auxiliary_name", ("Libellé tiers", "Nom tiers", "Nom du tiers", "CompAuxLib")),
        MappedColumn(
            "piece",
            (
                "Pièce",
                "N° pièce",
                "N° de pièce",
                "Numéro de pièce",
                "Numéro pièce",
                "No pièce",
                "No de pièce",
                "Référence pièce",
                "Réf pièce",
                "PieceRef",
            ),
        ),
        MappedColumn("piece_on", ("Date pièce", "Date de pièce", "PieceDate")),
        MappedColumn(
            "label", ("Libellé", "Libellé écriture", "EcritureLib", "Intitulé", "Libellé mouvement")
        ),
        MappedColumn("debit", ("Débit", "Montant débit")),
        MappedColumn("credit", ("Crédit", "Montant crédit")),
        MappedColumn("amount", ("Montant",)),
        MappedColumn("side", ("Sens", "Débit/Crédit", "D/C")),
        MappedColumn("lettering", ("Lettrage", "Code lettrage", "EcritureLet", "Lettre")),
        MappedColumn("lettered_on", ("Date lettrage", "Date de lettrage", "DateLet")),
        MappedColumn("validated_on", ("Date validation", "Date de validation", "ValidDate")),
        MappedColumn("currency_amount", ("Montant devise", "Montant en devise")),
        MappedColumn("currency", ("Devise", "Code devise", "Idevise")),
        MappedColumn("due_on", ("Échéance", "Date échéance", "Date d'échéance")),
        MappedColumn("reference", ("Référence", "Réf")),
        MappedColumn("payment_means", ("Mode de paiement", "Mode paiement", "Mode de règlement", "ModeRglt")),
        MappedColumn("siret", ("SIRET", "SIRET établissement")),
    ),
    entries=EntryOptions(makes_accounts="all", makes_journals="all", makes_third_parties=True),
)
"""A file with a header, its columns in any order and delimited by `;`; its days day first or as ISO."""

DJUST = MappingDocument(
    name="DJUST",
    table="accounts",
    layout=FileLayout(kind=JSON, lists=("$.address", "$.addresses", "$.shippingAddress", "$")),
    columns=tuple(
        MappedColumn(field, paths=(f"$.{name}",))
        for field, name in (
            ("external_id", "accountExternalId"),
            ("trading_name", "accountName"),
            ("name", "companyRegistrationName"),
            ("legal_id", "businessRegistrationNumber"),
            ("account_manager_name", "accountManagerName"),
            ("website", "accountWebsite"),
            ("vat_number", "accountVatNumber"),
            ("tags", "customerTagExternalId"),
            ("is_deleted", "deleted"),
            ("is_inactive", "inactive"),
            ("address.external_id", "addressExternalId"),
            ("address.full_name", "addressFullName"),
            ("address.country", "addressCountry"),
            ("address.city", "addressCity"),
            ("address.postal_code", "addressZipCode"),
            ("address.street", "addressStreetName"),
            ("address.label", "addressLabel"),
            ("address.additional_street", "addressAdditionalStreetName"),
            ("address.phone", "addressPhoneNumber"),
            ("address.is_unlinked", "unlinkAddress"),
            ("address.is_shipping", "shippingAddress"),
            ("address.is_billing", "billingAddress"),
        )
    ),
)
"""The published fields of an account, its addresses in a list or beside them."""

BUILT_IN = (IMPORTPERSO, DJUST)
