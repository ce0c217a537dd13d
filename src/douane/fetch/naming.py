"""The name of a fetched file: what its source calls it, or the end of its address, made harmless."""

from __future__ import annotations

import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

NAMELESS = "download"
NAME_CHARACTERS_MAX = 200
_SEPARATORS = re.compile(r"[/\\]")


def name_of(disposition: str, *paths: str) -> str:
    """The name in a Content-Disposition, else the last part of the first path that ends in a suffix.

    A name is one part of a path, of printable characters, at most 200 of them, the suffix kept.
    """
    names = [_cleaned(_told(disposition)), *(_cleaned(unquote(path)) for path in paths)]
    told = [name for name in names if name]
    with_suffix = [name for name in told if "." in name]
    return next(iter(names[:1] if names[0] else with_suffix or told), NAMELESS)


def _told(disposition: str) -> str:
    """The file name of a Content-Disposition, in any of its spellings (RFC 6266), or nothing."""
    if not disposition:
        return ""
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename("")


def _cleaned(name: str) -> str:
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    plain = "".join(each for each in last if each.isprintable()).strip(" .")
    if len(plain) <= NAME_CHARACTERS_MAX:
        return plain
    stem, dot, suffix = plain.rpartition(".")
    kept = f"{dot}{suffix}" if stem and len(suffix) < 20 else ""
    return plain[: NAME_CHARACTERS_MAX - len(kept)] + kept
