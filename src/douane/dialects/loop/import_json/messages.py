"""What importJson tells of a body that it does not take, in French as the published messages are."""

from __future__ import annotations

from douane.errors import Refusal

VALUE_CHARACTERS_MAX = 1000

JSON_MESSAGES = {
    "no-payload": "Aucune donnée n'a été reçue. La demande est-elle bien un POST ?",
    "not-json": "Le corps de la requête n'est pas un objet JSON lisible : {}.",
    "no-data": "L'objet data n'est pas spécifié.",
    "bad-options": "{}",
    "no-context": "Le contexte est obligatoire si l'option multiPeriode ne vaut pas true.",
    "no-entries": "Aucune écriture n'est spécifiée.",
    "no-array": "Les écritures doivent être fournies dans un tableau.",
    "too-few-lines": "Les écritures doivent comporter au moins deux lignes.",
    "too-many-lines": "Les écritures ne doivent pas comporter plus de {} lignes.",
    "context-dates": "Les dates du contexte ne sont pas au format ISO.",
    "context-order": "La date de début du contexte est postérieure à sa date de fin.",
    "piece-date": "La date du justificatif n'est pas au format ISO sur l'écriture numéro {}.",
    "cut-off-alone": "Les dates de début et de fin de cut-off doivent être renseignées ensemble "
    "sur l'écriture numéro {}.",
    "cut-off-start": "La date de début de cut-off n'est pas au format ISO sur l'écriture numéro {}.",
    "cut-off-end": "La date de fin de cut-off n'est pas au format ISO sur l'écriture numéro {}.",
    "siret-of-line": "Le numéro SIRET est invalide sur l'écriture numéro {} : "
    "il doit comporter 14 chiffres et respecter l'algorithme de Luhn",
    "several-sirens": "Les numéros SIRET doivent tous avoir le même SIREN.",
    "no-document": "Le fichier joint {} n'a pas été déposé : écriture numéro {}.",
    "large-document": "Le fichier joint {} dépasse {} octets : écriture numéro {}.",
    "too-many-documents": "Les écritures ne doivent pas avoir plus de {} fichiers joints.",
}
"""In the order in which they are told, but for the options, which say what of the rest is asked."""

OF_LINES = ("piece-date", "cut-off-alone", "cut-off-start", "cut-off-end", "siret-of-line")
"""Those that some line gives cause for, as a glance at it shows."""


def told(code: str, *seen: object) -> Refusal:
    """The refusal with this message, `seen` in its places."""
    return Refusal(code, JSON_MESSAGES[code].format(*(str(each)[:VALUE_CHARACTERS_MAX] for each in seen)))
