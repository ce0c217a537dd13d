"""Labels as people write them: the same one whatever its case, accents and the signs between its words."""

from __future__ import annotations

import unicodedata

LABEL_CHARACTERS_MAX = 100

_NUMBER_SIGNS = str.maketrans({"\N{NUMERO SIGN}": "n", "\N{MASCULINE ORDINAL INDICATOR}": ""})


def folded(label: str) -> str:
    """The letters and digits of a label, in lower case and without accents; of a label without any, itself.

    The sign behind the N of a number is none of them, whichever it is.

    >>> folded("N° de Pièce"), folded("nº_de_piece"), folded(" % ")
    ('ndepiece', 'ndepiece', '%')
    """
    letters = unicodedata.normalize("NFKD", label.casefold().translate(_NUMBER_SIGNS))
    return "".join(each for each in letters if each.isalnum()) or label.strip()
