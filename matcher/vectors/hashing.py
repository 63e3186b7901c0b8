"""Numbers that look random and are the same on every machine and in every version."""

import numpy as np
from numpy.typing import NDArray

GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)  # odd, and near 2^64 divided by the golden ratio


def mix_bits(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread every bit over all others; no two numbers come to the same.

    Args:
        numbers: Any shape. Neighbouring ones should be multiplied by GOLDEN_GAMMA first.

    Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 17.
    """
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def hash_numbers(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash whole numbers, as they count up from 0 or come from an earlier hash; any shape."""
    return mix_bits((numbers + np.uint64(1)) * GOLDEN_GAMMA)
