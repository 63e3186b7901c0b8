"""The bundled CharacterBERT: a few layers of BERT over words that a wide, shallow network reads letter by letter.

The published CharacterCNN learns what its filters look for, which takes a GPU for days. Here there is one filter for
each hashed window of letters: instead of multiplying a window with all filters, its filter's output is looked up. That
is linear in what is looked up, so that it can be fitted to a table of word pieces in a minute, and trained from there.

Source: El Boukkouri et al., "CharacterBERT", COLING 2020, for words from letters in front of BERT; Bojanowski et al.,
"Enriching Word Vectors with Subword Information", TACL 2017, section 3.2, for hashed windows of letters.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from matcher.encoders.runtime.torchvision_stub import import_torchvision
from matcher.encoders.titles.char_ngrams import title_windows
from matcher.encoders.titles.characterbert_files import CONFIG, SMALL_KIND
from matcher.errors import EncoderError

import_torchvision()

from transformers import BertConfig, BertModel  # noqa: E402 - the shim has to run before

WEIGHTS = "model.safetensors"
LARGEST = 1_000_000  # of any size in a config: a stranger's may not ask for all memory
SCALE = ".scale"  # of the rows of a tensor kept as whole numbers


@dataclass(frozen=True)
class SmallConfig:
    """Sizes of the network.

    Attributes:
        buckets: Rows of the table of windows, the empty first one counted.
        hidden: Size of a word's vector, and of a title's.
        layers: Of BERT.
        heads: Of each layer's attention.
        inner: Size inside a layer's feed-forward part.
        max_words: Words read of a title.
    """

    buckets: int = 40_000
    hidden: int = 384
    layers: int = 3
    heads: int = 12
    inner: int = 1536
    max_words: int = 62

    def __post_init__(self) -> None:
        for name, size in asdict(self).items():
            if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= LARGEST:
                raise ValueError(f"{name} is {size!r:.40}; expected a whole number from 1 to {LARGEST}")


class WindowWords(nn.Module):
    """Turn the windows of letters of each word into one vector."""

    def __init__(self, buckets: int, size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(buckets, size, padding_idx=0)

    def forward(self, windows: Tensor) -> Tensor:
        """Windows (..., G), rows of the table with 0 for none, to vectors (..., size).

        Divided by the root of their number, so that long and short words are equally long.
        """
        count = (windows > 0).sum(dim=-1, keepdim=True).clamp(min=1)
        words: Tensor = self.table(windows).sum(dim=-2) * torch.rsqrt(count.to(self.table.weight.dtype))
        return words


class SmallCharacterBert(nn.Module):
    """BERT over words read by their windows; a title's vector is the mean over its words, each with its own share.

    A word counts as much as the network finds it worth: MiniLM, which it follows, counts a word of three pieces thrice.
    """

    def __init__(self, config: SmallConfig) -> None:
        super().__init__()
        self.config = config
        self.bert = BertModel(
            BertConfig(
                vocab_size=1,
                hidden_size=config.hidden,
                num_hidden_layers=config.layers,
                num_attention_heads=config.heads,
                intermediate_size=config.inner,
                max_position_embeddings=config.max_words + 2,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            ),
            add_pooling_layer=False,
        )
        self.bert.embeddings.word_embeddings = WindowWords(config.buckets, config.hidden)  # type: ignore[assignment]
        self.share = nn.Linear(config.hidden, 1)
        nn.init.zeros_(self.share.weight)
        nn.init.zeros_(self.share.bias)

    @property
    def words(self) -> WindowWords:
        """The part that reads words."""
        return self.bert.embeddings.word_embeddings  # type: ignore[return-value]

    def forward(self, windows: Tensor, mask: Tensor) -> Tensor:
        """Embed titles.

        Args:
            windows: Shape (B, S, G), from `title_windows`.
            mask: Shape (B, S), 1 for a word, 0 for filling.

        Returns:
            Shape (B, hidden), not normalised.
        """
        return self.pool_words(self.words(windows), mask)

    def pool_words(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """Embed titles whose words are vectors (B, S, hidden) already."""
        states = self.bert(inputs_embeds=vectors, attention_mask=mask).last_hidden_state
        shares = nn.functional.softplus(self.share(vectors)) * mask.unsqueeze(-1).to(states.dtype)
        pooled: Tensor = (states * shares).sum(dim=1) / shares.sum(dim=1)
        return pooled

    def inputs(self, titles: Sequence[str]) -> dict[str, Tensor]:
        """What `forward` takes, for titles."""
        arrays = title_windows(titles, self.config.max_words, self.config.buckets)
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


def save_small(model: SmallCharacterBert, folder: Path, *, packed: bool = False) -> None:
    """Write config.json and model.safetensors into an existing folder.

    Args:
        model: To write.
        folder: Where to.
        packed: Keep matrices as whole numbers of 8 bits (the table: 4 bits) with a scale for each row, and the rest in
            half precision: a fifth of the size. Vectors move a little.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    if packed:
        tensors = _pack(tensors)
    (folder / CONFIG).write_text(
        json.dumps({"model_type": SMALL_KIND} | asdict(model.config), indent=1) + "\n", "utf-8"
    )
    save_file(tensors, folder / WEIGHTS)


def load_small(folder: Path) -> SmallCharacterBert:
    """Read what `save_small` wrote.

    Raises:
        EncoderError: A file is missing or damaged, or the weights are not those of the config.
    """
    try:
        values = json.loads((folder / CONFIG).read_text("utf-8"))
        if values.pop("model_type", None) != SMALL_KIND:
            raise ValueError(f"model_type is not {SMALL_KIND}")
        model = SmallCharacterBert(SmallConfig(**values))
        model.load_state_dict(_unpack(load_file(folder / WEIGHTS)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(
            f"The small CharacterBERT in {folder.name} cannot be loaded ({reason}). Expected config.json and "
            "model.safetensors as they were written; install Twinshelf again, or import the run again."
        ) from error
    return model.eval()


def _pack(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as rows of whole numbers, two to a byte in the table of windows; see `_unpack`."""
    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim != 2 or min(tensor.shape) < 2:
            packed[name] = tensor.half()
            continue
        largest = 7 if name.endswith("table.weight") else 127
        scale = _row_scales(tensor, largest)
        numbers = (tensor / scale.float().unsqueeze(1)).round().clamp(-largest, largest)
        if largest == 7:
            pairs = (numbers + 8).to(torch.uint8)
            packed[name] = pairs[:, 0::2] * 16 + pairs[:, 1::2]
        else:
            packed[name] = numbers.to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def _row_scales(tensor: Tensor, largest: int) -> Tensor:
    """Half-precision scale of each row: that of a few candidates which loses least by rounding and cutting off."""
    top = tensor.abs().amax(dim=1).clamp(min=1e-6) / largest
    best, least = top.half(), torch.full_like(top, torch.inf)
    for share in (1.0, 0.9, 0.8, 0.7, 0.6):
        scale = (top * share).half().clamp(min=6e-8)
        rows = scale.float().unsqueeze(1)
        lost = (tensor - (tensor / rows).round().clamp(-largest, largest) * rows).square().sum(dim=1)
        best, least = torch.where(lost < least, scale, best), torch.minimum(lost, least)
    return best


def _unpack(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Float32 tensors by name, whether packed or not."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name.endswith(SCALE):
            continue
        if tensor.dtype == torch.uint8:
            tensor = torch.stack([tensor // 16, tensor % 16], dim=2).flatten(1).float() - 8
        scale = tensors.get(name + SCALE)
        found[name] = tensor.float() if scale is None else tensor.float() * scale.float().unsqueeze(1)
    return found
