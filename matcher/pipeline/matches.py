"""What a recipe matches in a catalog, and how well."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from matcher.errors import DataError
from matcher.ingest.catalog import Catalog
from matcher.matching.clusters import contradictions
from matcher.matching.groups.figures import GroupFigures, group_figures
from matcher.matching.groups.locks import FREE, find_locked, number_locks
from matcher.matching.groups.pairs import score_groups, truth_within
from matcher.matching.metrics import RowPair, Scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.pipeline.encoding import EncodeConfig, EncodeResult, encode, encode_catalog, load_encoded
from matcher.pipeline.pair_model.judge import keep_judgement
from matcher.pipeline.pair_model.learned_model import LearnedModel
from matcher.pipeline.pair_model.models import find_model, load_model, model_file, save_model
from matcher.pipeline.recipe_columns import know_columns, without_lost_columns
from matcher.pipeline.recipes import config_of, current_recipe
from matcher.pipeline.training_rows import read_training_rows
from matcher.progress import Report, silent
from matcher.review.group_numbers import NumberedGroups, keep_numbers
from matcher.review.verdicts import DIFFERENT, MATCH, VARIANT, judged_rows
from matcher.storage.exports import match_lists
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import CandidatePairs


@dataclass(frozen=True)
class Evaluation:
    """How right the groups are that a recipe and the verdicts come to, by a catalog's labels with verdicts over them.

    Attributes:
        listing: Mean over listings, each counted among its own group.
        pair: All pairs together.
        groups: Groups as wholes: B-cubed, the share that is exactly right, the largest.
        candidate_recall: Share of the true pairs that the search reached at all.
        listings: Listings with a label: what the figures are measured on.
        pool: Listings that were searched.
        learned: Listings measured whose products an encoder was trained on: on these the figures flatter.
        modelled: Listings measured that the recipe's pair model learned from. Each is judged by the parts of the model
            that did not learn from it, so the figures are those of products that it has not seen.
        judged: Pairs with a verdict same, variant or different, which are obeyed: of them the figures say nothing.
    """

    listing: Scores
    pair: Scores
    groups: GroupFigures
    candidate_recall: float
    listings: int
    pool: int
    learned: int = 0
    modelled: int = 0
    judged: int = 0


def find_matches(workspace: Workspace, config: EncodeConfig, report: Report = silent) -> EncodeResult:
    """Encode a catalog, and let the pair model of the recipe in force judge its pairs; see `encoding.encode`."""
    with workspace.writing(config.catalog_id, report):
        result = encode(workspace, config, report)
        recipe = current_recipe(workspace, config.catalog_id)
        if recipe.fusion == "learned" and (encoded := load_encoded(workspace, config.catalog_id)):
            catalog = workspace.load_catalog(config.catalog_id)
            recipe = without_lost_columns(recipe, catalog)
            keep_judgement(workspace, catalog, know_columns(encoded, catalog, recipe), recipe, report)
    return result


def evaluate(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> Evaluation:
    """Measure what `match` writes, on a catalog's labels with verdicts over them; what is not encoded yet is encoded.

    Raises:
        DataError: No listing has a label, no two are known to be one product, or the recipe's thresholds are not set.
    """
    if not workspace.catalog_info(catalog_id).labels:
        raise DataError(
            "No listing has a label, and verdicts alone do not measure a recipe here: Thresholds and Review in the app "
            "say what they tell of the one in force. Or import a table with labels."
        )
    with workspace.writing(catalog_id, report):  # so that pairs, labels and verdicts are of one version
        catalog, pairs = judged_pairs(workspace, catalog_id, recipe, report)
        learned = read_training_rows(workspace, config_of(catalog_id, recipe))
        judged, locked = _judged_and_locked(workspace, catalog_id, catalog)
    truth = truth_of(pairs, catalog.codes, judged[MATCH], judged[DIFFERENT])
    if not truth.true_pairs:
        raise DataError(
            "Nothing to measure: neither labels nor verdicts name two listings of one product. Judge some pairs "
            "the same on the Review page, or import a table with labels."
        )
    outcome = outcome_of(pairs, recipe, decide(pairs, recipe), judged[MATCH], judged[DIFFERENT], locked=locked)
    within = truth_within(outcome.group, catalog.codes, judged[MATCH], judged[DIFFERENT])
    return Evaluation(
        *score_groups(within),
        group_figures(outcome.group, within),
        truth.candidate_recall,
        truth.listings,
        truth.pairs.n,
        int(learned[catalog.codes >= 0].sum()),
        count_modelled(
            catalog, load_model(workspace, catalog_id, str(recipe.pair_model)) if recipe.pair_model else None
        ),
        truth.judged,
    )


def judged_pairs(
    workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent
) -> tuple[Catalog, CandidatePairs]:
    """A catalog and its candidate pairs with all distances that a recipe reads; what is not there is computed.

    A pair model that came inside a recipe's file is put into the catalog's folder first.
    """
    if recipe.fusion == "learned" and not model_file(workspace, catalog_id, str(recipe.pair_model)).exists():
        save_model(workspace, catalog_id, find_model(recipe))
    encoded = encode_catalog(workspace, config_of(catalog_id, recipe), report)
    catalog = workspace.load_catalog(catalog_id)
    return catalog, keep_judgement(workspace, catalog, know_columns(encoded, catalog, recipe), recipe, report)


def find_learned(workspace: Workspace, catalog_id: str, recipe: Recipe) -> LearnedModel | None:
    """The model that a recipe decides by; None if it decides by thresholds alone."""
    return load_model(workspace, catalog_id, str(recipe.pair_model)) if recipe.fusion == "learned" else None


def count_modelled(catalog: Catalog, learned: LearnedModel | None) -> int:
    """Labelled listings that a pair model learned from."""
    return int((learned.folds(catalog)[catalog.codes >= 0] >= 0).sum()) if learned else 0


@dataclass(frozen=True)
class Matches:
    """What is handed out of a catalog; all of it says the same.

    Attributes:
        catalog: Its N listings.
        lists: Columns item_id, matches: the other listings of the group, with `separator_of` the ids between them, the
            listing itself first, then the closest.
        group: Shape (N,). Group of each listing.
        numbered: The numbers of these groups, which stay, and of their families.
    """

    catalog: Catalog
    lists: pd.DataFrame
    group: NDArray[np.int32]
    numbered: NumberedGroups


def match(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> pd.DataFrame:
    """List each listing's matches, as `hand_out` does.

    Returns:
        Columns item_id, matches (ids with spaces between them, the listing itself first, then the closest).
    """
    return hand_out(workspace, catalog_id, recipe, report).lists


def hand_out(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> Matches:
    """Join listings into groups: by the recipe, and verdicts above it; what is not encoded yet is encoded.

    The groups keep the numbers that they were handed out with before.
    """
    with workspace.writing(catalog_id, report):  # so that pairs, listings and verdicts are of one version
        catalog, pairs = judged_pairs(workspace, catalog_id, recipe, report)
        judged, locked = _judged_and_locked(workspace, catalog_id, catalog)
    outcome = outcome_of(pairs, recipe, decide(pairs, recipe), judged[MATCH], judged[DIFFERENT], locked=locked)
    ids = catalog.listings["item_id"]
    numbered = keep_numbers(workspace, catalog_id, ids.tolist(), outcome.group, judged[VARIANT])
    return Matches(catalog, match_lists(ids, outcome.left, outcome.right, outcome.strength), outcome.group, numbered)


def find_contradictions(workspace: Workspace, catalog_id: str) -> list[tuple[str, str]]:
    """Ids of the pairs judged different or variants that verdicts "same" join all the same.

    One of the verdicts has to be taken back. What a lock joins, or keeps apart, is in `find_overruled`.
    """
    catalog = workspace.load_catalog(catalog_id)
    judged, locked = _judged_and_locked(workspace, catalog_id, catalog)
    lock = number_locks(len(catalog.codes), locked)
    same = [(one, other) for one, other in judged[MATCH] if lock[one] == lock[other] == FREE]
    return _ids_of(catalog, contradictions(len(lock), same, judged[DIFFERENT]))


def find_overruled(workspace: Workspace, catalog_id: str) -> list[tuple[str, str]]:
    """Ids of the pairs whose verdict counts for nothing while a lock joins them, or keeps them apart."""
    catalog = workspace.load_catalog(catalog_id)
    judged, locked = _judged_and_locked(workspace, catalog_id, catalog)
    lock = number_locks(len(catalog.codes), locked)
    joined = [(one, other) for one, other in judged[DIFFERENT] if lock[one] == lock[other] != FREE]
    return _ids_of(catalog, [*joined, *((one, other) for one, other in judged[MATCH] if lock[one] != lock[other])])


def _judged_and_locked(
    workspace: Workspace, catalog_id: str, catalog: Catalog
) -> tuple[dict[str, list[RowPair]], NDArray[np.int64]]:
    """Pairs of rows by what was said of them, and the rows of locked listings, see `find_locked`."""
    locks = [lock.item_ids for lock in workspace.store.locks(catalog_id)]
    return judged_rows(catalog.rows, workspace.store.verdicts(catalog_id)), find_locked(catalog.rows, locks)


def _ids_of(catalog: Catalog, pairs: Iterable[RowPair]) -> list[tuple[str, str]]:
    ids = catalog.listings["item_id"]
    return [(str(ids.iat[one]), str(ids.iat[other])) for one, other in pairs]
