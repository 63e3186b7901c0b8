"""How often bounds and intervals from verdicts hold, on catalogs whose products are known, and what they cost.

    python tests/benchmarks/simulate_proof.py FOLDER_OF_CATALOGS [--runs 200] [--names relisted apparel] [--learned]

Each catalog is encoded and its thresholds are tuned, or a pair model is learned; then a curator who knows the labels
answers what a proof asks, again and again with other draws. Printed are, out of all runs: how often the bounds of
precision and recall ever left the truth out while they were watched; how often the intervals held it at the end; and
how wide recall's interval is after n verdicts, against that of 3 n pairs drawn at random. "Random" is what it is in the
paper on OASIS: uniform over all candidate pairs. As many questions to every stratum, whatever it holds, are the last
of the ways to ask.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).parents[2]))

from matcher.matching.metrics import truth_of
from matcher.matching.recipe import decide
from matcher.pipeline.in_memory import encode, evaluate, read_catalog, tune
from matcher.pipeline.pair_model.judge import judge_pairs
from matcher.pipeline.pair_model.models import find_model
from matcher.pipeline.recipes import FUSIONS
from matcher.review.proof.bound import ERROR, bound_precision, log_ratio
from matcher.review.proof.counts import Counts
from matcher.review.proof.estimate import estimate_scores
from matcher.review.proof.plan import Goal, allocate, next_stratum
from matcher.review.proof.strata import Strata, cut_strata, rank_pairs

LOOKS = (300, 500, 1000)
EVERY = 10  # verdicts after which questions are allocated anew, as the pages do
PROVE = 0.9


def strata_of(folder: Path, learned: bool) -> tuple[Strata, np.ndarray]:
    """The strata of a catalog's tuned rule, and how many of each are one product."""
    images = folder / "images"
    catalog, _ = read_catalog(folder / "listings.csv", images if images.is_dir() else None)
    hashed = "phash" if catalog.listings["phash"].astype(bool).any() else None
    photos = "efficientnet" if images.is_dir() else hashed
    encoded = encode(catalog, "tfidf-char", photos)
    if learned:
        recipe = tune(encoded, "learned")
        pairs = judge_pairs(encoded.pairs, catalog, encoded.features, find_model(recipe), recipe)
    else:
        recipes = [tune(encoded, fusion) for fusion in (FUSIONS if photos else FUSIONS[:1])]
        recipe, pairs = max(recipes, key=lambda one: evaluate(encoded, one).listing.f1), encoded.pairs
    is_match = decide(pairs, recipe)
    strata = cut_strata(rank_pairs(pairs, recipe, is_match), is_match, pairs.n)
    return strata, np.bincount(strata.of, truth_of(pairs, catalog.codes).is_same)


def watch(size: np.ndarray, right: np.ndarray, accepted: np.ndarray, goal: Goal | None, seed: int) -> dict[str, object]:
    """One curator: whether a bound ever missed, what was seen at each look, and when a precision was proved."""
    rng = np.random.default_rng(seed)
    drawn, same = np.zeros(len(size)), np.zeros(len(size))
    seen, proved, missed = {}, None, np.zeros(2, bool)
    for step in range(1, max(LOOKS) + 1):
        counts = Counts(size, drawn.copy(), same.copy(), accepted)
        if step % EVERY == 1:
            shares = allocate(counts, goal) if goal else (drawn < size) / np.count_nonzero(drawn < size)
        against = log_ratio(counts, right)
        missed |= np.array([against[accepted].sum(), against.sum()]) > np.log(1 / ERROR)
        if proved is None and step % 50 == 0 and bound_precision(counts).low >= PROVE:
            proved = step
        stratum = next_stratum(counts, shares)
        if stratum is None:
            break
        same[stratum] += rng.random() < (right[stratum] - same[stratum]) / (size[stratum] - drawn[stratum])
        drawn[stratum] += 1
        if step in LOOKS:
            seen[step] = estimate_scores(Counts(size, drawn.copy(), same.copy(), accepted), draws=1000, seed=seed)
    return {"missed": missed, "seen": seen, "proved": proved}


def random_width(size: np.ndarray, right: np.ndarray, accepted: np.ndarray, verdicts: int, runs: int) -> float:
    """Mean width of recall's interval from pairs drawn at random of all candidates: a share of the same ones seen."""
    found, true = right[accepted].sum(), right.sum()
    rng = np.random.default_rng(0)
    seen = rng.hypergeometric(int(true), int(size.sum() - true), verdicts, size=runs)
    inside = rng.hypergeometric(int(found), int(true - found), np.maximum(seen, 0))
    low, high = (beta.ppf(tail, inside + 0.5, seen - inside + 0.5) for tail in (0.025, 0.975))
    return float((high - low).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--names", nargs="+", default=["relisted", "apparel"])
    parser.add_argument("--learned", action="store_true", help="a pair model and not a rule of thresholds")
    chosen = parser.parse_args()
    for name in chosen.names:
        strata, same = strata_of(chosen.folder / name, chosen.learned)
        size, accepted = strata.size.astype(float), strata.is_accepted
        truth = {
            "precision": same[accepted].sum() / size[accepted].sum(),
            "recall": same[accepted].sum() / same.sum(),
        }
        said = ", ".join(f"{figure} {value:.3f}" for figure, value in truth.items())
        print(f"{name}: {size.sum():,.0f} pairs, {size[accepted].sum():,.0f} matches, {said}")
        print(f"  strata {size.astype(int).tolist()}, same {same.astype(int).tolist()}", flush=True)
        for goal in ("f1", "recall", "precision", None):
            runs = [watch(size, same, accepted, goal, seed) for seed in range(chosen.runs)]
            missed = np.mean([run["missed"] for run in runs], axis=0)
            asked = f"asking for {goal}" if goal else "asking all strata alike"
            print(f"  {asked}: bounds ever missed precision {missed[0]:.3f}, all figures {missed[1]:.3f}")
            proved = [run["proved"] for run in runs if run["proved"]]
            if proved:
                print(
                    f"    precision {PROVE} proved in {len(proved)} of {len(runs)} runs, median {np.median(proved):.0f}"
                )
            for look in LOOKS:
                done = [run["seen"][look] for run in runs if look in run["seen"]]
                for figure, value in truth.items():
                    drawn = [getattr(one, figure) for one in done]
                    if not drawn or (goal == "precision" and figure == "recall"):
                        continue
                    held = np.mean([one.low <= value <= one.high for one in drawn])
                    width = np.mean([one.high - one.low for one in drawn])
                    against = ""
                    if figure == "recall":
                        wide = random_width(size, same, accepted, 3 * look, chosen.runs)
                        against = f"; {3 * look} at random {wide:.3f}"
                    print(f"    {look:5} verdicts: {figure:9} held {held:.3f}, width {width:.3f}{against}", flush=True)


if __name__ == "__main__":
    main()
