"""The search for the best recipe on a catalog of a workspace: what it finds can be taken, from a job or a terminal."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from made_shop import write_shop

from matcher import jobs
from matcher.cli.main import cli
from matcher.errors import Cancelled, TooLittleKnown
from matcher.pipeline import matches, recipes
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.encoding import EncodeConfig, encode, encode_catalog
from matcher.pipeline.pair_model.models import SEARCHED, load_model, model_file, read_recipe, save_model
from matcher.pipeline.recipe_search.learner import ModelLearner
from matcher.pipeline.recipe_search.meter import LEARN_UNITS, STEP, SearchMeter
from matcher.pipeline.recipe_search.search import SearchConfig, find_best_recipe, last_search, search_recipe
from matcher.progress import silent
from matcher.storage.workspace import Workspace

CONFIG = EncodeConfig("shop", "tfidf-char", "phash", k=3)  # few pairs, so that a model is learned in no time


def write_hard_shop(file, seed=3):
    """A shop in which neither titles, some without their size, nor photos tell products apart by themselves."""
    write_shop(file)
    table, rng = pd.read_csv(file, dtype=str), np.random.default_rng(seed)
    for row in range(len(table)):
        flips = sum(1 << int(bit) for bit in rng.choice(64, int(rng.integers(0, 17)), replace=False))
        table.loc[row, "phash"] = f"{int(table.loc[row, 'phash'], 16) ^ flips:016x}"
        cut = rng.random() < 0.3
        words = [word for word in table.loc[row, "title"].split() if not (cut and word in ("250", "500", "ml"))]
        table.loc[row, "title"] = " ".join([*words, *rng.choice(["gratis", "promo", "cheap", "best", "hot"], 2)])
    table.to_csv(file, index=False)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A workspace with a catalog that was searched at a terminal, and what that printed, wrote and said."""
    folder = tmp_path_factory.mktemp("searched")
    write_hard_shop(folder / "shop.csv")
    workspace = Workspace(folder / "workspace")
    import_catalog(workspace, ImportConfig(str(folder / "shop.csv"), "Shop"))
    encode(workspace, CONFIG)
    printed, said = StringIO(), StringIO()
    with redirect_stdout(printed), redirect_stderr(said):
        code = cli(["tune", "shop", "--search", "--out", f"{folder}/best.json", "--workspace", str(workspace.root)])
    assert code == 0
    return workspace, folder, printed.getvalue(), said.getvalue()


@pytest.fixture(scope="module")
def ladder(searched):
    return last_search(searched[0], "shop").ladder


def test_what_is_found_is_kept_and_can_be_taken(searched, ladder):
    workspace = searched[0]
    kept = last_search(workspace, "shop")
    assert kept.content == workspace.catalog_info("shop").content
    before = recipes.current_recipe(workspace, "shop")
    assert before != ladder.recipe
    recipes.set_recipe(workspace, "shop", ladder.recipe)
    try:
        assert (
            matches.evaluate(workspace, "shop", ladder.recipe).listing.f1
            > matches.evaluate(workspace, "shop", before).listing.f1
        )
    finally:
        recipes.set_recipe(workspace, "shop", before)


def test_figures_are_near_what_the_recipe_then_reaches(searched, ladder):
    assert ladder.end.low <= ladder.end.value <= ladder.end.high
    assert ladder.end.value > ladder.in_force.value
    assert ladder.listings == 144
    assert matches.evaluate(searched[0], "shop", ladder.recipe).listing.f1 == pytest.approx(ladder.end.value, abs=0.1)


def test_a_model_learns_from_those_who_have_a_say_and_is_not_cleaned_away(searched, ladder):
    workspace = searched[0]
    catalog, encoded = workspace.load_catalog("shop"), encode_catalog(workspace, CONFIG)
    learner = ModelLearner(workspace, catalog, encoded, None, SearchMeter(silent))
    has_say = catalog.listings["label"].str[-1].isin(list("012345")).to_numpy()
    learned = learner.learn_for([], [])(has_say, ladder.recipe)
    assert learned is not None
    learner.keep(learned[1])
    file = model_file(workspace, "shop", learned[1].pair_model)
    model = load_model(workspace, "shop", file.stem)
    assert (model.folds(catalog)[~has_say] == -1).all()
    assert learner.learn_for([], [])(np.zeros(len(has_say), np.bool_), ladder.recipe) is None
    kept = workspace.store.setting("shop", SEARCHED)
    workspace.store.set_setting("shop", SEARCHED, kept | {"recipe": learned[1].to_json()})
    try:
        for number in range(12):
            (file.parent / f"{number:032x}.json").write_text("{}")
        save_model(workspace, "shop", replace(model, f1=0.5))
        assert len(list(file.parent.glob("*.json"))) < 12
        assert last_search(workspace, "shop").ladder.recipe == learned[1]
    finally:
        workspace.store.set_setting("shop", SEARCHED, kept)


def test_a_search_that_does_not_suit_the_encoders_is_not_shown(searched, ladder):
    workspace, folder = searched[:2]
    other = Workspace(folder / "other")
    import_catalog(other, ImportConfig(str(folder / "shop.csv"), "Shop"))
    assert last_search(other, "shop") is None
    encode(workspace, replace(CONFIG, image=None))
    try:
        assert last_search(workspace, "shop") is None
    finally:
        encode(workspace, CONFIG)
    assert last_search(workspace, "shop").ladder == ladder


def test_a_terminal_prints_each_step_and_writes_the_recipe(searched, ladder, capsys):
    workspace, folder, printed, said = searched
    lines = printed.splitlines()
    assert lines[0].endswith("F1 before the first step")
    assert len(lines) == 2 + len(ladder.rungs)
    assert any("Matching by title and photo adds " in line for line in lines)
    assert any(line.endswith("not taken)") for line in lines)
    assert "on products that had no say" in said
    assert read_recipe((folder / "best.json").read_text()) == ladder.recipe
    arguments = ["tune", "shop", "--search", "--fusion", "mean", "--out", str(folder / "no.json")]
    assert cli([*arguments, "--workspace", str(workspace.root)]) == 2
    assert "leave --fusion and --objective out" in capsys.readouterr().err


def test_a_search_can_be_cancelled_and_leaves_the_last_one(searched, ladder):
    workspace = searched[0]

    told = []

    def stop(progress):
        told.append(progress)
        if progress.step == STEP and progress.done > 20:
            raise Cancelled("Stop.")

    before = last_search(workspace, "shop")
    with pytest.raises(Cancelled):
        search_recipe(workspace, SearchConfig("shop"), stop)
    assert last_search(workspace, "shop") == before
    parts = [progress for progress in told if progress.step == STEP]
    assert [part.done for part in parts] == sorted(part.done for part in parts)
    assert {part.total for part in parts} == {4 * (14 + LEARN_UNITS)}
    assert jobs.KINDS["search"].config is SearchConfig


def test_too_few_products_to_measure_on_are_said(tmp_path):
    write_shop(tmp_path / "shop.csv")
    table = pd.read_csv(tmp_path / "shop.csv", dtype=str)
    table.loc[table["label"].isin(sorted(set(table["label"]))[29:]), "label"] = ""
    table.to_csv(tmp_path / "few.csv", index=False)
    workspace = Workspace(tmp_path / "workspace")
    import_catalog(workspace, ImportConfig(str(tmp_path / "few.csv"), "Shop"))
    with pytest.raises(TooLittleKnown, match="29 labelled products have two listings"):
        find_best_recipe(workspace, CONFIG)
