"""What a distilled network is worth: how near it stays to MiniLM, and how often it finds a spoiled title's original."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.characterbert.make.misspelling import KINDS, spoil_one_way

SHARES = (0.2, 0.5, 1.0)  # of a title's words that are spoiled
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""N titles to N unit rows."""


@dataclass(frozen=True)
class Found:
    """How often the nearest title is the spoiled one's original, 0..1.

    Attributes:
        kind: How titles were spoiled, one of `misspelling.KINDS`.
        share: Of their words.
        network: With the distilled network.
        minilm: With MiniLM.
    """

    kind: str
    share: float
    network: float
    minilm: float


def nearness(titles: Sequence[str], network: Encode, minilm: Encode) -> float:
    """Mean cosine between the two vectors of each title."""
    return float((network(titles) * minilm(titles)).sum(axis=1).mean())


def find_spoiled(titles: Sequence[str], network: Encode, minilm: Encode, seed: int = 0) -> list[Found]:
    """Spoil each title in each way and look for it among all of them as they were.

    Args:
        titles: N different titles with at least one word each.
        network: The distilled network.
        minilm: What it is compared with.
        seed: Of the spoiling.
    """
    clean = [encode(titles) for encode in (network, minilm)]
    found = []
    for kind in KINDS:
        for share in SHARES:
            rng = np.random.default_rng(seed)
            spoiled = [spoil_one_way(title, kind, rng, share) for title in titles]
            rates = [_found(encode(spoiled), pool) for encode, pool in zip((network, minilm), clean, strict=True)]
            found.append(Found(kind, share, *rates))
    return found


def _found(spoiled: NDArray[np.float32], pool: NDArray[np.float32]) -> float:
    return float(((spoiled @ pool.T).argmax(axis=1) == np.arange(len(pool))).mean())
