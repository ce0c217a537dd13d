"""Oddities: what one time over a list found out, so that the next one takes nothing for what it is not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


@dataclass
class Oddities:
    """What was found out about a list.

    `names` are the hashes of external ids that stand in several places, `ids` the customers whose accounts
    must be read though they stand as they were last sent; all must be unless it `recognizes` any.
    """

    names: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    ids: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    recognizes: bool = True

    def add_ids(self, ids: Numbers) -> None:
        """Have these customers' accounts read."""
        self.ids = np.concatenate([self.ids, ids])


class ReadAgain(Exception):
    """The list must be read again: accounts stand in several places, or these customers' must be read."""

    def __init__(self, ids: Numbers | None = None) -> None:
        super().__init__("the list must be read again")
        self.is_repeated = ids is None
        self.ids = np.empty(0, np.int64) if ids is None else ids
