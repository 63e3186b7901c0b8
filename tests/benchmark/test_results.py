"""What a comparison leaves on disk: it reads back, and so does what an earlier version wrote."""

import json

import pytest
from made_results import results

from matcher.benchmark.results import Results
from matcher.errors import DataError

FIGURE = {"value": 0.7, "low": 0.6, "high": 0.8}
MEASURED = {
    "precision": FIGURE, "recall": FIGURE, "f1": FIGURE, "pool": 40, "listings": 8, "products": 4,
    "text_threshold": 0.4, "image_threshold": 0.2,
}  # fmt: skip
EXAMPLE = {"left_id": "a", "right_id": "b", "text": 0.9, "image": 0.1}
APART = {
    "photo": 1, "title": 0, "both": 2, "neither": 0, "photo_examples": [EXAMPLE], "title_examples": [],
}  # fmt: skip
ROW = {
    "model": "bert+efficientnet", "data": "original", "encoders": ["bert", "efficientnet"], "unseen": MEASURED,
    "seen": None, "training_seconds": 12.5, "encoding_seconds": None, "apart": APART, "reason": "",
}  # fmt: skip
# As the first version wrote it: workspaces hold such files, so none of these names may change.
FIRST_VERSION = {
    "format": 1, "catalog_id": "shop", "catalog": "Shop", "version": "v", "basis": "b", "preset": "light",
    "epochs": None, "sides": {"listings": 40}, "rows": [ROW], "seconds": {"bert": {"training": 12.5}}, "updated": 1.0,
}  # fmt: skip


def test_a_comparison_of_the_first_version_opens():
    (row,) = Results.from_json(json.dumps(FIRST_VERSION)).rows
    assert row.title == "BERT + EfficientNet"
    assert row.unseen is not None
    assert row.unseen.f1.high == 0.8
    assert row.apart is not None
    assert row.apart.photo_examples[0].left_id == "a"


def test_what_is_written_now_has_the_names_of_the_first_version():
    assert json.loads(Results.from_json(json.dumps(FIRST_VERSION)).to_json()) == FIRST_VERSION


def test_a_comparison_reads_back():
    assert Results.from_json(results(pairs=2).to_json()) == results(pairs=2)


@pytest.mark.parametrize("change", [{"format": 2}, {"rows": 3}, {"rows": [{}]}, {"colour": "red"}])
def test_other_files_are_refused(change):
    with pytest.raises(DataError, match="Start it again"):
        Results.from_json(json.dumps(FIRST_VERSION | change))
