"""What the registry says of encoders is true, and README's table says the same."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from matcher.encoders.backbones import open_backbone
from matcher.encoders.base import COLUMN_OF, THRESHOLD, resolve
from matcher.encoders.fine_tuned import find_origin
from matcher.encoders.model_card import Card
from matcher.encoders.registry import (
    ENCODERS,
    encoder_spellings,
    encoder_title,
    find_encoder,
    load_encoder,
    trainable_encoders,
)
from matcher.errors import EncoderError
from matcher.ingest.profile import LANGUAGES

ROOT = Path(__file__).parents[2]
READS = {"text": "titles", "image": "photos"}


def test_readme_s_table_is_the_registry_s():
    expected = []
    for info in ENCODERS.values():
        if ":" not in info.id:
            expected.append(f"| `{info.id}` | {READS[info.modality]} | {info.one_line} |")
        if info.named:
            expected.append(f"| `{info.id}:NAME` | {READS[info.modality]} | {info.named.what}, by {info.named.by} |")
    [table] = re.findall(
        r"\| id \| for \| what it is good for \|\n\|---\|---\|---\|\n((?:\|.*\n)+)",
        ROOT.joinpath("README.md").read_text(),
    )
    assert table.splitlines() == expected


@pytest.mark.parametrize("info", ENCODERS.values(), ids=ENCODERS)
def test_what_an_entry_names_is_there(info):
    places = [info.opener, *((info.training.backbone, info.training.converted) if info.training else ())]
    assert all(place.startswith("matcher.encoders.") and callable(resolve(place)) for place in places if place)
    assert info.training is None or info.modality == "image" or info.training.converted
    assert COLUMN_OF[info.modality] in info.columns
    assert set(info.languages) <= LANGUAGES.keys()
    assert 0 < info.threshold < 1 <= info.room_in_mean


@pytest.mark.parametrize(
    ("spec", "inputs"),
    [
        ("phash", ["a7b618bd4636498d"]),
        ("bert", ["red"]),
        ("use", ["red"]),
        ("characterbert", ["red"]),
        ("efficientnet", []),
    ],
)
def test_vectors_have_the_width_that_their_entry_says(spec, inputs, converted):
    assert load_encoder(spec, folder=converted).encode(inputs).shape == (len(inputs), ENCODERS[spec].width)


def test_a_named_model_has_its_own_title_and_nothing_that_was_measured_of_the_bundled_one():
    family, info = ENCODERS["bert"], find_encoder("bert: some/where/model/ ")
    assert (info.id, info.title, info.modality) == ("bert:some/where/model/", "model", "text")
    assert (info.opener, info.training) == (family.opener, family.training)
    assert (info.threshold, info.width, info.comparison, info.bundled) == (THRESHOLD, None, None, False)
    assert encoder_title("bert:some/where/model/") == "model"
    assert encoder_title("efficientnet:tf_efficientnet_b3") == "EfficientNet-B3"
    assert encoder_title("my-titles") == "my-titles"


@pytest.mark.parametrize("spec", ["", ":", "bert:", "bert: ", "tfidf:words", "phash:x", "word2vec:x", "bert/x", "none"])
def test_a_name_that_is_none_finds_nothing(spec):
    assert find_encoder(spec) is None


def test_what_can_be_named_and_what_can_be_trained():
    assert encoder_spellings("image") == ["efficientnet", "phash", "efficientnet:<name, checkpoint file or folder>"]
    assert list(trainable_encoders()) == ["bert", "use", "characterbert", "efficientnet"]
    for spec in ("tfidf", "mine", ""):
        with pytest.raises(EncoderError, match="cannot be trained; start from bert, use, characterbert, efficientnet"):
            open_backbone(spec)


@pytest.mark.parametrize("origin", ["word2vec", "tfidf", "efficientnet", "efficientnet:x", ""])
def test_a_card_that_names_no_fit_origin_is_refused(origin):
    card = Card("mine", "text", "bert:some/model", {}, "Shop", {}, {}, {}, 8)
    assert find_origin(card)[0].id == "bert:some/model"
    with pytest.raises(EncoderError, match="no encoder for text that can be trained"):
        find_origin(replace(card, encoder=origin))
