"""The network of the multilingual Universal Sentence Encoder, version 3, and what parts titles into its word pieces.

Word pieces have vectors; convolutions over two, three and five of them stand beside these; their sum over the title
goes through a small residual network. Sizes and order of the layers are those of the weights. Source: Yang et al.,
"Multilingual Universal Sentence Encoder for Semantic Retrieval", ACL 2020, on its convolutional encoder.
"""

from itertools import groupby
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from matcher.errors import EncoderError

WEIGHTS, PIECES = "weights.npz", "sp.model"  # in the package's folder
TABLES = 17  # the vectors of word piece i stand in table i % 17, each with a scale and a zero of its own
WIDTH, CHANNELS = 512, 256
WINDOWS = ((2, 0), (3, 1), (5, 2))  # pieces that a convolution sees, and how many of them stand before its own
TAIL = {"d0": (512, 320), "p1": (512, 320), "d1": (320, 320), "d2": (320, 512), "p3": (320, 512), "d3": (512, 512)}
EPSILON = 1e-12
UNKNOWN, BEGIN, END = 0, 1, 2  # ids of word pieces
LONGEST = 512  # word pieces, for a title that is cut to 1,000 characters at import


class UseNetwork(nn.Module):
    """From word pieces to unit vectors of 512 numbers.

    The table of word pieces stays as it is stored, one byte a number, and is never trained: it is large, a catalog has
    few of its rows, and a run is small without it.
    """

    width = WIDTH
    table: Tensor
    scale: Tensor
    offset: Tensor

    def __init__(self, table: Tensor, scale: Tensor, offset: Tensor) -> None:
        """Make the layers, with no weights in them yet.

        Args:
            table: int8 (V, 512).
            scale: float32 (V, 1); a word piece's vector is table * scale + offset.
            offset: float32 (V, 1).
        """
        super().__init__()
        for name, tensor in {"table": table, "scale": scale, "offset": offset}.items():
            self.register_buffer(name, tensor, persistent=False)
        parts = len(WINDOWS) * CHANNELS
        self.project = nn.Linear(WIDTH, parts)
        self.project_norm = nn.LayerNorm(parts, eps=EPSILON)
        self.first = nn.ModuleList(nn.Linear(size * CHANNELS, CHANNELS) for size, _ in WINDOWS)
        self.second = nn.ModuleList(nn.Linear(size * CHANNELS, CHANNELS) for size, _ in WINDOWS)
        self.norm = nn.LayerNorm(WIDTH + parts, eps=EPSILON)
        self.pool = nn.Linear(WIDTH + parts, WIDTH)
        self.tail = nn.ModuleDict({name: nn.Linear(*sizes, bias=False) for name, sizes in TAIL.items()})

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Word pieces and mask, both int64 (B, L), to vectors (B, 512)."""
        mask = attention_mask.to(torch.float32).unsqueeze(2)
        pieces = self.table[input_ids].to(torch.float32) * self.scale[input_ids] + self.offset[input_ids]
        projected = self.project_norm(self.project(pieces)) * mask
        features = [pieces]
        for number, (size, before) in enumerate(WINDOWS):
            own = projected[..., number * CHANNELS : (number + 1) * CHANNELS]
            own = (functional.relu(self.first[number](_windows(own, size, before))) + own) * mask
            features.append(functional.relu(self.second[number](_windows(own, size, before))) + own)
        summed = (self.norm(torch.cat(features, dim=2)) * mask).sum(dim=1)
        count = mask.sum(dim=1)
        return functional.normalize(self._run_tail(self.pool(summed / count) * count.sqrt()), dim=1)

    def _run_tail(self, pooled: Tensor) -> Tensor:
        """What stands behind the sum over a title: (B, 512) to (B, 512)."""
        tail = self.tail
        first = functional.relu(tail["d0"](pooled))
        second = functional.relu(tail["p1"](pooled) + tail["d1"](first))
        third = functional.relu(tail["d2"](second))
        return torch.tanh(tail["p3"](second) + tail["d3"](third))


def _windows(rows: Tensor, size: int, before: int) -> Tensor:
    """Each row with its neighbours side by side, zeros where there are none: (B, L, C) to (B, L, size * C)."""
    padded = functional.pad(rows, (0, 0, before, size - 1 - before))
    return torch.cat([padded[:, start : start + rows.shape[1]] for start in range(size)], dim=2)


def load_use(resources: Path) -> UseNetwork:
    """Load the network from the package's folder.

    Raises:
        EncoderError: The weights are not those that are expected.
    """
    try:
        with (resources / WEIGHTS).open("rb") as stored, np.load(stored, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        module = UseNetwork(*_read_table(arrays))
        module.load_state_dict(_layers(arrays))
    except (OSError, BadZipFile, ValueError, KeyError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(
            f"The bundled sentence encoder is damaged ({reason}). Install it anew, in the version that "
            "requirements.txt names."
        ) from error
    return module.eval()


def _read_table(arrays: dict[str, NDArray[Any]]) -> tuple[Tensor, Tensor, Tensor]:
    """The table of word pieces, centred on zero, with scale and offset of each row.

    Centred, because a network that multiplies in bfloat16 rounds what is added: an offset of many steps would move all
    numbers of a row the same way (cosines of .997 to float32's vectors), one of half a step does not (.9999).
    """
    parts = [arrays[f"q{number + 1}"] for number in range(TABLES)]
    codes = np.stack(parts, axis=1).reshape(-1, WIDTH).astype(np.int16)
    which = np.arange(len(codes)) % TABLES
    scale, lowest = arrays["scale"], arrays["lo"]
    zero = np.round(-lowest / scale)
    centred = (codes - zero.astype(np.int16)[which, None]).astype(np.int8)
    offset = (lowest + zero * scale)[which, None]
    return tuple(map(torch.from_numpy, (centred, scale[which, None].copy(), offset)))  # type: ignore[return-value]


def _layers(arrays: dict[str, NDArray[Any]]) -> dict[str, Tensor]:
    """The layers by torch's names; the package stores a weight as (in, out)."""
    side_by_side = {
        "project.weight": ("proj{}", 1), "project.bias": ("proj_b{}", 0),
        "project_norm.weight": ("ln_g{}", 0), "project_norm.bias": ("ln_b{}", 0),
    }  # fmt: skip
    named = {"norm.weight": "ln_g", "norm.bias": "ln_b", "pool.weight": "cnn_W", "pool.bias": "cnn_b"}
    named |= {f"tail.{name}.weight": name for name in TAIL}
    for number, (size, _) in enumerate(WINDOWS):
        for layer, place in (("first", 1), ("second", 2)):
            named[f"{layer}.{number}.weight"] = f"w{place}_{size}"
            named[f"{layer}.{number}.bias"] = f"b{place}_{size}"
    found = {name: arrays[key] for name, key in named.items()}
    for name, (key, axis) in side_by_side.items():
        found[name] = np.concatenate([arrays[key.format(size)] for size, _ in WINDOWS], axis=axis)
    return {name: torch.from_numpy(np.ascontiguousarray(array.T)) for name, array in found.items()}


def load_use_tokenizer(resources: Path, *, lower_case: bool = False) -> Any:
    """The sentencepiece model of the package's folder, as a tokenizer of the `tokenizers` library.

    It gives the ids that the package's own gives: each letter that it does not know is an unknown piece of its own.

    Args:
        resources: The package's folder.
        lower_case: Whether it writes titles in small letters first.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers.utils.sentencepiece_model_pb2_new import ModelProto  # type: ignore[attr-defined]

    stored = ModelProto.FromString((resources / PIECES).read_bytes())
    pieces = [(piece.piece, piece.score) for piece in stored.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(
        [
            *([normalizers.Lowercase()] if lower_case else []),
            normalizers.Precompiled(stored.normalizer_spec.precompiled_charsmap),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Replace(Regex("^ +| +$"), ""),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(_none_of({*"".join(name for name, _ in pieces)})), "isolated"),
        ]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def _none_of(letters: set[str]) -> str:
    """A regular expression for one letter that is none of these."""
    codes = sorted(map(ord, letters))
    runs = [[code for _, code in run] for _, run in groupby(enumerate(codes), lambda pair: pair[1] - pair[0])]
    return "[^" + "".join(f"\\x{{{run[0]:x}}}-\\x{{{run[-1]:x}}}" for run in runs) + "]"
