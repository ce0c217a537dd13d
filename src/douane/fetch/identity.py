"""What a source says about its file, by which one sees that it is still the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

TEXT_CHARACTERS_MAX = 200


@dataclass(frozen=True)
class Identity:
    """ETag, Last-Modified and size in bytes of a file as its source tells them, None where it does not."""

    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The identity as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Identity:
        """The identity that was stored."""
        return cls(stored.get("etag"), stored.get("last_modified"), stored.get("size"))

    def difference(self, known: Identity) -> str:
        """In what the file differs from the known one, as far as both say it; empty when in nothing."""
        if _differ(self.size, known.size):
            return f"{self.size:,} bytes instead of {known.size:,}"
        if _differ(self.etag, known.etag):
            return "its ETag is another one"
        if _differ(self.last_modified, known.last_modified):
            return f"it was last modified on {self.last_modified} instead of {known.last_modified}"
        return ""


def identity_of(headers: Mapping[str, str], size: int | None) -> Identity:
    """The identity in the headers of an answer. A weak ETag is taken for the strong one of the same text."""
    etag = headers.get("etag", "").strip().removeprefix("W/")[:TEXT_CHARACTERS_MAX]
    last_modified = headers.get("last-modified", "").strip()[:TEXT_CHARACTERS_MAX]
    return Identity(etag or None, last_modified or None, size)


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other
