"""TF-IDF, picture hashes, and what holds for every encoder before a model is loaded."""

import subprocess
import sys

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from matcher.encoders.registry import ENCODERS, load_encoder
from matcher.errors import Cancelled, DataError, EncoderError
from matcher.images.picture_hash import phash_of
from matcher.vectors.embeddings import embeddings_of

TITLES = ["Botol Minum 500 ml biru", "botol minum 500ml BIRU", "Kaos polos pria", "", "!!! ---", "été 中文 ไทย 🙂"]
HASHES = st.text("0123456789abcdef", min_size=16, max_size=16)


def test_importing_the_encoders_loads_no_heavy_library():
    script = (
        "import sys, matcher.encoders.registry as e\n"
        "assert not {'openvino', 'torch', 'tokenizers', 'imagehash'} & set(sys.modules)\n"
        "e.load_encoder('tfidf'); e.load_encoder('phash'); e.load_encoder('bert'); e.load_encoder('efficientnet')\n"
        "assert not {'torch', 'timm', 'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_bundled_encoders_load_under_the_id_they_are_listed_with():
    for info in ENCODERS.values():
        if info.bundled:
            encoder = load_encoder(info.id)
            assert (encoder.id, encoder.modality) == (info.id, info.modality)
            assert encoder.version.startswith(info.id)


@pytest.mark.parametrize("spec", ["", "word2vec", "bert:", "tfidf:words", "efficientnet: "])
def test_an_unknown_encoder_is_answered_with_the_known_ones(spec):
    with pytest.raises(EncoderError, match="Choose one of tfidf, tfidf-char, bert"):
        load_encoder(spec)


@pytest.mark.parametrize("spec", ["tfidf", "tfidf-char"])
def test_tfidf_gives_unit_rows_and_zeros_without_a_word(spec):
    encoder = load_encoder(spec)
    embeddings = embeddings_of(encoder.encode(TITLES))
    assert encoder.fitted
    assert embeddings.present.tolist()[:4] == [True, True, True, False]
    assert embeddings.present[5]
    cosines = (embeddings.vectors @ embeddings.vectors.T).toarray()
    assert cosines[0, 1] > cosines[0, 2]


@pytest.mark.parametrize("spec", ["tfidf", "tfidf-char"])
@pytest.mark.parametrize("titles", [[], [""], ["", "?!"]])
def test_tfidf_of_titles_without_any_word_is_all_zeros(spec, titles):
    vectors = load_encoder(spec).encode(titles)
    assert vectors.shape[0] == len(titles)
    assert embeddings_of(vectors).present.sum() == 0 or spec == "tfidf-char"


def test_words_leave_out_stop_words_and_case_but_keep_sizes():
    encoder = load_encoder("tfidf")
    vectors = encoder.encode(["Kaos yang polos M", "KAOS polos m", "Kaos polos L"])
    cosines = (vectors @ vectors.T).toarray()
    assert cosines[0, 1] == pytest.approx(1)
    assert cosines[0, 2] < 0.99


@pytest.mark.parametrize("spec", ["tfidf", "tfidf-char"])
def test_a_title_asked_for_gets_the_vector_that_it_has_in_the_catalog(spec):
    encoder = load_encoder(spec)
    vectors = encoder.encode(TITLES)
    asked = encoder.encode_queries([TITLES[2], "zzzz qqqq"], TITLES)
    np.testing.assert_allclose(asked.toarray()[0], vectors.toarray()[2], atol=1e-6)
    other = encoder.encode_queries([TITLES[2]], [*TITLES, "sandal kulit"])  # fitted again on other titles
    assert other.shape[1] != asked.shape[1]


def test_tfidf_can_be_cancelled():
    def stop(progress):
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        load_encoder("tfidf").encode(TITLES, stop)


@given(HASHES, HASHES)
def test_distance_of_hashes_is_twice_the_share_of_differing_bits(left, right):
    vectors = load_encoder("phash").encode([left, right])
    differing = (int(left, 16) ^ int(right, 16)).bit_count()
    assert 1 - vectors[0] @ vectors[1] == pytest.approx(2 * differing / 64, abs=1e-6)


def test_no_hash_is_a_row_of_zeros_and_a_wrong_one_is_named():
    encoder = load_encoder("phash")
    assert embeddings_of(encoder.encode(["", "A7b618bd4636498d", ""])).present.tolist() == [False, True, False]
    assert encoder.encode([]).shape == (0, 64)
    with pytest.raises(DataError, match=r"Row 2 has the hash '12xy'; expected 16 hex digits"):
        encoder.encode(["", "12xy"])


def test_the_hash_of_a_photo_is_imagehash_s_and_outlives_jpeg(tmp_path):
    image = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 30, 180, 190), fill="navy")
    draw.rectangle((200, 60, 280, 180), fill="orange")
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.jpg", quality=40)
    assert phash_of(tmp_path / "a.png") == str(imagehash.phash(image))
    left, right = load_encoder("phash").encode([phash_of(tmp_path / name) for name in ("a.png", "b.jpg")])
    assert left @ right > 0.8
    with pytest.raises(DataError):
        phash_of(tmp_path / "missing.png")


def test_a_near_variant_is_as_near_to_many_copies_as_to_one():
    few = [
        "Enamel jug with spout 900 ml green",
        "Enamel jug with spout 900 ml green sale",
        "Door mat 60 cm",
        "Coat rack",
    ]

    def distance(titles):
        one, other = (load_encoder("tfidf-char").encode(titles)[row] for row in (0, 1))
        return 1 - one.multiply(other).sum()

    assert distance([*few, *[few[0]] * 80]) == pytest.approx(distance(few), abs=1e-6)
