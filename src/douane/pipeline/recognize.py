"""Recognize: rows that stand in the file exactly as they were last sent need not be read again.

The fingerprint of a row is the xxHash64 of its cells as sent, in the order of their labels, joined by
U+001F. Its seed is the set of labels and whatever else gives the cells their meaning: READING, the
sender's declarations, what a person's mapping makes of them and, for a row that only the end of the file
could settle, what its columns have proven. So an equal fingerprint means that reading the row would give what
is stored. It is part of the schema, as the stored fingerprints were made by it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import reduce

import numpy as np
import polars as pl
import polars_hash as plh

from douane.model.mapping import Declarations

from .batch import FINGERPRINT, LINE, Batch
from .compare import Offer
from .identity import SEPARATOR
from .known import NOT_FOUND, Keys, Known

READING = "1"
"""Counts the changes of what a cell means, of readers or of a dialect's words: a new one reads all again."""


ROWS_READ_AT_ONCE = 8192
ROWS_JUDGED_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Fingerprinting:
    """How the rows of one file are fingerprinted: by which labels, and with what meaning.

    `meanings` are those that a mapping gives to labels, where they may change at any time.
    """

    labels: tuple[str, ...]
    declarations: Declarations
    meanings: Mapping[str, str] = field(default_factory=dict)

    def add(self, rows: pl.DataFrame, settled: str = "") -> pl.DataFrame:
        """`rows` as sent, with FINGERPRINT (Int64); `settled` tells what their columns have proven."""
        labels = sorted(self.labels)
        told = [READING, labels, asdict(self.declarations), settled]
        meaning = json.dumps([*told, self.meanings] if self.meanings else told, sort_keys=True)
        seed = int.from_bytes(hashlib.sha256(meaning.encode()).digest()[:8], "big")
        text = pl.concat_str([pl.col(label).fill_null("") for label in labels], separator=SEPARATOR)
        hashed = plh.NonCryptographicHashingNameSpace(text).xxhash64(seed=seed)
        return rows.with_columns(hashed.reinterpret(signed=True).alias(FINGERPRINT))


def recognize(batch: Batch, known: Known) -> tuple[Batch, Offer]:
    """The batch without the rows whose fingerprint a stored row has, and those rows, to be judged."""
    fingerprints = batch.rows[FINGERPRINT].to_numpy()
    found = known.find_fingerprints(fingerprints)
    is_known = found != NOT_FOUND
    places = found[is_known]
    offer = Offer(
        known.keys.take(places),
        Keys.missing(len(places)),
        fingerprints[is_known],
        batch.rows[LINE].to_numpy()[is_known],
    )
    rest = batch.rows.filter(~is_known) if is_known.any() else batch.rows
    return Batch(rest, batch.faults, batch.received - len(places)), offer


def in_groups(recognitions: Iterable[tuple[Batch, Offer]]) -> Iterator[tuple[Batch, Offer]]:
    """The same with neighbours put together, so that a few rows to be read do not cost as much as many."""
    rests: list[Batch] = []
    offers: list[Offer] = []
    for rest, recognized in recognitions:
        rests.append(rest)
        offers.append(recognized)
        read = sum(each.rows.height for each in rests)
        if read >= ROWS_READ_AT_ONCE or sum(len(each.lines) for each in offers) >= ROWS_JUDGED_AT_ONCE:
            yield _together(rests, offers)
            rests, offers = [], []
    if rests:
        yield _together(rests, offers)


def _together(rests: list[Batch], offers: list[Offer]) -> tuple[Batch, Offer]:
    batch = Batch(
        pl.concat(each.rows for each in rests),
        pl.concat(each.faults for each in rests),
        sum(each.received for each in rests),
    )
    return batch, reduce(Offer.with_offer, offers)


def nothing() -> Offer:
    """No recognized rows."""
    empty = np.empty(0, np.int64)
    return Offer(Keys.missing(0), Keys.missing(0), empty, empty.astype(np.uint32))
