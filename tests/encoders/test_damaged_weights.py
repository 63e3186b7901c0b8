"""Folders and names that are no models: each is refused in plain words, whether to encode with or to train."""

import pytest

from matcher.encoders.backbones import open_backbone
from matcher.encoders.registry import load_encoder
from matcher.errors import EncoderError

CONFIGS = {
    "efficientnet": ["{oops", "[1]", '{"architecture": 5}', "[" * 100_000],
    "bert": ["{oops", "[1]", '{"model_type": "bert", "hidden_size": "x"}', "[" * 100_000],
    "characterbert": [
        "{oops", "[" * 100_000, '{"model_type": "twinshelf-characterbert", "hidden": "x"}',
        '{"model_type": "twinshelf-characterbert", "buckets": 1e9}', '{"model_type": "character_bert"}',
    ],
}  # fmt: skip
LONG = "x" * 5_000


@pytest.mark.parametrize(("kind", "config"), [(kind, config) for kind, many in CONFIGS.items() for config in many])
def test_a_folder_with_a_damaged_config_is_refused(tmp_path, kind, config):
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(EncoderError):
        load_encoder(f"{kind}:{tmp_path}", folder=tmp_path).encode(["red lamp"])
    with pytest.raises(EncoderError):
        open_backbone(f"{kind}:{tmp_path}")


@pytest.mark.parametrize(
    "spec", [LONG, f"bert:{LONG}", f"characterbert:{LONG}", f"efficientnet:{LONG}", "bert:~nobody/x"]
)
def test_a_name_that_can_be_none_is_refused_briefly(tmp_path, spec):
    with pytest.raises(EncoderError) as caught:
        load_encoder(spec, folder=tmp_path)
    assert len(str(caught.value)) < 500


def test_who_asks_for_an_encoder_that_is_gone_hears_which_there_are(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").touch()
    with pytest.raises(EncoderError, match=r"'gone', or it was deleted.*one trained here: mine"):
        load_encoder("gone", folder=tmp_path)
