"""CharacterBERT: BERT that reads whole words letter by letter instead of looking word pieces up.

Every word, however misspelt, becomes the bytes of its UTF-8 form; a small convolutional network turns them into one
vector, which stands where BERT's word-piece vector stood. Everything after that is BERT.

Source: El Boukkouri et al., "CharacterBERT: Reconciling ELMo and BERT for Word-Level Open-Vocabulary Representations
From Characters", COLING 2020, section 3; parameter names and character ids are those of its published weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from matcher.encoders.runtime.torchvision_stub import import_torchvision
from matcher.encoders.titles.char_ngrams import words_of

import_torchvision()

from transformers import BertConfig, BertModel  # noqa: E402 - the shim has to run before

# Character ids of the published model: 0 fills up short titles, a byte b is b + 1, and six signs follow the 256 bytes.
SENTENCE_BEGIN, SENTENCE_END, WORD_BEGIN, WORD_END, CHARACTER_PAD, MASK = 257, 258, 259, 260, 261, 262
CHARACTERS = 263
WORD_LENGTH = 50  # characters a word may have, its begin and end signs counted


@dataclass(frozen=True)
class CharacterCNNConfig:
    """Sizes of the network over a word's characters; the defaults are the published model's.

    Attributes:
        character_dim: Size of a character's vector.
        filters: (width in characters, number) of each convolution.
        highways: Highway layers after the convolutions.
        output_dim: Size of a word's vector, the hidden size of the BERT behind it.
    """

    character_dim: int = 16
    filters: tuple[tuple[int, int], ...] = ((1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024))
    highways: int = 2
    output_dim: int = 768


class Highway(nn.Module):
    """Layers that carry part of their input through unchanged.

    Source: Srivastava et al., "Highway Networks", 2015, equation 3.
    """

    def __init__(self, size: int, layers: int) -> None:
        super().__init__()
        self._layers = nn.ModuleList(nn.Linear(size, 2 * size) for _ in range(layers))
        for layer in self._layers:
            assert isinstance(layer, nn.Linear)
            nn.init.ones_(layer.bias[size:])  # begin by carrying the input on

    def forward(self, inputs: Tensor) -> Tensor:
        for layer in self._layers:
            changed, gate = layer(inputs).chunk(2, dim=-1)
            carry = torch.sigmoid(gate)
            inputs = carry * inputs + (1 - carry) * torch.relu(changed)
        return inputs


class CharacterCNN(nn.Module):
    """Turn the characters of each word into one vector, whatever stands around the word."""

    def __init__(self, config: CharacterCNNConfig) -> None:
        super().__init__()
        self.config = config
        self._char_embedding_weights = nn.Parameter(torch.randn(CHARACTERS, config.character_dim))
        with torch.no_grad():
            self._char_embedding_weights[[0, CHARACTER_PAD]] = 0.0
        for number, (width, filters) in enumerate(config.filters):
            self.add_module(f"char_conv_{number}", nn.Conv1d(config.character_dim, filters, width))
        size = sum(filters for _, filters in config.filters)
        self._highways = Highway(size, config.highways)
        self._projection = nn.Linear(size, config.output_dim)

    def forward(self, characters: Tensor) -> Tensor:
        """Read words.

        Args:
            characters: Shape (..., C), integer ids 0..262, C at least the widest filter.

        Returns:
            Shape (..., output_dim).
        """
        words = characters.reshape(-1, characters.shape[-1])
        letters = nn.functional.embedding(words, self._char_embedding_weights).transpose(1, 2)
        convolutions = [getattr(self, f"char_conv_{number}") for number in range(len(self.config.filters))]
        pooled = torch.cat([torch.relu(conv(letters).amax(dim=-1)) for conv in convolutions], dim=-1)
        vectors: Tensor = self._projection(self._highways(pooled))
        return vectors.reshape(*characters.shape[:-1], -1)


class CharacterBert(nn.Module):
    """BERT over words read by a CharacterCNN; its vector for a title is the mean over the words.

    Args:
        config: The BERT behind the words. Its vocabulary is not used.
        cnn: Sizes of the network over characters.
    """

    def __init__(self, config: BertConfig, cnn: CharacterCNNConfig) -> None:
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        # Where BERT keeps its table of word pieces, so that names are the published ones.
        self.bert.embeddings.word_embeddings = CharacterCNN(cnn)  # type: ignore[assignment]

    @property
    def words(self) -> CharacterCNN:
        """The network that reads words."""
        return self.bert.embeddings.word_embeddings  # type: ignore[return-value]

    def forward(self, characters: Tensor, mask: Tensor) -> Tensor:
        """Embed titles.

        Args:
            characters: Shape (B, S, C), ids as `character_ids` gives them.
            mask: Shape (B, S), 1 for a word, 0 for filling.

        Returns:
            Shape (B, hidden size), not normalised.
        """
        return self.pool_words(self.words(characters), mask)

    def pool_words(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """Embed titles whose words are vectors (B, S, hidden size) already."""
        states = self.bert(inputs_embeds=vectors, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        pooled: Tensor = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        return pooled


def word_ids(words: Sequence[str]) -> NDArray[np.int64]:
    """Character ids of words, one row each, shape (W, WORD_LENGTH). A word over 48 bytes keeps its first 48."""
    ids = np.full((len(words), WORD_LENGTH), CHARACTER_PAD, np.int64)
    for row, word in zip(ids, words, strict=True):
        letters = np.frombuffer(word.encode("utf-8", "ignore")[: WORD_LENGTH - 2], np.uint8)
        row[0] = WORD_BEGIN
        row[1 : len(letters) + 1] = letters.astype(np.int64) + 1
        row[len(letters) + 1] = WORD_END
    return ids


def sign_ids(sign: int) -> NDArray[np.int64]:
    """Character ids of a sign that stands as a word of its own (begin or end of the title), shape (WORD_LENGTH,)."""
    ids = np.full(WORD_LENGTH, CHARACTER_PAD, np.int64)
    ids[:3] = WORD_BEGIN, sign, WORD_END
    return ids


def character_ids(titles: Sequence[str], max_words: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write titles as characters.

    Args:
        titles: B titles.
        max_words: Words kept of each, the two signs not counted.

    Returns:
        Ids of shape (B, S, C) and the mask of shape (B, S). C is cut to what the longest word needs: seven characters
        of filling stay behind it, so that the widest filter sees every kind of window it would see in all fifty.
    """
    split = [words_of(title, max_words) for title in titles]
    longest = max((len(words) for words in split), default=0) + 2
    ids = np.zeros((len(titles), longest, WORD_LENGTH), np.int64)
    mask = np.zeros((len(titles), longest), np.int64)
    for row, words in enumerate(split):
        ids[row, 0], ids[row, len(words) + 1] = sign_ids(SENTENCE_BEGIN), sign_ids(SENTENCE_END)
        ids[row, 1 : len(words) + 1] = word_ids(words)
        mask[row, : len(words) + 2] = 1
    return cut_filling(ids), mask


def cut_filling(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop the filling behind the longest word, but for the seven characters that the widest filter needs to see."""
    used = np.flatnonzero(((ids != CHARACTER_PAD) & (ids != 0)).any(axis=tuple(range(ids.ndim - 1))))
    return ids[..., : min(WORD_LENGTH, (int(used[-1]) if len(used) else 0) + 8)]
