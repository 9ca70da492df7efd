"""Seeded chance: every topic draws from its own stream, so that a change in one leaves the others as they were."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
StrArray = npt.NDArray[np.str_]

# A day after every sample: the end of something that has not ended.
OPEN_END = 2**31 - 1


@dataclass(frozen=True)
class Chance:
    """Where all random numbers of one sample come from.

    Only uniform numbers are asked of the generator and turned into what is needed here: those are the part of
    numpy's generators that stays the same from version to version.
    """

    seed: int

    def uniform(self, topic: str, size: int) -> FloatArray:
        """Draw `size` numbers from 0 (included) to 1 (not included) for one topic."""
        stream = np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(topic.encode())]))
        return stream.random(size)

    def waiting_days(self, topic: str, mean_days: float | FloatArray, size: int) -> IntArray:
        """Draw whole days until an event that is equally likely on every day."""
        return np.floor(-np.log1p(-self.uniform(topic, size)) * mean_days).astype(np.int64)

    def whole(self, topic: str, low: int, high: int, size: int) -> IntArray:
        """Draw whole numbers from `low` to `high`, both included."""
        return low + np.floor(self.uniform(topic, size) * (high - low + 1)).astype(np.int64)

    def choice(self, topic: str, weights: Sequence[float], size: int) -> IntArray:
        """Draw the places of a weighted list."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges / edges[-1], self.uniform(topic, size), side="right").astype(np.int64)
