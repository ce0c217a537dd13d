"""Where each cell of a TRA stands: fixed positions, counted in characters from 1, as version 11 lists them.

A layout is written as `label start kind-width`: kind `a` is text, `d` a date, `n` a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from .fixed_layout import FixedColumn


@dataclass(frozen=True)
class Position(FixedColumn):
    """The place of one cell in its line, and its kind."""

    kind: str


Layout = tuple[Position, ...]


def _layout(text: str) -> Layout:
    cells = (cell.split() for cell in text.replace("\n", " ").split(","))
    return tuple(Position(label, int(start), int(type_[1:]), type_[0]) for label, start, type_ in cells)


HEADER = _layout("""
product 4 a2, origin 6 a3, content 9 a3, format 12 a3, closed_year 15 a3, euro_on 18 d8, closing_on 26 d8,
version 34 a3, folder_number 37 a5, made_at 42 a12, user 54 a35, firm 89 a35, opening 124 a4, folder 128 a6,
frequency 134 a3, purged_on 137 d8, sub_version 145 a3, new_analytics 148 a1, guids 149 a1,
agricultural 150 a1, sequence 151 a15
""")

STANDARD = _layout("""
journal 1 a3, date 4 d8, type_piece 12 a2, general 14 a17, type_compte 31 a1, auxiliaire 32 a17,
reference_interne 49 a35, libelle 84 a35, mode_paiement 119 a3, echeance 122 d8, sens 130 a1,
montant1 131 n20, type_ecriture 151 a1, numero_piece 152 n8, devise 160 a3, taux 163 n10, codage 173 a3,
montant2 176 n20, montant3 196 n20, etablissement 216 a3, axe 219 a2, numero_echeance 221 n2
""")

EXTENDED = _layout("""
reference_externe 223 a35, date_reference_externe 258 d8, date_creation 266 d8, societe 274 a3,
affaire 277 a17, date_taux 294 d8, a_nouveau 302 a3, quantite1 305 n20, quantite2 325 n20,
unite_quantite1 345 a3, unite_quantite2 348 a3, reference_libre 351 a35, tva_encaissement 386 a1,
regime_tva 387 a3, code_tva 390 a3, code_tpf 393 a3, contrepartie_generale 396 a17,
contrepartie_auxiliaire 413 a17, reference_pointage 430 a17, date_pointage 447 d8, date_relance 455 d8,
date_valeur 463 d8, rib 471 a35, reference_releve 506 a10, immobilisation 516 a17, texte_libre1 533 a30,
texte_libre2 563 a30, texte_libre3 593 a30, texte_libre4 623 a30, texte_libre5 653 a30,
texte_libre6 683 a30, texte_libre7 713 a30, texte_libre8 743 a30, texte_libre9 773 a30,
texte_libre10 803 a30, montant_libre1 845 n20, montant_libre2 865 n20, montant_libre3 885 n20,
montant_libre4 905 n20, date_libre 925 d8, indicateur1 933 a1, indicateur2 934 a1,
date_lettrage_debut 998 d8, date_lettrage_fin 1006 d8, lettrage 1014 a5, etat_lettrage 1021 a3,
reference_vente 1092 a35, numero_cheque 1143 a17, valide 1177 a1, coupure_debut 1178 d8,
coupure_fin 1186 d8, cle_ecriture 1202 a35, guid 1281 a36, ics 1320 a35, rum 1355 a35, numero_fec 1395 n5,
date_validation 1400 d8
""")

ENTRY_LINES = {"STD": STANDARD, "ETE": STANDARD + EXTENDED}
"""The cells of an entry line by the format that the header names."""

DOCUMENT = _layout("document 84 a255")
"""The path of a document line, whose positions before it are those of an entry line."""

PARAMETERS = {
    "PS2": _layout("longueur_general 7 n2, longueur_auxiliaire 10 n2"),
    "PS5": _layout("""
        devise 7 a3, decimales 10 n1, euro 11 a1, regime_tva 59 a3, condition_reglement 62 a3,
        etablissement 71 a3
    """),
    "EXO": _layout(
        "code 7 a3, debut 10 d8, fin 18 d8, etat 26 a3, libelle 32 a35, a_nouveaux 67 a3, date 70 d8"
    ),
    "ETB": _layout("""
        code 7 a3, libelle 10 a35, adresse1 45 a35, adresse2 80 a35, adresse3 115 a35, code_postal 150 a9,
        ville 159 a35, pays 194 a3, telephone 197 a25, siret 247 a17, ape 264 a5
    """),
    "MDP": _layout("code 7 a3, libelle 10 a35, categorie 45 a3"),
    "MDR": _layout("""
        code 7 a3, libelle 10 a35, depart 45 a3, jours 48 n3, arrondi 51 a3, nombre_echeances 54 n2
    """),
    "CGN": _layout("""
        compte 7 a17, libelle 24 a35, nature 59 a3, lettrable 62 a1, pointable 63 a1, ventilable1 64 a1,
        ventilable2 65 a1, ventilable3 66 a1, ventilable4 67 a1, ventilable5 68 a1, abrege 239 a17,
        sens 256 a3, correspondance1 259 a17, correspondance2 276 a17, tva 293 a3, ferme 349 a1,
        collectif 350 a1
    """),
    "CAE": _layout("""
        auxiliaire 7 a17, libelle 24 a35, nature 59 a3, lettrable 62 a1, collectif 63 a17, adresse1 267 a35,
        adresse2 302 a35, adresse3 337 a35, code_postal 372 a9, ville 381 a35, domiciliation 416 a24,
        banque 440 a5, guichet 445 a5, numero_compte 450 a11, cle 461 a2, pays 463 a3, devise 487 a3,
        telephone 490 a25, telecopie 515 a25, regime_tva 540 a3, condition_reglement 543 a3,
        commentaire 546 a35, nif 581 a17, siret 598 a17, ape 615 a5, contact_nom 620 a35,
        contact_service 655 a35, contact_fonction 690 a35, contact_telephone 725 a25, contact_email 800 a50,
        correspondance1 887 a17, correspondance2 904 a17, ferme 1041 a1
    """),
    "JAL": _layout("""
        code 7 a3, libelle 10 a35, nature 45 a3, compteur 48 a3, contrepartie 54 a17, mode_saisie 74 a3,
        comptes_automatiques 77 a200, comptes_interdits 277 a200, ferme 495 a1
    """),
    "SAT": _layout("section 7 a17, libelle 24 a35, axe 59 a3, sens 249 a3"),
    "RIB": _layout("""
        auxiliaire 7 a17, numero 24 n6, principal 30 a1, banque 31 a5, guichet 36 a5, numero_compte 41 a11,
        cle 52 a2, domiciliation 54 a24, pays 113 a3, bic 119 a35
    """),
}
"""The cells of the parameter records by their id, which stands at position 4."""
