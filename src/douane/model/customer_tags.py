"""Tags: the words that customers are sorted by; an organization's own list."""

from __future__ import annotations

from dataclasses import dataclass

from .refusing import refusal
from .texts import is_code, is_name

SEPARATOR = "||"
"""What stands between several tags, or several values of a list, in one cell."""


@dataclass(frozen=True)
class CustomerTag:
    """A tag: what senders call it, and what people do."""

    external_id: str
    name: str


def check_customer_tag(tag: CustomerTag) -> None:
    """Refuses `bad-record` for a tag that no sender could name."""
    if not is_code(tag.external_id) or SEPARATOR in tag.external_id:
        raise refusal("bad-record", f"{tag.external_id[:100]!r} is no external id of a tag.")
    if not is_name(tag.name):
        raise refusal("bad-record", f"{tag.name[:100]!r} is no name of a tag.")
