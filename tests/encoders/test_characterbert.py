"""CharacterBERT has the published weights' every name and shape, and reads words as they were written for it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from matcher.encoders.registry import load_encoder
from matcher.encoders.titles.characterbert import cnn_config, load_character_bert
from matcher.encoders.titles.characterbert_net import (
    CHARACTER_PAD,
    WORD_LENGTH,
    BertConfig,
    CharacterBert,
    character_ids,
    word_ids,
    words_of,
)
from matcher.errors import EncoderError
from matcher.progress import silent
from matcher.training.config import LIGHT
from matcher.training.dataset import Listings
from matcher.training.train import train

FILTERS = [(1, 32), (2, 32), (3, 64), (4, 128), (5, 256), (6, 512), (7, 1024)]


def published(layers=12, hidden=768, inner=3072, filters=FILTERS):
    """Every name and shape of the encoder in the published file, written out from the paper's description."""
    words, size = "embeddings.word_embeddings.", sum(number for _, number in filters)
    shapes = {words + "_char_embedding_weights": (263, 16)}
    for place, (width, number) in enumerate(filters):
        shapes[f"{words}char_conv_{place}.weight"] = (number, 16, width)
        shapes[f"{words}char_conv_{place}.bias"] = (number,)
    for place in range(2):
        shapes[f"{words}_highways._layers.{place}.weight"] = (2 * size, size)
        shapes[f"{words}_highways._layers.{place}.bias"] = (2 * size,)
    linear = {words + "_projection": (hidden, size)}
    norms = ["embeddings.LayerNorm"]
    for layer in range(layers):
        at = f"encoder.layer.{layer}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            linear[at + part] = (hidden, hidden)
        linear |= {at + "intermediate.dense": (inner, hidden), at + "output.dense": (hidden, inner)}
        norms += [at + "attention.output.LayerNorm", at + "output.LayerNorm"]
    for name, shape in linear.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        shapes |= {f"{name}.weight": (hidden,), f"{name}.bias": (hidden,)}
    return shapes | {
        "embeddings.position_embeddings.weight": (512, hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
    }


SMALL = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
SMALL_FILTERS = [(1, 4), (3, 8), (7, 12)]


def save_small(folder, **changes):
    """A small model in the published form: prefixed names, heads of the pre-training beside them."""
    folder.mkdir(exist_ok=True)
    config = SMALL | {"model_type": "character_bert", "cnn_filters": SMALL_FILTERS, "mlm_vocab_size": 9}
    (folder / "config.json").write_text(json.dumps(config))
    shapes = published(2, 24, 48, SMALL_FILTERS)
    generator = torch.Generator().manual_seed(3)
    weights = {
        f"character_bert.{name}": torch.randn(shape, generator=generator) * 0.1 for name, shape in shapes.items()
    }
    weights |= {
        "character_bert.embeddings.position_ids": torch.arange(512)[None],
        "character_bert.pooler.dense.weight": torch.zeros(24, 24),
        "cls.predictions.bias": torch.zeros(9),
        **changes,
    }
    torch.save({name: tensor for name, tensor in weights.items() if tensor is not None}, folder / "pytorch_model.bin")
    return weights


def test_the_published_names_and_shapes_are_the_models_own():
    with torch.device("meta"):
        config = BertConfig(vocab_size=1)
        module = CharacterBert(config, cnn_config(config))
    shapes = {name.removeprefix("bert."): tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    assert shapes == published()


def test_published_files_fill_every_weight(tmp_path):
    weights = save_small(tmp_path / "model")
    filled = load_character_bert(tmp_path / "model").state_dict()
    assert len(filled) == len(published(2, 24, 48, SMALL_FILTERS))
    for name, tensor in filled.items():
        torch.testing.assert_close(tensor, weights["character_" + name], rtol=0, atol=0)


def test_titles_become_unit_vectors_whatever_company_they_are_in(tmp_path):
    save_small(tmp_path / "model")
    encoder = load_encoder(f"characterbert:{tmp_path / 'model'}")
    titles = ["Sepatu lari pria", "", "a very long word: " + "x" * 70, "Sepatu lari pria", "🙂"]
    vectors = encoder.encode(titles)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1, 1], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_queries([titles[0]], titles)[0], vectors[0], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])


def test_cut_filling_changes_no_vector(tmp_path):
    save_small(tmp_path / "model")
    words = load_character_bert(tmp_path / "model").eval().words
    full = torch.from_numpy(word_ids(["ab", "shampoo"]))
    with torch.no_grad():
        torch.testing.assert_close(words(full[:, : 9 + 7]), words(full))
        assert not torch.allclose(words(full[:, :9]), words(full))  # without filling, filters miss the word's end


def test_words_are_read_as_bytes_between_begin_and_end():
    [row] = word_ids(["né"])
    assert row[:6].tolist() == [259, ord("n") + 1, 0xC3 + 1, 0xA9 + 1, 260, CHARACTER_PAD]
    [long] = word_ids(["x" * 99])
    assert long[-1] == 260
    assert (long[1:-1] == ord("x") + 1).all()


def test_titles_are_split_as_berts_basic_tokeniser_splits():
    assert words_of("Café-Latte 250ML!", 9) == ["cafe", "-", "latte", "250ml", "!"]
    ids, mask = character_ids(["one two", ""], max_words=1)
    assert mask.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert ids.shape[2] <= WORD_LENGTH
    assert ids[0, 0, :3].tolist() == [259, 257, 260]
    assert ids[0, 2, :3].tolist() == [259, 258, 260]
    assert not ids[1, 2].any()


def test_the_published_architecture_is_trained_and_opens_again(tmp_path):
    save_small(tmp_path / "model")
    words = "red blue green lamp chair table shirt phone router watch cream oil".split()
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(words)[:4]) + f" {number}" for number in range(30)]
    titles = [f"{name} {extra}" for name in names for extra in ("promo", "original")]
    ids, labels = ([str(row // part) for row in range(len(titles))] for part in (1, 2))
    listings = Listings("mine", ids, labels, titles, [None] * len(titles))
    encoder = f"characterbert:{tmp_path / 'model'}"
    config = replace(LIGHT["text"], encoder=encoder, epochs=2, batch=16, letters=0, tune_share=0.3, whiten=False)
    train(listings, tmp_path / "encoders", "mine", config, silent)
    folders = tmp_path / "model", tmp_path / "encoders" / "mine" / "backbone"
    before, after = (load_character_bert(folder) for folder in folders)
    moved = [not torch.equal(before.state_dict()[name], tensor) for name, tensor in after.state_dict().items()]
    assert sum(moved) > len(moved) / 2
    characters, mask = (torch.from_numpy(array) for array in character_ids(["red lamp 3"], 64))
    with torch.no_grad():
        expected = torch.nn.functional.normalize(after.eval()(characters, mask), dim=1)[0]
    vectors = load_encoder("mine", folder=tmp_path / "encoders").encode(["red lamp 3", "", "red lamp 3"])
    assert float(vectors[0] @ expected.numpy()) > 0.999
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert not vectors[1].any()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"character_bert.encoder.layer.1.output.dense.bias": None}, "encoder.layer.1.output.dense.bias"),
        ({"character_bert.embeddings.LayerNorm.weight": torch.zeros(5)}, "of another shape"),
        ({"character_bert.encoder.layer.2.output.dense.bias": torch.zeros(24)}, "unknown"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path, changes, said):
    save_small(tmp_path / "model", **changes)
    with pytest.raises(EncoderError, match=said):
        load_encoder(f"characterbert:{tmp_path / 'model'}")


@pytest.mark.parametrize("changes", [{"cnn_filters": 5}, {"num_highway_layers": None}, {"num_attention_heads": 5}])
def test_sizes_that_do_not_go_together_are_said(tmp_path, changes):
    save_small(tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changes))
    with pytest.raises(EncoderError, match="sizes do not go together"):
        load_encoder(f"characterbert:{tmp_path / 'model'}")


class Trap:
    def __reduce__(self):
        return (exec, ("raise SystemExit('ran')",))


def test_a_pickle_with_code_in_it_is_refused_and_does_not_run(tmp_path):
    save_small(tmp_path / "model")
    (tmp_path / "model" / "pytorch_model.bin").unlink()
    torch.save({"weight": Trap()}, tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="cannot be read"):
        load_encoder(f"characterbert:{tmp_path / 'model'}")
