"""An id that names other goods after an upload: its verdicts are set aside, told, and back when the goods are."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from matcher.matching.recipe import Recipe
from matcher.pipeline import catalogs, encoding, matches
from matcher.storage.history.actions import Intent, act
from matcher.storage.history.redo import find_redo, list_last, redo_action, redo_verdict, take_back
from matcher.storage.set_aside.goods import Goods, are_others
from matcher.storage.workspace import open_workspace

KETTLE, SHOE, CLOCK, HOSE, LAMP = (
    "Steel kettle 1.7 l", "Canvas shoe white size 42", "Oak wall clock", "Garden hose 20 m", "Desk lamp with clamp",
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def upload(workspace, tmp_path):
    """A function that imports listings, given as id=(title, number of a photo or None); what the import came to."""

    def run(**listings):
        photos = tmp_path / "photos"
        photos.mkdir(exist_ok=True)
        for number in {number for _, number in listings.values() if number is not None}:
            picture = np.random.default_rng(int(number)).integers(0, 255, (8, 8, 3), np.uint8)
            sent = Image.fromarray(picture).resize((200, 200), Image.Resampling.BICUBIC)
            sent.save(photos / f"{number}.jpg", quality=95 if number == int(number) else 60)  # 1.5: 1, saved anew
        rows = [(name, title, "" if number is None else f"{number}.jpg") for name, (title, number) in listings.items()]
        pd.DataFrame(rows, columns=["item_id", "title", "image"]).to_csv(tmp_path / "shop.csv", index=False)
        config = catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop", str(photos))
        return catalogs.import_catalog(workspace, config)

    return run


def in_force(workspace):
    return [(verdict.left_id, verdict.right_id, verdict.kind) for verdict in workspace.store.verdicts("shop")]


AB = ("a", "b", "match")


def say(workspace, one, other, kind="match"):
    return workspace.store.add_verdict("shop", one, other, kind, source="review")


def test_other_goods_set_verdicts_aside_and_the_old_ones_bring_them_back(workspace, upload):
    upload(a=(KETTLE, 1), b=(KETTLE, 2), c=(SHOE, 3))
    say(workspace, "b", "a")
    say(workspace, "a", "c", "different")
    say(workspace, "b", "c", "skip")
    assert upload(a=(KETTLE, 1), b=(CLOCK, 4), c=(SHOE, 3)).set_aside == 1
    assert in_force(workspace) == [("a", "c", "different")]
    assert workspace.store.skips("shop") == []
    (aside,) = workspace.store.verdicts_set_aside("shop")
    assert (aside.left_id, aside.right_id, aside.kind) == AB
    assert [goods.title for goods in aside.shown] == [KETTLE, KETTLE]
    upload(a=(KETTLE, 1), c=(SHOE, 3))  # b is gone: nothing new is known
    assert len(workspace.store.verdicts_set_aside("shop")) == 1
    assert upload(a=(KETTLE, 1), b=(KETTLE, 2), c=(SHOE, 3)).set_aside == 0
    assert AB in in_force(workspace)
    assert len(workspace.store.skips("shop")) == 1


@pytest.mark.parametrize(
    "now",
    [
        (KETTLE, 7),  # another photo of it
        ("Waterkoker roestvrij staal", 1),  # the title in another language
        ("NEW! steel KETTLE 1,7 l, free delivery", None),
        ("Kettle of steel 1.7 litres", 7),  # both edited
        ("Waterkoker roestvrij staal", 1.5),  # another title, and the same photo saved anew
        ("", 1),
    ],
)
def test_edits_of_title_or_photo_keep_verdicts(workspace, upload, now):
    upload(a=(KETTLE, 0), b=(KETTLE, 1))
    say(workspace, "a", "b")
    assert upload(a=(KETTLE, 0), b=now).set_aside == 0
    assert in_force(workspace) == [AB]


@pytest.mark.parametrize("now", [(HOSE, 7), (HOSE, None), ("", 7)])
def test_a_catalog_that_has_only_one_of_both_goes_by_that(workspace, upload, now):
    photo = None if now[1] is None else 1
    upload(a=(KETTLE, 0), b=(KETTLE if now[0] else "", photo))
    say(workspace, "a", "b")
    assert upload(a=(KETTLE, 0), b=now).set_aside == 1


def test_a_verdict_on_the_new_goods_is_in_force_until_the_old_ones_return(workspace, upload):
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    say(workspace, "a", "b")
    upload(a=(KETTLE, 1), b=(CLOCK, 4))
    say(workspace, "a", "b", "different")
    assert workspace.store.verdicts_set_aside("shop") == []  # what is in force says more of this pair
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    assert in_force(workspace) == [AB]
    upload(a=(KETTLE, 1), b=(CLOCK, 4))
    assert in_force(workspace) == [("a", "b", "different")]


def test_a_verdict_that_is_given_back_is_about_the_goods_of_now(workspace, upload):
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    given = say(workspace, "a", "b")
    upload(a=(KETTLE, 1), b=(CLOCK, 4))
    assert workspace.store.give_back_verdict("shop", given.id)
    assert not workspace.store.give_back_verdict("shop", given.id)
    assert in_force(workspace) == [AB]
    upload(a=(KETTLE, 1), b=(CLOCK, 4), c=(SHOE, 3))
    assert in_force(workspace) == [AB]
    assert upload(a=(KETTLE, 1), b=(HOSE, 5)).set_aside == 1


ANA = "a" * 16 + "." + "1" * 16


def test_what_was_taken_back_before_an_upload_is_not_given_again_to_other_goods(workspace, upload):
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    store = workspace.store
    said = store.add_verdict("shop", "a", "b", "match", source="review", session=ANA)
    assert take_back(store, "shop", session=ANA) == said
    upload(a=(CLOCK, 3), b=(HOSE, 4))
    assert find_redo(store, "shop", ANA) is None
    assert list_last(store, "shop", session=ANA) == []
    for again in (redo_verdict(store, "shop", session=ANA), redo_verdict(store, "shop", said.id, session=ANA)):
        assert again is None
    assert in_force(workspace) == []
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    assert in_force(workspace) == []  # it was taken back
    assert redo_verdict(store, "shop", session=ANA) == said
    assert in_force(workspace) == [AB]


def test_an_action_that_was_taken_back_before_an_upload_gives_other_goods_nothing(workspace, upload):
    upload(a=(KETTLE, 1), b=(KETTLE, 2))
    store = workspace.store
    done = act(store, "shop", Intent("same", (1,), ("a", "b"), 0, [("a", "b", "match")]), seen=[], session=ANA)
    assert take_back(store, "shop", session=ANA) == done
    upload(a=(CLOCK, 3), b=(HOSE, 4))
    assert redo_action(store, "shop", done.id, session=ANA) == done
    assert in_force(workspace) == []
    assert len(store.verdicts_set_aside("shop")) == 1
    assert upload(a=(KETTLE, 1), b=(KETTLE, 2)).set_aside == 0
    assert in_force(workspace) == [AB]


def test_ids_that_change_type_and_goods_at_once_are_followed_first(workspace, upload):
    upload(**{"09": (KETTLE, 1), "10": (SHOE, 2)})
    say(workspace, "09", "10", "different")
    upload(**{"9": (KETTLE, 1), "10": (SHOE, 2)})  # now the other one is the smaller
    (verdict,) = workspace.store.verdicts("shop")
    assert (verdict.left_id, verdict.right_id) == ("10", "9")
    upload(**{"9": (KETTLE, 1), "10": (HOSE, 5)})
    (aside,) = workspace.store.verdicts_set_aside("shop")
    assert [goods.title for goods in aside.shown] == [SHOE, KETTLE]


def test_ids_are_followed_for_what_is_set_aside_or_was_taken_back(workspace, upload):
    upload(**{"001": (KETTLE, 1), "002": (KETTLE, 2), "003": (SHOE, 3)})
    store = workspace.store
    say(workspace, "001", "002")
    store.add_verdict("shop", "002", "003", "different", source="review", session=ANA)
    take_back(store, "shop", session=ANA)
    upload(**{"001": (CLOCK, 4), "002": (KETTLE, 2), "003": (SHOE, 3)})
    upload(**{"1": (KETTLE, 1), "2": (KETTLE, 2), "3": (SHOE, 3)})
    assert in_force(workspace) == [("1", "2", "match")]
    assert redo_verdict(store, "shop", session=ANA)
    assert in_force(workspace) == [("1", "2", "match"), ("2", "3", "different")]


def test_an_id_that_was_judged_against_another_spelling_of_its_number_is_no_other_than_it_was(workspace, upload):
    upload(**{"001": (KETTLE, 1), "1": (KETTLE, 2), "b": (SHOE, 3)})
    store = workspace.store
    say(workspace, "001", "b", "different")
    store.add_verdict("shop", "001", "1", "match", source="review", session=ANA)
    take_back(store, "shop", session=ANA)
    upload(**{"1": (KETTLE, 2), "b": (SHOE, 3)})
    assert in_force(workspace) == [("001", "b", "different")]  # of a listing that is gone
    assert [(verdict.left_id, verdict.right_id) for verdict, _ in store.verdict_history("shop")] == [
        ("001", "b"), ("001", "1"),
    ]  # fmt: skip


def test_rows_that_stand_in_for_ids_move_and_their_verdicts_are_not_applied(workspace, tmp_path):
    titles = [KETTLE, "Steel kettle 1.7 l silver", SHOE, HOSE]

    def upload_rows(*titles):
        pd.DataFrame({"title": titles}).to_csv(tmp_path / "rows.csv", index=False)
        config = catalogs.ImportConfig(str(tmp_path / "rows.csv"), "Shop", mapping={"item_id": None, "title": "title"})
        return catalogs.import_catalog(workspace, config)

    upload_rows(*titles)
    one, other = workspace.load_catalog("shop").listings["item_id"][1:3]
    say(workspace, one, other)
    config = encoding.EncodeConfig("shop", "tfidf", None, k=3)
    recipe = Recipe("tfidf", None, text_threshold=0.01, k=3)
    assert upload_rows(CLOCK, LAMP, *titles).set_aside == 1
    encoding.encode(workspace, config)
    found = matches.match(workspace, "shop", recipe)
    assert (found["item_id"] == found["matches"]).all()


def test_verdicts_of_an_old_workspace_stay_and_are_held_against_the_next_upload(tmp_path):
    with zipfile.ZipFile(Path(__file__).with_name("workspace_0_1_0.zip")) as archive:
        archive.extractall(tmp_path / "workspace")
    old = open_workspace(tmp_path / "workspace")
    before = old.store.verdicts("corner-shop")
    assert len(before) == 4
    listings = old.load_catalog("corner-shop").listings[["item_id", "title", "label"]]
    listings.to_csv(tmp_path / "again.csv", index=False)
    config = catalogs.ImportConfig(str(tmp_path / "again.csv"), "Corner Shop")
    assert catalogs.import_catalog(old, config).set_aside == 0
    assert old.store.verdicts("corner-shop") == before
    listings.loc[listings["item_id"] == "p1-0", "title"] = LAMP
    listings.to_csv(tmp_path / "again.csv", index=False)
    assert catalogs.import_catalog(old, config).set_aside == 2
    assert [verdict.left_id for verdict in old.store.verdicts("corner-shop")] == ["p3-0", "p4-0"]


hashes = st.sampled_from(["", "0" * 16, "f" * 16])
goods = st.builds(Goods, st.sampled_from(["", KETTLE, SHOE, "Canvas shoe"]), st.just("x.jpg"), hashes)


@given(goods, goods)
def test_goods_are_others_only_where_all_that_can_be_compared_differs(one, other):
    assert are_others(one, other) == are_others(other, one)
    assert are_others(one, one) is (False if one.title or one.phash else None)
    if one.phash and one.phash == other.phash:
        assert are_others(one, other) is False
