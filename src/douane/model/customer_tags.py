"""Tags: the words that customers are sorted by; an organization's own list."""

from __future__ import annotations

from dataclasses import dataclass

from .refusing import refusal
from .texts import CODE_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, is_code, is_name

SEPARATOR = "||"
"""What stands between several tags, or several values of a list, in one cell."""


@dataclass(frozen=True)
class CustomerTag:
    """A tag: what senders call it, and what people do.

    One that an import made, as accounts named it, is not defined: nobody has said yet which tags there are.
    """

    external_id: str
    name: str
    is_defined: bool = True


def check_customer_tag(tag: CustomerTag) -> None:
    """Refuses `bad-record` for a tag that no sender could name."""
    if not is_tag_id(tag.external_id):
        seen = f"{tag.external_id[:100]!r} is no external id of a tag"
        expected = f"1 to {CODE_CHARACTERS_MAX} characters, without {SEPARATOR} and blanks around"
        raise refusal("bad-record", f"{seen}: expected {expected}.")
    if not is_name(tag.name):
        expected = f"one line of 1 to {TEXT_CHARACTERS_MAX} characters"
        raise refusal("bad-record", f"{tag.name[:50]!r} is no name of a tag: expected {expected}.")


def is_tag_id(text: str) -> bool:
    """Whether the text can be the external id of a tag.

    >>> is_tag_id("gold"), is_tag_id("a||b"), is_tag_id(" gold")
    (True, False, False)
    """
    return is_code(text) and SEPARATOR not in text
