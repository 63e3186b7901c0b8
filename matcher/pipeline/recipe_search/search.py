"""Finding the best recipe for a catalog: a job, and what is kept of it."""

from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.errors import TooLittleKnown
from matcher.ingest.catalog import Catalog
from matcher.matching.bootstrap import Figure
from matcher.matching.pair_model.learn import product_folds
from matcher.matching.recipe import Recipe, decide
from matcher.matching.recipe_search.climb import Search, listing_f1
from matcher.matching.recipe_search.ladder import Ladder, Rung, cross_fit
from matcher.matching.recipe_search.steps import first_recipe
from matcher.matching.resolve import join_matches
from matcher.pipeline.encoding import EncodeConfig, encode_catalog
from matcher.pipeline.matches import judged_pairs
from matcher.pipeline.pair_model.features import shown_photos
from matcher.pipeline.pair_model.models import SEARCHED
from matcher.pipeline.recipe_columns import Apart, carry_columns, know_columns, without_lost_columns
from matcher.pipeline.recipe_search.learner import ModelLearner
from matcher.pipeline.recipe_search.meter import SearchMeter
from matcher.pipeline.recipes import current_recipe, is_usable, last_config, usual_recipe
from matcher.pipeline.training_rows import kept_out
from matcher.progress import Report, silent
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.workspace import Workspace

FEWEST_PRODUCTS = 30  # with two listings each; of fewer, a third says nothing


@dataclass(frozen=True)
class SearchConfig:
    """The catalog to search for, as it was last encoded."""

    catalog_id: str


@dataclass(frozen=True)
class SearchResult:
    """What a search came to, in short; `last_search` has the whole."""

    start: float
    end: float
    in_force: float


@dataclass(frozen=True)
class Searched:
    """A search that is kept.

    Attributes:
        ladder: What it came to.
        content: Of the listings that it was made on, as in `CatalogInfo`.
    """

    ladder: Ladder
    content: str


def search_recipe(workspace: Workspace, config: SearchConfig, report: Report = silent) -> SearchResult:
    """Find the best recipe for a catalog as it was last encoded; puts none in force."""
    ladder = find_best_recipe(workspace, last_config(workspace, config.catalog_id), report)
    return SearchResult(ladder.start.value, ladder.end.value, ladder.in_force.value)


def find_best_recipe(
    workspace: Workspace, config: EncodeConfig, report: Report = silent, apart: Apart | None = None
) -> Ladder:
    """Try all that a recipe can do, step by step, on a catalog's labels with verdicts over them, and keep what it won.

    Args:
        workspace: Where the catalog is.
        config: The catalog, and how to encode it.
        report: Told how far it is; may raise Cancelled.
        apart: The columns by which listings are kept apart; None for those of the recipe in force.

    Raises:
        TooLittleKnown: Fewer than FEWEST_PRODUCTS labelled products have two listings that no encoder was trained on.
    """
    with workspace.writing(config.catalog_id, report):  # so that pairs and labels are of one version
        catalog = workspace.load_catalog(config.catalog_id)
        is_query = kept_out(workspace, config)
        _expect_enough(catalog, is_query)
        kept = without_lost_columns(current_recipe(workspace, config.catalog_id), catalog)
        usual = replace(usual_recipe(workspace, config), k=config.k)
        usual = apart.within(usual) if apart else carry_columns(usual, kept)
        encoded = know_columns(encode_catalog(workspace, config, report), catalog, usual)
        meter = SearchMeter(report)
        learning = ModelLearner(workspace, catalog, encoded, is_query, meter)
        judged = judged_rows(catalog.rows, workspace.store.verdicts(config.catalog_id))
        fold = product_folds(catalog.codes, list(catalog.listings["title"]), shown_photos(catalog))
        search = Search(
            encoded.pairs, catalog.codes, judged[MATCH], judged[DIFFERENT], fold,
            np.ones(len(catalog.codes), np.bool_) if is_query is None else is_query,
            learning.learn_for(judged[MATCH], judged[DIFFERENT]),
        )  # fmt: skip
        in_force = _measure_in_force(workspace, config, usual, search, report)
        ladder = cross_fit(search, first_recipe(usual), in_force, meter.advance)
        learning.keep(ladder.recipe)
        found = asdict(ladder) | {"recipe": ladder.recipe.to_json(), "content": encoded.content}
        workspace.store.set_setting(config.catalog_id, SEARCHED, found)
    return ladder


def last_search(workspace: Workspace, catalog_id: str) -> Searched | None:
    """The search that was last made for a catalog, if its recipe suits how the catalog is encoded now."""
    kept = workspace.store.setting(catalog_id, SEARCHED)
    if kept is None:
        return None
    recipe = Recipe.from_json(kept["recipe"])
    if not is_usable(workspace, recipe, last_config(workspace, catalog_id)):
        return None
    start, end, in_force = (Figure(**kept[name]) for name in ("start", "end", "in_force"))
    rungs = tuple(Rung(**rung | {"gain": Figure(**rung["gain"])}) for rung in kept["rungs"])
    return Searched(Ladder(recipe, start, end, in_force, rungs, kept["listings"], kept["products"]), kept["content"])


def _expect_enough(catalog: Catalog, is_query: NDArray[np.bool_] | None) -> None:
    codes = catalog.codes if is_query is None else catalog.codes[is_query]
    products = int((np.bincount(codes[codes >= 0]) > 1).sum())
    if products < FEWEST_PRODUCTS:
        raise TooLittleKnown(
            f"{products:,} labelled products have two listings; a search leaves a third of them out to measure on, and "
            f"asks for {FEWEST_PRODUCTS} at least: import a table with more labels, or tune thresholds on verdicts."
        )


def _measure_in_force(
    workspace: Workspace, config: EncodeConfig, usual: Recipe, search: Search, report: Report
) -> NDArray[np.float64]:
    """F1 of each labelled listing by the recipe in force, or the usual one if that is for other encoders; (L,)."""
    recipe = carry_columns(current_recipe(workspace, config.catalog_id), usual)
    if not is_usable(workspace, recipe, config):
        recipe = usual
    _, pairs = judged_pairs(workspace, config.catalog_id, recipe, report)
    group = join_matches(pairs, recipe, decide(pairs, recipe))
    return listing_f1(group, search.codes, search.same, search.different)
