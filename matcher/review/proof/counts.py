"""What was drawn of each stratum, as numbers."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matcher.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """What was drawn of each stratum, at random and without putting back. Not all need be whole: a plan supposes parts.

    Attributes:
        size: Shape (H,). Pairs to draw from.
        drawn: Shape (H,). Verdicts same or different on pairs drawn at random.
        same: Shape (H,). Those that were "same".
        is_accepted: Shape (H,). Whether the rule matches the stratum's pairs.
        sure_same: Shape (H,). Pairs beside these that are known to be one product, and tell nothing of others.
        sure_different: Shape (H,). Pairs beside these that are known not to be.

    Raises:
        DataError: More same than drawn, or more drawn than there are.
    """

    size: Floats
    drawn: Floats
    same: Floats
    is_accepted: NDArray[np.bool_]
    sure_same: Floats = field(default_factory=lambda: np.zeros(1))
    sure_different: Floats = field(default_factory=lambda: np.zeros(1))

    def __post_init__(self) -> None:
        if not ((self.same >= 0) & (self.same <= self.drawn) & (self.drawn <= self.size)).all():
            raise DataError("Expected 0 <= same <= drawn <= size in every stratum; count the verdicts again.")
        for name in ("sure_same", "sure_different"):
            object.__setattr__(self, name, np.broadcast_to(getattr(self, name), self.size.shape))

    @property
    def total(self) -> Floats:
        """Pairs of each stratum, known or not; shape (H,)."""
        return self.size + self.sure_same + self.sure_different

    def chosen(self, which: NDArray[np.bool_]) -> "Counts":
        """Some of the strata."""
        return Counts(
            self.size[which], self.drawn[which], self.same[which], self.is_accepted[which],
            self.sure_same[which], self.sure_different[which],
        )  # fmt: skip

    def with_more(self, drawn: Floats, same: Floats) -> "Counts":
        """After so many more verdicts, shape (H,), so many of them "same"."""
        return replace(self, drawn=self.drawn + drawn, same=self.same + same)
