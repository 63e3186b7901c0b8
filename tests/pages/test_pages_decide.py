"""What Thresholds, Review and Results decide, without a browser: what they show and what a click writes."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from run_pages import ROOT, checked, opened, press, send_event
from streamlit.testing.v1 import AppTest
from workers import Fill

from matcher.matching.metrics import listing_scores, pair_scores, truth_of
from matcher.matching.recipe import decide
from matcher.pipeline import catalogs, encoding, recipes, training_rows
from matcher.pipeline.matches import evaluate, find_contradictions
from matcher.pipeline.matches import match as match_by_recipe
from matcher.review import sampling
from matcher.review.queue import review_queue
from matcher.review.sampling import shuffled
from matcher.storage.workspace import Workspace, open_workspace
from pages._review import questions
from pages._shared.escape import literal

KINDS = ["sabun lavender", "teh hijau celup", "sepatu lari putih", "kabel data cepat", "tas ransel biru"]
HOSTILE = "<script>alert(1)</script> sabun lavender **500** ml"

MakeShop = Callable[[bool], Workspace]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Fill) -> MakeShop:
    """Makes a workspace with 25 listings of five products, encoded by what needs no model."""

    def make(labels: bool) -> Workspace:
        monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
        fill(tmp_path, make_shop, labels)
        return open_workspace(tmp_path / "workspace")

    return make


def make_shop(folder: Path, labels: bool) -> None:
    rng = np.random.default_rng(3)
    rows = []
    for number in range(25):
        kind = number % 5
        flips = sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 6), replace=False))
        rows.append(
            {
                "id": f"i{number:02}",
                "title": HOSTILE if number == 0 else f"{KINDS[kind]} {rng.choice(['promo', 'murah', 'ori'])} {number}",
                "phash": f"{(0x9E3779B97F4A7C15 * (kind + 1) % 2**64) ^ flips:016x}",
            }
            | ({"label": KINDS[kind]} if labels else {})
        )
    pd.DataFrame(rows).to_csv(folder / "shop.csv", index=False)
    workspace = open_workspace(folder / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(folder / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=10))
    recipe = replace(recipes.current_recipe(workspace, "shop"), fusion="either")
    recipes.set_recipe(workspace, "shop", replace(recipe, text_threshold=0.4, image_threshold=0.2))
    workspace.store.close()


def given(app: AppTest, key: str) -> dict[str, Any]:
    """What a component was given."""
    sent = [json.loads(node.proto.json) for node in app.main if node.type == "bidi_component" and key in node.proto.id]
    assert sent, key
    return sent[0]


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def test_thresholds_say_where_an_encoder_was_trained_on_what_they_are_measured_on(shop: MakeShop, monkeypatch):
    shop(True)
    said = captions(opened("thresholds"))
    assert "trained on" not in said
    assert "recall the share of the pairs of one product that match" in said  # no word without what it means
    seen = np.arange(25) < 20
    monkeypatch.setattr(training_rows, "read_training_rows", lambda *_: seen)
    st.cache_resource.clear()
    assert "20 of these listings are of products that an encoder in use was trained on" in captions(
        opened("thresholds")
    )


def answer(app: AppTest, kind: str, **changes: Any) -> AppTest:
    """Answer the pair of Review as the browser does; `changes` are to what it sends."""
    (node,) = [node for node in app.main if node.type == "bidi_component" and "-pair" in node.proto.id]
    shown = json.loads(node.proto.json)
    one, other = [card["item"] for card in shown["columns"][0]["cards"]] or ("", "")
    if kind == "undo":
        one = other = ""
    sent = {"n": shown["received"] + 1, "kind": kind, "one": one, "other": other, "about": shown["about"]} | changes
    message = {"session": "0" * 16 + "." + "1" * 16, "run": shown["run"], "answers": [sent]}
    return send_event(app, node, "answers", message)


def said(app: AppTest) -> str:
    """All text on the page."""
    return "\n".join(element.value for kind in (app.caption, app.markdown) for element in kind)


def test_sliders_show_exactly_what_the_metrics_say(shop: MakeShop) -> None:
    workspace = shop(True)
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded
    truth = truth_of(encoded.pairs, workspace.load_catalog("shop").codes)
    is_match = decide(encoded.pairs, recipes.current_recipe(workspace, "shop"))
    shown = given(opened("thresholds"), "sliders")
    assert [row["id"] for row in shown["rows"]] == ["text", "image"]
    assert shown["exact"]["pair"] == {"matches": int(is_match.sum()), **vars(pair_scores(is_match, truth))}
    assert shown["exact"]["listing"] == vars(listing_scores(is_match, truth))
    assert shown["reached"] == pytest.approx(truth.candidate_recall)
    assert shown["true_pairs"] == 5 * 10


def test_best_f1_is_kept_and_survives_a_reload(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("thresholds")
    before = given(app, "sliders")
    after = given(press(app, "Best F1"), "sliders")
    assert after["exact"]["listing"]["f1"] >= before["exact"]["listing"]["f1"]
    assert recipes.current_recipe(workspace, "shop").text_threshold == after["rows"][0]["value"]
    again = given(opened("thresholds"), "sliders")
    assert [row["value"] for row in again["rows"]] == [row["value"] for row in after["rows"]]


def test_the_asked_precision_is_reached(shop: MakeShop) -> None:
    shop(True)
    app = opened("thresholds")
    app.number_input(key="floor").set_value(0.9).run()
    shown = given(press(app, "Most recall with a precision of at least"), "sliders")
    assert shown["exact"]["pair"]["precision"] >= 0.9
    assert shown["exact"]["pair"]["recall"] > 0


@pytest.mark.parametrize(
    ("fusion", "sliders", "rule"), [("both", 2, "both"), ("mean", 1, "either"), ("fused", 1, "either")]
)
def test_every_rule_has_its_sliders_and_matches(shop: MakeShop, fusion: str, sliders: int, rule: str) -> None:
    workspace = shop(True)
    recipe = recipes.current_recipe(workspace, "shop")
    recipes.set_recipe(workspace, "shop", replace(recipe, fused_threshold=None))  # as a tuned one may have it
    app = opened("thresholds")
    checked(app.segmented_control(key="fusion").set_value(fusion).run())
    shown = given(app, "sliders")
    assert (len(shown["rows"]), shown["rule"]) == (sliders, rule)
    recipe = recipes.current_recipe(workspace, "shop")
    assert recipe.fusion == fusion
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded
    assert shown["exact"]["pair"]["matches"] == decide(encoded.pairs, recipe).sum()


def test_the_kind_of_mean_can_be_chosen(shop: MakeShop) -> None:
    workspace = shop(True)
    app = checked(opened("thresholds").segmented_control(key="fusion").set_value("mean").run())
    usual = given(app, "sliders")["exact"]["pair"]["matches"]
    shown = given(checked(app.segmented_control(key="mean").set_value("geometric").run()), "sliders")
    recipe = recipes.current_recipe(workspace, "shop")
    assert (recipe.fusion, recipe.mean) == ("mean", "geometric")
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded
    assert shown["exact"]["pair"]["matches"] == decide(encoded.pairs, recipe).sum() >= usual


def test_a_move_shows_the_pairs_that_flip(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("thresholds")
    assert "The last to match" in said(app)
    moved = replace(recipes.current_recipe(workspace, "shop"), text_threshold=0.9, fusion="either")
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded
    won = int(
        decide(encoded.pairs, moved).sum() - decide(encoded.pairs, recipes.current_recipe(workspace, "shop")).sum()
    )
    workspace.store.save_preset("shop", "loose", moved.to_json())
    press(opened_again := checked(app.run()), "loose")
    assert f"Became matches: {won}" in said(opened_again)


def test_a_preset_is_saved_taken_and_deleted(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("thresholds")
    first = recipes.current_recipe(workspace, "shop")
    app.text_input(key="preset-name").set_value("before").run()
    assert list(workspace.store.presets("shop")) == ["before"]
    press(app, "Best F1")
    assert recipes.current_recipe(workspace, "shop") != first
    press(app, "before")
    assert recipes.current_recipe(workspace, "shop") == first
    checked(app.button(key="drop-before").click().run())
    assert workspace.store.presets("shop") == {}
    app.button(key="preset-back").click().run()
    assert list(workspace.store.presets("shop")) == ["before"]
    assert "Deleted" not in said(app)


def test_a_preset_that_another_took_the_place_of_is_brought_back(shop: MakeShop) -> None:
    workspace = shop(True)
    earlier = replace(recipes.current_recipe(workspace, "shop"), text_threshold=0.11).to_json()
    workspace.store.save_preset("shop", "mine", earlier)
    app = opened("thresholds")
    app.text_input(key="preset-name").set_value("mine").run()
    later = workspace.store.presets("shop")["mine"]
    assert later != earlier
    assert "Replaced: mine" in said(app)
    app.button(key="preset-back").click().run()
    assert workspace.store.presets("shop") == {"mine": earlier}
    app.button(key="preset-back").click().run()  # and the later one again
    assert workspace.store.presets("shop") == {"mine": later}
    app.text_input(key="preset-name").set_value("new").run()
    assert "Replaced: mine" in said(app)  # what is kept beside it loses nothing


def test_without_labels_there_are_counts_and_the_way_to_figures(shop: MakeShop) -> None:
    shop(False)
    app = opened("thresholds")
    shown = given(app, "sliders")
    assert shown["true_pairs"] is None
    assert shown["exact"]["listing"] is None
    assert sum(shown["rows"][0]["other"]) > 0
    assert "Nothing is known of these pairs yet" in said(app)
    assert all(button.disabled for button in app.button if button.label == "Best F1")


def test_verdicts_give_figures_where_there_are_no_labels(shop: MakeShop) -> None:
    workspace = shop(False)
    for other, kind in (("i05", "match"), ("i10", "match"), ("i01", "different"), ("i02", "unsure")):
        workspace.store.add_verdict("shop", "i00", other, kind, source="browse")
    app = opened("thresholds")
    shown = given(app, "sliders")
    assert shown["true_pairs"] == 2
    assert shown["exact"]["listing"] is None
    assert 0 <= shown["exact"]["pair"]["recall"] <= 1
    assert "2 pairs judged the same and 1 judged different" in said(app)


def test_verdicts_alone_choose_thresholds_on_the_page_and_in_the_terminal_alike(shop: MakeShop) -> None:
    workspace = shop(False)
    row = {item_id: number for item_id, number in workspace.load_catalog("shop").rows.items()}
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded
    for question in review_queue(encoded.pairs, recipes.current_recipe(workspace, "shop"), list(row), [], (), 60):
        one, other = (int(end[question.pair]) for end in (encoded.pairs.left, encoded.pairs.right))
        kind = "match" if one % 5 == other % 5 else "different"
        ids = [f"i{number:02}" for number in (one, other)]
        workspace.store.add_verdict("shop", *ids, kind, source="review", sampled=question.sampled)
    before = recipes.current_recipe(workspace, "shop")
    told = recipes.tune(workspace, encoded.config)
    press(opened("thresholds"), "Best F1")
    after = recipes.current_recipe(workspace, "shop")
    assert after == told != before
    assert replace(after, text_threshold=before.text_threshold, image_threshold=before.image_threshold) == before


def test_every_page_says_the_same_of_a_pair_that_labels_and_a_curator_see_otherwise(shop: MakeShop) -> None:
    """A match of one label, judged different: Thresholds took it for right where Browse listed it as false."""
    workspace = shop(True)
    encoded, catalog = encoding.load_encoded(workspace, "shop"), workspace.load_catalog("shop")
    assert encoded
    pairs, codes, ids = encoded.pairs, catalog.codes, catalog.listings["item_id"].tolist()
    recipe = recipes.current_recipe(workspace, "shop")
    is_match, same_label = decide(pairs, recipe), codes[pairs.left] == codes[pairs.right]
    pair = int(np.flatnonzero(is_match & same_label)[0])
    one, other = ids[pairs.left[pair]], ids[pairs.right[pair]]
    workspace.store.add_verdict("shop", one, other, "different", source="review")

    thresholds = opened("thresholds")
    shown = given(thresholds, "sliders")
    assert shown["true_pairs"] == 5 * 10 - 1
    right, matches = int((is_match & same_label).sum()) - 1, int(is_match.sum())
    assert shown["exact"]["pair"]["precision"] == pytest.approx(right / matches)
    assert "1 verdict above them" in said(thresholds)
    evaluation = evaluate(workspace, "shop", recipe)
    figures = [f"{value:.3f}" for scores in (evaluation.listing, evaluation.pair) for value in vars(scores).values()]
    assert evaluation.pair.precision == 1.0  # the verdict is obeyed in what is handed out
    results = captions(opened("results"))
    assert "precision {}, recall {}, F1 {} as the mean over listings".format(*figures[:3]) in results
    assert "{}, {} and {} over pairs".format(*figures[3:]) in results
    groups = evaluation.groups
    assert f"over listings, {groups.bcubed.f1:.3f}. {groups.exact:.1%} of the {groups.measured} groups" in results
    contest = match_by_recipe(workspace, "shop", recipe).set_index("item_id")["matches"].str.split()
    sizes = contest.map(len).to_numpy()
    assert evaluation.listing.f1 == pytest.approx(
        np.mean(2 * sizes / (sizes + 5 - np.isin(contest.index, [one, other])))
    )

    browse = checked(opened("browse").pills(key="show").set_value("False").run())
    listed = [card["item"] for card in given(browse, "strip")["columns"][0]["cards"]]
    assert {one, other} <= set(listed)
    board = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    board.query_params["item"] = one
    checked(checked(board.run()).switch_page("pages/browse.py").run())
    (card,) = [card for card in given(board, "board")["columns"][0]["cards"] if card["item"] == other]
    assert [badge["text"] for badge in card["badges"]] == ["False match", "Same label"]

    # Taking its edge as the threshold brings the pair among the tiles, which say what Browse says.
    distance = float(pairs.distance["text"][pair])
    recipes.set_recipe(workspace, "shop", replace(recipe, text_threshold=distance, image_threshold=0.0))
    drawn = [node.proto.body for node in opened("thresholds").main if node.type == "html"]
    tiles = [tile for body in drawn for tile in body.split("<article>") if f'"{one}"' in tile and f'"{other}"' in tile]
    assert tiles
    assert all("different products" in tile for tile in tiles)
    assert '<article tabindex="0" aria-label="' in "".join(drawn)  # what can have the focus has a name


def test_a_verdict_is_stored_before_the_next_pair_shows(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    asked = [card["item"] for card in given(app, "pair")["columns"][0]["cards"]]
    answer(app, "match")
    (verdict,) = workspace.store.verdicts("shop")
    assert sorted(asked) == [verdict.left_id, verdict.right_id]
    assert (verdict.kind, verdict.source) == ("match", "review")
    assert [card["item"] for card in given(app, "pair")["columns"][0]["cards"]] != asked
    assert "**1** judged" in said(app)


def test_previous_shows_pairs_again_and_takes_nothing_back(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    pairs: list[list[str]] = []
    for kind in ("match", "skip", "different"):
        pairs.append([card["item"] for card in given(app, "pair")["columns"][0]["cards"]])
        answer(app, kind)
    waiting = [card["item"] for card in given(app, "pair")["columns"][0]["cards"]]

    def shown_after(kind: str) -> list[str]:
        answer(app, kind, **({"one": "", "other": ""} if kind == "previous" else {}))
        return [card["item"] for card in given(app, "pair")["columns"][0]["cards"]]

    assert [shown_after("previous") for _ in range(4)] == [pairs[2], pairs[1], pairs[0], pairs[0]]
    assert "Looked at again: same product" in said(app)
    assert given(app, "pair")["previous"] is False
    assert shown_after("skip") == pairs[1]  # next: nothing is put off
    assert [verdict.kind for verdict in workspace.store.verdicts("shop")] == ["match", "different"]
    assert len(workspace.store.skips("shop")) == 1
    assert shown_after("unsure") == waiting  # an answer takes the place of the earlier one, and the questions go on
    assert [verdict.kind for verdict in workspace.store.verdicts("shop")] == ["match", "different", "unsure"]
    assert shown_after("previous") == pairs[1]


def test_there_is_nothing_to_go_back_to_where_somebody_judged_what_was_put_off(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    (one, other) = [card["item"] for card in given(app, "pair")["columns"][0]["cards"]]
    answer(app, "skip")
    assert given(app, "pair")["previous"] is True
    workspace.store.add_verdict("shop", one, other, "match", source="browse", session="2.2")
    app.run()
    assert given(app, "pair")["previous"] is False


def test_no_pair_is_asked_twice_until_it_is_undone(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    seen = []
    for turn in range(12):
        seen.append(frozenset(card["item"] for card in given(app, "pair")["columns"][0]["cards"]))
        app = answer(app if turn % 3 else opened("review"), ["different", "unsure", "match"][turn % 3])
    assert len(set(seen)) == len(seen) == len(workspace.store.verdicts("shop"))
    answer(app, "undo")
    assert frozenset(card["item"] for card in given(app, "pair")["columns"][0]["cards"]) == seen[-1]
    assert len(workspace.store.verdicts("shop")) == len(seen) - 1


def test_the_next_questions_are_chosen_before_the_last_one_is_asked(
    shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(True)
    monkeypatch.setattr(questions, "AHEAD", 6)
    app, waited = opened("review"), []
    for _ in range(12):
        app = answer(app, "unsure")
        _, waiting, _ = app.session_state[questions.QUEUE]
        assert len({question.pair for question in waiting}) == len(waiting)
        waited.append(len(waiting))
    assert min(waited) >= questions.FEW - 1
    assert len(workspace.store.verdicts("shop")) == 12  # none was asked twice


def test_a_skipped_pair_comes_back_when_nothing_else_is_left(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    put_off = sorted(card["item"] for card in given(app, "pair")["columns"][0]["cards"])
    answer(app, "skip")
    assert [[skip.left_id, skip.right_id] for skip in workspace.store.skips("shop")] == [put_off]
    assert workspace.store.verdicts("shop") == []
    catalog, encoded = workspace.load_catalog("shop"), encoding.load_encoded(workspace, "shop")
    assert encoded
    ids = catalog.listings["item_id"].tolist()
    for left, right in zip(encoded.pairs.left.tolist(), encoded.pairs.right.tolist(), strict=True):
        if sorted((ids[left], ids[right])) != put_off:
            workspace.store.add_verdict("shop", ids[left], ids[right], "unsure", source="review")
    app = opened("review")
    assert sorted(card["item"] for card in given(app, "pair")["columns"][0]["cards"]) == put_off
    answer(app, "different")
    assert "Every pair that was found has a verdict." in said(app)


def test_only_the_pair_that_was_shown_last_is_answered_and_only_once(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    first = given(app, "pair")
    (one, other) = [card["item"] for card in first["columns"][0]["cards"]]
    answer(app, "match")
    for changes in (
        {"one": one, "other": other, "about": first["about"]},  # again
        {"one": one, "other": other},  # in the place of the one that is shown
        {"about": first["about"]},  # the one that is shown, but drawn before
        {"one": "i00", "other": "nothing"},
    ):
        answer(app, "different", **changes)
        assert "Not stored: this pair is no longer on the screen." in [toast.value for toast in app.toast]
        assert [verdict.kind for verdict in workspace.store.verdicts("shop")] == ["match"]
    answer(app, "different", n=given(app, "pair")["received"])  # a number that has come before
    assert len(workspace.store.verdict_history("shop")) == 1
    answer(app, "different")
    assert len(workspace.store.verdict_history("shop")) == 2


def test_undo_names_the_pair_and_covers_a_skip_and_leaves_others_alone(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    first = [card["item"] for card in given(app, "pair")["columns"][0]["cards"]]
    answer(app, "skip")
    workspace.store.add_verdict("shop", "i03", "i08", "match", source="browse", session="f" * 16 + ".", curator="Ana")
    answer(app, "undo")
    (toast,) = [toast.value for toast in app.toast]
    assert toast.startswith("Taken back: skipped, ")
    assert " / " in toast
    assert workspace.store.skips("shop") == []
    assert [card["item"] for card in given(app, "pair")["columns"][0]["cards"]] == first
    answer(app, "undo")
    assert [toast.value for toast in app.toast] == ["There is nothing of yours to take back."]
    assert len(workspace.store.verdicts("shop")) == 1


def test_who_answers_a_pair_that_another_has_judged_meanwhile_is_told(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    one, other = (card["item"] for card in given(app, "pair")["columns"][0]["cards"])
    workspace.store.add_verdict(
        "shop", one, other, "different", source="review", session="f" * 16 + ".", curator="A*na"
    )
    answer(app, "match")
    (toast,) = [toast.value for toast in app.toast]
    assert toast.startswith(r"A\*na said different a moment ago; yours now stands above it: ")
    assert workspace.store.verdicts("shop")[-1].kind == "match"


def test_an_answer_on_listings_of_another_import_is_refused(shop: MakeShop, tmp_path: Path) -> None:
    workspace = shop(True)
    app = opened("review")
    table = pd.read_csv(tmp_path / "shop.csv", dtype=str).iloc[::-1]
    table["label"] = table["label"].str.upper()  # moves no vector
    table.to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    answer(app, "match")
    assert workspace.store.verdicts("shop") == []


def test_results_count_groups_and_escape_what_sellers_wrote(shop: MakeShop) -> None:
    workspace = shop(True)
    workspace.store.add_verdict("shop", "i00", "i05", "match", source="review")
    app = opened("results")
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Verdicts"] == "1"
    assert int(figures["In groups"]) + int(figures["Alone"]) == 25
    drawn = "\n".join(node.proto.body for node in app.main if node.type == "html")
    assert "&lt;script&gt;" in drawn
    assert "<script>" not in drawn
    assert [button.label for button in app.get("download_button")] == ["CSV", "Parquet", "Excel"] * 5 + ["CSV"]


def test_downloads_hold_what_the_page_counts(shop: MakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(True)
    workspace.store.add_verdict("shop", "i00", "i01", "match", source="review")
    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, key, **_: made.__setitem__(f"{key}", data) or False
    )
    figures = {metric.label: metric.value for metric in opened("results").metric}
    assert "not yet" in captions(opened("start"))
    matches = pd.read_csv(io.BytesIO(made["download-matches-CSV"]()))
    assert len(matches) == int(figures["Matches"])
    assert {("i00", "i01")} <= set(zip(matches["left_id"], matches["right_id"], strict=True))
    assert "not yet" not in captions(opened("start"))  # the last step is done, in every visit from now on
    groups = pd.read_parquet(io.BytesIO(made["download-groups-Parquet"]()))
    assert (groups.groupby("group").size() > 1).sum() == int(figures["Groups"])
    number = groups.set_index("item_id")["group"]
    inside = {
        (one, other) for one in number.index for other in number.index if one < other and number[one] == number[other]
    }
    assert {tuple(sorted(pair)) for pair in zip(matches["left_id"], matches["right_id"], strict=True)} == inside
    assert (matches["group"] == matches["left_id"].map(number)).all()
    verdicts = pd.read_excel(io.BytesIO(made["download-verdicts-Excel"]()), engine="openpyxl")
    assert verdicts["verdict"].tolist() == ["match"]
    contest = pd.read_csv(io.BytesIO(made["download-contest-CSV"]()))
    assert list(contest) == ["posting_id", "matches"]
    listed = contest.set_index("posting_id")["matches"].str.split()
    assert listed.str[0].tolist() == contest["posting_id"].tolist()
    assert {(one, other) for one in listed.index for other in listed[one] if one < other} == inside


def test_a_download_holds_the_verdicts_given_since_the_page_was_drawn(
    shop: MakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = shop(True)
    made: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, key, **_: made.__setitem__(f"{key}", data) or False
    )
    opened("results")
    workspace.store.add_verdict("shop", "i00", "i01", "match", source="review")  # in another tab
    matches = pd.read_csv(io.BytesIO(made["download-matches-CSV"]()))
    assert {("i00", "i01")} <= set(zip(matches["left_id"], matches["right_id"], strict=True))
    groups = pd.read_parquet(io.BytesIO(made["download-groups-Parquet"]())).set_index("item_id")["group"]
    assert groups["i00"] == groups["i01"]


def test_a_group_keeps_its_number_on_the_page_whatever_is_judged_elsewhere(shop: MakeShop) -> None:
    workspace = shop(True)

    def numbers() -> dict[str, int]:
        checked(opened("results"))
        return dict(workspace.store.group_numbers("shop").numbers)

    first = numbers()
    of_kind = {kind: {first[f"i{number:02}"] for number in range(kind, 25, 5)} for kind in range(5)}
    workspace.store.add_verdict("shop", "i00", "i05", "different", source="review")
    parted = numbers()
    assert all(parted[f"i{number:02}"] == first[f"i{number:02}"] for number in range(25) if number % 5)
    assert parted["i00"] != parted["i05"]
    assert {parted["i00"], parted["i05"]} & of_kind[0]
    workspace.store.add_verdict("shop", "i00", "i05", "variant", source="review")
    app = opened("results")
    drawn = "\n".join(node.proto.body for node in app.main if node.type == "html")
    assert f"<b>Group {parted['i05']}</b>" in drawn or f"<b>Group {parted['i00']}</b>" in drawn
    assert "<span>variant of " in drawn
    workspace.store.undo_verdict("shop")
    workspace.store.undo_verdict("shop")
    assert numbers() == first


def test_a_variant_is_said_by_its_own_button_and_key(shop: MakeShop) -> None:
    workspace = shop(True)
    app = opened("review")
    (offered,) = [action for action in given(app, "pair")["actions"] if action["kind"] == "variant"]
    assert (offered["label"], offered["key"]) == ("Variant", "V")
    assert offered["help"].startswith("The same line in another size, colour or model: related, not the same product")
    answer(app, "variant")
    (verdict,) = workspace.store.verdicts("shop")
    assert verdict.kind == "variant"
    assert "Last: variant, " in captions(app)
    board = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    board.query_params["item"] = verdict.left_id
    shown = given(checked(checked(board.run()).switch_page("pages/browse.py").run()), "board")
    assert [action["kind"] for action in shown["actions"]] == ["match", "variant", "different", "unsure"]
    assert "variant" in {card["verdict"] for card in shown["columns"][0]["cards"] + shown["columns"][1]["cards"]}


def test_the_catalog_page_lists_titles_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_WORKSPACE", str(tmp_path / "workspace"))
    rows = [("a", "red mug"), ("b", "red mug large"), ("c", "!!!"), ("d", "")]
    pd.DataFrame([(*row, "0f" * 8) for row in rows], columns=["id", "title", "phash"]).to_csv(
        tmp_path / "shop.csv", index=False
    )
    workspace = open_workspace(tmp_path / "workspace")
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    assert not opened("catalog").warning
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=3))
    app = opened("catalog")
    said = "1 title cannot be read by tfidf, so it is compared by its photo alone. tfidf-char reads every script."
    assert [warning.value for warning in app.warning] == [literal(said)]
    assert "Titles that cannot be read: 1" in [expander.label for expander in app.expander]
    assert any(frame.value.to_numpy().tolist() == [["c", "!!!"]] for frame in app.dataframe)


def test_two_downloads_of_other_content_never_share_a_name(shop: MakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = shop(True)
    named: list[str] = []
    monkeypatch.setattr("streamlit.download_button", lambda label, data, file_name, **_: named.append(file_name))

    def names() -> list[str]:
        named.clear()
        opened("results")
        return named[:]

    first = names()
    assert len(set(first)) == len(first) == 16
    assert names() == first
    workspace.store.add_verdict("shop", "i00", "i01", "match", source="review")
    judged = names()
    assert not set(judged) & set(first)
    recipe = recipes.current_recipe(workspace, "shop")
    recipes.set_recipe(workspace, "shop", replace(recipe, text_threshold=0.5))
    assert not set(names()) & {*first, *judged}


def test_the_order_of_the_audit_is_made_once_for_each_recipe(shop: MakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing and sorting all matches took most of the time from one answer to the next in a large catalog."""
    workspace = shop(False)
    made: list[int] = []

    def count(pairs: Any, which: Any, item_ids: Any) -> Any:
        made.append(len(which))
        return shuffled(pairs, which, item_ids)

    monkeypatch.setattr(sampling, "shuffled", count)
    app = opened("review")
    for _ in range(3):
        app = answer(app, "match")
    assert len(workspace.store.verdicts("shop")) == 3
    assert len(made) == 1
    recipe = recipes.current_recipe(workspace, "shop")
    recipes.set_recipe(workspace, "shop", replace(recipe, text_threshold=0.5))
    opened("review")
    assert len(made) == 2


def test_contradictions_are_named_with_the_way_to_settle_them_and_gone_ids_are_counted(shop: MakeShop) -> None:
    workspace = shop(True)
    for one, other, kind in (("i01", "i06", "match"), ("i06", "i11", "match"), ("i01", "i11", "different")):
        workspace.store.add_verdict("shop", one, other, kind, source="review")
    workspace.store.add_verdict("shop", "i01", "gone", "match", source="review")
    app = opened("results")
    titles = workspace.load_catalog("shop").listings.set_index("item_id")["title"]
    (link,) = [node.proto for node in app.main if node.type == "page_link" and " / " in node.proto.label]
    assert link.label == f"{titles['i01']} / {titles['i11']}"
    assert "item=i01" in link.query_string
    assert "1 verdict is about ids that this catalog no longer has" in captions(app)
    assert "1 verdict is about ids that this catalog no longer has" in captions(opened("review"))
    assert find_contradictions(workspace, "shop") == [("i01", "i11")]


def test_verdicts_on_ids_that_name_other_goods_are_listed_and_given_back_by_a_click(
    shop: MakeShop, tmp_path: Path
) -> None:
    workspace = shop(True)
    workspace.store.add_verdict("shop", "i01", "i06", "different", source="review", curator="A*na")
    table = pd.read_csv(tmp_path / "shop.csv", dtype=str)
    table.loc[table["id"] == "i06", ["title", "phash"]] = ["*Garden* hose 20 m", "0" * 16]
    table.to_csv(tmp_path / "shop.csv", index=False)
    catalogs.import_catalog(workspace, catalogs.ImportConfig(str(tmp_path / "shop.csv"), "Shop"))
    encoding.encode(workspace, encoding.EncodeConfig("shop", "tfidf", "phash", k=10))
    for page in ("catalog", "results", "review"):
        app = opened(page)
        (listed,) = [box for box in app.expander if "set aside" in box.label]
        assert listed.label == "1 verdict is set aside: an id names other goods now"
        assert listed.markdown[0].value.startswith(r"**different** (A\*na), teh hijau celup")
        assert r"/ \*Garden\* hose 20 m" in listed.markdown[0].value
    assert {metric.label: metric.value for metric in opened("results").metric}["Verdicts"] == "0"
    checked(next(button for button in app.button if button.label == "Count it again").click().run())
    assert not [box for box in app.expander if "set aside" in box.label]
    assert {metric.label: metric.value for metric in opened("results").metric}["Verdicts"] == "1"
