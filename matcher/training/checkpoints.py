"""Training states on disk: whole or not at all, and no file that could run code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from matcher.atomic_file import atomic
from matcher.errors import DataError, TrainingError


@dataclass(frozen=True)
class Saved:
    """A file of tensors and what is said about them."""

    tensors: dict[str, Tensor]
    about: dict[str, Any]


def save_state(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors and a JSON value about them as one safetensors file, replacing an earlier one at once.

    Raises:
        TrainingError: It cannot be written, as on a full disk; the earlier file is still whole.
    """
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    try:
        with atomic(path) as file:
            file.write(save(plain, {"about": json.dumps(about)}))
    except DataError as error:
        raise TrainingError(f"{error} Then start the training again: it goes on after the last whole epoch.") from error


def load_state(path: Path) -> Saved | None:
    """Read what `save_state` wrote; None if there is no such file.

    Raises:
        TrainingError: The file is damaged.
    """
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["about"])
            return Saved({name: file.get_tensor(name) for name in file.keys()}, about)
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise TrainingError(f"{path} is damaged ({error}). Remove it and start the training again.") from error


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's memory by name, for `save_state`."""
    state = optimiser.state_dict()["state"]
    return {f"{index}.{name}": torch.as_tensor(value) for index, kept in state.items() for name, value in kept.items()}


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Give an optimiser of the same parameters its memory back.

    Raises:
        TrainingError: The memory is of other parameters: one that is off by one would tear the weights apart.
    """
    state: dict[int, dict[str, Tensor]] = {}
    trained = [weight for group in optimiser.param_groups for weight in group["params"]]
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = tensor
        if tensor.ndim and (int(index) >= len(trained) or tensor.shape != trained[int(index)].shape):
            raise TrainingError(
                "The unfinished training is of other weights than it would go on with. Discard it and start it again."
            )
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors whose name begins with the prefix, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
