"""Labels as people write them: the same one whatever its case, accents and the signs between its words."""

from __future__ import annotations

import unicodedata

LABEL_CHARACTERS_MAX = 100


def folded(label: str) -> str:
    """The letters and digits of a label, in lower case and without accents; of a label without any, itself.

    >>> folded("N° de Pièce"), folded("n_de_piece"), folded(" % ")
    ('ndepiece', 'ndepiece', '%')
    """
    letters = unicodedata.normalize("NFKD", label.casefold())
    return "".join(each for each in letters if each.isalnum()) or label.strip()
