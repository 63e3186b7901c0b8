"""Run a network fast on what the machine has; this half needs no torch. See openvino_export.py for how it gets here."""

import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import openvino
from numpy.typing import NDArray

from matcher.encoders.runtime.eight_bit import Ranges, has_eight_bit_units, with_eight_bits

Batch: TypeAlias = tuple[NDArray[np.intp], dict[str, NDArray[np.generic]]]
"""Row numbers (B,) and the network's inputs by name, each of shape (B, ...)."""

Result: TypeAlias = tuple[NDArray[np.intp], NDArray[np.float32]]
"""Row numbers (B,) and their vectors (B, D)."""

MODEL_FILE = "model.xml"  # openvino writes model.bin beside it
RANGES_FILE = "ranges.json"


class Runner(Protocol):
    """A network made ready to run.

    Attributes:
        where: What it runs on, and why not on something faster: for the progress message.
        scale: How many times what one core's caches hold a batch may be: 1 where each core takes batches of its own.
    """

    where: str
    scale: int

    def run(self, batches: Iterable[Batch]) -> Iterator[Result]:
        """Run the batches as they come and give their vectors in the same order."""
        ...


class OpenVinoRunner:
    """Runs a converted network on all cores, several batches at once.

    Left to itself, OpenVINO multiplies in bfloat16 where the CPU has units for it, and in float32 elsewhere. That
    encodes titles several times and photos nearly twice as fast, and costs no F1 (tests/benchmarks/bench_encoders.py).
    Nor do layers in integers of eight bits, where the CPU has units for them and it was measured what the layers read.
    """

    where = "OpenVINO on the CPU"
    scale = 1

    def __init__(
        self,
        model: openvino.Model,
        *,
        full_precision: bool = False,
        rows: int | None = None,
        ranges: Ranges | None = None,
    ) -> None:
        """Compile for this machine.

        Args:
            model: Its batch size is free.
            full_precision: Whether to multiply in float32 on every CPU.
            rows: Of each batch that will be run, where all have as many: with every shape known before, a network of
                photos takes a tenth less time, and gives the same vectors to the last bit.
            ranges: Of what layers read that may have eight bits; None if none may.
        """
        self.model, self.ranges = model, ranges
        options = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_NUM_THREADS": cores()}
        if full_precision:
            options["INFERENCE_PRECISION_HINT"] = "f32"
        network = _of_rows(model, rows) if rows else model
        if ranges and not full_precision and has_eight_bit_units():
            network = with_eight_bits(network, ranges)
        self._compiled = openvino.Core().compile_model(network, "CPU", options)
        # One more than run at once: the next batch lies ready when one ends.
        self._requests = 1 + int(self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def run(self, batches: Iterable[Batch]) -> Iterator[Result]:
        """Run the batches, a few at once, and give their vectors in the same order."""
        idle = [self._compiled.create_infer_request() for _ in range(self._requests)]
        busy: deque[tuple[NDArray[np.intp], openvino.InferRequest]] = deque()
        try:
            for rows, inputs in batches:
                request = idle.pop()
                request.start_async(inputs)
                busy.append((rows, request))
                if not idle:
                    yield _finish_oldest(busy, idle)
            while busy:
                yield _finish_oldest(busy, idle)
        finally:
            for _, request in busy:  # the caller stopped early: nothing may write into memory that is given back
                request.wait()


def _of_rows(model: openvino.Model, rows: int) -> openvino.Model:
    """A copy of the network for batches of so many rows; the one that is kept on disk takes any."""
    copy = model.clone()
    copy.reshape({port: openvino.PartialShape([rows, *list(port.partial_shape)[1:]]) for port in copy.inputs})
    return copy


def _finish_oldest(
    busy: deque[tuple[NDArray[np.intp], openvino.InferRequest]], idle: list[openvino.InferRequest]
) -> Result:
    """Wait for the oldest batch and hand its request back."""
    rows, request = busy.popleft()
    request.wait()
    vectors = np.array(request.get_output_tensor(0).data, dtype=np.float32)
    idle.append(request)
    return rows, vectors


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def save_network(folder: Path, runner: Runner, files: Mapping[str, str]) -> None:
    """Keep a converted network, with further text files, for the next start; nothing if it was not converted.

    The folder appears whole or not at all. If it cannot be written the next start converts again.
    """
    if not isinstance(runner, OpenVinoRunner):
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-", ignore_cleanup_errors=True) as part:
            made = Path(part, "model")
            made.mkdir()
            openvino.save_model(runner.model, made / MODEL_FILE, compress_to_fp16=False)
            if runner.ranges:
                (made / RANGES_FILE).write_text(json.dumps(runner.ranges), encoding="utf-8")
            for name, text in files.items():
                (made / name).write_text(text, encoding="utf-8")
            made.rename(folder)
    except (OSError, RuntimeError):  # RuntimeError: how openvino says that a file cannot be written
        return


def load_network(folder: Path, *, rows: int | None = None) -> OpenVinoRunner | None:
    """The network that `save_network` left in this folder, or None; a damaged one is removed.

    Args:
        folder: Which it is.
        rows: Of each batch, where all have as many.
    """
    if not (folder / MODEL_FILE).is_file():
        return None
    try:
        kept = folder / RANGES_FILE
        ranges = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else None
        return OpenVinoRunner(openvino.Core().read_model(folder / MODEL_FILE), rows=rows, ranges=ranges)
    except (RuntimeError, ValueError):  # ValueError: no JSON
        shutil.rmtree(folder, ignore_errors=True)
        return None
