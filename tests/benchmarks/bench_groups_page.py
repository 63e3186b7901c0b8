"""The page of groups at the size of the paper's catalog: its data, an action to disk, and the groups after it.

    PYTHONPATH=. .venv/bin/python tests/benchmarks/bench_groups_page.py [--listings 34250]

34,250 listings, or another number, with as many matches as the default recipe finds, and 10,000 verdicts. Page data,
warm: all that a page computes once groups are joined, the order of risk, the links of a group and what each action
would write. An action: its verdicts planned and written, whole, with what is read for it. Regrouping: groups joined
anew after it. Exits with 1 when a target is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench_groups import judge
from bench_thresholds import LISTINGS, catalog_pairs

from matcher.matching.groups.locks import find_locked
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import Outcome, outcome_of
from matcher.review.groups.differences import compare_titles
from matcher.review.groups.intents import ShownGroup, intend
from matcher.review.groups.links import link_group, measure_sureness, span_groups
from matcher.review.groups.risk import GroupRisks, find_signs, rank_groups
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.database import Store
from matcher.storage.history.actions import act
from matcher.storage.records import ACTIONS, LOCK, SPLIT, UNLOCK
from matcher.storage.workspace import open_workspace

TIMES = 9
PAGE = {34_250: 0.300, 300_000: 1.0}  # seconds, by listings
ACTION, REGROUP = 0.200, 0.100
SESSION = "a" * 16 + "." + "1" * 16


def median(work: Callable[[int], object], clock: Callable[[], float]) -> float:
    """Seconds, the median of several runs."""
    taken = []
    for turn in range(TIMES):
        start = clock()
        work(turn)
        taken.append(clock() - start)
    return float(np.median(taken))


class Bench:
    """A catalog with its groups, as a page holds it."""

    def __init__(self, store: Store, listings: int) -> None:
        """Make it, with all that a page has at hand when it is warm."""
        self.store = store
        self.pairs, self.codes = catalog_pairs(listings)
        self.ids = [f"item-{row:06}" for row in range(listings)]
        self.rows = {item_id: row for row, item_id in enumerate(self.ids)}
        self.recipe = Recipe("t", "i", "either", text_threshold=0.28, image_threshold=0.28)
        self.is_match = decide(self.pairs, self.recipe)
        self.signs = find_signs(self.pairs, self.recipe, self.is_match)
        self.outcome: Outcome | None = None

    def regroup(self) -> Outcome:
        """Join groups, anew only where something changed."""
        judged = judged_rows(self.rows, self.store.verdicts("bench"))
        locked = find_locked(self.rows, [lock.item_ids for lock in self.store.locks("bench")])
        self.outcome = outcome_of(
            self.pairs, self.recipe, self.is_match, judged[MATCH], judged[DIFFERENT], self.outcome, locked=locked
        )
        return self.outcome

    def look(self, outcome: Outcome, place: int) -> tuple[GroupRisks, ShownGroup]:
        """All that the page shows of the group at a place, the order of all groups made anew."""
        spanned, sureness = span_groups(outcome), measure_sureness(outcome, self.recipe)
        codes = self.codes.astype(np.int32)
        risks = rank_groups(outcome, spanned, sureness, self.signs, codes)
        links = link_group(outcome, spanned, sureness, int(risks.group[place]))
        own = [(self.ids[links.rows[link.one]], self.ids[links.rows[link.other]]) for link in links.links]
        shown = ShownGroup(place, tuple(self.ids[row] for row in links.rows), tuple(links.side), own)
        verdicts = [verdict for verdict in self.store.verdicts("bench") if shown.is_about(verdict)]
        for kind in ACTIONS:
            if kind not in ("take out", "take out as variants", "merge", "relate", "unlock"):
                intend(shown, verdicts, kind)
        compare_titles([f"steel kettle {row % 3} l number {row}" for row in links.rows])
        return risks, shown

    def act(self, shown: ShownGroup, kind: str) -> None:
        """Do something with a group, as the page does it."""
        seen = [verdict for verdict in self.store.verdicts("bench") if shown.is_about(verdict)]
        intent = intend(shown, seen, kind)
        if act(self.store, "bench", intent, seen=[verdict.id for verdict in seen], session=SESSION) is None:
            sys.exit("The action was refused; expected that it is done.")


def main() -> None:
    """Make, measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    listings = parser.parse_args().listings
    page_target = PAGE[min(PAGE, key=lambda size: abs(size - listings))]
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder))
        bench = Bench(workspace.store, listings)
        found = np.flatnonzero(bench.is_match)
        judge(workspace.root, bench.ids, bench.pairs.left[found], bench.pairs.right[found], bench.codes)
        outcome = bench.regroup()
        page = median(lambda turn: bench.look(outcome, turn), time.process_time)
        shown = [bench.look(outcome, place)[1] for place in range(3 * TIMES)]
        shown = [each for each in shown if not each.is_locked]
        acted, regrouped = [], []
        for turn, kind in enumerate([SPLIT, LOCK, UNLOCK] * (TIMES // 3)):
            target = shown[turn // 3 * 2 + (kind != SPLIT)]
            target = replace(target, is_locked=kind == UNLOCK)
            start = time.perf_counter()
            bench.act(target, kind)
            acted.append(time.perf_counter() - start)
            start = time.process_time()
            outcome = bench.regroup()
            regrouped.append(time.process_time() - start)
        bench.outcome = None
        again = bench.regroup()
    action, regroup = float(np.median(acted)), float(np.median(regrouped))
    groups, within = int((np.bincount(outcome.group) > 1).sum()), len(outcome.left)
    print(f"{listings:,} listings, {groups:,} groups with {within:,} pairs within them")
    print(f"  page data, warm           {1000 * page:7.0f} ms, target {1000 * page_target:.0f}")
    most = 1000 * max(acted)
    print(f"  an action to disk         {1000 * action:7.1f} ms, target {1000 * ACTION:.0f}, at most {most:.0f}")
    print(f"  groups joined after it    {1000 * regroup:7.1f} ms, target {1000 * REGROUP:.0f}")
    if not np.array_equal(again.group, outcome.group):
        sys.exit("Groups joined anew where an action touches them are not those that a new start gives.")
    if page > page_target or action > ACTION or regroup > REGROUP:
        sys.exit("Too slow: the page of groups misses a target.")


if __name__ == "__main__":
    main()
