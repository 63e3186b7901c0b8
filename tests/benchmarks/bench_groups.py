"""Verdicts read and groups joined anew after one of them, at the size of the paper's catalog: 10 ms and 100 ms.

    PYTHONPATH=. .venv/bin/python tests/benchmarks/bench_groups.py [--listings 34250]

34,250 listings, or another number, with as many matches as the default recipe finds, and 10,000 verdicts. Groups are
joined once from nothing, then again and again after one more verdict, which has to come to the same; exits with 1 when
a target is missed. Numbers are read from the database and kept in it, as a page does.
"""

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench_thresholds import LISTINGS, catalog_pairs

from matcher.matching.groups.pairs import score_groups, truth_within
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.review.group_numbers import keep_numbers
from matcher.review.verdicts import DIFFERENT, KINDS, MATCH, VARIANT, judged_rows
from matcher.storage.workspace import open_workspace

VERDICTS, TIMES = 10_000, 9
READ, REGROUP = 0.010, 0.100  # seconds


def median(work: Callable[[int], object]) -> float:
    """Seconds of the processor, the median of several runs; the work has one thread, so others do not count."""
    taken = []
    for turn in range(TIMES):
        start = time.process_time()
        work(turn)
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def judge(
    root: Path, ids: list[str], left: np.ndarray, right: np.ndarray, codes: np.ndarray, catalog_id: str = "bench"
) -> None:
    """Verdicts on pairs drawn at random, right nine times of ten."""
    rng = np.random.default_rng(1)
    given = []
    for pair in rng.choice(len(left), VERDICTS, replace=False).tolist():
        one, other = int(left[pair]), int(right[pair])
        kind = MATCH if codes[one] == codes[other] else (DIFFERENT, VARIANT)[pair % 2]
        kind = kind if rng.random() < 0.9 else KINDS[pair % len(KINDS)]
        given.append((catalog_id, *sorted((ids[one], ids[other])), kind))
    columns = "catalog_id, left_id, right_id, kind, source, sampled, made"
    with sqlite3.connect(root / "matcher.db") as connection:
        values = "?, ?, ?, ?, 'review', 'doubtful', 0"
        connection.executemany(f"INSERT INTO verdicts ({columns}) VALUES ({values})", given)
    connection.close()


def main() -> None:
    """Make, measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    listings = parser.parse_args().listings
    pairs, codes = catalog_pairs(listings)
    ids = [f"item-{row:06}" for row in range(listings)]
    rows = {item_id: row for row, item_id in enumerate(ids)}
    recipe = Recipe("t", "i", "either", text_threshold=0.28, image_threshold=0.28)
    is_match = decide(pairs, recipe)
    found = np.flatnonzero(is_match)
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder))
        judge(workspace.root, ids, pairs.left[found], pairs.right[found], codes)
        store = workspace.store
        store.verdicts("bench")
        read = median(lambda _: store.verdicts("bench"))
        verdicts = store.verdicts("bench")
        by_row = median(lambda _: judged_rows(rows, verdicts))
        judged = judged_rows(rows, verdicts)
        start = time.process_time()
        outcome = outcome_of(pairs, recipe, is_match, judged[MATCH], judged[DIFFERENT])
        fresh = time.process_time() - start
        numbered = keep_numbers(workspace, "bench", ids, outcome.group, judged[VARIANT])

        def regroup(turn: int) -> None:
            nonlocal outcome
            pair = (int(outcome.left[turn * 50]), int(outcome.right[turn * 50]))
            judged[DIFFERENT].append(pair)
            outcome = outcome_of(pairs, recipe, is_match, judged[MATCH], judged[DIFFERENT], outcome)

        regrouped = median(regroup)
        again = outcome_of(pairs, recipe, is_match, judged[MATCH], judged[DIFFERENT])

        def number(_: int) -> None:
            nonlocal numbered
            numbered = keep_numbers(workspace, "bench", ids, outcome.group, judged[VARIANT], numbered)

        renumbered = median(number)
        scored = median(lambda _: score_groups(truth_within(outcome.group, codes, judged[MATCH], judged[DIFFERENT])))
    sizes = np.bincount(outcome.group)
    print(f"{listings:,} listings, {len(pairs):,} pairs, {len(found):,} matches of the rule, {VERDICTS:,} verdicts")
    print(f"{int((sizes > 1).sum()):,} groups, the largest of {sizes.max()}; {len(outcome.left):,} pairs within them")
    print(f"  joined from nothing       {1000 * fresh:7.0f} ms")
    print(f"  after one more verdict    {1000 * regrouped:7.1f} ms, target {1000 * REGROUP:.0f}")
    print(f"  verdicts read             {1000 * read:7.1f} ms, target {1000 * READ:.0f}")
    print(f"  verdicts by row           {1000 * by_row:7.1f} ms")
    print(f"  numbers given again         {1000 * renumbered:7.1f} ms")
    print(f"  groups scored             {1000 * scored:7.1f} ms")
    if not np.array_equal(again.group, outcome.group):
        sys.exit("Groups joined anew where a verdict touches them are not those that a new start gives.")
    if regrouped > REGROUP or read > READ:
        sys.exit("Too slow: a verdict costs more than its target.")


if __name__ == "__main__":
    main()
