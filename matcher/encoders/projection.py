"""The learned layer between a backbone and the unit sphere that vectors are compared on."""

from torch import Tensor, nn


class Projection(nn.Module):
    """What stands between a backbone and the sphere: dropout, a linear layer, BatchNorm.

    BatchNorm before normalising spreads the features over the sphere, which a cosine loss cannot do by itself.

    Source: Luo, Gu, Liao, Lai & Jiang, "Bag of Tricks and a Strong Baseline for Deep Person Re-identification",
    CVPRW 2019, section 3.4 (BNNeck).
    """

    def __init__(self, features: int, dimensions: int, *, dropout: float = 0.0, batch_norm: bool = False) -> None:
        """Make the layers.

        Args:
            features: F, length of what the backbone gives.
            dimensions: D, length of the vectors that listings are compared by.
            dropout: Share of the input features silenced in training, 0..1.
            batch_norm: Whether to normalise each of the D numbers over the batch.
        """
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(features, dimensions)
        nn.init.orthogonal_(self.linear.weight)  # angles between listings start out as the backbone gives them
        self.norm: nn.Module = nn.BatchNorm1d(dimensions) if batch_norm else nn.Identity()

    def start_at(self, weight: Tensor, bias: Tensor) -> None:
        """Start from a change of coordinates, shapes (F, at least D) and (at least D,), instead of at random."""
        size = self.linear.out_features
        self.linear.weight.data.copy_(weight.T[:size])
        self.linear.bias.data.copy_(bias[:size])

    def forward(self, features: Tensor) -> Tensor:
        """Shape (B, F) to shape (B, D)."""
        projected: Tensor = self.norm(self.linear(self.dropout(features)))
        return projected
