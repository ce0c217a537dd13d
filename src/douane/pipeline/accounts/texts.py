"""Texts: an account that stands as it was last sent is known by its text, before anything is read of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from douane.model.custom_fields import CustomField
from douane.model.mapping_document import MappingDocument
from douane.pipeline.identity import hashed
from douane.pipeline.known import NOT_FOUND, Index, Keys, Mask

Numbers = npt.NDArray[np.int64]

READING = "accounts 2"
"""Counts the changes of what an object means: a new one has all accounts read again."""

RECORD = np.dtype(
    {
        "names": ["fingerprint", "check", "id", "addresses", "links"],
        "formats": [">i8", ">i8", ">i8", ">i4", ">i4"],
    }
)
"""One account as the statement `known_texts` sends it: 32 bytes."""


@dataclass(frozen=True)
class Meaning:
    """What gives a text its meaning, as two numbers that are laid over its hash."""

    high: np.uint64
    low: np.uint64

    @classmethod
    def of(cls, document: MappingDocument, custom_fields: Sequence[CustomField]) -> Meaning:
        """The meaning by a mapping and the custom fields of an organization."""
        told = [READING, document.as_json(), [asdict(each) for each in custom_fields]]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
        high, low = np.frombuffer(digest[:16], "<u8")
        return cls(high, low)

    def prints(self, texts: pl.Series) -> Keys:
        """The fingerprint of each text (Binary): in `high` what is compared first, in `low` its check."""
        hashes = Keys.of(texts.alias("text").to_frame().select(hashed(pl.col("text"))).to_series())
        return Keys(hashes.high ^ self.high, hashes.low ^ self.low)


@dataclass(frozen=True)
class Recognized:
    """Objects that were not read: the ids of their customers, and how many addresses and links they hold."""

    ids: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    addresses: int = 0
    links: int = 0

    @classmethod
    def joined(cls, parts: Sequence[Recognized]) -> Recognized:
        """All of them."""
        return cls(
            np.concatenate([np.empty(0, np.int64), *(each.ids for each in parts)]),
            sum(each.addresses for each in parts),
            sum(each.links for each in parts),
        )


class KnownTexts:
    """The texts that the stored accounts were last sent as, by their fingerprints."""

    def __init__(self, pieces: Iterable[bytes], without: Numbers) -> None:
        """From runs of RECORDs, but for the customers `without`."""
        records = np.frombuffer(b"".join(pieces), RECORD)
        records = records[~np.isin(records["id"], without)]
        self._index = Index.of(Keys(_unsigned(records["fingerprint"]), _unsigned(records["check"])))
        self._ids = records["id"].astype(np.int64)
        self._counts = np.stack([records["addresses"], records["links"]], axis=1).astype(np.int64)

    def find(self, prints: Keys) -> tuple[Mask, Recognized]:
        """Which of the texts are known, and what is known of them."""
        at = self._index.find(prints)
        is_known = at != NOT_FOUND
        places = at[is_known]
        addresses, links = self._counts[places].sum(axis=0).tolist()
        return is_known, Recognized(self._ids[places], addresses, links)


LoadTexts = Callable[[], "KnownTexts | None"]
"""Gives the texts that are known, None where all objects are to be read."""


def _unsigned(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    return numbers.astype(np.int64).view(np.uint64)
