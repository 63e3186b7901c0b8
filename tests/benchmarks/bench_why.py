"""Why a pair is a match or none, at the size of the paper's catalog and at 200,000 listings, and how it grows.

The peer, in the same run: the whole catalog decided and joined into groups again, which tells as much of one pair.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from bench_pair_model import made_catalog

from matcher.matching.conflicts import with_conflicts
from matcher.matching.explain.links import find_links
from matcher.matching.explain.pair import explain_pair
from matcher.matching.explain.words import count_words
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.vectors.embeddings import embeddings_of, unit_rows
from matcher.vectors.single_pair import single_pair

SIZES = (34_250, 200_000)
WIDTH, WORDS_OF_TITLE, WORDS = 1_280, 8, 60_000
PAIRS = 21
TARGETS = {"why": 0.050, "why not": 0.050}
"""Seconds at 34,250 listings, the middle of PAIRS pairs."""


def measure(listings: int) -> dict[str, float]:
    """Seconds of each step."""
    pairs, titles, _ = made_catalog(listings)
    pairs = with_conflicts(pairs, titles)
    recipe = Recipe("a", "b", text_threshold=0.3, image_threshold=0.25, veto=("units",), k=50)
    counting, counts = timed(lambda: count_words(titles))
    is_match = decide(pairs, recipe)
    joining, outcome = timed(lambda: outcome_of(pairs, recipe, decide(pairs, recipe), (), ()))
    rng = np.random.default_rng(1)

    def explain(row: int) -> None:
        ends = int(pairs.left[row]), int(pairs.right[row])
        links = find_links(pairs, is_match, outcome, *ends)
        explain_pair(pairs.chosen(np.array([row])), recipe, (titles[ends[0]], titles[ends[1]]), counts, links)

    rows = rng.choice(len(pairs), PAIRS, replace=False).tolist()
    seconds = {"why": statistics.median(timed(lambda row=row: explain(row))[0] for row in rows)}
    photos = unit_rows(rng.random((listings, WIDTH), dtype=np.float32))
    at = np.arange(0, listings * WORDS_OF_TITLE + 1, WORDS_OF_TITLE)
    first = rng.integers(0, WORDS - WORDS_OF_TITLE, listings)
    column = (first[:, None] + np.arange(WORDS_OF_TITLE)).ravel()  # no word twice in a title
    values = np.full(listings * WORDS_OF_TITLE, WORDS_OF_TITLE**-0.5, np.float32)
    text = csr_matrix((values, column, at), shape=(listings, WORDS))
    embeddings = {"text": embeddings_of(text), "image": embeddings_of(photos)}
    searched = {name: each.present for name, each in embeddings.items()}
    ends = [rng.choice(listings, 2, replace=False).tolist() for _ in range(PAIRS)]
    seconds["why not"] = statistics.median(
        timed(lambda pair=pair: single_pair(embeddings, searched, *pair))[0] for pair in ends
    )
    seconds |= {"counting words, once": counting, "peer: deciding and joining all": joining}
    print(f"{listings:,} listings, {len(pairs):,} pairs: " + ", ".join(f"{k} {v:.3f} s" for k, v in seconds.items()))
    return seconds


def timed(step: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = step()
    return time.perf_counter() - start, result


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="listings of the catalogs")
    sizes = parser.parse_args(arguments).sizes
    found = [measure(size) for size in sizes]
    for size, seconds in zip(sizes[1:], found[1:], strict=True):
        grown = ", ".join(f"{step} {seconds[step] / max(found[0][step], 1e-9):.1f}" for step in seconds)
        print(f"{size / sizes[0]:.1f} times the listings take, times as long: {grown}")
    if late := [step for step, most in TARGETS.items() if sizes[0] <= SIZES[0] and found[0][step] > most]:
        sys.exit(f"Too slow: {', '.join(late)}.")


if __name__ == "__main__":
    main()
