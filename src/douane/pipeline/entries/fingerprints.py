"""Fingerprints of lines: what an entry was last sent as is the sum of those of its lines.

The fingerprint of a line is made of the xxHash64 of its cells as sent, each seeded by its label and by what
else gives it its meaning. Their sum, once mixed, does not depend on the order of columns nor on columns that
are empty, but does on which cells stand on one line. It is part of the schema, as what is stored was made by
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
import polars as pl
import polars_hash as plh

from douane.model.mapping import Declarations
from douane.pipeline.batch import FINGERPRINT
from douane.pipeline.recognize import READING

FACTOR = np.uint64(0x9E3779B185EBCA87)
OURS = 0x2545F4914F6CDD1D
"""What the stored fingerprint of an entry that has something of ours is altered by, for ever."""
HALF, LESS = np.uint64(32), np.uint64(29)


@dataclass(frozen=True)
class LineFingerprinting:
    """How the lines of one file are fingerprinted: by which labels, and with what meaning.

    `settled` is what the columns prove, where cells of them could mean two things without that. `meanings`
    are those that a mapping gives to labels, where they may change at any time.
    """

    labels: tuple[str, ...]
    declarations: Declarations
    settled: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)

    def add(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` as sent, with FINGERPRINT (Int64)."""
        filled = [label for label in self.labels if rows[label].null_count() < rows.height]
        hashes = rows.select(self._hash(label) for label in filled)
        total = np.zeros(rows.height, np.uint64)
        for column in hashes:
            total += column.to_numpy()
        total ^= total >> HALF
        total *= FACTOR
        total ^= total >> LESS
        return rows.with_columns(pl.Series(FINGERPRINT, total.view(np.int64)))

    def _hash(self, label: str) -> pl.Expr:
        more: list[object] = [self.settled] if self.settled else []
        if label in self.meanings:
            more.append({"mapped": self.meanings[label]})
        meaning = json.dumps([READING, label, asdict(self.declarations), *more], sort_keys=True)
        seed = int.from_bytes(hashlib.sha256(meaning.encode()).digest()[:8], "big")
        return plh.NonCryptographicHashingNameSpace(pl.col(label)).xxhash64(seed=seed).fill_null(0)
