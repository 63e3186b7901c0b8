"""Dense layers in integers of eight bits, on CPUs that multiply those faster than any floats.

Only layers that read what a LayerNorm gives: the projections to queries, keys and values, and the first of the two
feed-forward layers. Its numbers lie in much the same range whatever the title is, so that a few titles tell it for all.
What attention and GELU leave does not: there, odd titles reach far beyond what others show.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13

Ranges: TypeAlias = dict[str, tuple[list[float], list[float], list[float]]]
"""Least, greatest and mean of each of K numbers that some layers read, by the name of the node they read from."""

CPU_INFO = Path("/proc/cpuinfo")  # of Linux; elsewhere floats are taken
UNITS = {"avx512_vnni", "amx_int8"}
LEAST_INPUTS = 128  # of a layer: rounding takes longer than it saves below
BALANCE = 0.7  # the exponent alpha of SmoothQuant; .6 to .8 do as well for MiniLM
LEVELS = 256  # of what a layer reads, from 0 up
LARGEST_WEIGHT = 127
SMALLEST = 1e-3  # what is measured has three decimals


def has_eight_bit_units() -> bool:
    """Whether the CPU has units for products of eight bits; False where the system does not say."""
    try:
        flags = next(line for line in CPU_INFO.read_text().splitlines() if line.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return not UNITS.isdisjoint(flags.split())


def measure_ranges(
    model: openvino.Model, batches: Iterable[Mapping[str, NDArray[np.generic]]]
) -> tuple[Ranges, NDArray[np.float32]]:
    """See in float32 what the layers that can have eight bits read.

    Args:
        model: The network.
        batches: Its inputs by name, without any filling, which would be measured too.

    Returns:
        The ranges, {} if the network has no such layer, and its vectors of the batches, shape (N, D).
    """
    copy = model.clone()
    sources = [source for source, _ in _layers(copy)]
    copy.add_results([opset13.result(source) for source in sources])
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(copy, "CPU", options).create_infer_request()
    vectors: list[NDArray[np.float32]] = []
    read: list[list[NDArray[np.float32]]] = [[] for _ in sources]
    for inputs in batches:
        request.infer(inputs)
        vectors.append(np.array(request.get_output_tensor(0).data, np.float32))
        for number, parts in enumerate(read, start=1):
            tensor = np.array(request.get_output_tensor(number).data)
            parts.append(tensor.reshape(-1, tensor.shape[-1]))
    ranges: Ranges = {}
    for source, parts in zip(sources, read, strict=True):
        numbers = np.concatenate(parts)
        least, greatest, mean = numbers.min(axis=0), numbers.max(axis=0), numbers.mean(axis=0)
        ranges[source.get_node().get_friendly_name()] = (_decimals(least), _decimals(greatest), _decimals(mean))
    return ranges, np.concatenate(vectors)


def with_eight_bits(model: openvino.Model, ranges: Ranges) -> openvino.Model:
    """A copy of the network whose layers multiply integers wherever what they read was measured.

    A few of the numbers that a layer reads are many times as large as the rest, and would take all steps for
    themselves. Each is divided by a scale that its weights are multiplied with, so that both have their share. What
    rounding the weights takes from a layer's sums in the mean is given back.

    Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models",
    ICML 2023, section 4; Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV
    2019, section 4.2.
    """
    copy = model.clone()
    for source, layers in _layers(copy):
        if source.get_node().get_friendly_name() not in ranges:
            continue
        least, greatest, mean = (np.array(numbers) for numbers in ranges[source.get_node().get_friendly_name()])
        weights = [_weights(layer) for layer in layers]
        scales = _scales(np.maximum(np.abs(least), np.abs(greatest)), weights)
        low, high = _with_zero_as_step(float((least / scales).min()), float((greatest / scales).max()))
        divided = opset13.multiply(source, opset13.constant((1 / scales).astype(np.float32)))
        ends = [opset13.constant(np.float32(end)) for end in (low, high, low, high)]
        rounded = opset13.fake_quantize(divided, *ends, LEVELS)
        for layer, weight in zip(layers, weights, strict=True):
            layer.input(0).replace_source_output(rounded.output(0))
            whole, steps = _integers(weight * scales)
            floats = opset13.convert(opset13.constant(whole), "f32")
            factors = opset13.constant(steps.astype(np.float32))
            layer.input(1).replace_source_output(opset13.multiply(floats, factors).output(0))
            _add_to_sums(layer, (weight - whole * steps / scales) @ mean)
    copy.validate_nodes_and_infer_types()
    return copy


def _layers(model: openvino.Model) -> Iterator[tuple[openvino.Output, list[openvino.Node]]]:
    """What a LayerNorm gives, and the dense layers that read it."""
    for node in model.get_ordered_ops():
        if _is_layer_norm(node):
            readers = [reader.get_node() for reader in node.output(0).get_target_inputs()]
            if layers := [reader for reader in readers if _is_dense(reader)]:
                yield node.output(0), sorted(layers, key=openvino.Node.get_friendly_name)


def _is_layer_norm(node: openvino.Node) -> bool:
    """Whether it is the end of one: mean and variance made alike, then a factor, then a summand, where it has them."""
    for kind in ("Add", "Multiply"):
        if node.get_type_name() == kind:
            node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "MVN")


def _is_dense(node: openvino.Node) -> bool:
    """Whether it multiplies with constant weights of shape (N, K), K not too small."""
    if node.get_type_name() != "MatMul" or not node.get_attributes()["transpose_b"]:
        return False
    weights = node.input_value(1).get_node()
    return bool(weights.get_type_name() == "Constant" and weights.get_data().shape[-1] >= LEAST_INPUTS)


def _weights(layer: openvino.Node) -> NDArray[np.float32]:
    return np.asarray(layer.input_value(1).get_node().get_data(), np.float32)


def _scales(largest: NDArray[np.float64], weights: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """What to divide each of K numbers by, 1 in the geometric mean."""
    of_weights = np.max([np.abs(weight).max(axis=0) for weight in weights], axis=0)
    scales = np.maximum(largest, SMALLEST) ** BALANCE / np.maximum(of_weights, SMALLEST) ** (1 - BALANCE)
    return np.asarray(scales / np.exp(np.log(scales).mean()))


def _with_zero_as_step(low: float, high: float) -> tuple[float, float]:
    """The range moved by less than a step, so that zero stays zero."""
    low, high = min(low, 0.0), max(high, SMALLEST)
    step = (high - low) / (LEVELS - 1)
    below = round(-low / step)
    return -below * step, (LEVELS - 1 - below) * step


def _integers(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Weights (N, K) as integers, and the factor of each row, (N, 1)."""
    steps = np.maximum(np.abs(weights).max(axis=1, keepdims=True), np.finfo(np.float32).tiny) / LARGEST_WEIGHT
    return np.round(weights / steps).astype(np.int8), steps


def _add_to_sums(layer: openvino.Node, missing: NDArray[np.float64]) -> None:
    """Add N numbers to the constants that are added to a layer's sums; nothing where it has none."""
    for reader in layer.output(0).get_target_inputs():
        node, other = reader.get_node(), 1 - reader.get_index()
        if node.get_type_name() == "Add" and node.input_value(other).get_node().get_type_name() == "Constant":
            before = node.input_value(other).get_node().get_data()
            node.input(other).replace_source_output(opset13.constant((before + missing).astype(np.float32)).output(0))


def _decimals(values: NDArray[np.float32]) -> list[float]:
    """Three decimals, as they are written to a file and read from it."""
    return [round(float(value), 3) for value in values]
