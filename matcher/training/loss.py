"""What a training step lowers: the loss of the classes and, by choice, that of edited copies finding each other."""

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from matcher.training.arcface import ArcFace, Softmax, margins_by_size
from matcher.training.config import TrainConfig
from matcher.training.data.class_targets import Classes


class Source(Protocol):
    """Where inputs come from; the tensors go to the model in the order given.

    Attributes:
        at_once: How many listings may be encoded at once; a few large photos fill a memory.
    """

    at_once: int

    def lengths(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """How long the inputs of listings are, shape (R,): a batch is padded to its longest. Zeros if all are alike."""
        ...

    def plain(self, rows: NDArray[np.intp]) -> tuple[Tensor, ...]:
        """Listings as they are."""
        ...

    def edited(self, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Copies of the listings, edited as sellers edit."""
        ...


class Objective(nn.Module):
    """The classes' own weights and the loss of a batch."""

    def __init__(
        self, config: TrainConfig, classes: Classes, rows: NDArray[np.intp], vectors: NDArray[np.float32]
    ) -> None:
        """Start ArcFace's centres where the model as it is puts the listings.

        Args:
            config: Loss, margin, scale and the rest.
            classes: Of the N listings.
            rows: Listings to learn from.
            vectors: Shape (len(rows), D), of those listings.
        """
        super().__init__()
        self.head = _head(config, classes, classes.of[rows, 0], torch.from_numpy(vectors))
        self._config = config
        self._classes = classes
        self._rows = rows[np.argsort(classes.of[rows, 0], kind="stable")]

    def loss(self, model: nn.Module, source: Source, rows: NDArray[np.intp], rng: np.random.Generator) -> Tensor:
        """Mean loss of a batch of edited copies."""
        device = next(self.parameters()).device
        vectors = forward(model, source.edited(rows, rng), device)
        targets = _targets(self._classes, rows).to(device)
        if not self._config.contrast:
            return self.head(vectors, targets)  # type: ignore[no-any-return]
        others = forward(model, source.edited(self._partners(rows, rng), rng), device)
        own = torch.from_numpy(self._classes.of[rows, 0]).to(device)
        of_classes = (self.head(vectors, targets) + self.head(others, targets)) / 2
        return of_classes + self._config.contrast * contrast(vectors, others, own, self._config.temperature)  # type: ignore[no-any-return]

    def _partners(self, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """For each row a listing of its class among those to learn from: another, or itself."""
        own = self._classes.of[self._rows, 0]
        wanted = self._classes.of[rows, 0]
        place = rng.integers(np.searchsorted(own, wanted, side="left"), np.searchsorted(own, wanted, side="right"))
        partners: NDArray[np.intp] = self._rows[place]
        return partners


def contrast(vectors: Tensor, others: Tensor, classes: Tensor, temperature: float) -> Tensor:
    """How badly copies find the copies of their class in the batch.

    Args:
        vectors: Shape (B, D).
        others: Shape (B, D), further copies, row by row of the same classes.
        classes: Shape (B,).
        temperature: What cosines are divided by.

    Source: Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2, over two views.
    """
    cosine = functional.normalize(vectors.float(), dim=1) @ functional.normalize(others.float(), dim=1).T
    same = (classes[:, None] == classes[None, :]).float()
    share = same / same.sum(1, keepdim=True)
    logits = cosine / temperature
    return (functional.cross_entropy(logits, share) + functional.cross_entropy(logits.T, share)) / 2


def forward(model: nn.Module, inputs: tuple[Tensor, ...], device: torch.device) -> Tensor:
    """The model's vectors for a source's tensors, shape (B, D)."""
    vectors: Tensor = model(*(tensor.to(device, non_blocking=True) for tensor in inputs))
    return vectors


def _head(config: TrainConfig, classes: Classes, own: NDArray[np.int64], vectors: Tensor) -> ArcFace | Softmax:
    dimensions = vectors.shape[1]
    if config.loss == "softmax":
        return Softmax(dimensions, classes.count)
    head = ArcFace(
        dimensions,
        classes.count,
        scale=config.scale,
        margin=margins_by_size(classes.sizes, config.margin, config.margin_power),
        sub_centres=config.sub_centres,
        rivals=torch.from_numpy(classes.rivals) if classes.rivals.shape[1] else None,
    )
    sums = torch.zeros(classes.count, dimensions)
    head.start_at(sums.index_add_(0, torch.from_numpy(own), functional.normalize(vectors, dim=1)))
    if config.ignored and not config.use_labels:
        head.ignore_nearest(config.ignored)
    return head


def _targets(classes: Classes, rows: NDArray[np.intp]) -> Tensor:
    """Class numbers (B,), or shares (B, C) where a listing of the catalog stands under several labels."""
    of = torch.from_numpy(classes.of[rows])
    if of.shape[1] == 1:
        return of[:, 0]
    beyond = classes.count  # a column for the filling, cut off again
    shares = torch.zeros(len(of), classes.count + 1).scatter_(1, torch.where(of < 0, beyond, of), 1.0)[:, :beyond]
    return shares / shares.sum(1, keepdim=True)
