"""The last feature maps of a converted network, before they are pooled to one vector."""

from collections.abc import Mapping

import numpy as np
import openvino
from numpy.typing import NDArray

POOLING, POWER = "ReduceMean", "Power"


class FeatureMaps:
    """Runs a copy of a network that ends where its maps, raised to a power, are averaged over the regions."""

    def __init__(self, model: openvino.Model, name: str) -> None:
        """Compile the copy; see `find_feature_maps`."""
        copy = model.clone()
        pooled = next(node for node in copy.get_ordered_ops() if node.get_friendly_name() == name)
        ends = openvino.Model([pooled.input_value(0)], copy.get_parameters(), "feature maps")
        self._compiled = openvino.Core().compile_model(ends, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(self, inputs: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float32]:
        """The maps of each view of a batch, raised to the power; shape (B, C, H, W)."""
        found = self._compiled.create_infer_request().infer(dict(inputs))
        return np.array(found[self._compiled.output(0)], dtype=np.float32)


def find_feature_maps(model: openvino.Model) -> FeatureMaps | None:
    """The maps of a network that is pooled by generalised mean; None for any other."""
    for node in model.get_ordered_ops():
        if node.get_type_name() != POOLING or len(node.input(0).get_partial_shape()) != 4:
            continue
        if node.input_value(0).get_node().get_type_name() == POWER:
            return FeatureMaps(model, node.get_friendly_name())
    return None
