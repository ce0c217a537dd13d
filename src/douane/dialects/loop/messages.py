"""What is told when a call is turned away: the published sentences, letter for letter, and ours."""

from __future__ import annotations

from douane.errors import Refusal

VALUE_CHARACTERS_MAX = 200

PUBLISHED = {
    "no-folder": "Le codeIbs n'est pas spécifié.",
    "no-file": "Le chemin d'accès URI ou l'URL du fichier n'est pas spécifié.",
    "two-files": "Ambiguité sur le chemin d'accès, seul un des deux champs doit être renseigné.",
    "unknown-folder": "Le dossier {} n'existe pas sur le domaine.",
    "bad-siret": "Le numéro SIRET est invalide : "
    "il doit comporter 14 chiffres et respecter l'algorithme de Luhn",
    "unknown-siret": "L'établissement correspondant au SIRET {} n'est pas reconnu pour le dossier {}",
}
"""As the page of importPerso prints them, full stops included; {} for what is filled in."""

OWN = {
    "bad-body": "Le corps de la requête n'est pas un objet JSON lisible.",
    "bad-field": "Le champ {} doit être un texte d'au plus {} caractères, sans caractère de contrôle.",
    "no-model": "Le modèle d'import n'est pas spécifié.",
    "unknown-model": "Le modèle d'import {} n'existe pas sur le domaine.",
    "bad-model": "Le modèle d'import {} n'est pas un modèle d'écritures utilisable.",
    "unknown-uri": "Le fichier {} n'existe pas dans l'espace de dépôt.",
    "too-many-imports": "Trop d'imports sont en attente ({}), la demande doit être renouvelée plus tard.",
    "no-request": "Le numéro de demande accountingImportRequestId n'est pas spécifié.",
    "unknown-request": "La demande d'import {} n'existe pas sur le domaine.",
    "no-filename": "Le nom du fichier filename n'est pas spécifié.",
    "bad-filename": "Le nom de fichier {} ne convient pas : un nom simple est attendu, avec l'extension "
    "tra, txt, csv, json, zip, gz, xml, pdf, png, jpg, jpeg, tif ou tiff.",
    "too-many-deposits": "Trop de dépôts sont ouverts, la demande doit être renouvelée plus tard.",
}
"""Where nothing is published."""

MESSAGES = {**PUBLISHED, **OWN}


def refused(code: str, *seen: object) -> Refusal:
    """The refusal with this message, `seen` in its places, each cut to 200 characters."""
    return Refusal(code, MESSAGES[code].format(*(str(each)[:VALUE_CHARACTERS_MAX] for each in seen)))
