"""Which recipe is in force for a catalog, and which one its labels ask for."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.encoders.model_card import is_run
from matcher.ingest.catalog import Catalog
from matcher.matching.metrics import Truth, listing_scores, pair_scores, truth_of
from matcher.matching.recipe import Fusion, Recipe, decide
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.default_recipe import default_encoders, default_recipe, own_threshold
from matcher.pipeline.encoding import ENCODED, EncodeConfig, encode_catalog
from matcher.progress import Progress, Report, silent
from matcher.review.verdict_curve import estimate_chances
from matcher.review.verdicts import CHOSEN, DIFFERENT, MATCH, judged_rows
from matcher.storage.workspace import Workspace
from matcher.training.provenance import find_training_rows
from matcher.training.runs import runs
from matcher.vectors.candidate_pairs import CandidatePairs

FUSIONS: tuple[Fusion, ...] = ("either", "both", "mean")
FEWEST_QUERY_PRODUCTS = 20  # products with two listings; thresholds chosen on fewer are a matter of luck


def config_of(catalog_id: str, recipe: Recipe) -> EncodeConfig:
    """How a catalog is encoded for a recipe."""
    config = EncodeConfig(catalog_id, recipe.text_encoder, recipe.image_encoder, recipe.metric, recipe.k)
    # Only "fused" searches with its weight; "mean" weighs distances that are there.
    return replace(config, text_weight=recipe.text_weight) if recipe.fusion == "fused" else config


def last_config(workspace: Workspace, catalog_id: str) -> EncodeConfig:
    """How a catalog was last encoded; the usual way if it never was."""
    kept = workspace.store.setting(catalog_id, ENCODED)
    if kept is not None:
        return EncodeConfig(**kept["config"])
    return EncodeConfig(catalog_id, *default_encoders(workspace.load_catalog(catalog_id)))


def users_of(workspace: Workspace, encoder: str) -> list[str]:
    """Names of the catalogs that were last encoded with an encoder."""
    kept = {info.name: workspace.store.setting(info.id, ENCODED) for info in workspace.catalogs()}
    return [
        name for name, last in kept.items() if last and encoder in (last["config"]["text"], last["config"]["image"])
    ]


def current_recipe(workspace: Workspace, catalog_id: str) -> Recipe:
    """The recipe in force for a catalog: the one last set for the encoders in use, else a bundled one."""
    config = last_config(workspace, catalog_id)
    kept = workspace.store.setting(catalog_id, "recipe")
    recipe = Recipe.from_json(kept) if kept else usual_recipe(workspace, config)
    mine = (recipe.text_encoder, recipe.image_encoder, recipe.metric)
    return recipe if mine == (config.text, config.image, config.metric) else usual_recipe(workspace, config)


def usual_recipe(workspace: Workspace, config: EncodeConfig) -> Recipe:
    """The recipe for encoders that nobody has chosen thresholds for; those trained here bring theirs along."""
    return default_recipe(config, {card.id: own_threshold(card) for card in runs(workspace.encoders)})


def set_recipe(workspace: Workspace, catalog_id: str, recipe: Recipe) -> None:
    """Put a recipe in force for a catalog."""
    workspace.store.set_setting(catalog_id, "recipe", recipe.to_json())


def tune(
    workspace: Workspace,
    config: EncodeConfig,
    fusion: Fusion | None = None,
    objective: str = "f1",
    report: Report = silent,
) -> Recipe:
    """Choose thresholds on a catalog's labels, with verdicts over them, or on verdicts alone.

    Distances between listings that an encoder was trained on are smaller than those it will meet. So where it was
    trained on this catalog, the thresholds are chosen for the products kept out of its training, in the pool of all.

    Args:
        workspace: Where the catalog is.
        config: The catalog, and how to encode it.
        fusion: None tries all that need no vectors of their own, and takes the one that does best on these labels.
            The usual vetoes are taken if they do better than none. Verdicts alone move the thresholds of the recipe
            in force, or of the usual one with this fusion.
        objective: What is to be best: "f1", or "precision@0.95" for the most recall at that precision.
        report: Told how far it is.

    Raises:
        DataError: Labels and verdicts do not do, or the objective is not one.
    """
    with workspace.writing(config.catalog_id, report):  # so that pairs and labels are of one version
        return _tuned(workspace, config, fusion, objective, report)


def _tuned(workspace: Workspace, config: EncodeConfig, fusion: Fusion | None, objective: str, report: Report) -> Recipe:
    catalog = workspace.load_catalog(config.catalog_id)
    if not (catalog.codes >= 0).any():
        recipe = _rule_in_force(workspace, config, fusion)
        pairs = encode_catalog(workspace, config_of(config.catalog_id, recipe), report).pairs
        return choose_thresholds(workspace, config, catalog, pairs, recipe, objective)
    judged = judged_rows(catalog.rows, workspace.store.verdicts(config.catalog_id))
    same, different = judged[MATCH], judged[DIFFERENT]
    is_query = kept_out(workspace, config)
    usual = usual_recipe(workspace, config)
    template = Recipe(config.text, config.image, "either", config.metric, config.k, text_weight=config.text_weight)
    template = replace(template, text_alone=usual.text_alone, image_alone=usual.image_alone)
    pairs = encode_catalog(workspace, config_of(config.catalog_id, template), report).pairs
    tried = [fusion] if fusion else FUSIONS if config.text and config.image else FUSIONS[:1]

    def choose(recipe: Recipe) -> Recipe:
        return choose_thresholds(workspace, config, catalog, pairs, recipe, objective)

    recipes = []
    for done, each in enumerate(tried):
        report(Progress("Choosing thresholds", done, len(tried)))
        if each == "fused" and config.text and config.image:  # the weight that is best for the mean is best for it too
            weight = choose(replace(template, fusion="mean")).text_weight
            template = replace(template, text_weight=weight)
            fused = replace(config_of(config.catalog_id, template), text_weight=weight)
            pairs = encode_catalog(workspace, fused, report).pairs
        recipes.append(choose(replace(template, fusion=each)))
    report(Progress("Choosing thresholds", len(tried), len(tried)))
    considered = pairs if is_query is None else pairs.chosen(is_query[pairs.left] | is_query[pairs.right])
    truth = truth_of(considered, catalog.codes, same, different)
    by_recall = objective != "f1"

    def merit(recipe: Recipe) -> float:
        return _merit(decide(considered, recipe), truth, by_recall)

    best = max(recipes, key=merit)
    return max(best, choose(replace(best, veto=usual.veto)), key=merit)


def choose_thresholds(
    workspace: Workspace, config: EncodeConfig, catalog: Catalog, pairs: CandidatePairs, recipe: Recipe, objective: str
) -> Recipe:
    """Choose the thresholds of one rule, by all that is known of a catalog: the one way to do so, here and on pages.

    Args:
        workspace: Where the catalog is.
        config: How it was encoded.
        catalog: Its listings.
        pairs: Its candidate pairs.
        recipe: The rule; where there are no labels, its thresholds are where the search for better ones starts.
        objective: As for `tune`.

    Raises:
        DataError: Nothing is known that thresholds could be chosen by, or the objective is not one.
    """
    verdicts = workspace.store.verdicts(config.catalog_id)
    judged = judged_rows(catalog.rows, verdicts)
    same, different = judged[MATCH], judged[DIFFERENT]
    is_query, chance = None, None
    if (catalog.codes >= 0).any():
        is_query = kept_out(workspace, config)
    elif same:
        by_hand = judged_rows(catalog.rows, [verdict for verdict in verdicts if verdict.sampled == CHOSEN])
        picked = [*by_hand[MATCH], *by_hand[DIFFERENT]]
        chance = estimate_chances(pairs, recipe, same, different, picked)
    return tune_recipe(
        pairs, catalog.codes, recipe, objective, is_query=is_query, same=same, different=different, chance=chance
    )


def complete_recipe(workspace: Workspace, config: EncodeConfig, recipe: Recipe) -> Recipe:
    """The same rule, with usual thresholds where it has none."""
    usual = usual_recipe(workspace, config)
    recipe = replace(recipe, text_alone=usual.text_alone, image_alone=usual.image_alone)
    usual = replace(usual, fusion=recipe.fusion)  # its thresholds for this rule
    unset = [name for name, threshold in recipe.thresholds.items() if threshold is None]
    return recipe.with_thresholds({name: usual.thresholds.get(name) for name in unset})


def _rule_in_force(workspace: Workspace, config: EncodeConfig, fusion: Fusion | None) -> Recipe:
    """The recipe in force, if it is for these encoders, else the usual one; with another fusion if one is wanted."""
    recipe = current_recipe(workspace, config.catalog_id)
    if (recipe.text_encoder, recipe.image_encoder, recipe.metric) != (config.text, config.image, config.metric):
        recipe = usual_recipe(workspace, config)
    recipe = replace(recipe, k=config.k)
    return complete_recipe(workspace, config, replace(recipe, fusion=fusion)) if fusion else recipe


def kept_out(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_] | None:
    """Listings of products that no encoder in use was trained on, shape (N,).

    None if that is all of them, or if too few are left to choose thresholds on.
    """
    learned = read_training_rows(workspace, config)
    codes = workspace.load_catalog(config.catalog_id).codes
    sizes = np.bincount(codes[~learned & (codes >= 0)])
    return ~learned if learned.any() and (sizes > 1).sum() >= FEWEST_QUERY_PRODUCTS else None


def read_training_rows(workspace: Workspace, config: EncodeConfig) -> NDArray[np.bool_]:
    """Listings of products that an encoder in use was trained on, shape (N,)."""
    catalog = workspace.load_catalog(config.catalog_id)
    folders = [workspace.encoders / spec for spec in (config.text, config.image) if spec and ":" not in spec]
    listings = catalog.listings
    return find_training_rows(
        filter(is_run, folders), list(listings["item_id"]), list(listings["title"]), catalog.codes
    )


def _merit(is_match: NDArray[np.bool_], truth: Truth, by_recall: bool) -> float:
    return pair_scores(is_match, truth).recall if by_recall else listing_scores(is_match, truth).f1
