"""What a learned model makes of candidate pairs: how likely each is, and how far apart the groups of its two lie."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.ingest.catalog import Catalog
from matcher.matching.conflicts import vetoed
from matcher.matching.groups.column_values import same_value, values_of
from matcher.matching.groups.pairs import pairs_within
from matcher.matching.linkage import LinkTree, link_tree
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.recipe import LEARNED, LINKED, Recipe
from matcher.pipeline.encoding import Encoded
from matcher.pipeline.pair_model.features import beside_pairs, keep_features, near_pairs
from matcher.pipeline.pair_model.learned_model import LearnedModel
from matcher.pipeline.pair_model.models import load_model
from matcher.progress import Progress, Report, silent
from matcher.storage.files import load_arrays, save_arrays
from matcher.storage.workspace import Workspace
from matcher.vectors.candidate_pairs import NOT_FOUND, CandidatePairs

LOWEST_CUT = 0.05  # no slider goes to less likely matches
AT_ONCE = 1 << 17  # pairs judged between two reports
STEP, LINKING = "Judging pairs", "Joining groups"


def judge_pairs(
    pairs: CandidatePairs,
    catalog: Catalog,
    features: PairFeatures,
    learned: LearnedModel,
    recipe: Recipe | None = None,
    report: Report = silent,
) -> CandidatePairs:
    """Give candidate pairs the two distances that a recipe by this model reads, and add pairs that only groups imply.

    A pair less likely than the model's bound, one that no search found near, one of two with the value of which the
    recipe matches none among themselves, and one that meets a veto are taken for impossible; the last is never joined
    by way of others either.

    Args:
        pairs: P candidate pairs.
        catalog: Their listings.
        features: Of the near ones of them.
        learned: The model.
        recipe: Its vetoes and its columns count; None for none.
        report: Told how far it is; may raise Cancelled.

    Raises:
        DataError: A feature that the model reads is not there.
    """
    near = near_pairs(pairs)
    found = unseen_probability(features, pairs.chosen(near), learned, catalog, report)
    probability = np.zeros(len(pairs))
    probability[near] = np.where(found >= learned.model.bound, found, 0.0)
    apart: list[tuple[int, int]] = []
    if recipe and recipe.only_across:
        probability[same_value(pairs, recipe.only_across)] = 0.0
    if recipe and recipe.veto and pairs.conflicts is not None:
        off = np.flatnonzero(vetoed(pairs.conflicts, recipe.veto))
        probability[off] = 0.0
        apart = list(zip(pairs.left[off].tolist(), pairs.right[off].tolist(), strict=True))
    report(Progress(LINKING, 0, 1))
    values = values_of(pairs, recipe.one_per) if recipe and recipe.one_per else None
    tree = link_tree(pairs.n, pairs.left, pairs.right, probability, LOWEST_CUT, apart, values)
    report(Progress(LINKING, 1, 1))
    judged = replace(pairs, distance={**pairs.distance, LEARNED: (1 - probability).astype(np.float32)})
    judged = judged.joined_by(*_implied(pairs, tree))
    own = np.minimum(judged.distance[LEARNED], 1)  # the further ones are impossible by themselves
    return replace(judged, distance={**judged.distance, LEARNED: own, LINKED: tree.distance(judged.left, judged.right)})


def _implied(pairs: CandidatePairs, tree: LinkTree) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs within the loosest groups that are not among the candidates: rows of one and of the other."""
    left, right = pairs_within(np.unique(tree.roots(), return_inverse=True)[1])
    known = pairs.left.astype(np.int64) * pairs.n + pairs.right
    further = ~np.isin(left.astype(np.int64) * pairs.n + right, known)
    return left[further], right[further]


def unseen_probability(
    features: PairFeatures, near: CandidatePairs, learned: LearnedModel, catalog: Catalog, report: Report = silent
) -> NDArray[np.float64]:
    """How likely each pair is one product, by those parts of a model that have not learned from its listings.

    So a model is no better on the products that it learned from than on others, and figures measured on them hold. A
    pair of two folds is judged by the two parts each of which has not seen one of its ends.

    Returns:
        Shape (P,), 0..1.
    """
    fold = learned.folds(catalog)
    ends = np.sort(np.stack([fold[near.left], fold[near.right]]), axis=0)
    kinds, kind = np.unique(ends[0] * (learned.parts + 1) + ends[1], return_inverse=True)
    probability = np.zeros(len(near))
    done = 0
    for number in range(len(kinds)):
        rows = np.flatnonzero(kind == number)
        parts = learned.parts_unlearned(*ends[:, rows[0]].tolist())
        unseen = replace(learned.model, parts=tuple(learned.model.parts[part] for part in parts))
        for start in range(0, len(rows), AT_ONCE):
            report(Progress(STEP, done, len(near)))
            some = rows[start : start + AT_ONCE]
            probability[some] = unseen.probability(features.chosen(some), near.n)
            done += len(some)
    report(Progress(STEP, done, len(near)))
    return probability


def keep_judgement(
    workspace: Workspace, catalog: Catalog, encoded: Encoded, recipe: Recipe, report: Report = silent
) -> CandidatePairs:
    """The candidate pairs with all distances that a recipe reads; what is not in the workspace is computed first.

    Raises:
        DataError: The recipe's model is gone, or was learned with other encoders.
    """
    if recipe.fusion != "learned":
        return encoded.pairs
    opened = open_judgement(workspace, encoded, recipe)
    if opened is None:
        learned = load_model(workspace, encoded.config.catalog_id, str(recipe.pair_model))
        features = keep_features(workspace, catalog, encoded, report)
        opened = judge_pairs(encoded.pairs, catalog, features, learned, recipe, report)
        save_judgement(workspace, encoded, recipe, opened)
    return opened


def save_judgement(workspace: Workspace, encoded: Encoded, recipe: Recipe, judged: CandidatePairs) -> None:
    """Keep what the model of a recipe made of the candidate pairs, for `open_judgement`."""
    implied = judged.rank == NOT_FOUND
    arrays: dict[str, NDArray[Any]] = {LEARNED: judged.distance[LEARNED], LINKED: judged.distance[LINKED]}
    arrays |= {"left": judged.left[implied], "right": judged.right[implied]}
    save_arrays(_place(workspace, encoded, recipe), arrays, {"model": recipe.pair_model})


def open_judgement(workspace: Workspace, encoded: Encoded, recipe: Recipe) -> CandidatePairs | None:
    """The candidate pairs with all distances that a recipe reads, memory-mapped; None if they were not computed yet."""
    if recipe.fusion != "learned":
        return encoded.pairs
    path = _place(workspace, encoded, recipe)
    if not path.with_name(f"{path.name}.json").exists():
        return None
    arrays, _ = load_arrays(path)
    judged = encoded.pairs.joined_by(arrays["left"], arrays["right"])
    return replace(judged, distance={**judged.distance, LEARNED: arrays[LEARNED], LINKED: arrays[LINKED]})


def _place(workspace: Workspace, encoded: Encoded, recipe: Recipe) -> Path:
    more = {"model": recipe.pair_model, "veto": list(recipe.veto), "content": encoded.content}
    for name in ("one_per", "only_across"):
        if column := getattr(recipe, name):  # the values, too: a new upload may change them and nothing that is encoded
            more[name] = hashlib.blake2b(values_of(encoded.pairs, column).tobytes(), digest_size=16).hexdigest()
    return beside_pairs(workspace, encoded, "judged", more)
