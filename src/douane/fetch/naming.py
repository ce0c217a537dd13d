"""The name of a fetched file: what its source calls it, or the end of its address, made harmless."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import unquote

NAMELESS = "download"
NAME_CHARACTERS_MAX = 200
_SEPARATORS = re.compile(r"[/\\]")


def name_of(disposition: str, *paths: str) -> str:
    """The name in a Content-Disposition, else the last part of the first path that ends in a suffix.

    A name is one part of a path, of printable characters, at most 200 of them, the suffix kept.
    """
    if told := _cleaned(_told(disposition)):
        return told
    names = [name for path in paths if (name := _cleaned(unquote(path)))]
    return next((name for name in names if "." in name), names[0] if names else NAMELESS)


def _told(disposition: str) -> str:
    """The file name of a Content-Disposition, in any of its spellings (RFC 6266), or nothing."""
    try:
        return _read(disposition) if disposition else ""
    except (ValueError, TypeError):
        # The library does not get along with parts counted oddly, nor with charsets that are none of texts.
        return ""


def _read(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    params = message.get_params([], "content-disposition")
    names = [value for key, value in params if key.lower() == "filename"]
    # The one that names its charset (filename*) is the better one; the other is for old programs.
    best = next((each for each in names if isinstance(each, tuple)), names[0] if names else "")
    return collapse_rfc2231_value(best)


def _cleaned(name: str) -> str:
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    plain = "".join(each for each in last if each.isprintable()).strip(" .")
    if len(plain) <= NAME_CHARACTERS_MAX:
        return plain
    stem, dot, suffix = plain.rpartition(".")
    kept = f"{dot}{suffix}" if stem and len(suffix) < 20 else ""
    return plain[: NAME_CHARACTERS_MAX - len(kept)] + kept
