import pandas as pd
import pytest

from matcher.pipeline import catalogs
from matcher.storage.names import find_renamed, number_of
from matcher.storage.workspace import open_workspace


@pytest.mark.parametrize(
    ("item_id", "number"),
    [
        ("00001", "1"),
        ("1", "1"),
        ("1.0", "1"),
        ("0", "0"),
        ("000", "0"),
        ("10.00", "10"),
        ("1.5", None),
        ("", None),
        ("a1", None),
        ("-1", None),
        ("1.", None),
        ("\u0661", None),
        ("1 ", None),
    ],
)
def test_an_id_is_a_whole_number_or_another_text(item_id, number):
    assert number_of(item_id) == number


def test_ids_are_followed_only_without_a_doubt():
    assert find_renamed(["00001", "00002"], ["1", "2", "3"]) == {"00001": "1", "00002": "2"}
    assert find_renamed(["1", "2"], ["1", "2", "01"]) == {}  # they are still there
    assert find_renamed(["01", "2"], ["1", "1.0", "2"]) == {}  # which of the two?
    assert find_renamed(["01", "001"], ["1", "2"]) == {}  # both would be one listing
    assert find_renamed(["1", "01"], ["1"]) == {}  # the other 1 is gone
    assert find_renamed(["a", "b"], ["1"]) == {}


def test_verdicts_find_ids_that_another_program_wrote_otherwise(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")

    def upload(*ids):
        pd.DataFrame({"item_id": ids, "title": [f"kettle {n}" for n in range(3)]}).to_csv(
            tmp_path / "s.csv", index=False
        )
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "s.csv"), "Shop"))

    upload("00009", "00010", "00011")
    workspace.store.add_verdict("shop", "00009", "00010", "match", source="review")
    workspace.store.add_verdict("shop", "00010", "00011", "skip", source="review")
    for ids in (("9", "10", "11"), ("9.0", "10.0", "11.0"), ("00009", "00010", "00011")):
        upload(*ids)
        (said,), (skip,) = workspace.store.verdicts("shop"), workspace.store.skips("shop")
        assert (said.left_id, said.right_id) == tuple(sorted(ids[:2]))
        assert (skip.left_id, skip.right_id) == tuple(sorted(ids[1:]))
    upload("x", "y", "z")
    assert workspace.store.verdicts("shop")[0].left_id == "00009"


def test_an_id_is_not_followed_to_a_listing_that_was_there_beside_it(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")

    def upload(**titles):
        pd.DataFrame(titles.items(), columns=["item_id", "title"]).to_csv(tmp_path / "s.csv", index=False)
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "s.csv"), "Shop"))

    upload(**{"001": "red kettle", "1": "red kettle", "b": "blue clock"})
    workspace.store.add_verdict("shop", "001", "b", "different", source="review")
    upload(**{"1": "red kettle", "b": "blue clock"})
    assert workspace.store.verdicts("shop")[0].left_id == "001"
