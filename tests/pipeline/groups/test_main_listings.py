"""Main listings of a catalog: the rule is a setting, choices by hand go before it, photos are measured once."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from matcher.errors import CatalogReplaced, DataError
from matcher.images import jpeg
from matcher.matching.groups.main_listing import MainRule
from matcher.pipeline import catalogs
from matcher.pipeline.groups import photo_quality
from matcher.pipeline.groups.main_choices import read_chosen
from matcher.pipeline.groups.main_listings import (
    main_listings,
    read_rule,
    set_rule,
)
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import take_back
from matcher.storage.records import MAIN
from matcher.storage.workspace import open_workspace

GROUP = np.array([0, 0, 0, 1, 2, 2])
PATCHES = np.kron(np.random.default_rng(4).integers(0, 255, (20, 20, 3), np.uint8), np.ones((15, 15, 1), np.uint8))


@pytest.fixture
def workspace(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(6):
        photo = Image.fromarray(np.roll(PATCHES, 11 * number, axis=0))
        photo = photo.resize((240, 240)) if number == 1 else photo
        photo = photo.filter(ImageFilter.GaussianBlur(6)) if number == 0 else photo
        (photos / f"{number}.jpg").write_bytes(jpeg(photo))
    pd.DataFrame(
        {
            "item_id": [f"i{number}" for number in range(6)],
            "title": ["lamp", "brass desk lamp", "desk lamp", "hose", "red mug", "mug red 300 ml"],
            "image": ["0.jpg", "1.jpg", "", "3.jpg", "4.jpg", "5.jpg"],
            "seller": ["Ann", "Bo", "Cy", "Ann", "Ann", "Cy"],
            "price": ["9", "8.50", "", "1", "3,20", "3.10"],
        }
    ).to_csv(tmp_path / "shop.csv", index=False)
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop", str(photos)))
    return workspace


def mains(workspace, rule=None):
    """The main listing of each group, and why."""
    catalog = workspace.load_catalog("shop")
    found = main_listings(workspace, "shop", catalog, GROUP, rule)
    return [(f"i{row}", found.say(int(row))) for row in np.unique(found.row)]


@pytest.mark.parametrize(
    ("rule", "first", "last"),
    [
        (MainRule(), ("i1", "most complete title: 3 words"), ("i5", "most complete title: 4 words")),
        (MainRule("price"), ("i1", "cheapest: 8.50"), ("i5", "cheapest: 3.10")),
        (MainRule("seller", "seller", ("Cy", "Ann")), ("i2", "preferred seller: Cy"), ("i5", "preferred seller: Cy")),
        (MainRule("oldest"), ("i0", "oldest id: i0"), ("i4", "oldest id: i4")),
        (MainRule("photo"), ("i1", "largest sharp photo: 240 x 240 pixels"), None),
    ],
)
def test_each_rule_chooses(workspace, rule, first, last):
    found = mains(workspace, rule)
    assert found[:2] == [first, ("i3", "")]
    assert last in (found[2], None)


def test_the_rule_is_kept_and_a_choice_by_hand_goes_before_it(workspace):
    catalog = workspace.load_catalog("shop")
    assert read_rule(workspace, "shop", catalog) == MainRule()
    set_rule(workspace, "shop", MainRule("seller", preferred=("Bo",)))
    assert mains(workspace)[0] == ("i1", "preferred seller: Bo")
    choose(workspace, "i2")
    assert mains(workspace)[0] == ("i2", "chosen by hand")
    choose(workspace, "i0")
    assert mains(workspace)[0] == ("i0", "chosen by hand")
    take_back(workspace.store, "shop")
    assert mains(workspace)[0] == ("i2", "chosen by hand")


def choose(workspace, item_id, version=""):
    ids = (item_id, *({"i0", "i1", "i2"} - {item_id}))
    act(workspace.store, "shop", Intent(MAIN, (1,), ids), seen=[], version=version)


def test_a_listing_of_before_an_import_is_not_chosen(workspace, tmp_path):
    info, _ = workspace.open_catalog("shop")
    pd.read_csv(tmp_path / "shop.csv").assign(title="other goods").to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    with pytest.raises(CatalogReplaced):
        choose(workspace, "i2", info.version)
    assert read_chosen(workspace.store, "shop") == {}
    choose(workspace, "i2")
    assert set(read_chosen(workspace.store, "shop")) == {"i2"}


def test_a_column_that_is_gone_leaves_the_usual_rule_and_one_that_is_asked_for_is_named(workspace, tmp_path):
    set_rule(workspace, "shop", MainRule("price", "price"))
    pd.read_csv(tmp_path / "shop.csv").drop(columns=["price", "seller"]).to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    assert read_rule(workspace, "shop", workspace.load_catalog("shop")) == MainRule()
    with pytest.raises(DataError, match="no column 'price'"):
        mains(workspace, MainRule("price", "price"))
    with pytest.raises(DataError, match="no column of sellers"):
        mains(workspace, MainRule("seller"))


def test_photos_are_measured_once_and_only_in_groups_of_several(workspace, monkeypatch):
    mains(workspace, MainRule("photo"))
    file = workspace.folder("shop") / photo_quality.KEPT_AS
    photos = workspace.load_catalog("shop").listings["photo"]
    assert set(json.loads(file.read_bytes())) == set(photos[[0, 1, 4, 5]])
    monkeypatch.setattr(photo_quality, "measure_photo", lambda _: pytest.fail("measured again"))
    first = mains(workspace, MainRule("photo"))
    monkeypatch.undo()
    file.write_bytes(b"[1, 2")  # damaged: measured anew
    assert mains(workspace, MainRule("photo")) == first
    lost = workspace.images("shop") / photos[1]
    copy = lost.read_bytes()
    lost.unlink()
    file.unlink()
    assert mains(workspace, MainRule("photo"))[0][0] == "i0"  # what cannot be read stands last
    lost.write_bytes(copy)  # as another upload does
    assert mains(workspace, MainRule("photo")) == first
    kept = json.loads(file.read_bytes())
    file.write_text(json.dumps(kept | {photos[1]: [0, 0, 0.0]}))  # as an earlier version kept it
    assert mains(workspace, MainRule("photo")) == first
