"""The bundled CharacterBERT works offline, stands typos better than MiniLM, and can be trained."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from matcher.encoders.backbones import open_backbone
from matcher.encoders.fine_tuned import open_trained
from matcher.encoders.registry import ENCODERS, load_encoder
from matcher.encoders.titles.char_ngrams import title_windows, word_windows
from matcher.encoders.titles.characterbert_bundled import SmallCharacterBertEncoder
from matcher.encoders.titles.characterbert_files import FOLDER
from matcher.encoders.titles.characterbert_student import SmallCharacterBert, SmallConfig, load_small, save_small
from matcher.errors import EncoderError
from matcher.progress import silent
from matcher.training.config import LIGHT
from matcher.training.dataset import Listings
from matcher.training.train import train

TITLES = ["Sepatu lari pria hitam", "", "wireless mouse 2.4 GHz", "Sepatu lari pria hitam", "🙂", "x" * 200]
SMALL = SmallConfig(buckets=500, hidden=24, layers=2, heads=4, inner=48, max_words=6)


@pytest.fixture(scope="module")
def bundled(converted):
    return load_encoder("characterbert", folder=converted)


@pytest.fixture(scope="module")
def minilm(converted):
    return load_encoder("bert", folder=converted)


def test_it_opens_offline_and_gives_unit_vectors(bundled):
    vectors = bundled.encode(TITLES)
    assert vectors.shape == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 1, 1, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    np.testing.assert_allclose(load_encoder("characterbert").encode(TITLES[:1])[0], vectors[0], atol=1e-5)
    assert ENCODERS["characterbert"].bundled
    assert bundled.id == "characterbert"


@pytest.fixture(scope="module")
def by_torch():
    module = load_small(FOLDER)
    titles = [title for title in TITLES if title]
    with torch.inference_mode():
        return titles, torch.nn.functional.normalize(module(*module.inputs(titles).values()), dim=1).numpy()


def test_openvino_gives_what_torch_gives(by_torch, full_precision):
    titles, expected = by_torch
    np.testing.assert_allclose(load_encoder("characterbert").encode(titles), expected, atol=1e-4)


def test_in_the_cpus_own_precision_vectors_stay_near(bundled, by_torch):
    titles, expected = by_torch
    assert (bundled.encode(titles) * expected).sum(axis=1).min() > 0.999


def test_a_typo_moves_a_title_less_than_with_minilm(bundled, minilm):
    pairs = [
        ("wireless bluetooth speaker", "wirelss bluetoth speker"),
        ("stainless steel water bottle", "stainles steel watter botle"),
        ("leather wallet for men", "leatherwallet formen"),
        ("chocolate biscuit 200 g", "choclate biscit 200 g"),
    ]
    clean, spoiled = (list(side) for side in zip(*pairs, strict=True))

    def kept(encoder):
        return (encoder.encode(clean) * encoder.encode(spoiled)).sum(axis=1).mean()

    assert kept(bundled) > kept(minilm) + 0.05


def test_a_converted_network_is_kept_and_gives_the_same(bundled, tmp_path):
    first = load_encoder("characterbert", folder=tmp_path).encode(TITLES)
    assert list((tmp_path / ".converted").iterdir())
    np.testing.assert_allclose(load_encoder("characterbert", folder=tmp_path).encode(TITLES), first, atol=1e-6)


def test_every_window_of_a_word_is_a_row_and_filling_is_none():
    [one, two] = word_windows(["ab", "abc"], 1000)
    assert (one > 0).sum() == 3 + 2 + 1  # <a ab b>, <ab ab>, <ab>
    assert (two > 0).sum() == 4 + 3 + 2 + 1
    assert len(set(one[one > 0]) & set(two[two > 0])) >= 3  # <a ab <ab
    inputs = title_windows(["one two three", "one"], 2, 1000)
    assert inputs["mask"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert not inputs["windows"][1, 3].any()


def test_what_is_saved_opens_again_packed_or_not(tmp_path):
    torch.manual_seed(0)
    module = SmallCharacterBert(SMALL).eval()
    inputs = module.inputs(["one two", "three"]).values()
    with torch.no_grad():
        expected = module(*inputs)
        for name, packed in (("plain", False), ("packed", True)):
            (tmp_path / name).mkdir()
            save_small(module, tmp_path / name, packed=packed)
            found = load_small(tmp_path / name)(*inputs)
            assert torch.cosine_similarity(found, expected).min() > (0.97 if packed else 0.99999)
    plain, packed = ((tmp_path / name / "model.safetensors").stat().st_size for name in ("plain", "packed"))
    assert packed < plain / 2


def test_a_damaged_or_missing_model_is_said(tmp_path):
    with pytest.raises(EncoderError, match="missing"):
        SmallCharacterBertEncoder(tmp_path)
    save_small(SmallCharacterBert(SMALL), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(f"characterbert:{tmp_path}").encode(["one"])


def test_a_backbone_is_saved_and_opened_again(tmp_path):
    backbone = open_backbone("characterbert", max_tokens=8)
    assert backbone.width == 384
    backbone.save(tmp_path)
    again = open_backbone(f"characterbert:{tmp_path}", max_tokens=8)
    inputs = backbone.inputs(["one two three", "four"])
    with torch.no_grad():
        torch.testing.assert_close(again.module(*inputs.values()), backbone.module(*inputs.values()))


def test_it_is_trained_and_opens_again(tmp_path):
    (tmp_path / "small").mkdir()
    torch.manual_seed(0)
    save_small(SmallCharacterBert(SMALL), tmp_path / "small")
    words = "red blue green lamp chair table shirt phone router watch cream oil".split()
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(words)[:4]) + f" {number}" for number in range(30)]
    titles = [f"{name} {extra}" for name in names for extra in ("promo", "original")]
    ids, labels = ([str(row // part) for row in range(len(titles))] for part in (1, 2))
    config = replace(
        LIGHT["text"], encoder=f"characterbert:{tmp_path / 'small'}", epochs=1, batch=16, letters=64, tune_share=0.3
    )
    train(Listings("mine", ids, labels, titles, [None] * len(titles)), tmp_path / "encoders", "mine", config, silent)
    vectors = open_trained(tmp_path / "encoders" / "mine").encode(["red lamp 3", "", "red lamp 3"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    again = load_encoder("mine", folder=tmp_path / "encoders").encode(["red lamp 3"])  # from the kept conversion
    assert again[0] == pytest.approx(vectors[0], abs=1e-5)
