"""A curator who mends whole groups by known labels: pairs decided and F1 after minutes, beside pairs judged one by one.

The usual rule joins groups. Each six seconds the curator looks at the next group and does one thing, as on the page of
groups: all the same, none of these, split at the weakest link where that is right, merge with the nearest other group
where both are one product, else take out what is not the product of most. Groups come in order of risk, the largest
first, or at random. Beside it the queue of Review asks for pairs, one answer each three seconds. A pair is decided when
verdicts say or imply its answer.

Of the actions and answers a share is wrong (--wrong): a pair is answered the other way round; of a group that is one
product one listing is taken out, or it is merged with the nearest other one; one that is not is called all the same.
For each time stand the precision of the pairs that are decided as one product, the share of all decided pairs that are
right, and what is left: groups that nobody has judged through, matches in them, and true pairs that are not decided.

The data is read from the folder that TWINSHELF_DATA names; what is encoded is kept in --workspace for the next time.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from simulate_curator import SETS, Shop, open_shop

from matcher.matching.clusters import group_f1
from matcher.matching.metrics import RowPair
from matcher.matching.recipe import decide
from matcher.matching.resolve import Outcome, outcome_of
from matcher.matching.threshold_margin import distance_to_edge
from matcher.review.groups.intents import ShownGroup, intend
from matcher.review.groups.links import GroupLinks, find_nearest_group, link_group, measure_sureness, span_groups
from matcher.review.groups.risk import GroupRisks, find_signs, rank_groups
from matcher.review.implied import NOTHING, implied_by
from matcher.review.queue import review_queue
from matcher.review.verdicts import KINDS
from matcher.storage.records import DIFFERENT, MATCH, MERGE, NONE, SAME, SPLIT, TAKE_OUT, Verdict
from matcher.storage.workspace import open_workspace

MINUTES = (10, 30, 60)
A_GROUP, A_PAIR = 6, 3  # seconds for an action on a group, and for an answer on a pair
RANKED_ANEW = 50  # actions after which the order is made anew, as at its end
AT_ONCE = 20  # questions that Review takes from the queue at once


@dataclass
class Work:
    """What has been said so far.

    Attributes:
        shop: The catalog, whose labels the curator knows.
        ids: Shape (N,). Item ids.
        wrong: Share of the actions and answers that are wrong, 0..1.
        rng: What draws those.
        verdicts: In force, by pair of ids.
        outcome: The groups under them.
    """

    shop: Shop
    ids: list[str]
    wrong: float = 0.0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    verdicts: dict[RowPair, Verdict] = field(default_factory=dict)
    outcome: Outcome | None = None

    def say(self, one: int, other: int, kind: str) -> None:
        """Give a verdict on two rows."""
        pair = (min(one, other), max(one, other))
        left, right = sorted((self.ids[one], self.ids[other]))
        self.verdicts[pair] = Verdict(len(self.verdicts), "", left, right, kind, "groups", "chosen", 0.0)

    def join(self) -> Outcome:
        """The groups as they are now."""
        said = [(pair, verdict.kind) for pair, verdict in self.verdicts.items()]
        same, different = ([pair for pair, each in said if each == kind] for kind in (MATCH, DIFFERENT))
        rule, pairs = self.shop.rule, self.shop.pairs
        self.outcome = outcome_of(pairs, rule, decide(pairs, rule), same, different, self.outcome)
        return self.outcome

    def errs(self) -> bool:
        """Whether the next action or answer is a wrong one."""
        return bool(self.rng.random() < self.wrong)

    def measure(self) -> dict[str, float]:
        """Candidate pairs whose answer verdicts say or imply, how right that is, and what is left to be said."""
        pairs, codes, outcome = self.shop.pairs, self.shop.codes, self.join()
        implied = implied_by(self.ids, list(self.verdicts.values()))
        kinds, is_one = implied.kinds(pairs.left, pairs.right), codes[pairs.left] == codes[pairs.right]
        decided, same = kinds != NOTHING, kinds == KINDS.index(MATCH)
        open_matches = implied.kinds(outcome.left, outcome.right) == NOTHING
        return {
            "decided": int(decided.sum()),
            "precision": float(is_one[same].mean()) if same.any() else 1.0,
            "right": float((same == is_one)[decided].mean()) if decided.any() else 1.0,
            "groups left": len(np.unique(outcome.group[outcome.left[open_matches]])),
            "matches left": int(open_matches.sum()),
            "true pairs left": int((is_one & ~decided).sum()),
            "F1": group_f1(outcome.group, codes),
        }


def mend_groups(work: Work, order: Callable[[GroupRisks], np.ndarray]) -> Iterator[None]:
    """Look at one group after the other, and do one thing with each; stops after each action."""
    rule, pairs = work.shop.rule, work.shop.pairs
    is_match = decide(pairs, rule)
    signs = find_signs(pairs, rule, is_match)
    unknown = np.full(pairs.n, -1, np.int32)  # the labels are for the curator to know
    while True:
        outcome = work.join()
        spanned, sureness = span_groups(outcome), measure_sureness(outcome, rule)
        risks = rank_groups(outcome, spanned, sureness, signs, unknown)
        waiting = [place for place in order(risks).tolist() if not risks.is_settled[place]][:RANKED_ANEW]
        if not waiting:
            return
        touched: set[int] = set()
        for place in waiting:
            links = link_group(outcome, spanned, sureness, int(risks.group[place]))
            if touched.isdisjoint(links.rows.tolist()):
                touched.update(judge(work, outcome, links))
                yield


def judge(work: Work, outcome: Outcome, links: GroupLinks) -> list[int]:
    """Do one thing with a group, as its labels have it; the listings that it was about."""
    rows = links.rows.tolist()
    labels = [int(work.shop.codes[row]) for row in rows]
    most, size = Counter(labels).most_common(1)[0]
    ids = tuple(work.ids[row] for row in rows)
    sides = [{label for label, at in zip(labels, links.side, strict=True) if at == side} for side in (0, 1)]
    ticked: list[str] = []
    others = find_other(work, outcome, links) if len(set(labels)) == 1 else []
    if others and {int(work.shop.codes[row]) for row in others} == set(labels):
        kind = MERGE
    elif len(set(labels)) == 1:
        kind = SAME
    elif all(len(side) == 1 for side in sides):
        kind = SPLIT
    elif size == 1:
        kind = NONE
    else:
        kind, ticked = TAKE_OUT, [item_id for item_id, label in zip(ids, labels, strict=True) if label != most]
    if work.errs():
        others = find_other(work, outcome, links) if len(set(labels)) == 1 else []
        kind, ticked = mistake(work, ids, labels, others)
    own = [(ids[link.one], ids[link.other]) for link in links.links]
    other_ids = tuple(work.ids[row] for row in others)
    shown = ShownGroup(0, ids, tuple(links.side), own, other=1, other_ids=other_ids)
    row_of = dict(zip((*ids, *other_ids), (*rows, *others), strict=True))
    for one, other, said in intend(shown, list(work.verdicts.values()), kind, ticked).verdicts:
        work.say(row_of[one], row_of[other], said)
    return [*rows, *others]


def mistake(work: Work, ids: Sequence[str], labels: Sequence[int], others: Sequence[int]) -> tuple[str, list[str]]:
    """What a curator does who looks too briefly: an action, and what is ticked for it."""
    if len(set(labels)) > 1:
        return SAME, []
    if others and work.rng.random() < 0.5:
        return MERGE, []
    return (NONE, []) if len(ids) == 2 else (TAKE_OUT, [str(work.rng.choice(ids))])


def find_other(work: Work, outcome: Outcome, links: GroupLinks) -> list[int]:
    """The listings of the nearest other group, which the page shows below; none where it lies near no other."""
    pairs, rows = work.shop.pairs, links.rows
    around = np.flatnonzero(np.isin(pairs.left, rows) ^ np.isin(pairs.right, rows))
    far = distance_to_edge(pairs.chosen(around), work.shop.rule)
    group = outcome.group
    other = find_nearest_group(pairs.left[around], pairs.right[around], far, group, int(group[rows[0]]))
    return [] if other is None else np.flatnonzero(group == other).tolist()


def judge_pairs(work: Work) -> Iterator[None]:
    """Answer the queue of Review; stops after each answer."""
    pairs = work.shop.pairs
    while True:
        asked = review_queue(pairs, work.shop.rule, work.ids, list(work.verdicts.values()), count=AT_ONCE)
        if not asked:
            return
        for question in asked:
            one, other = int(pairs.left[question.pair]), int(pairs.right[question.pair])
            is_one = bool(work.shop.codes[one] == work.shop.codes[other]) != work.errs()
            work.say(one, other, MATCH if is_one else DIFFERENT)
            yield


def ways(draw: int) -> dict[str, tuple[int, Callable[[Work], Iterator[None]]]]:
    """Each way of working, with the seconds that a step of it takes."""
    rng = np.random.default_rng(draw)
    orders: dict[str, Callable[[GroupRisks], np.ndarray]] = {
        "groups by risk": lambda risks: np.arange(len(risks)),
        "groups by size": lambda risks: np.argsort(-risks.size, kind="stable"),
        "groups at random": lambda risks: rng.permutation(len(risks)),
    }
    found: dict[str, tuple[int, Callable[[Work], Iterator[None]]]] = {
        name: (A_GROUP, lambda work, order=order: mend_groups(work, order)) for name, order in orders.items()
    }
    return found | {"pair by pair": (A_PAIR, judge_pairs)}


def simulate(shop: Shop, name: str, draw: int, wrong: float) -> list[dict[str, object]]:
    """Figures of each way after so many minutes."""
    rows: list[dict[str, object]] = []
    for way, (seconds, work_through) in ways(draw).items():
        rng = np.random.default_rng(draw)
        work = Work(shop, [f"{draw}-{row}" for row in range(shop.pairs.n)], wrong, rng)
        steps, done = work_through(work), 0
        for minutes in MINUTES:
            while done < minutes * 60 // seconds and next(steps, "end") != "end":
                done += 1
            row = {
                "set": name,
                "draw": draw,
                "way": way,
                "minutes": minutes,
                "steps": done,
                "verdicts": len(work.verdicts),
            }
            measured = work.measure()
            row |= {"decided a minute": measured["decided"] / minutes, **measured}
            rows.append(row)
            said = (
                f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
            )
            print("  " + ", ".join(said), flush=True)
    return rows


def describe(shop: Shop, name: str) -> None:
    """Say how much there is to do: without more pairs than these nobody decides many a minute for long."""
    pairs, outcome = shop.pairs, Work(shop, [str(row) for row in range(shop.pairs.n)]).join()
    matched = outcome.group[pairs.left] == outcome.group[pairs.right]
    is_one = shop.codes[pairs.left] == shop.codes[pairs.right]
    print(
        f"{name}: {pairs.n:,} listings, {int((np.bincount(outcome.group) > 1).sum()):,} groups, F1 "
        f"{group_f1(outcome.group, shop.codes):.3f} before any verdict; of {len(pairs):,} candidate pairs "
        f"{int(matched.sum()):,} match, {int(is_one.sum()):,} are one product, and {int((matched | is_one).sum()):,} "
        "are one or the other",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and simulate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["relisted"])
    parser.add_argument("--wrong", type=float, default=0.02, help="share of the actions and answers that are wrong")
    parser.add_argument("--draws", type=int, default=3, help="times it is done, each with other wrong ones")
    parser.add_argument("--workspace", type=Path, help="folder for what is encoded; a temporary one by default")
    given = parser.parse_args(arguments)
    data = Path(os.environ.get("TWINSHELF_DATA") or Path(__file__).parents[3] / "shared" / "data")
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(given.workspace or Path(folder))
        rows = []
        for name in given.sets:
            shop = open_shop(workspace, data, name, 0)
            describe(shop, name)
            for draw in range(given.draws):
                rows += simulate(shop, name, draw, given.wrong)
    means = pd.DataFrame(rows).groupby(["set", "way", "minutes"], sort=False).mean().drop(columns="draw")
    print(means.to_string(float_format="%.3f"))


if __name__ == "__main__":
    main()
