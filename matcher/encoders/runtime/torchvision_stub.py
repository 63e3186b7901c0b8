"""Let torchvision be imported beside a torch that its compiled operators were not built for."""

import importlib
import importlib.util
import sys
import warnings
from pathlib import Path

import torch

# torchvision's own declarations of the two operators that its import photo_views up; nothing here calls them.
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

_declared: list[torch.library.Library] = []  # a declaration goes when its library object does, so it is kept here


def import_torchvision() -> None:
    """Import torchvision; where its compiled operators do not load, declare those that its import photo_views up.

    timm, transformers and sentence-transformers import torchvision. Its wheel's operators do not load beside a
    CPU-only torch, and then the import fails with "operator torchvision::nms does not exist". Call this before them.
    """
    if "torchvision" in sys.modules:
        return
    if not _operators_load():
        library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for schema in SCHEMAS:
            library.define(schema)  # type: ignore[no-untyped-call]
        _declared.append(library)
    with warnings.catch_warnings():
        # Said of the same mismatch: torchvision's own JPEG reader. Photos are read with Pillow.
        warnings.filterwarnings("ignore", message="Failed to load image Python extension", category=UserWarning)
        importlib.import_module("torchvision")


def _operators_load() -> bool:
    """Whether torchvision's compiled operators load beside this torch."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    libraries = sorted(Path(spec.origin).parent.glob("_C.*"))
    try:
        for library in libraries:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
    except OSError:  # the C++ symbols or the CUDA libraries that it was linked against are not there
        return False
    return bool(libraries)
