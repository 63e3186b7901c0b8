"""How the weights are moved: Adam with two learning rates, their schedule, and the precision of a step."""

import torch
from torch import nn

from matcher.training.config import TrainConfig


def make_optimiser(model: nn.Module, objective: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Adam, with a rate for the encoder's own layers and one for what starts from nothing."""
    own = [value for name, value in model.named_parameters() if name.startswith("backbone.") and value.requires_grad]
    new = [value for name, value in model.named_parameters() if not name.startswith("backbone.")]
    groups = [
        {"params": own, "lr": config.rate, "rate": config.rate, "weight_decay": config.weight_decay},
        {
            "params": [*new, *objective.parameters()],
            "lr": config.head_rate,
            "rate": config.head_rate,
            "weight_decay": 0.0,
        },
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]], fused=True)


def set_rates(optimiser: torch.optim.Optimizer, config: TrainConfig, epochs_done: float) -> None:
    """Put the learning rates where the schedule has them after so many epochs."""
    warm = min(1.0, (epochs_done + 1e-3) / config.warm_up) if config.warm_up else 1.0
    after = max(0.0, epochs_done - config.warm_up)
    match config.schedule:
        case "linear":
            left = max(0.0, 1.0 - after / max(1e-9, config.epochs - config.warm_up))
        case "exponential":
            left = config.decay**after
        case _:
            left = 1.0
    for group in optimiser.param_groups:
        group["lr"] = group["rate"] * warm * left


def has_gpu() -> bool:
    """Whether torch can use one here."""
    return torch.cuda.is_available()


def device() -> torch.device:
    """Where trainings run on this machine."""
    return torch.device("cuda" if has_gpu() else "cpu")


def is_fast_in_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies in bfloat16 faster than in float32: a CPU only if it has units for it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()  # type: ignore[no-any-return]
    capable = torch.cpu.get_capabilities()
    return bool(capable.get("avx512_bf16") or capable.get("amx_bf16"))
