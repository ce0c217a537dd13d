"""What a body sent, read with bounds: a JSON object with its keys in any case, and the texts in it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping

import msgspec

from douane.model.texts import is_plain

from .messages import refused

TEXT_CHARACTERS_MAX = 1024
URL_CHARACTERS_MAX = 8192
BODY_BYTES_MAX = 1 << 20
"""Of the bodies that only name a file: many times what the fields take, and little once it is read."""

ESCAPED = 6
"""The most bytes that JSON needs for one character, `\\u00e9`."""

Fields = Mapping[str, str]
"""The texts of a body by their keys in lower case, without those that are absent."""

LENGTHS = {
    "codeIbs": TEXT_CHARACTERS_MAX,
    "URI": TEXT_CHARACTERS_MAX,
    "URL": URL_CHARACTERS_MAX,
    "MODELE": TEXT_CHARACTERS_MAX,
    "SIRET": TEXT_CHARACTERS_MAX,
}
"""What the bodies of the file imports hold, as printed, and how long it may be."""

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def fields_of(body: bytes) -> Fields:
    """The fields of LENGTHS that a body has; null, `""` and blanks are nothing, and other keys are ignored.

    Of several spellings of one key the last one that holds something counts. Refuses `bad-body` and
    `bad-field`.
    """
    try:
        sent = _OBJECT.decode(body.removeprefix(BOM_UTF8))
    except (ValueError, RecursionError):
        raise refused("bad-body") from None
    names = {name.lower(): name for name in LENGTHS}
    found: dict[str, str] = {}
    for key, raw in sent.items():
        name = names.get(key.lower())
        text = _text(name, bytes(raw)) if name else ""
        if name and text:
            found[name.lower()] = text
    return found


def _text(name: str, raw: bytes) -> str:
    """The text without the blanks around it, `""` when it is absent; a whole number is a text too."""
    length_max = LENGTHS[name]
    wrong = refused("bad-field", name, length_max)
    if len(raw) > length_max * ESCAPED + 2:
        raise wrong
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise wrong from None
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = raw.decode()
    if not isinstance(value, str):
        raise wrong
    text = value.strip()
    if len(text) > length_max or not is_plain(text):
        raise wrong
    return text
