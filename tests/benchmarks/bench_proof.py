"""The map of thresholds, the list of flips, and what verdicts prove, at the size of the paper's catalog."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from bench_thresholds import LISTINGS, catalog_pairs, seconds

from matcher.matching.clusters import connect
from matcher.matching.metrics import truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.threshold_grid import Axis
from matcher.matching.thresholds.flips import compare_groups, list_flips
from matcher.matching.thresholds.pool_growth import forecast_f1
from matcher.matching.thresholds.score_map import even_thresholds, map_thresholds
from matcher.review.proof.bound import bound_precision, bound_recall
from matcher.review.proof.estimate import estimate_scores
from matcher.review.proof.plan import plan_precision
from matcher.review.proof.sample import order_strata, read_sample
from matcher.review.proof.strata import cut_strata, rank_pairs
from matcher.review.verdicts import DIFFERENT, MATCH, PROOF
from matcher.storage.records import Verdict

LIMITS = {  # seconds
    "map of 41 x 41 thresholds": 2.0,
    "list of flips": 0.5,
    "changed groups": 0.1,
    "forecast for larger catalogs": 0.5,
    "estimate": 0.05,
    "bound of precision": 0.05,
    "bound of recall": 0.2,
    "plan": 0.5,
    "strata and their order, once for each rule": 6.0,
    "verdicts read": 0.5,
}


def main() -> None:
    pairs, codes = catalog_pairs()
    truth = truth_of(pairs, codes)
    axes = [Axis(pairs.distance[name], even_thresholds(0.8)) for name in ("text", "image")]
    recipe = Recipe("t", "i", "both", text_threshold=0.4, image_threshold=0.4)
    before, after = (decide(pairs, one) for one in (recipe, replace(recipe, text_threshold=0.5)))
    groups = tuple(connect(pairs.n, pairs.left[match], pairs.right[match]) for match in (before, after))
    known, judged = truth.kind(slice(None)), np.zeros(len(pairs), bool)
    ids = [f"{row:06d}" for row in range(LISTINGS)]
    strata = cut_strata(rank_pairs(pairs, recipe, before), before, pairs.n)
    order = order_strata(pairs, strata, ids)
    asked = np.concatenate([stratum[:40] for stratum in order])
    verdicts = [
        Verdict(0, "", ids[pairs.left[row]], ids[pairs.right[row]], MATCH if same else DIFFERENT, "review", PROOF, 0.0)
        for row, same in zip(asked, truth.is_same[asked], strict=True)
    ]
    counts = read_sample(pairs, strata, order, ids, verdicts).counts
    work = {
        "map of 41 x 41 thresholds": lambda: map_thresholds(axes[0], axes[1], "either", truth),
        "list of flips": lambda: list_flips(pairs, before, after, groups, known, judged),
        "changed groups": lambda: compare_groups(*groups),
        "forecast for larger catalogs": lambda: forecast_f1(before, truth),
        "estimate": lambda: estimate_scores(counts),
        "bound of precision": lambda: bound_precision(counts),
        "bound of recall": lambda: bound_recall(counts),
        "plan": lambda: plan_precision(counts, 0.98),
        "strata and their order, once for each rule": lambda: order_strata(
            pairs, cut_strata(rank_pairs(pairs, recipe, before), before, pairs.n), ids
        ),
        "verdicts read": lambda: read_sample(pairs, strata, order, ids, verdicts),
    }
    print(f"{LISTINGS:,} listings, {len(pairs):,} pairs, {np.count_nonzero(before != after):,} flips")
    slow = []
    for name, limit in LIMITS.items():
        taken = seconds(work[name], 3)
        slow += [name] * (taken > limit)
        print(f"  {name}: {taken * 1000:.1f} ms; at most {limit * 1000:.0f} ms")
    if slow:
        sys.exit(f"Too slow: {', '.join(slow)}.")


if __name__ == "__main__":
    main()
