"""The names that the made ledger is written with: journals, accounts, trading partners, letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

JOURNALS = {
    "AC": "Achats",
    "VE": "Ventes",
    "BQ": "Banque Crédit du Nord",
    "B2": "Banque postale",
    "CA": "Caisse",
    "NF": "Notes de frais",
    "PA": "Paie",
    "OD": "Opérations diverses",
}
SALES_JOURNALS = [1]
"""The places of the journals whose entries may be in another currency."""

PIECES = {
    "Facture fournisseur": "FF",
    "Facture": "FA",
    "Règlement": "RG",
    "Virement": "VI",
    "Ticket de caisse": "TC",
    "Note de frais": "ND",
    "Bulletin de paie": "BP",
    "Opération diverse": "OP",
}
"""What an entry of each journal is called, in the order of the journals, and how its document is numbered."""

TRADES = ["Maison", "Établissements", "Société", "Garage", "Boulangerie", "Atelier", "Cabinet", "Transports"]
FAMILIES = [
    "Dupré",
    "Lefèvre",
    "Moreau",
    "Besançon",
    "Hémery",
    "Garçonnet",
    "Petit",
    "Noël",
    "Roux",
    "Façade",
]
ENDINGS = ["", " et fils", " SARL", " SA", " & Cie", " frères"]
LETTERS = ["".join(letters) for letters in product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=3)]


@dataclass(frozen=True)
class Kind:
    """The general accounts of one kind: numbers of six digits from `first` on, `step` apart."""

    name: str
    first: int
    count: int = 1
    step: int = 10

    def numbers(self) -> Iterator[str]:
        """The numbers of its accounts."""
        return (str(self.first + place * self.step) for place in range(self.count))

    def names(self) -> Iterator[str]:
        """The names of its accounts."""
        return (f"{self.name} {place + 1}" if self.count > 1 else self.name for place in range(self.count))


KINDS = {
    "customers": Kind("Clients", 411000),
    "suppliers": Kind("Fournisseurs", 401000),
    "sales": Kind("Ventes de marchandises", 707000, 90),
    "purchases": Kind("Achats et charges externes", 601000, 120),
    "travel": Kind("Déplacements, missions et réceptions", 625000, 30),
    "bank_fees": Kind("Services bancaires", 627000),
    "wages": Kind("Rémunérations du personnel", 641000, 15),
    "social_charges": Kind("Charges de sécurité sociale", 645000, 15),
    "staff": Kind("Personnel, rémunérations dues", 421000),
    "social_bodies": Kind("Organismes sociaux", 431000, 10),
    "input_vat": Kind("TVA déductible sur autres biens et services", 445660),
    "output_vat": Kind("TVA collectée", 445710, 5, 1),
    "bank": Kind("Banque Crédit du Nord", 512000),
    "second_bank": Kind("Banque postale", 512100),
    "cash": Kind("Caisse", 530000),
    "accruals": Kind("Charges à payer", 468600, 7),
}
