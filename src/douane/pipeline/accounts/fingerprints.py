"""Fingerprints of addresses: what one was last sent as, whichever account it was sent with.

A fingerprint is made of the xxHash64 of the cells, each seeded by the name of its field and by what gives it
its meaning. A cell that is null counts for nothing. It is part of the schema, as what is stored was made by
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash as plh

from douane.model.custom_fields import CustomField
from douane.pipeline.batch import LINE

from .records import PLACE

READING = "addresses 1"
"""Counts the changes of what a cell means: a new one has all addresses compared again."""

FACTOR = np.uint64(0x9E3779B185EBCA87)
HALF, LESS = np.uint64(32), np.uint64(29)

Hashes = npt.NDArray[np.uint64]


def hash_rows(rows: pl.DataFrame, custom: Mapping[str, CustomField], without: Collection[str] = ()) -> Hashes:
    """A hash of the cells of each row, but for LINE, PLACE and the columns `without`."""
    names = [each for each in rows.columns if each not in {LINE, PLACE, *without}]
    total = np.zeros(rows.height, np.uint64)
    for column in rows.select(_hash(pl.col(each), _meaning(each, custom)) for each in names):
        total += column.to_numpy()
    total ^= total >> HALF
    total *= FACTOR
    total ^= total >> LESS
    return total


def _hash(cells: pl.Expr, meaning: str) -> pl.Expr:
    """The hashes (UInt64) of cells that mean this, 0 for those that are null."""
    seed = int.from_bytes(hashlib.sha256(meaning.encode()).digest()[:8], "big")
    return plh.NonCryptographicHashingNameSpace(cells).xxhash64(seed=seed).fill_null(0)


def _meaning(name: str, custom: Mapping[str, CustomField]) -> str:
    known = asdict(custom[name]) if name in custom else None
    return json.dumps([READING, name, known], sort_keys=True)
