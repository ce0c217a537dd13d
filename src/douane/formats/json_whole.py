"""A text of JSON that is small enough to be read whole: a list or object, or a value on each line."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import msgspec

from .json_outside import BadJson, in_words
from .json_values import exact

_DECODER = msgspec.json.Decoder(float_hook=exact)


def read_sample(text: bytes, *, has_lines: bool = False) -> Any:
    """The value of the text, or the list of the values on its lines. Raises BadJson.

    >>> read_sample(b'{"a": 1.50}'), read_sample(b'1\\n2\\n', has_lines=True)
    ({'a': Decimal('1.50')}, [1, 2])
    """
    bare = text.removeprefix(BOM_UTF8)
    try:
        return _DECODER.decode_lines(bare) if has_lines else _DECODER.decode(bare)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadJson(in_words(error)) from error
