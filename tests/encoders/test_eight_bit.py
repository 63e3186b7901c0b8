"""Layers that read a LayerNorm multiply integers where the CPU has units for it, near what floats give."""

import numpy as np
import openvino
import pytest
import torch

from matcher.encoders.runtime import eight_bit, openvino_export
from matcher.encoders.runtime.openvino_export import make_runner
from matcher.encoders.runtime.openvino_runtime import OpenVinoRunner, load_network, save_network

WIDTH = 128


class Block(torch.nn.Module):
    """Two dense layers behind a LayerNorm, of which the second reads what GELU leaves."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.norm = torch.nn.LayerNorm(WIDTH)
        self.up = torch.nn.Linear(WIDTH, 2 * WIDTH)
        self.down = torch.nn.Linear(2 * WIDTH, WIDTH)
        with torch.no_grad():
            self.norm.weight[3] = 60  # as one of 384 numbers is in MiniLM
            self.norm.bias.normal_()
            self.up.weight[:, 3] /= 60

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.down(torch.nn.functional.gelu(self.up(self.norm(tokens))))[:, 0] * mask


def inputs_of(rows: int, seed: int) -> dict[str, np.ndarray]:
    tokens = np.random.default_rng(seed).normal(size=(rows, 3, WIDTH)).astype(np.float32)
    return {"tokens": tokens, "mask": np.ones((rows, WIDTH), np.float32)}


EXAMPLE = {name: torch.from_numpy(array) for name, array in inputs_of(2, 0).items()}
SAMPLES = [inputs_of(1, seed) for seed in range(1, 17)]


@pytest.fixture(scope="module")
def model():
    return make_runner(Block(), EXAMPLE).model


@pytest.fixture(scope="module")
def ranges(model):
    return eight_bit.measure_ranges(model, SAMPLES)[0]


@pytest.fixture
def units(monkeypatch):
    """The CPU is said to have the units; OpenVINO runs integers without them too, only slower."""
    for module in ("openvino_runtime", "openvino_export"):
        monkeypatch.setattr(f"matcher.encoders.runtime.{module}.has_eight_bit_units", lambda: True)


def run(runner) -> np.ndarray:
    [(_, vectors)] = runner.run([(np.arange(50), inputs_of(50, 99))])
    return vectors


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


def integer_weights(model: openvino.Model) -> list[tuple[int, ...]]:
    nodes = model.get_ordered_ops()
    return [tuple(node.shape) for node in nodes if node.get_element_type() == openvino.Type.i8]


def test_only_what_reads_a_layer_norm_has_eight_bits(model, ranges):
    assert integer_weights(eight_bit.with_eight_bits(model, ranges)) == [(2 * WIDTH, WIDTH)]
    assert integer_weights(model) == []  # what is kept on disk stays in floats, for CPUs without the units


def test_one_large_number_does_not_take_the_others_steps(model, ranges, units, monkeypatch):
    full = run(OpenVinoRunner(model, full_precision=True))
    balanced = cosines(run(OpenVinoRunner(model, ranges=ranges)), full)
    assert 0.9995 < balanced.mean() < 0.99999
    monkeypatch.setattr(eight_bit, "_scales", lambda largest, weights: np.ones(len(largest)))
    assert cosines(run(OpenVinoRunner(model, ranges=ranges)), full).mean() < balanced.mean() - 0.001


def test_rounded_weights_move_no_sum_in_the_mean(model, ranges):
    network = eight_bit.with_eight_bits(model, ranges)
    [rounded] = [node for node in network.get_ordered_ops() if node.get_type_name() == "FakeQuantize"]
    [layer] = [reader.get_node() for reader in rounded.output(0).get_target_inputs()]
    factors = layer.input_value(1).get_node()
    weights = factors.input_value(0).get_node().input_value(0).get_node().get_data() * factors.input_value(
        1
    ).get_node().get_data().astype(np.float64)
    divided = rounded.input_value(0).get_node().input_value(1).get_node().get_data()
    [(_, _, mean)] = ranges.values()
    [summand] = [reader.get_node().input_value(1).get_node() for reader in layer.output(0).get_target_inputs()]
    up = Block().up
    expected = up.weight.detach().numpy() @ np.array(mean) + up.bias.detach().numpy()
    found = weights @ (np.array(mean) * divided.ravel()) + summand.get_data().ravel()
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(found - expected - summand.get_data().ravel() + up.bias.detach().numpy()).max() > 1e-3


def test_a_network_that_eight_bits_move_too_far_keeps_its_floats(model, units, monkeypatch):
    assert make_runner(Block(), EXAMPLE, samples=SAMPLES).ranges
    monkeypatch.setattr(openvino_export, "LEAST_COSINE_OF_EIGHT_BITS", 1.01)
    runner = make_runner(Block(), EXAMPLE, samples=SAMPLES)
    assert not runner.ranges
    np.testing.assert_array_equal(run(runner), run(OpenVinoRunner(model)))


def test_full_precision_has_no_eight_bits(model, ranges, units):
    full = run(OpenVinoRunner(model, full_precision=True))
    np.testing.assert_array_equal(run(OpenVinoRunner(model, full_precision=True, ranges=ranges)), full)


def test_without_units_nothing_is_changed(model, ranges, no_eight_bits):
    np.testing.assert_array_equal(run(OpenVinoRunner(model, ranges=ranges)), run(OpenVinoRunner(model)))


def test_ranges_come_back_from_disk_and_damaged_ones_are_made_again(model, ranges, units, tmp_path):
    runner = OpenVinoRunner(model, ranges=ranges)
    save_network(tmp_path / "kept", runner, {})
    np.testing.assert_allclose(run(load_network(tmp_path / "kept")), run(runner), atol=1e-6)
    assert np.abs(run(runner) - run(OpenVinoRunner(model))).max() > 1e-3
    (tmp_path / "kept" / "ranges.json").write_text('{"half')
    assert load_network(tmp_path / "kept") is None
    assert not (tmp_path / "kept").exists()


def test_zero_stays_zero():
    for low, high in [(-3.21, 7.5), (0.5, 2.0), (-4.0, -1.0), (0.0, 0.0)]:
        low, high = eight_bit._with_zero_as_step(low, high)
        step = (high - low) / 255
        assert low <= 0 <= high
        assert step > 0
        assert low / step == pytest.approx(round(low / step), abs=1e-9)


def test_ranges_are_those_of_all_samples(ranges):
    read = Block().norm(torch.from_numpy(np.concatenate([sample["tokens"] for sample in SAMPLES]))).detach().numpy()
    [(least, greatest, mean)] = ranges.values()
    np.testing.assert_allclose(least, read.min(axis=(0, 1)), atol=2e-3)
    np.testing.assert_allclose(greatest, read.max(axis=(0, 1)), atol=2e-3)
    np.testing.assert_allclose(mean, read.mean(axis=(0, 1)), atol=2e-3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx512_vnni avx512_bf16\n", True),
        ("flags : amx_int8 amx_tile", True),
        ("flags : avx2 avx512f avx512_vnnix", False),
        ("Features : neon asimd", False),
        (None, False),
    ],
)
def test_units_are_told_by_the_system(monkeypatch, tmp_path, text, expected):
    monkeypatch.setattr(eight_bit, "CPU_INFO", tmp_path / "cpuinfo")
    if text is not None:
        (tmp_path / "cpuinfo").write_text(text)
    assert eight_bit.has_eight_bit_units() is expected
