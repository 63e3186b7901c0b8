"""The map of thresholds, the list of flips, and what verdicts prove, at the size of the paper's catalog."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from bench_thresholds import LISTINGS, catalog_pairs, seconds

from matcher.matching.metrics import truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.matching.threshold_grid import Axis
from matcher.matching.thresholds.flips import compare_groups, list_flips
from matcher.matching.thresholds.pool_growth import forecast_f1
from matcher.matching.thresholds.score_map import even_thresholds, map_thresholds
from matcher.review.audit.estimate import estimate_whole_recall
from matcher.review.audit.sample import read_audits
from matcher.review.proof.bound import bound_precision, bound_recall
from matcher.review.proof.estimate import estimate_scores
from matcher.review.proof.plan import plan_precision
from matcher.review.proof.sample import order_strata, read_sample
from matcher.review.proof.strata import cut_strata, rank_pairs
from matcher.review.proof.walk import walk_thresholds
from matcher.review.verdicts import DIFFERENT, MATCH, PROOF
from matcher.storage.records import Verdict

LIMITS = {  # seconds
    "map of 41 x 41 thresholds": 2.0,
    "list of flips": 0.5,
    "changed groups": 0.1,
    "groups of a proposed rule": 2.0,
    "groups after a verdict": 1.0,
    "forecast for larger catalogs": 0.5,
    "estimate": 0.05,
    "estimate with what was never found": 0.1,
    "resolved listings read": 0.1,
    "bound of precision": 0.05,
    "bound of recall": 0.2,
    "plan": 0.5,
    "walk to the loosest that is proved": 0.5,
    "strata and their order, once for each rule": 6.0,
    "verdicts read": 0.5,
}


def measure(listings: int) -> dict[str, float]:
    """Seconds of each step."""
    pairs, codes = catalog_pairs(listings)
    truth = truth_of(pairs, codes)
    axes = [Axis(pairs.distance[name], even_thresholds(0.8)) for name in ("text", "image")]
    recipe = Recipe("t", "i", "both", text_threshold=0.4, image_threshold=0.4)
    before, after = (decide(pairs, one) for one in (recipe, replace(recipe, text_threshold=0.5)))
    known, judged = truth.kind(slice(None)), np.zeros(len(pairs), bool)
    first = outcome_of(pairs, recipe, before, (), ())
    groups = first.group, outcome_of(pairs, recipe, after, (), ()).group
    verdict = [(int(pairs.left[0]), int(pairs.right[0]))]
    ids = [f"{row:06d}" for row in range(listings)]
    strata = cut_strata(rank_pairs(pairs, recipe, before), before, pairs.n)
    order = order_strata(pairs, strata, ids)
    asked = np.concatenate([stratum[:40] for stratum in order])
    verdicts = [
        Verdict(0, "", ids[pairs.left[row]], ids[pairs.right[row]], MATCH if same else DIFFERENT, "review", PROOF, 0.0)
        for row, same in zip(asked, truth.is_same[asked], strict=True)
    ]
    counts = read_sample(pairs, strata, order, ids, verdicts).counts
    same = [(int(left), int(right)) for left, right in zip(pairs.left[asked], pairs.right[asked], strict=True)]
    resolved = pairs.left[asked][:40].tolist()
    audits = read_audits(pairs, same, resolved)
    work = {
        "map of 41 x 41 thresholds": lambda: map_thresholds(axes[0], axes[1], "either", truth),
        "list of flips": lambda: list_flips(pairs, before, after, groups, known, judged),
        "changed groups": lambda: compare_groups(*groups),
        "groups of a proposed rule": lambda: outcome_of(pairs, recipe, before, (), ()),
        "groups after a verdict": lambda: outcome_of(pairs, recipe, before, verdict, (), first),
        "forecast for larger catalogs": lambda: forecast_f1(before, truth),
        "estimate": lambda: estimate_scores(counts),
        "estimate with what was never found": lambda: estimate_whole_recall(counts, audits),
        "resolved listings read": lambda: read_audits(pairs, same, resolved),
        "bound of precision": lambda: bound_precision(counts),
        "bound of recall": lambda: bound_recall(counts),
        "plan": lambda: plan_precision(counts, 0.98),
        "walk to the loosest that is proved": lambda: walk_thresholds(counts, 0.5),
        "strata and their order, once for each rule": lambda: order_strata(
            pairs, cut_strata(rank_pairs(pairs, recipe, before), before, pairs.n), ids
        ),
        "verdicts read": lambda: read_sample(pairs, strata, order, ids, verdicts),
    }
    print(f"{listings:,} listings, {len(pairs):,} pairs, {np.count_nonzero(before != after):,} flips")
    taken = {name: seconds(step, 3) for name, step in work.items()}
    for name, spent in taken.items():
        limit = f"; at most {LIMITS[name] * 1000:.0f} ms" if listings <= LISTINGS else ""
        print(f"  {name}: {spent * 1000:.1f} ms{limit}")
    return taken


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[LISTINGS], help="listings of the catalogs")
    sizes = parser.parse_args(arguments).sizes
    found = [measure(size) for size in sizes]
    for size, taken in zip(sizes[1:], found[1:], strict=True):
        grown = ", ".join(f"{step} {spent / max(found[0][step], 1e-9):.1f}" for step, spent in taken.items())
        print(f"{size / sizes[0]:.1f} times the listings take, times as long: {grown}")
    slow = [name for name, limit in LIMITS.items() if sizes[0] <= LISTINGS and found[0][name] > limit]
    if slow:
        sys.exit(f"Too slow: {', '.join(slow)}.")


if __name__ == "__main__":
    main()
