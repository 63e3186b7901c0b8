"""The training loop: one for titles and photos, for a whole encoder or the last layers of a frozen one."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from matcher.errors import TrainingError
from matcher.progress import Heartbeat, Progress, Report, no_heartbeat
from matcher.training.arcface import ramp
from matcher.training.checkpoints import load_state, optimiser_tensors, restore_optimiser, save_state, under
from matcher.training.config import TrainConfig
from matcher.training.data.batches import batch_by_length, sort_into_batches
from matcher.training.data.class_targets import Classes
from matcher.training.history import BEST, CHECKPOINT
from matcher.training.loss import Objective, Source, forward
from matcher.training.optimiser import device, is_fast_in_bfloat16, make_optimiser, set_rates
from matcher.training.retrieval_score import RetrievalScore

FIRST_SHARE_OF_MARGIN = 1 / 3
SETTLING_BATCHES = 25
STEP = "Training"


@dataclass(frozen=True)
class Epoch:
    """What one pass over the listings came to.

    Attributes:
        number: 1 for the first; 0 is before it.
        loss: Mean over the batches; None before the first epoch.
        f1: On the tune side, in the pool of all listings, at `threshold`; 0..1.
        threshold: Distance, 0..2.
        seconds: Of computing, measuring included.
    """

    number: int
    loss: float | None
    f1: float
    threshold: float
    seconds: float


@dataclass(frozen=True)
class Task:
    """All that a training is about, but for its settings.

    Attributes:
        model: Gives vectors (B, D) for a source's tensors; `backbone` and `projection` are its parts.
        source: Inputs of N listings.
        classes: Of the N listings.
        rows: Training rows, of the listings.
        score: Measures the model as it is; called after each epoch, in eval mode.
        folder: Where checkpoints are kept.
        fingerprint: Stands for listings, classes and settings: a checkpoint of another is not continued.
    """

    model: nn.Module
    source: Source
    classes: Classes
    rows: NDArray[np.intp]
    score: Callable[[nn.Module], RetrievalScore]
    folder: Path
    fingerprint: str


def fit(task: Task, config: TrainConfig, report: Report) -> list[Epoch]:
    """Train until the epochs are over or the tune side's F1 stops rising; leave the best weights in the model.

    A training that was killed goes on after its last whole epoch and ends as if it had not been: everything drawn at
    random in an epoch depends on the seed and the epoch's number alone.

    Args:
        task: What to train on.
        config: How.
        report: Told after each step; may raise Cancelled. The best weights so far are then in `task.folder`.

    Returns:
        One entry for each epoch, and before them one, numbered 0, for the model as it came.

    Raises:
        TrainingError: The loss is no number, or a checkpoint cannot be written or read.
    """
    torch.manual_seed(config.seed)
    model = task.model.to(device())
    _settle_batch_norm(task, config, device())
    waiting = Progress(STEP, 0, config.epochs, "reading the listings once")
    vectors = encode(model, task.source, task.rows, heartbeat=lambda: report(waiting))
    objective = Objective(config, task.classes, task.rows, vectors).to(device())
    optimiser = make_optimiser(model, objective, config)
    history = _resume(task, model, objective, optimiser)
    history = history or [_validate(task, 0, None, time.perf_counter(), [])]
    while len(history) <= config.epochs and not _has_stopped_rising(history, config.patience):
        began = time.perf_counter()
        loss = _train_epoch(task, config, objective, optimiser, report, history)
        history.append(_validate(task, len(history), loss, began, history))
        about = {"fingerprint": task.fingerprint, "history": [asdict(epoch) for epoch in history]}
        state = {f"model.{name}": value for name, value in model.state_dict().items()}
        state |= {f"objective.{name}": value for name, value in objective.state_dict().items()}
        state |= {f"optimiser.{name}": value for name, value in optimiser_tensors(optimiser).items()}
        save_state(task.folder / CHECKPOINT, state, about)
    load_best(task)
    return history


def _validate(task: Task, number: int, loss: float | None, began: float, history: list[Epoch]) -> Epoch:
    """Score the model as it is, and keep its weights if there were none better."""
    score = task.score(task.model.eval())
    epoch = Epoch(number, loss, score.f1, score.threshold, time.perf_counter() - began)
    if epoch.f1 >= max([earlier.f1 for earlier in history], default=0.0):
        about = {"fingerprint": task.fingerprint, "history": [asdict(one) for one in [*history, epoch]]}
        save_state(task.folder / BEST, task.model.state_dict(), about)
    return epoch


def load_best(task: Task) -> list[Epoch]:
    """Put the weights of the best epoch so far into the model; the history up to it, empty if there is none."""
    best = load_state(task.folder / BEST)
    if best is None or best.about["fingerprint"] != task.fingerprint:
        return []
    task.model.load_state_dict(best.tensors)
    task.model.eval()
    return [Epoch(**epoch) for epoch in best.about["history"]]


def encode(
    model: nn.Module,
    source: Source,
    rows: NDArray[np.intp],
    *,
    edits: np.random.Generator | None = None,
    heartbeat: Heartbeat = no_heartbeat,
) -> NDArray[np.float32]:
    """Vectors of some listings, or of edited copies of them, as the model stands; shape (R, D), not normalised.

    After each batch `heartbeat` is called, which may raise Cancelled.
    """
    where = next(iter(model.state_dict().values())).device
    model.eval()
    batches = sort_into_batches(source.lengths(rows), source.at_once)
    parts = []
    with torch.inference_mode():
        for places in batches:
            inputs = source.edited(rows[places], edits) if edits else source.plain(rows[places])
            parts.append(forward(model, inputs, where).float().cpu().numpy())
            heartbeat()
    vectors: NDArray[np.float32] = np.concatenate(parts)[np.argsort(np.concatenate(batches))]
    return vectors


def _settle_batch_norm(task: Task, config: TrainConfig, device: torch.device) -> None:
    """Let BatchNorm behind the backbone see what it will get, so that centres start where the vectors will be."""
    norms = [part for name, part in task.model.named_modules() if name == "projection.norm"]
    rng = np.random.default_rng(config.seed)
    task.model.eval()
    for norm in norms:
        norm.train()
    with torch.no_grad():
        for _ in range(SETTLING_BATCHES if norms else 0):
            rows = rng.choice(task.rows, min(len(task.rows), config.batch), replace=False)
            forward(task.model, task.source.edited(rows, rng), device)


def _train_epoch(
    task: Task,
    config: TrainConfig,
    objective: Objective,
    optimiser: torch.optim.Optimizer,
    report: Report,
    history: list[Epoch],
) -> float:
    """One pass over the listings; the mean loss."""
    model, number = task.model, len(history) - 1
    rng = np.random.default_rng([config.seed, number])
    torch.manual_seed(config.seed + 1000 * (number + 1))
    rows = np.concatenate([rng.permutation(task.rows) for _ in range(config.rounds)])
    batches = batch_by_length(rows, task.source.lengths(rows), config.batch, rng)
    objective.head.ramp = ramp(number, epochs=config.ramp, start=FIRST_SHARE_OF_MARGIN)
    where = next(objective.parameters()).device
    model.train()
    total = 0.0
    for step, some in enumerate(batches):
        set_rates(optimiser, config, number + step / len(batches))
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(where.type, torch.bfloat16, enabled=is_fast_in_bfloat16(where)):
            loss = objective.loss(model, task.source, some, rng)
        total += loss.item()
        if not math.isfinite(total):
            raise _explain_divergence(number, config)
        loss.backward()  # type: ignore[no-untyped-call]
        if config.clip:
            nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimiser.step()
        report(Progress(STEP, number * len(batches) + step + 1, config.epochs * len(batches), _describe(history, loss)))
    if not all(torch.isfinite(weights).all() for weights in model.parameters()):  # the last step may have done it
        raise _explain_divergence(number, config)
    return total / len(batches)


def _explain_divergence(number: int, config: TrainConfig) -> TrainingError:
    """What to tell of a loss or weights that are no numbers, and what to do."""
    return TrainingError(
        f"The loss stopped being a number in epoch {number + 1}: the training diverged. Try a tenth of the learning "
        f"rates ({config.rate:g} and {config.head_rate:g}), or a smaller margin or scale."
    )


def _resume(task: Task, model: nn.Module, objective: nn.Module, optimiser: torch.optim.Optimizer) -> list[Epoch]:
    """Take up a checkpoint of the same training, if there is one; the epochs that are done."""
    saved = load_state(task.folder / CHECKPOINT)
    if saved is None or saved.about["fingerprint"] != task.fingerprint:
        return []
    model.load_state_dict(under("model.", saved.tensors))
    objective.load_state_dict(under("objective.", saved.tensors))
    restore_optimiser(optimiser, under("optimiser.", saved.tensors))
    return [Epoch(**epoch) for epoch in saved.about["history"]]


def _has_stopped_rising(history: list[Epoch], patience: int) -> bool:
    best = int(np.argmax([epoch.f1 for epoch in history])) if history else 0
    return len(history) - 1 - best >= patience


def _describe(history: list[Epoch], loss: Tensor) -> str:
    return f"epoch {len(history)}, loss {loss.item():.3f}, F1 {history[-1].f1:.3f} on what is kept out"
