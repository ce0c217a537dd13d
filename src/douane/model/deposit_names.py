"""What a deposited file may be called: a plain name, with an extension that says what it is."""

from __future__ import annotations

from unicodedata import category, normalize

from .refusing import refusal

NAME_BYTES_MAX = 240
"""In UTF-8: what every file system takes, with room for a suffix while the file is written."""

EXTENSIONS = (
    *("tra", "txt", "csv", "json", "zip", "gz", "xml"),
    *("pdf", "png", "jpg", "jpeg", "tif", "tiff"),
)


def checked_name(name: str) -> str:
    """The name with its accents in one form.

    Refuses `deposit-name` for a path, for what cannot be seen and for an extension that is not known.

    >>> checked_name("842008161FEC20201231.txt")
    '842008161FEC20201231.txt'
    """
    name = normalize("NFC", name)
    stem, _, extension = name.rpartition(".")
    if any(category(each)[0] == "C" or category(each) in {"Zl", "Zp"} for each in name):
        raise refusal("deposit-name", "it holds a character that cannot be seen")
    if "/" in name or "\\" in name:
        raise refusal("deposit-name", "it is a path")
    if not stem:
        raise refusal("deposit-name", "it has no extension" if name else "it is empty")
    if name.startswith(".") or name != name.strip():
        raise refusal("deposit-name", "it begins or ends with a blank or a dot")
    if extension.lower() not in EXTENSIONS:
        raise refusal("deposit-name", f"its extension is {extension[:20] or 'empty'}")
    if len(name.encode()) > NAME_BYTES_MAX:
        raise refusal("deposit-name", f"it is longer than {NAME_BYTES_MAX} bytes")
    return name
