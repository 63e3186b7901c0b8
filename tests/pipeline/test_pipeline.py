from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from matcher.encoders.model_card import Card
from matcher.encoders.registry import load_encoder
from matcher.errors import Cancelled, DataError, EncoderError
from matcher.ingest.catalog import ColumnMap
from matcher.matching.conflicts import vetoed
from matcher.matching.groups.pairs import score_groups, truth_within
from matcher.matching.metrics import listing_scores, pair_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.pipeline import catalogs, encoding, matches, query, recipes
from matcher.pipeline.catalogs import ImportConfig
from matcher.pipeline.default_recipe import WHITENED, default_encoders, default_recipe, own_threshold
from matcher.pipeline.encoding import EncodeConfig
from matcher.pipeline.kept.contents import inputs_of
from matcher.progress import Progress
from matcher.storage.workspace import Workspace, open_workspace

PRODUCTS = ["red cotton shirt", "blue steel bottle", "green garden hose", "black leather belt"]
SELLERS = ["{} new", "SALE {}!!", "{} original ready stock"]


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def shop(tmp_path):
    """A table and its photos: four products by three sellers each."""
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = []
    for product, name in enumerate(PRODUCTS):
        for seller, pattern in enumerate(SELLERS):
            photo(folder / f"{product}{seller}.png", seed=product, spoilt=seller)
            rows.append((f"id{product}{seller}", pattern.format(name), f"{product}{seller}.png", f"p{product}"))
    write(folder / "listings.csv", rows)
    return folder


def write(file, rows):
    pd.DataFrame(rows, columns=["id", "title", "image", "label"]).to_csv(file, index=False)


def table(shop):
    return pd.read_csv(shop / "listings.csv", dtype=str).values.tolist()


def photo(file, seed, spoilt=0):
    cells = (np.random.default_rng(seed).random((4, 4, 3)) * 255).astype(np.uint8)
    image = Image.fromarray(cells).resize((128, 128), Image.Resampling.BICUBIC)
    ImageDraw.Draw(image).rectangle((0, 0, 128, 4 * spoilt), fill="white")
    image.save(file)


def import_shop(workspace, shop, name="Shop", images=True):
    config = ImportConfig(str(shop / "listings.csv"), name, str(shop) if images else None)
    return catalogs.import_catalog(workspace, config)


class Letters:
    """An encoder that counts letters, and what it was given."""

    id, modality, fitted, version = "letters", "text", False, "1"

    def __init__(self):
        self.seen = []

    def encode(self, inputs, report):
        self.seen += inputs
        report(Progress("Counting letters", len(inputs), len(inputs)))
        counts = np.array([[text.lower().count(letter) + 0.1 for letter in "abcdefgh"] for text in inputs], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    def encode_queries(self, queries, inputs):
        return self.encode(queries, lambda progress: None)


@pytest.fixture
def letters(monkeypatch):
    encoder = Letters()
    real = encoding.load_encoder
    monkeypatch.setattr(
        encoding, "load_encoder", lambda spec, folder: encoder if spec == "letters" else real(spec, folder=folder)
    )
    return encoder


BOTH = EncodeConfig("shop", "tfidf", "phash", k=5)


def test_the_whole_way_finds_the_products(workspace, shop):
    result = import_shop(workspace, shop)
    assert replace(result, mapping={}) == catalogs.ImportResult("shop", 12, 0, 0, "CSV, comma, UTF-8")
    assert result.mapping["title"] == "title"
    assert recipes.tune(workspace, BOTH).k == 5
    recipe = Recipe("tfidf", "phash", "either", "cosine", 5, 0.5, 0.2)
    result = matches.evaluate(workspace, "shop", recipe)
    assert result.listing.f1 == result.pair.f1 == result.candidate_recall == 1.0
    assert (result.listings, result.pool) == (12, 12)
    lists = matches.match(workspace, "shop", recipe).set_index("item_id")["matches"]
    assert set(lists["id00"].split()) == {"id00", "id01", "id02"}
    assert lists["id31"].split()[0] == "id31"
    assert len(lists) == 12


def test_what_encode_says_is_what_is_opened(workspace, shop):
    import_shop(workspace, shop)
    assert encoding.load_encoded(workspace, "shop") is None
    result = encoding.encode(workspace, BOTH)
    encoded = encoding.load_encoded(workspace, "shop")
    assert encoded.config == BOTH
    assert len(encoded.pairs) == result.pairs
    assert set(encoded.neighbours) == set(encoded.pairs.distance) == {"text", "image", "fused"}
    assert encoded.neighbours["text"].index.shape == (12, 5)


def test_what_the_pages_show_outlives_any_number_of_trials(workspace, shop):
    import_shop(workspace, shop)
    encoding.encode(workspace, BOTH)
    for k in range(6, 8 + encoding.PAIRS_KEPT):
        encoding.encode_catalog(workspace, replace(BOTH, k=k))
    assert encoding.load_encoded(workspace, "shop").config == BOTH
    assert len(list(workspace.folder("shop").glob("pairs/*.parquet"))) == 1 + encoding.PAIRS_KEPT


def test_the_same_again_computes_nothing(workspace, shop, monkeypatch):
    import_shop(workspace, shop)
    encoding.encode(workspace, BOTH)
    monkeypatch.setattr(encoding, "nearest", None)
    monkeypatch.setattr(encoding, "embeddings_of", None)
    encoding.encode(workspace, BOTH)


def test_only_new_titles_are_encoded_and_each_once(workspace, shop, letters):
    import_shop(workspace, shop)
    config = EncodeConfig("shop", "letters", None)
    encoding.encode(workspace, config)
    assert len(letters.seen) == 12
    rows = table(shop)
    rows[0][1] = "a bag"
    write(shop / "listings.csv", [*rows[::-1], ["new", "a bag", "", ""], ["old", rows[5][1], "", ""]])
    import_shop(workspace, shop)
    assert encoding.load_encoded(workspace, "shop") is None  # its rows are others now
    encoding.encode(workspace, config)
    assert letters.seen[12:] == ["a bag"]
    fresh = Letters().encode(workspace.load_catalog("shop").listings["title"].tolist(), lambda progress: None)
    encoded = encoding.load_encoded(workspace, "shop")
    np.testing.assert_array_equal(workspace.load_embeddings("shop", encoded.embeddings["text"]).vectors, fresh)
    assert len(workspace.embedding_names("shop", "letters")) == 1  # the one before is gone


def test_another_catalog_of_the_workspace_lends_its_vectors(workspace, shop, letters):
    import_shop(workspace, shop)
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))
    import_shop(workspace, shop, "Copy")
    encoding.encode(workspace, EncodeConfig("copy", "letters", None))
    assert len(letters.seen) == 12


def test_another_version_of_an_encoder_lends_nothing(workspace, shop, letters):
    import_shop(workspace, shop)
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))
    letters.version = "2"
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))
    assert len(letters.seen) == 24


def test_a_cancelled_encoding_goes_on_where_it_stopped(workspace, shop, letters, monkeypatch):
    import_shop(workspace, shop)
    monkeypatch.setattr(encoding, "ROWS_AT_ONCE", 5)
    reports = []

    def stop_at_the_second(progress):
        reports.append((progress.done, progress.total))
        if progress.done == 10:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        encoding.encode(workspace, EncodeConfig("shop", "letters", None), stop_at_the_second)
    assert reports == [(5, 12), (10, 12)]
    first = len(letters.seen)
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))
    assert first == 10
    assert len(letters.seen) - first == 7  # the five that were saved are not made again
    assert len(workspace.embedding_names("shop", "letters")) == 1


def test_vectors_that_another_run_removed_are_missed(workspace, shop, letters, monkeypatch):
    import_shop(workspace, shop)
    monkeypatch.setattr(encoding, "ROWS_AT_ONCE", 5)

    def remove_the_first(progress):
        for name in workspace.embedding_names("shop", "letters")[:1]:
            workspace.remove_embeddings("shop", name)

    with pytest.raises(DataError, match="encode it again"):
        encoding.encode(workspace, EncodeConfig("shop", "letters", None), remove_the_first)
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))


@pytest.mark.parametrize("goes_at", ["look", "gather"])
def test_vectors_of_another_catalog_may_go_while_they_are_read(workspace, shop, letters, monkeypatch, goes_at):
    """A run on another catalog that ends takes away what it had saved on the way."""
    for name in ("Shop", "Other"):
        import_shop(workspace, shop, name)
    encoding.encode(workspace, EncodeConfig("other", "letters", None))
    load, seen = Workspace.load_embeddings, []

    def go_before(self, catalog_id, name):
        seen.append(catalog_id)
        if seen.count("other") == (1 if goes_at == "look" else 2):
            workspace.remove_embeddings("other", name)
        return load(self, catalog_id, name)

    monkeypatch.setattr(Workspace, "load_embeddings", go_before)
    encoding.encode(workspace, EncodeConfig("shop", "letters", None))
    assert "other" in seen
    assert len(letters.seen) == 24  # all were made anew
    assert load(workspace, "shop", workspace.embedding_names("shop", "letters")[0]).present.all()


def test_a_new_label_moves_no_vector(workspace, shop):
    import_shop(workspace, shop)
    encoding.encode(workspace, BOTH)
    write(shop / "listings.csv", [[*row[:3], "same"] for row in table(shop)])
    import_shop(workspace, shop)
    assert encoding.load_encoded(workspace, "shop") is not None


def test_verdicts_outlive_a_new_upload_and_go_before_the_recipe(workspace, shop):
    import_shop(workspace, shop)
    workspace.store.add_verdict("shop", "id00", "id01", "different", source="review")
    workspace.store.add_verdict("shop", "id00", "id30", "match", source="review")
    workspace.store.add_verdict("shop", "id00", "gone", "match", source="review")
    write(shop / "listings.csv", table(shop)[::-1])
    import_shop(workspace, shop)
    recipe = Recipe("tfidf", None, text_threshold=0.5)
    lists = matches.match(workspace, "shop", recipe).set_index("item_id")["matches"]
    assert {"id00", "id30"} <= set(lists["id00"].split())
    found = [set(matches.split()) for matches in lists]
    assert not any({"id00", "id01"} <= listed for listed in found)  # no third one lists both, as no group holds both
    assert any({"id02", one} <= set(lists["id02"].split()) for one in ("id00", "id01"))


def test_a_failed_upload_leaves_the_catalog_as_it_was(workspace, shop):
    import_shop(workspace, shop)
    before = workspace.catalog_info("shop")
    (shop / "listings.csv").write_text("")
    with pytest.raises(DataError):
        import_shop(workspace, shop)
    assert workspace.catalog_info("shop") == before
    assert len(list(workspace.images("shop").iterdir())) == 12


def test_columns_can_be_named(workspace, shop):
    mapping = asdict(ColumnMap(item_id="label", title="id", image=None, image_phash=None, label=None))
    result = catalogs.import_catalog(workspace, ImportConfig(str(shop / "listings.csv"), "Shop", mapping=mapping))
    assert result.listings == 4  # labels repeat, so only the first of each is a usable id
    assert workspace.load_catalog("shop").listings["title"].tolist()[0] == "id00"


def test_one_modality_is_enough(workspace, shop):
    import_shop(workspace, shop, images=False)
    recipe = recipes.tune(workspace, EncodeConfig("shop", "tfidf", None))
    assert (recipe.fusion, recipe.image_threshold) == ("either", None)
    assert matches.evaluate(workspace, "shop", recipe).listing.precision == 1.0
    encoding.encode(workspace, EncodeConfig("shop", "tfidf", None))
    assert list(encoding.load_encoded(workspace, "shop").pairs.distance) == ["text"]


def test_an_encoder_with_nothing_to_encode_is_refused_when_chosen(workspace, shop):
    import_shop(workspace, shop, images=False)
    with pytest.raises(DataError, match="No listing has a photo that phash can use"):
        encoding.encode(workspace, EncodeConfig("shop", "tfidf", "phash"))
    with pytest.raises(DataError, match="No encoder was chosen"):
        encoding.encode(workspace, EncodeConfig("shop", None, None))
    with pytest.raises(DataError, match="choose one for image"):
        encoding.encode(workspace, EncodeConfig("shop", "tfidf", "tfidf"))
    with pytest.raises(EncoderError):
        encoding.encode(workspace, EncodeConfig("shop", "no such encoder", None))
    assert encoding.load_encoded(workspace, "shop") is None


@pytest.mark.parametrize("fusion", ["either", "mean", "fused"])
def test_a_recipe_for_both_serves_a_catalog_without_photos(workspace, shop, fusion):
    import_shop(workspace, shop, images=False)
    recipe = Recipe("tfidf", "phash", fusion, "cosine", 5, 0.5, 0.1, 0.5)
    alone = Recipe("tfidf", None, "either", "cosine", 5, 0.5)
    pd.testing.assert_frame_equal(matches.match(workspace, "shop", recipe), matches.match(workspace, "shop", alone))


def test_evaluate_says_what_the_recipe_does(workspace, shop):
    import_shop(workspace, shop)
    recipe = Recipe("tfidf", "phash", "either", "euclidean", 3, 0.9, 0.2)
    result = matches.evaluate(workspace, "shop", recipe)
    encoding.encode(workspace, recipes.config_of("shop", recipe))
    pairs = encoding.load_encoded(workspace, "shop").pairs
    truth = truth_of(pairs, workspace.load_catalog("shop").codes)
    assert result.listing == listing_scores(decide(pairs, recipe), truth)
    assert result.pair == pair_scores(decide(pairs, recipe), truth)


def test_tuning_takes_the_fusion_that_does_best(workspace, shop):
    import_shop(workspace, shop)
    best = matches.evaluate(workspace, "shop", recipes.tune(workspace, BOTH)).listing.f1
    for fusion in ("either", "both", "mean", "fused"):
        recipe = recipes.tune(workspace, BOTH, fusion)
        assert recipe.fusion == fusion
        if fusion != "fused":
            assert matches.evaluate(workspace, "shop", recipe).listing.f1 <= best


def test_a_fused_recipe_is_measured_with_the_weight_it_was_tuned_with(workspace, shop):
    import_shop(workspace, shop)
    encoding.encode(workspace, replace(BOTH, text_weight=0.1))
    recipe = recipes.tune(workspace, BOTH, "fused")
    assert recipes.config_of("shop", recipe).text_weight == recipe.text_weight
    pairs = encoding.encode_catalog(workspace, replace(BOTH, text_weight=recipe.text_weight)).pairs
    group = outcome_of(pairs, recipe, decide(pairs, recipe), (), ()).group
    scores = score_groups(truth_within(group, workspace.load_catalog("shop").codes))
    assert (result := matches.evaluate(workspace, "shop", recipe)).listing == scores[0]
    assert result.pair == scores[1]


def test_precision_can_be_asked_for(workspace, shop):
    import_shop(workspace, shop)
    recipe = recipes.tune(workspace, BOTH, objective="precision@0.99")
    assert matches.evaluate(workspace, "shop", recipe).pair.precision >= 0.99


def test_without_labels_there_is_nothing_to_tune_on(workspace, shop):
    write(shop / "listings.csv", [[*row[:3], ""] for row in table(shop)])
    import_shop(workspace, shop)
    for act in (lambda: recipes.tune(workspace, BOTH),
                lambda: matches.evaluate(workspace, "shop", Recipe("tfidf", text_threshold=0.5))):  # fmt: skip
        with pytest.raises(DataError, match="label"):
            act()
    workspace.store.add_verdict("shop", "0", "1", "match", source="review")
    with pytest.raises(DataError, match="No listing has a label, and verdicts alone do not measure a recipe here"):
        matches.evaluate(workspace, "shop", Recipe("tfidf", text_threshold=0.5))


def test_the_recipe_in_force_is_the_one_set_while_its_encoders_are_in_use(workspace, shop):
    import_shop(workspace, shop)
    assert recipes.current_recipe(workspace, "shop").text_encoder == default_encoders(load(workspace))[0]
    encoding.encode(workspace, BOTH)
    recipe = recipes.current_recipe(workspace, "shop")
    assert (recipe.text_encoder, recipe.image_encoder, recipe.k) == ("tfidf", "phash", 5)
    mine = replace(recipe, text_threshold=0.123)
    recipes.set_recipe(workspace, "shop", mine)
    assert recipes.current_recipe(workspace, "shop") == mine
    encoding.encode(workspace, EncodeConfig("shop", "tfidf", None))
    assert recipes.current_recipe(workspace, "shop").image_encoder is None


def load(workspace):
    return workspace.load_catalog("shop")


def test_encoders_follow_from_what_a_catalog_has(workspace, shop):
    import_shop(workspace, shop)
    assert default_encoders(load(workspace)) == ("tfidf-char", "efficientnet")
    import_shop(workspace, shop, images=False)
    assert default_encoders(load(workspace)) == ("tfidf-char", None)
    rows = [(row[0], "", "a7b618bd4636498d", row[3]) for row in table(shop)]
    pd.DataFrame(rows, columns=["id", "title", "image_phash", "label"]).to_csv(shop / "listings.csv", index=False)
    import_shop(workspace, shop, images=False)
    assert default_encoders(load(workspace)) == (None, "phash")


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan"])
@pytest.mark.parametrize(
    ("text", "image"), [("tfidf", "phash"), ("bert", None), (None, "efficientnet"), ("bert:x", "my")]
)
def test_every_catalog_without_labels_has_a_recipe_that_decides(text, image, metric):
    recipe = default_recipe(EncodeConfig("shop", text, image, metric))
    thresholds = {side: getattr(recipe, f"{side}_threshold") for side in recipe.modalities}
    if recipe.fusion in ("mean", "fused"):
        assert recipe.fused_threshold is not None
    else:
        assert None not in thresholds.values()


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan"])
@pytest.mark.parametrize("image", ["phash", "efficientnet", "my"])
@pytest.mark.parametrize("text", ["tfidf", "tfidf-char", "bert"])
def test_in_a_usual_mean_one_alone_is_held_to_its_own_threshold(text, image, metric):
    recipe = default_recipe(EncodeConfig("shop", text, image, metric), {"my": 0.4})
    assert recipe.fused_threshold / recipe.text_alone == pytest.approx(recipe.text_threshold)
    assert recipe.fused_threshold / recipe.image_alone == pytest.approx(recipe.image_threshold)
    assert default_recipe(EncodeConfig("shop", text, "my", metric), {"my": 0.0}).image_alone == 1


@pytest.mark.parametrize(
    ("text", "image", "parted"),
    [
        ("tfidf-char", "efficientnet", ("units", "counts", "models", "brands", "materials")),
        ("tfidf-char", None, ("units", "counts", "models", "colours", "brands", "materials")),
        (None, "efficientnet", ()),
    ],
)
def test_without_photos_titles_alone_tell_colours_apart(text, image, parted):
    assert default_recipe(EncodeConfig("shop", text, image)).veto == parted
    clothes = default_recipe(EncodeConfig("shop", text, image), clothes=True)
    assert clothes.veto == tuple(veto for veto in parted if veto != "colours")


def test_a_threshold_from_edited_copies_is_not_taken():
    card = Card("mine", "text", "bert", {"whiten": True}, "Shop", {}, {"measured_by": "labels"}, {"threshold": 0.1}, 8)
    assert own_threshold(card) == 0.1
    assert own_threshold(replace(card, split={"measured_by": "edited copies"})) == WHITENED["text"]
    plain = replace(card, split={"measured_by": "edited copies"}, config={"whiten": False})
    assert own_threshold(plain) == 0.1


def test_hashes_in_the_table_and_hashes_of_photos_work_together(workspace, shop):
    import_shop(workspace, shop)
    encoding.encode(workspace, EncodeConfig("shop", None, "phash"))
    hashes = workspace.load_embeddings("shop", encoding.load_encoded(workspace, "shop").embeddings["image"]).vectors
    in_hex = np.packbits(np.array(hashes[0]) > 0).tobytes().hex()
    frame = pd.DataFrame(table(shop), columns=["id", "title", "image", "label"])
    frame["phash"] = [in_hex] + [""] * 11
    frame.loc[0, "image"] = ""
    frame.to_csv(shop / "listings.csv", index=False)
    import_shop(workspace, shop, "Mixed")
    encoding.encode(workspace, EncodeConfig("mixed", None, "phash"))
    mixed = workspace.load_embeddings("mixed", encoding.load_encoded(workspace, "mixed").embeddings["image"]).vectors
    np.testing.assert_array_equal(np.array(mixed), np.array(hashes))


def test_a_question_from_outside_finds_what_is_near(workspace, shop, tmp_path):
    import_shop(workspace, shop)
    with pytest.raises(DataError, match="encode it first"):
        query.query(workspace, "shop", title="bottle")
    encoding.encode(workspace, BOTH)
    photo(tmp_path / "mine.png", seed=2)
    found = query.query(workspace, "shop", title="BLUE STEEL BOTTLE new", photo=tmp_path / "mine.png", k=3)
    assert found["text"].index[0, 0] == 3
    assert found["text"].distance[0, 0] == pytest.approx(0, abs=1e-6)
    assert sorted(found["image"].index[0]) == [6, 7, 8]
    assert set(found["fused"].index[0].tolist()) <= {3, 4, 5, 6, 7, 8}
    assert list(query.query(workspace, "shop", title="bottle")) == ["text"]
    assert list(query.query(workspace, "shop", photo=tmp_path / "mine.png")) == ["image"]
    with pytest.raises(DataError, match="ask with that"):
        query.query(workspace, "shop", title="  ")
    (tmp_path / "poem.jpg").write_text("a poem")
    with pytest.raises(DataError):
        query.query(workspace, "shop", photo=tmp_path / "poem.jpg")
    with pytest.raises(DataError, match=r"nothing\.jpg cannot be read"):
        query.query(workspace, "shop", photo=tmp_path / "nothing.jpg")


def test_the_photo_that_is_searched_by_is_decoded_in_another_process(workspace, shop, tmp_path, monkeypatch):
    import_shop(workspace, shop)
    encoding.encode(workspace, BOTH)
    given = b"as a stranger sent it"
    (tmp_path / "mine.jpg").write_bytes(given)
    asked = []

    def end(reader, photo):
        asked.append(photo)
        raise DataError("The photo ended its reader.")

    monkeypatch.setattr(query.PhotoReader, "read", end)
    with pytest.raises(DataError, match="ended its reader"):
        query.query(workspace, "shop", photo=tmp_path / "mine.jpg")
    assert asked == [given]


def test_a_question_loads_its_encoder_once(workspace, shop, monkeypatch):
    import_shop(workspace, shop)
    encoding.encode(workspace, BOTH)
    real, loaded = query.load, []
    monkeypatch.setattr(query, "load", lambda *given: loaded.append(given) or real(*given))
    for words in ("bottle", "belt"):
        query.query(workspace, "shop", title=words)
    assert len(loaded) == 1


def test_a_workspace_holds_nothing_outside_it(workspace, shop):
    import_shop(workspace, shop, "../../outside")
    assert [info.id for info in workspace.catalogs()] == ["outside"]
    assert len(list((workspace.root / "catalogs" / "outside").glob("listings-*.parquet"))) == 1


def test_two_sizes_are_two_products_unless_the_recipe_says_otherwise(workspace, shop):
    sizes = [f"acme bottle steel insulated {size}" for size in ("500 ml", "500ml", "750 ml", "0,75 l")]
    write(shop / "listings.csv", [(f"s{row}", title, "", "") for row, title in enumerate(sizes)])
    import_shop(workspace, shop, images=False)
    encoding.encode(workspace, EncodeConfig("shop", "tfidf-char", None, k=3))
    usual = replace(recipes.current_recipe(workspace, "shop"), text_threshold=0.9)
    matched = matches.match(workspace, "shop", usual)["matches"].tolist()
    assert [set(line.split()) for line in matched] == [{"s0", "s1"}] * 2 + [{"s2", "s3"}] * 2
    anything = matches.match(workspace, "shop", replace(usual, veto=()))["matches"]
    assert all(len(line.split()) == 4 for line in anything)


def test_conflicts_follow_titles_that_are_not_encoded(workspace, shop):
    import_shop(workspace, shop)
    config = EncodeConfig("shop", None, "phash", k=3)
    assert not vetoed(encoding.encode_catalog(workspace, config).pairs.conflicts, ["units"]).any()
    rows = [(one, f"cup {row + 1} kg", image, label) for row, (one, _, image, label) in enumerate(table(shop))]
    write(shop / "listings.csv", rows)
    import_shop(workspace, shop)
    assert vetoed(encoding.encode_catalog(workspace, config).pairs.conflicts, ["units"]).all()


def test_photos_that_say_nothing_find_nothing(workspace, shop):
    rows = table(shop)
    Image.new("RGB", (200, 200), "white").save(shop / "00.png")
    Image.new("RGB", (300, 200), "white").save(shop / "10.png")
    for row, title in (
        (2, "cotton shirt"),
        (5, "water bottle"),
        (8, "garden hose"),
        (11, "belt"),
    ):  # one picture for all
        rows[row][1:3] = title, "32.png"
    write(shop / "listings.csv", rows)
    import_shop(workspace, shop)
    pairs = encoding.encode_catalog(workspace, EncodeConfig("shop", None, "phash", k=11)).pairs
    assert set(pairs.left.tolist()) | set(pairs.right.tolist()) == {1, 4, 6, 7, 9, 10}


def test_tuning_keeps_a_veto_only_where_it_helps(workspace, shop):
    rows = [(f"{name[0]}{size}{copy}", f"{name} {size} kg {copy * 'new'}", "", f"{name}{size}")
            for name in PRODUCTS for size in (1, 2, 5) for copy in (0, 1)]  # fmt: skip
    write(shop / "listings.csv", rows)
    import_shop(workspace, shop, images=False)
    config = EncodeConfig("shop", "tfidf-char", None, k=11)
    assert recipes.tune(workspace, config).veto
    write(shop / "listings.csv", [(one, title, image, label[:-1]) for one, title, image, label in rows])
    import_shop(workspace, shop, images=False)
    assert not recipes.tune(workspace, config).veto


def test_capitals_are_taken_from_titles_for_an_encoder_that_takes_them_for_other_words(tmp_path):
    for spec, expected in (("use", ["wool blanket", "ผ้าห่ม"]), ("tfidf-char", ["WOOL Blanket", "ผ้าห่ม"])):
        assert inputs_of(tmp_path, load_encoder(spec), ["WOOL Blanket", "ผ้าห่ม"]) == expected
