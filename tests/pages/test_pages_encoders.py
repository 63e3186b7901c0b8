"""What the Encoders page decides, without a browser: what it shows of runs and jobs, and what a click starts."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from matcher import jobs
from matcher.pipeline import catalogs, encoding
from matcher.pipeline.encoding import ENCODED
from matcher.pipeline.model_diff import ModelDiffConfig, prepare_model_diff
from matcher.pipeline.train_encoder import TrainJob, train_catalog, training_job
from matcher.storage.records import Job
from matcher.storage.workspace import Workspace, open_workspace
from matcher.training.checkpoints import save_state
from matcher.training.history import CHECKPOINT
from matcher.training.runs import delete_run, export_run, import_run, runs, unfinished

ROOT = Path(__file__).parents[2]
WORDS = "red blue green lamp chair table shirt phone router watch cream oil steel wood paper glass".split()
VIEW = "encoders-view"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, thin_model: Path) -> Path:
    """A workspace with two catalogs of sixty titles, with labels and without, and two runs."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(0)
    names = [" ".join(rng.permutation(WORDS)[:4]) + f" {number}" for number in range(30)]
    titles = [f"{name} {extra}" for name in names for extra in ("promo", "original <b>stock</b>")]
    frame = pd.DataFrame({"id": [f"i{row}" for row in range(60)], "title": titles})
    workspace = open_workspace(folder / "workspace")
    for name, table in {"Plain": frame, "Shop": frame.assign(label=[f"p{row // 2}" for row in range(60)])}.items():
        table.to_csv(folder / "table.csv", index=False)
        catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "table.csv"), name))
    for run_id, scale in {"first": 24.0, "second": 12.0}.items():
        changes: dict[str, Any] = {"epochs": 2, "batch": 16, "tune_share": 0.3, "scale": scale}
        train_catalog(workspace, training_job(workspace, "shop", f"bert:{thin_model}", run_id=run_id, **changes))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", None, k=10))
    return workspace.root


@pytest.fixture
def workspace(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy of it, which the pages of this test read."""
    shutil.copytree(made, tmp_path / "workspace")
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def started(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Jobs that the page started; none is run."""
    begun: list[tuple[str, Any]] = []

    def start(at: Workspace, kind: str, config: Any) -> str:
        begun.append((kind, config))
        job = Job(uuid.uuid4().hex, kind, config.catalog_id, asdict(config), created=time.time())
        at.store.add_job(job)
        at.store.update_job(job.id, state="cancelled", finished=time.time())
        return job.id

    monkeypatch.setattr(jobs, "start", start)
    return begun


def opened(view: str = "", catalog: str = "shop") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = catalog
    app.run()
    checked(app.switch_page("pages/encoders.py").run())
    return checked(app.segmented_control(key=VIEW).set_value(view).run()) if view else app


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].stack_trace
    return app


def press(app: AppTest, label: str, place: int = 0) -> AppTest:
    return checked([button for button in app.button if button.label == label][place].click().run())


def said(app: AppTest) -> str:
    kinds = (app.caption, app.markdown, app.info, app.error, app.warning, app.success)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "")


def put_job(workspace: Workspace, state: str, message: str = "", run_id: str = "third") -> Job:
    config = training_job(workspace, "shop", "bert", run_id=run_id, name="light")
    job = Job(uuid.uuid4().hex, "train", "shop", asdict(config), created=time.time())
    workspace.store.add_job(job)
    workspace.store.update_job(job.id, state=state, message=message)
    return job


def put_checkpoint(workspace: Workspace, run_id: str = "third") -> None:
    epochs = [
        {"number": number, "loss": 1.0 if number else None, "f1": 0.5, "threshold": 0.3, "seconds": 1.0}
        for number in range(3)
    ]
    folder = unfinished(workspace.encoders, run_id)
    folder.mkdir()
    save_state(folder / CHECKPOINT, {}, {"fingerprint": "x", "history": epochs})


def test_every_encoder_is_listed_and_own_ones_first(workspace: Workspace) -> None:
    app = opened()
    shown = said(app)
    assert shown.index("**second**") < shown.index("**first**") < shown.index("**MiniLM**")
    assert "Learned the products of Shop, from model." in shown
    assert len([button for button in app.button if button.label == "Details"]) == 2
    used = [element.value for element in app.markdown if "In use" in element.value]
    assert len(used) == 1  # TF-IDF words; there are no photos


def test_what_a_comparison_trained_is_folded_away_until_it_is_used(workspace: Workspace) -> None:
    export_run(workspace.encoders, "first", workspace.root / "first.zip")
    import_run(workspace.root / "first.zip", workspace.encoders, "compare-shop-bert-original-0")
    app = opened()
    [folded] = [block for block in app.expander if block.label.startswith("Trained by a comparison")]
    assert folded.label.endswith("· 1")
    name = "**compare-shop-bert-original-0**"
    assert [element.value.replace("\\", "") for element in folded.markdown if "compare" in element.value] == [name]
    shown = said(app)
    assert shown.index("**first**") < shown.index("**MiniLM**") < shown.index(name)
    assert opened("Trained here").selectbox(key="run").options == ["second", "first", "compare-shop-bert-original-0"]
    kept = workspace.store.setting("shop", ENCODED)
    config = kept["config"] | {"text": "compare-shop-bert-original-0"}
    workspace.store.set_setting("shop", ENCODED, kept | {"config": config})
    app = opened()
    assert not [block for block in app.expander if block.label.startswith("Trained by a comparison")]
    assert name in said(app)


def test_an_encoder_is_used_for_its_side_and_the_other_side_stays(workspace: Workspace, started: list) -> None:
    app = opened()
    app.button(key="use-first").click().run()
    checked(app)
    assert started == [("encode", encoding.EncodeConfig("shop", "first", None, k=10))]


def test_a_training_starts_with_what_was_chosen(workspace: Workspace, started: list) -> None:
    app = opened("Train")
    assert app.text_input(key="train-name-bert").value == "shop-titles"
    assert "products kept out" not in said(app)
    assert "listings of other products are kept out" in said(app)
    app.number_input(key="train-epochs-bert-light").set_value(3)
    checked(app.checkbox(key="train-balanced-bert-light").check().run())
    assert "new pairs of title and photo" in said(app)
    app.text_input(key="train-name-bert").set_value("mine").run()
    press(app, "Start training")
    [(kind, config)] = started
    assert (kind, config.catalog_id, config.run_id) == ("train", "shop", "mine")
    assert config == training_job(
        workspace, "shop", "bert", run_id="mine", name="light", use_labels=True, epochs=3, balanced=True
    )


def test_what_was_typed_just_before_the_click_is_started(workspace: Workspace, started: list) -> None:
    app = opened("Train")
    app.number_input(key="train-patience-bert-light").set_value(900)
    press(app, "Start training")  # in the same run as the number, as when the page is slower than the fingers
    assert started[0][1].settings["patience"] == 900


def test_a_click_on_what_has_just_become_wrong_starts_nothing(workspace: Workspace, started: list) -> None:
    app = opened("Train")
    app.text_input(key="train-name-bert").set_value("first")
    press(app, "Start training")
    assert "There is a run first already" in said(app)
    checked(app.text_input(key="train-name-bert").set_value("mine").run())
    assert not started  # the click is not kept for later


def test_what_was_typed_outlives_other_views_pages_and_a_start_that_failed(workspace: Workspace, started: list) -> None:
    app = opened("Train")
    app.text_input(key="train-name-bert").set_value("mine").run()
    app.number_input(key="train-patience-bert-light").set_value(900).run()
    app.segmented_control(key="train-loss-bert-light").set_value("softmax").run()
    checked(app.segmented_control(key="encoders-view").set_value("All encoders").run())
    checked(app.segmented_control(key="encoders-view").set_value("Train").run())
    assert app.text_input(key="train-name-bert").value == "mine"
    checked(app.switch_page("pages/start.py").run())
    checked(app.switch_page("pages/encoders.py").run())
    checked(app.segmented_control(key="encoders-view").set_value("Train").run())
    press(app, "Start training")
    job = started[0][1]
    assert (job.run_id, job.settings["patience"], job.settings["loss"]) == ("mine", 900, "softmax")
    assert app.text_input(key="train-name-bert").value == "mine"  # it has not become a run


def test_an_encoder_that_has_no_other_models_offers_none_to_start_from(workspace: Workspace, started: list) -> None:
    app = opened("Train")
    assert not app.text_input(key="train-from-bert").disabled
    checked(app.segmented_control(key="train-kind").set_value("use").run())
    assert app.text_input(key="train-from-use").disabled
    press(app, "Start training")
    assert started[0][1].settings["encoder"] == "use"


def test_a_catalog_without_labels_is_trained_without(workspace: Workspace, started: list) -> None:
    app = opened("Train", "plain")
    assert "No product is known to have two listings" in said(app)
    assert "without labels" in said(app)
    press(app, "Start training")
    assert not started[0][1].settings["use_labels"]


@pytest.mark.parametrize(("name", "message"), [("first", "There is a run first already"), ("Ü", "cannot be named")])
def test_a_bad_name_is_told_before_anything_starts(workspace: Workspace, name: str, message: str) -> None:
    app = opened("Train")
    checked(app.text_input(key="train-name-bert").set_value(name).run())
    assert message in said(app)
    assert next(button for button in app.button if button.label == "Start training").disabled


def test_a_running_training_shows_its_curves_and_lets_no_second_one_start(workspace: Workspace) -> None:
    job = put_job(workspace, "running")
    put_checkpoint(workspace)
    with (workspace.job_files / f"{job.id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as its worker would
        app = opened("Train")
        assert "**Training third**" in said(app)
        assert "F1 on what was kept out" in said(app)
        assert "Start training" not in [button.label for button in app.button]
        press(app, "Cancel")
        assert jobs.get(workspace, job.id).cancel_requested
        [stopping] = [button for button in opened().button if button.label == "Stopping"]
        assert stopping.disabled


@pytest.mark.parametrize("kept", [True, False])
def test_a_cancelled_training_says_whether_anything_is_kept(workspace: Workspace, kept: bool) -> None:
    put_job(workspace, "cancelled", "Cancelled; what was finished is kept.")
    if kept:
        put_checkpoint(workspace)
    shown = said(opened())
    assert ("what was finished is kept" in shown) is kept
    assert ("there is no encoder to keep" in shown) is not kept


def test_the_second_of_two_trainings_is_told_of_the_first(workspace: Workspace) -> None:
    app = opened("Train")
    job = put_job(workspace, "running")  # another tab started it a moment ago
    with (workspace.job_files / f"{job.id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        press(app, "Start training")
    assert "A training of third is running on this catalog already; yours was not started." in said(app)


def test_a_killed_training_says_so_and_goes_on(workspace: Workspace, started: list) -> None:
    job = put_job(workspace, "running")  # nothing holds its lock
    put_checkpoint(workspace)
    app = opened()
    assert "The training of third failed. The process ended before it was done" in said(app)
    assert "after 2 epochs" in said(app)
    press(app, "Go on")
    assert started == [("train", TrainJob(**job.config))]


def test_a_failed_training_gives_its_reason_and_can_be_dismissed(workspace: Workspace) -> None:
    put_job(workspace, "failed", "The loss stopped being a number in epoch 1.")
    app = opened()
    assert "The loss stopped being a number in epoch 1." in said(app)
    assert "Start again" in [button.label for button in app.button]
    assert "stopped being a number" not in said(press(app, "Dismiss"))


def test_a_training_that_is_done_shows_what_it_came_to(workspace: Workspace) -> None:
    put_job(workspace, "done", run_id="first")
    assert "**first** is trained: F1 0." in said(opened())


def test_a_run_shows_its_figures_and_what_it_changed(workspace: Workspace, started: list) -> None:
    app = opened("Trained here")
    card = runs(workspace.encoders)[0]
    assert app.selectbox(key="run").value == card.id == "second"
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["F1 after"] == f"{card.figures['f1']:.3f}"
    assert figures["Best epoch"].endswith("of 2")
    press(app, "Compare")
    assert started == [("before-after", ModelDiffConfig("shop", "second"))]
    prepare_model_diff(workspace, ModelDiffConfig("shop", "second"))
    app = opened("Trained here")
    kept_out = card.data["listings"] - card.data["learned_from"]
    assert f"Of {kept_out} listings that the training did not learn from" in said(app)


def test_two_runs_stand_side_by_side(workspace: Workspace) -> None:
    app = opened("Trained here")
    app.selectbox(key="beside-second").set_value("first").run()
    checked(app)
    figures, settings = (element.value for element in app.dataframe[:2])
    assert list(figures.columns) == ["", "second", "first"]
    assert settings.to_numpy().tolist() == [["scale", "12.0", "24.0"]]


def test_deleting_asks_first(workspace: Workspace) -> None:
    app = press(opened("Trained here"), "Delete it")
    assert [card.id for card in runs(workspace.encoders)] == ["first"]
    assert app.selectbox(key="run").value == "first"
    press(app, "Delete it")
    assert [card.id for card in runs(workspace.encoders)] == []
    (workspace.encoders / "odd").mkdir()
    for name in ("config.json", "weights.safetensors"):
        (workspace.encoders / "odd" / name).write_text("nothing of the kind")
    app = opened()
    assert "The card of odd cannot be read." in said(app)
    press(app, "Delete")
    assert not (workspace.encoders / "odd").exists()


def test_an_encoder_in_use_that_is_gone_is_said_and_never_replaced_unasked(workspace: Workspace, started: list) -> None:
    kept = workspace.store.setting("shop", ENCODED)
    workspace.store.set_setting("shop", ENCODED, kept | {"config": kept["config"] | {"text": "first"}})
    delete_run(workspace.encoders, "first")
    line = "**first**, which read the titles, was deleted."
    app = opened()
    assert line in said(app)
    app.button(key="use-phash").click().run()  # for photos: the titles would have no encoder
    checked(app)
    assert "The Catalog page lets you choose both at once" in said(app)
    assert started == []
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = "shop"
    assert any("first (deleted)" in caption.value for caption in checked(app.run()).sidebar.caption)
    checked(app.switch_page("pages/catalog.py").run())
    assert line in said(app)
    assert app.selectbox(key="encode-text").value is None
    [again] = [button for button in app.button if button.label == "Find matches again"]
    assert again.disabled
    app.selectbox(key="encode-text").set_value("second").run()
    press(app, "Find matches again")
    assert [config.text for _, config in started] == ["second"]


def test_a_search_for_matches_that_failed_can_be_dismissed(workspace: Workspace) -> None:
    job = Job(uuid.uuid4().hex, "encode", "shop", {}, created=time.time())
    workspace.store.add_job(job)
    workspace.store.update_job(job.id, state="failed", message="The disk is full.")
    app = opened()
    assert "Finding matches failed. The disk is full." in said(app)
    assert "Finding matches failed" not in said(press(app, "Dismiss"))


def test_an_encoder_by_name_is_tried_first(workspace: Workspace, started: list) -> None:
    app = opened()
    app.text_input(key="trial-name").set_value("/no/such/model").run()
    press(app, "Try it")
    assert (started[0][0], started[0][1].spec) == ("trial", "bert:/no/such/model")
    job = jobs.latest(workspace, "trial", "shop")
    assert job
    again = Job(uuid.uuid4().hex, "trial", "shop", job.config, created=time.time())
    workspace.store.add_job(again)
    workspace.store.update_job(again.id, state="failed", message="There is no folder /no/such/model.")
    assert "There is no folder /no/such/model." in said(opened())


def test_own_runs_are_offered_where_matches_are_looked_for(workspace: Workspace) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = "shop"
    checked(app.run().switch_page("pages/catalog.py").run())
    assert app.selectbox(key="encode-text").options[:2] == [
        f"{name} · Learned the products of Shop, from model." for name in ("second", "first")
    ]


def test_how_matches_are_looked_for_is_kept_through_other_pages_and_another_search(
    workspace: Workspace, started: list
) -> None:
    kept = workspace.store.setting("shop", ENCODED)
    config = kept["config"] | {"k": 7, "metric": "euclidean", "text_weight": 0.3}
    workspace.store.set_setting("shop", ENCODED, kept | {"config": config})
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["catalog"] = "shop"
    checked(app.run().switch_page("pages/catalog.py").run())
    assert (app.number_input(key="encode-k").value, app.selectbox(key="encode-metric").value) == (7, "euclidean")
    app.number_input(key="encode-k").set_value(9).run()
    app.selectbox(key="encode-text").set_value("second").run()
    checked(app.switch_page("pages/start.py").run())
    checked(app.switch_page("pages/catalog.py").run())
    assert app.number_input(key="encode-k").value == 9
    press(app, "Find matches again")
    asked = started[-1][1]
    assert (asked.k, asked.metric, asked.text_weight, asked.text) == (9, "euclidean", 0.3, "second")
    workspace.store.set_setting("shop", ENCODED, kept | {"config": config | {"k": 11}})  # in another tab
    assert checked(app.run()).number_input(key="encode-k").value == 11
    workspace.store.set_setting("shop", ENCODED, kept | {"config": config, "content": "before an import"})
    press(checked(app.switch_page("pages/start.py").run()), "Find matches")
    assert (started[-1][1].k, started[-1][1].metric) == (7, "euclidean")


NO_MODEL = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=100)
app.query_params["catalog"] = "shop"
app.run().switch_page("pages/encoders.py").run()
for view in ("Train", "Trained here"):
    app.segmented_control(key="encoders-view").set_value(view).run()
    assert not app.exception
for page in ("browse", "thresholds", "review", "results"):
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
print("loaded:", *sorted({"torch", "openvino", "sklearn", "transformers"} & sys.modules.keys()))
"""


def test_pages_load_no_model_library(workspace: Workspace) -> None:
    prepare_model_diff(workspace, ModelDiffConfig("shop", "second"))
    done = subprocess.run(
        [sys.executable, "-c", NO_MODEL], cwd=ROOT, capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert done.stdout.splitlines()[-1:] == ["loaded:"], done.stderr
