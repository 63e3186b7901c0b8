"""Which recipe is in force for a catalog, and which one its labels ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.errors import TooLittleKnown
from matcher.ingest.catalog import Catalog
from matcher.matching.groups.column_values import with_columns
from matcher.matching.metrics import RowPair, Truth, truth_of
from matcher.matching.recipe import Fusion, Recipe
from matcher.matching.tuning import merit, tune_recipe
from matcher.pipeline.default_recipe import default_encoders, default_recipe, own_threshold
from matcher.pipeline.encoding import ENCODED, EncodeConfig, encode_catalog
from matcher.pipeline.kept.clothes import sells_clothes
from matcher.pipeline.pair_model.learn import learn_catalog
from matcher.pipeline.pair_model.models import model_file
from matcher.pipeline.recipe_columns import Apart, carry_columns, know_columns, without_lost_columns
from matcher.pipeline.training_rows import FEWEST_QUERY_PRODUCTS, kept_out
from matcher.progress import Progress, Report, silent
from matcher.review.verdict_curve import estimate_chances
from matcher.review.verdicts import CHOSEN, DIFFERENT, MATCH, judged_rows
from matcher.storage.workspace import Workspace
from matcher.training.runs import runs
from matcher.vectors.candidate_pairs import CandidatePairs

FUSIONS: tuple[Fusion, ...] = ("either", "both", "mean")


def config_of(catalog_id: str, recipe: Recipe) -> EncodeConfig:
    """How a catalog is encoded for a recipe."""
    config = EncodeConfig(catalog_id, recipe.text_encoder, recipe.image_encoder, recipe.metric, recipe.k)
    # Only "fused" and a model that has learned from it search with its weight; "mean" weighs distances that are there.
    return replace(config, text_weight=recipe.text_weight) if recipe.fusion in ("fused", "learned") else config


def last_config(workspace: Workspace, catalog_id: str, catalog: Catalog | None = None) -> EncodeConfig:
    """How a catalog was last encoded; the usual way if it never was.

    Args:
        workspace: Where it is.
        catalog_id: Which catalog.
        catalog: The catalog, where it has been read already.
    """
    kept = workspace.store.setting(catalog_id, ENCODED)
    if kept is not None:
        return EncodeConfig(**kept["config"])
    return EncodeConfig(catalog_id, *default_encoders(catalog or workspace.load_catalog(catalog_id)))


def users_of(workspace: Workspace, encoder: str) -> list[str]:
    """Names of the catalogs that were last encoded with an encoder."""
    kept = {info.name: workspace.store.setting(info.id, ENCODED) for info in workspace.catalogs()}
    return [
        name for name, last in kept.items() if last and encoder in (last["config"]["text"], last["config"]["image"])
    ]


def current_recipe(workspace: Workspace, catalog_id: str) -> Recipe:
    """The recipe in force for a catalog: the one last set for the encoders in use, else a bundled one."""
    config = last_config(workspace, catalog_id)
    kept = _kept_recipe(workspace, config)
    return kept if kept is not None and is_usable(workspace, kept, config) else usual_recipe(workspace, config)


def outdated_recipe(workspace: Workspace, catalog_id: str) -> Recipe | None:
    """The recipe last set for a catalog, where it is for other encoders or another distance than are in use."""
    config = last_config(workspace, catalog_id)
    kept = _kept_recipe(workspace, config)
    return None if kept is None or _fits(kept, config) else kept


def _kept_recipe(workspace: Workspace, config: EncodeConfig) -> Recipe | None:
    """The recipe last set; where it joins titles and photos, with the weight that they are joined with by now."""
    kept = workspace.store.setting(config.catalog_id, "recipe")
    recipe = Recipe.from_json(kept) if kept else None
    return replace(recipe, text_weight=config.text_weight) if recipe and recipe.fusion == "fused" else recipe


def is_usable(workspace: Workspace, recipe: Recipe, config: EncodeConfig) -> bool:
    """Whether a recipe reads the distances that a catalog was encoded to, and its pair model is there."""
    if not _fits(recipe, config):
        return False
    return recipe.fusion != "learned" or model_file(workspace, config.catalog_id, str(recipe.pair_model)).exists()


def _fits(recipe: Recipe, config: EncodeConfig) -> bool:
    """Whether a recipe's thresholds are of the distances that an encoding measures."""
    mine = (recipe.text_encoder, recipe.image_encoder, recipe.metric)
    joins = bool(config.text and config.image) and recipe.fusion in ("fused", "learned")
    same_weight = not joins or recipe.text_weight == config.text_weight
    return mine == (config.text, config.image, config.metric) and same_weight


def usual_recipe(workspace: Workspace, config: EncodeConfig) -> Recipe:
    """The recipe for encoders that nobody has chosen thresholds for; those trained here bring theirs along."""
    best = {card.id: own_threshold(card) for card in runs(workspace.encoders)}
    clothes = not config.image and sells_clothes(workspace, config.catalog_id)  # where photos tell, nobody asks
    return default_recipe(config, best, clothes)


def set_recipe(workspace: Workspace, catalog_id: str, recipe: Recipe) -> None:
    """Put a recipe in force for a catalog."""
    workspace.store.set_setting(catalog_id, "recipe", recipe.to_json())


def tune(
    workspace: Workspace,
    config: EncodeConfig,
    fusion: Fusion | None = None,
    objective: str = "f1",
    report: Report = silent,
    apart: Apart | None = None,
) -> Recipe:
    """Choose thresholds on a catalog's labels with verdicts over them, or on verdicts alone; or learn a pair model.

    Distances between listings that an encoder was trained on are smaller than those it will meet. So where it was
    trained on this catalog, the thresholds are chosen for the products kept out of its training, in the pool of all.

    Args:
        workspace: Where the catalog is.
        config: The catalog, and how to encode it.
        fusion: None tries all that need no vectors of their own, and takes the one that does best on these labels;
            "learned" does so by what it makes of products that it did not learn from. The usual vetoes are taken if
            they do better than none. Without labels, verdicts move the thresholds of the recipe in force, or of the
            usual one with this fusion; or "learned" learns from them.
        objective: What is to be best: "f1", or "precision@0.95" for the most recall at that precision.
        report: Told how far it is.
        apart: The columns by which listings are kept apart; None for those of the recipe in force.

    Raises:
        DataError: Labels and verdicts do not do, the objective is not one, or the catalog lacks a column.
    """
    with workspace.writing(config.catalog_id, report):  # so that pairs and labels are of one version
        return _tuned(workspace, config, fusion, objective, report, apart)


@dataclass(frozen=True)
class _Task:
    """What is known of a catalog, and what is wanted: all that `tune_recipe` and `learn` ask for beside pairs."""

    objective: str
    is_query: NDArray[np.bool_] | None
    same: Sequence[RowPair]
    different: Sequence[RowPair]


def _tuned(
    workspace: Workspace,
    config: EncodeConfig,
    fusion: Fusion | None,
    objective: str,
    report: Report,
    apart: Apart | None,
) -> Recipe:
    catalog = workspace.load_catalog(config.catalog_id)
    kept = without_lost_columns(current_recipe(workspace, config.catalog_id), catalog)
    apart = Apart(kept.one_per, kept.only_across) if apart is None else apart
    if fusion != "learned" and not (catalog.codes >= 0).any():
        recipe = apart.within(_rule_in_force(workspace, config, fusion))
        pairs = encode_catalog(workspace, config_of(config.catalog_id, recipe), report).pairs
        return choose_thresholds(workspace, config, catalog, pairs, recipe, objective)
    judged = judged_rows(catalog.rows, workspace.store.verdicts(config.catalog_id))
    task = _Task(objective, kept_out(workspace, config), judged[MATCH], judged[DIFFERENT])
    beside = apart.within(_rule_in_force(workspace, config, None))
    products = int((np.bincount(catalog.codes[catalog.codes >= 0]) > 1).sum())
    if fusion != "learned" or products:
        wanted = None if fusion == "learned" else fusion
        beside = _plain_rule(workspace, config, catalog, wanted, task, report, apart)
    if fusion not in ("learned", None) or (fusion is None and products < FEWEST_QUERY_PRODUCTS):
        return beside
    encoded = know_columns(encode_catalog(workspace, config, report), catalog, beside)
    try:
        learned = learn_catalog(workspace, catalog, encoded, beside, report, **vars(task))
    except TooLittleKnown:
        if fusion == "learned":
            raise
        return beside
    if fusion == "learned":
        return learned.recipe
    truth = _truth(learned.pairs, catalog, task)
    return max(beside, learned.recipe, key=lambda recipe: merit(recipe, truth, task.objective))


def _plain_rule(
    workspace: Workspace,
    config: EncodeConfig,
    catalog: Catalog,
    fusion: Fusion | None,
    task: _Task,
    report: Report,
    apart: Apart,
) -> Recipe:
    """The best rule of thresholds; of all that need no vectors of their own where no fusion is asked for."""
    usual = usual_recipe(workspace, config)
    template = Recipe(config.text, config.image, "either", config.metric, config.k, text_weight=config.text_weight)
    template = apart.within(replace(template, text_alone=usual.text_alone, image_alone=usual.image_alone))
    pairs = encode_catalog(workspace, config_of(config.catalog_id, template), report).pairs
    tried = [fusion] if fusion else FUSIONS if config.text and config.image else FUSIONS[:1]

    def choose(recipe: Recipe) -> Recipe:
        return choose_thresholds(workspace, config, catalog, pairs, recipe, task.objective)

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
    truth = _truth(with_columns(pairs, catalog.listings, template.columns), catalog, task)
    best = max(recipes, key=lambda recipe: merit(recipe, truth, task.objective))
    return max(best, choose(replace(best, veto=usual.veto)), key=lambda recipe: merit(recipe, truth, task.objective))


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
        DataError: Nothing is known that thresholds could be chosen by, the objective is not one, or the catalog lacks a
            column of the recipe.
    """
    pairs = with_columns(pairs, catalog.listings, recipe.columns)
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
    """The same rule, with usual thresholds where it has none, and the weight with which vectors are joined."""
    usual = usual_recipe(workspace, config)
    weight = config.text_weight if recipe.fusion == "fused" else recipe.text_weight
    recipe = replace(recipe, text_alone=usual.text_alone, image_alone=usual.image_alone, text_weight=weight)
    usual = replace(usual, fusion=recipe.fusion)  # its thresholds for this rule
    unset = [name for name, threshold in recipe.thresholds.items() if threshold is None]
    return recipe.with_thresholds({name: usual.thresholds.get(name) for name in unset})


def _rule_in_force(workspace: Workspace, config: EncodeConfig, fusion: Fusion | None) -> Recipe:
    """The recipe in force, if it is for these encoders, else the usual one; with another fusion if one is wanted."""
    recipe = current_recipe(workspace, config.catalog_id)
    if recipe.fusion == "learned" or not _fits(recipe, config):
        recipe = carry_columns(usual_recipe(workspace, config), recipe)
    recipe = replace(recipe, k=config.k)
    return complete_recipe(workspace, config, replace(recipe, fusion=fusion)) if fusion else recipe


def _truth(pairs: CandidatePairs, catalog: Catalog, task: _Task) -> Truth:
    """What is known of the pairs that a rule is chosen by."""
    is_query = task.is_query
    considered = pairs if is_query is None else pairs.chosen(is_query[pairs.left] | is_query[pairs.right])
    return truth_of(considered, catalog.codes, task.same, task.different)
