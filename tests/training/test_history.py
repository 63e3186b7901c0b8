import time

import numpy as np
import pytest
import torch

from matcher.training.checkpoints import save_state
from matcher.training.config import STARTING_SECONDS, TrainConfig, expected_seconds, preset
from matcher.training.history import BEST, CHECKPOINT, COLUMNS, history_so_far


def epochs(count, f1=0.5):
    return [
        {"number": number, "loss": 1.0 / number if number else None, "f1": f1, "threshold": 0.3, "seconds": 2.0}
        for number in range(count)
    ]


def keep(file, count, fingerprint="one", f1=0.5):
    save_state(file, {"x": torch.zeros(3)}, {"fingerprint": fingerprint, "history": epochs(count, f1)})
    time.sleep(0.02)


def test_the_epochs_that_are_over_are_read(tmp_path):
    assert history_so_far(tmp_path).empty
    assert list(history_so_far(tmp_path / "nowhere").columns) == COLUMNS
    keep(tmp_path / BEST, 1)
    assert history_so_far(tmp_path)["number"].tolist() == [0]
    keep(tmp_path / CHECKPOINT, 4)
    found = history_so_far(tmp_path)
    assert found["number"].tolist() == [0, 1, 2, 3]
    assert np.isnan(found["loss"].iloc[0])
    assert found["loss"].tolist()[1:] == [1.0, 0.5, 1 / 3]
    keep(tmp_path / BEST, 3)  # the best may be written before the checkpoint: the longer history counts
    assert len(history_so_far(tmp_path)) == 4


def test_checkpoints_of_an_earlier_training_do_not_count(tmp_path):
    keep(tmp_path / CHECKPOINT, 4)
    keep(tmp_path / BEST, 1, fingerprint="two", f1=0.9)
    assert history_so_far(tmp_path)["f1"].tolist() == [0.9]


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\xff" * 64])
def test_a_damaged_checkpoint_is_passed_over(tmp_path, content):
    keep(tmp_path / CHECKPOINT, 2)
    (tmp_path / BEST).write_bytes(content)
    assert len(history_so_far(tmp_path)) == 2


def test_another_safetensors_file_is_passed_over(tmp_path):
    save_state(tmp_path / BEST, {"x": torch.zeros(1)}, {"id": "mine"})
    assert history_so_far(tmp_path).empty


def test_more_epochs_take_longer_and_photos_count_their_views():
    short, long = (expected_seconds(TrainConfig(epochs=epochs), 1000) for epochs in (2, 20))
    assert long - STARTING_SECONDS == pytest.approx(10 * (short - STARTING_SECONDS))
    light, paper = (expected_seconds(preset("image", name, has_gpu=False), 1000) for name in ("light", "paper"))
    assert paper > 5 * light > 0
