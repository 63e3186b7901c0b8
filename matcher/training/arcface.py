"""ArcFace: classes are kept apart by an angle, so that listings of one product end up in one narrow cone.

Source: Deng, Guo, Xue & Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019, eq. 3.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

SAFE_SINE_SQUARED = 1e-6  # below it the slope of sqrt(1 - cos^2) is held at zero instead of running to infinity

OUT_OF_SIGHT = -3.0  # a cosine that no class has: its share in the softmax is nothing
CENTRES_AT_ONCE = 2048


def add_margin(cosine: Tensor, margin: Tensor | float) -> Tensor:
    """cos(angle + margin), made to keep falling where angle + margin would pass pi.

    The formula turns upwards beyond pi, which would reward the worst samples. There it goes on as a line of slope 1
    in the cosine that meets the formula at -1. At both ends of the angle, where the derivative of the sine does not
    exist, the gradient stays finite.

    Args:
        cosine: Any shape, -1..1 (rounding outside is cut off).
        margin: Radians, 0..pi/2; a number or a tensor that broadcasts with `cosine`.

    Returns:
        Float32, same shape as `cosine`.
    """
    cosine = cosine.float().clamp(-1.0, 1.0)
    margin = torch.as_tensor(margin, dtype=torch.float32, device=cosine.device)
    sine = (1.0 - cosine.square()).clamp(min=SAFE_SINE_SQUARED).sqrt()
    moved = cosine * margin.cos() - sine * margin.sin()
    past_pi = cosine + margin.cos() < 0
    return torch.where(past_pi, cosine + margin.cos() - 1.0, moved)


def margins_by_size(sizes: NDArray[np.int64], margin: float, power: float) -> NDArray[np.float32]:
    """Give small classes a wider margin: they have fewer examples to pull their cone together.

    Args:
        sizes: Shape (C,). Listings of each class, at least 1.
        margin: Radians, the margin of a class with one listing.
        power: 0 keeps one margin for all; the Shopee winners used 0.1 for photos and 0.2 for titles.

    Returns:
        Shape (C,), radians, margin * size ** -power.

    Source: Ha, Liu & Liu, "Google Landmark Recognition 2020 Competition Third Place Solution", 2020, section 2.2.
    """
    return (margin * np.maximum(sizes, 1).astype(np.float64) ** -power).astype(np.float32)


def ramp(epoch_done: float, *, epochs: float, start: float) -> float:
    """Share of the margin to use: `start` at the beginning, rising in a straight line to 1 after `epochs` epochs.

    A full margin on random class weights gives noise for a gradient; a small one first lets the classes settle.

    Source: the ramp from 0.2 to 1.0 in the winning solution of Shopee's contest "Price Match Guarantee", Kaggle 2021.
    """
    return 1.0 if epochs <= 0 else min(1.0, start + (1.0 - start) * epoch_done / epochs)


class ArcFace(nn.Module):
    """Class centres on the unit sphere and the loss that gathers features around their own.

    Attributes:
        ramp: Share of the margin in use, 0..1; the training loop moves it.
    """

    def __init__(
        self,
        dimensions: int,
        classes: int,
        *,
        scale: float = 30.0,
        margin: float | NDArray[np.float32] = 0.5,
        sub_centres: int = 1,
        rivals: Tensor | None = None,
        rival_margin: float = 0.1,
    ) -> None:
        """Draw the centres at random.

        Args:
            dimensions: D, length of a feature vector.
            classes: C.
            scale: s, what cosines are multiplied by before the softmax.
            margin: Radians; one for all classes, or shape (C,).
            sub_centres: Centres of each class; the nearest counts, so wrongly labelled listings may gather at a
                second one. Source: Deng, Guo, Liu, Gong & Zafeiriou, "Sub-center ArcFace", ECCV 2020.
            rivals: Shape (C, R), integer, padded with -1. Classes a curator called different from each class; they
                count as nearer than they are by `rival_margin`, so they are pushed away harder than the rest.
            rival_margin: Added to a rival's cosine, 0..1. Source: Wang et al., "CosFace", CVPR 2018, on negatives.
        """
        super().__init__()
        self.scale, self.sub_centres, self.rival_margin, self.ramp = scale, sub_centres, rival_margin, 1.0
        self.centres = nn.Parameter(functional.normalize(torch.randn(classes * sub_centres, dimensions), dim=1))
        spread = np.broadcast_to(np.asarray(margin, dtype=np.float32), (classes,)).copy()
        self.register_buffer("margins", torch.from_numpy(spread), persistent=False)
        self.register_buffer("rivals", rivals, persistent=False)
        self.register_buffer("ignored", None, persistent=False)

    def cosines(self, features: Tensor) -> Tensor:
        """Shape (B, C), float32: cosine of each feature and each class's nearest centre."""
        # A bfloat16 cosine has three digits, too few for an angle: the sphere is always float32.
        with torch.autocast(features.device.type, enabled=False):
            unit = functional.normalize(features.float(), dim=1)
            cosine = unit @ functional.normalize(self.centres.float(), dim=1).T
        return cosine.view(len(features), -1, self.sub_centres).amax(2) if self.sub_centres > 1 else cosine

    def start_at(self, centres: Tensor) -> None:
        """Move the centres, so that a training starts from what the features say already.

        Args:
            centres: Shape (C, D); sub-centres start near them, a little apart. A zero row leaves its centres at random.
        """
        apart = functional.normalize(self.centres.detach(), dim=1)
        given = functional.normalize(centres.float(), dim=1).repeat_interleave(self.sub_centres, dim=0)
        share = 0.0 if self.sub_centres == 1 else 0.2
        moved = torch.where(given.any(dim=1, keepdim=True), given + share * apart, apart)
        self.centres.data.copy_(functional.normalize(moved, dim=1))

    def ignore_nearest(self, count: int) -> None:
        """Let the `count` classes nearest to each as they stand now count neither for it nor against it.

        Where every listing is its own class some of the nearest are the same product, and nobody knows which.
        """
        unit = functional.normalize(self.centres.detach(), dim=1)[:: self.sub_centres]
        nearest = [
            torch.topk(block @ unit.T, min(count + 1, len(unit)), dim=1).indices
            for block in torch.split(unit, CENTRES_AT_ONCE)
        ]
        self.ignored = torch.cat(nearest)  # the class itself is among them; its own logit is put back

    def forward(self, features: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of a batch.

        Args:
            features: Shape (B, D), any float type, need not be unit vectors.
            targets: Shape (B,), class of each feature; or shape (B, C), the share of each class where a listing
                stands under several labels (rows sum to 1): then every class with a share gets the margin.

        Source: several labels as in Beyer et al., "Are we done with ImageNet?", 2020, soft targets of equal share.
        """
        cosine = self.cosines(features)
        soft = functional.one_hot(targets, cosine.shape[1]).float() if targets.ndim == 1 else targets.float()
        margins = self.get_buffer("margins") * self.ramp
        logits = torch.where(soft > 0, add_margin(cosine, margins), cosine)
        own = targets if targets.ndim == 1 else soft.argmax(dim=1)
        others = logits
        if self.ignored is not None:
            others = others.scatter(1, self.get_buffer("ignored")[own], OUT_OF_SIGHT)
        if self.rivals is not None:
            others = torch.where(self._are_rivals(logits, own), logits + self.rival_margin, others)
        logits = torch.where(soft > 0, logits, others)
        loss: Tensor = functional.cross_entropy(self.scale * logits, soft)
        return loss

    def _are_rivals(self, logits: Tensor, own: Tensor) -> Tensor:
        """Shape (B, C), boolean: classes that a curator called different from each feature's own."""
        rivals = self.get_buffer("rivals")[own]
        counts = torch.zeros_like(logits).scatter_add(1, rivals.clamp(min=0), (rivals >= 0).to(logits.dtype))
        return counts > 0


class Softmax(nn.Module):
    """The plain classifier that ArcFace is compared with: no sphere, no margin, same call."""

    def __init__(self, dimensions: int, classes: int) -> None:
        """Draw a linear layer of shape (C, D) at random."""
        super().__init__()
        self.ramp = 1.0
        self.linear = nn.Linear(dimensions, classes)

    def forward(self, features: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of a batch; `targets` as for ArcFace."""
        return functional.cross_entropy(self.linear(features).float(), targets)
