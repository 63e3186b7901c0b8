"""From a torch module to something that runs fast: OpenVINO on CPUs, torch on CUDA, plain torch as the last resort."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import openvino
import torch
from numpy.typing import NDArray

from matcher.encoders.runtime.eight_bit import has_eight_bit_units, measure_ranges
from matcher.encoders.runtime.openvino_runtime import Batch, OpenVinoRunner, Result, Runner

# What tracing and converting raise on networks that they cannot handle.
CONVERSION_FAILURES = (
    RuntimeError,
    TypeError,
    ValueError,
    openvino.frontend.OpConversionFailure,
    openvino.frontend.OpValidationFailure,
    openvino.frontend.GeneralFailure,
    openvino.frontend.NotImplementedFailure,
)
LEAST_COSINE = 0.999  # between the converted network and the original, on an example
LEAST_COSINE_OF_EIGHT_BITS = 0.995  # of a sample; MiniLM's are .9989 and more, and F1 stays

Samples: TypeAlias = Sequence[Mapping[str, NDArray[np.generic]]]
"""Inputs by name, without any filling."""


class TorchRunner:
    """Runs a module as it is, in float32: a threshold tuned on one machine has to hold on another."""

    scale = 16

    def __init__(self, module: torch.nn.Module, device: str, where: str) -> None:
        """Move the module to the device."""
        self.where = where
        self._module = module.to(device)
        self._device = device

    def run(self, batches: Iterable[Batch]) -> Iterator[Result]:
        """Run the batches one by one."""
        for rows, inputs in batches:
            with torch.inference_mode():
                arguments = [torch.from_numpy(array).to(self._device) for array in inputs.values()]
                yield rows, self._module(*arguments).float().cpu().numpy()


def make_runner(
    module: torch.nn.Module,
    example: dict[str, torch.Tensor],
    *,
    full_precision: bool = False,
    rows: int | None = None,
    samples: Samples = (),
) -> Runner:
    """Make a module ready to run; its weights are frozen, so who trains it afterwards says which of them learn.

    Args:
        module: Takes the inputs in the order of `example`, gives (B, D).
        example: Inputs by name, at least two unequal rows. The batch size may differ later, and so may the second
            dimension of int64 inputs (tokens).
        full_precision: Whether to multiply in float32 on every CPU, as what a training learns from should be.
        rows: Of each batch at `scale` 1, where all have as many; see `OpenVinoRunner`.
        samples: What it will be given, for layers in eight bits where the CPU has units for them; () for none.
    """
    module = module.eval().requires_grad_(False)
    if torch.cuda.is_available():
        return TorchRunner(module, "cuda", f"torch on {torch.cuda.get_device_name()}")
    try:
        return _openvino(module, example, full_precision, rows, samples)
    except CONVERSION_FAILURES as error:
        reason = " ".join(str(error.__cause__ or error).split())[:160]
        where = f"torch on the CPU, several times slower, because OpenVINO cannot run this model: {reason}"
        return TorchRunner(module, "cpu", where)


def _openvino(
    module: torch.nn.Module, example: dict[str, torch.Tensor], full_precision: bool, rows: int | None, samples: Samples
) -> OpenVinoRunner:
    """Convert a module, and compile it for this CPU.

    Raises:
        RuntimeError: It gives other vectors. Further errors of CONVERSION_FAILURES: it cannot be converted.
    """
    model = _convert(module, example)
    if samples and not full_precision and has_eight_bit_units():
        return _in_eight_bits(model, samples)
    return OpenVinoRunner(model, full_precision=full_precision, rows=rows)


def _convert(module: torch.nn.Module, example: dict[str, torch.Tensor]) -> openvino.Model:
    """Convert a module, and see that the result agrees with it on another batch size.

    It is looked at in float32: a wrong conversion is to be seen, and not what a CPU rounds.

    Raises:
        RuntimeError: It gives other vectors. Further errors of CONVERSION_FAILURES: it cannot be converted.
    """
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`torch.jit.trace.* is deprecated", category=DeprecationWarning)
        # Tracing reads every attribute of a transformers model, the old name of this one too.
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
        # Tracing warns of Python conditions on shapes; whether one matters is seen below.
        warnings.simplefilter("ignore", torch.jit._trace.TracerWarning)
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            module, tuple(example.values()), check_trace=False
        )
        model = openvino.convert_model(
            traced, example_input=tuple(example.values()), input=[_any_size(tensor) for tensor in example.values()]
        )
    for port, name in zip(model.inputs, example, strict=True):
        port.set_names({name})
    runner = OpenVinoRunner(model, full_precision=True)
    inputs = {name: torch.cat([tensor, tensor[:1]]) for name, tensor in example.items()}
    batch = (np.arange(3), {name: tensor.numpy() for name, tensor in inputs.items()})
    [(_, expected)] = TorchRunner(module, "cpu", "").run([batch])
    [(_, found)] = runner.run([batch])
    cosine = _least_cosine(expected, found)
    if not cosine >= LEAST_COSINE:  # so that NaN is refused as well
        raise RuntimeError(f"its vectors differ from torch's (cosine {cosine:.4f})")
    return model


def _in_eight_bits(model: openvino.Model, samples: Samples) -> OpenVinoRunner:
    """Compile it with layers in eight bits, unless they move the vectors of this network too far."""
    ranges, expected = measure_ranges(model, samples)
    runner = OpenVinoRunner(model, ranges=ranges)
    found = np.concatenate([vectors for _, vectors in runner.run((np.arange(1), dict(inputs)) for inputs in samples)])
    return runner if _least_cosine(expected, found) >= LEAST_COSINE_OF_EIGHT_BITS else OpenVinoRunner(model)


def _least_cosine(expected: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    """The least cosine of two rows of the same number; NaN if there is one in them."""
    lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(found, axis=1)
    return float(((expected * found).sum(axis=1) / np.maximum(lengths, 1e-12)).min())


def _any_size(tensor: torch.Tensor) -> tuple[openvino.PartialShape, openvino.Type]:
    """The shape with a free batch size, and a free length where tokens come in."""
    if tensor.dtype == torch.int64:
        return openvino.PartialShape([-1] * tensor.ndim), openvino.Type.i64
    kind = openvino.Type.u8 if tensor.dtype == torch.uint8 else openvino.Type.f32
    return openvino.PartialShape([-1, *tensor.shape[1:]]), kind
