"""A curator who answers by known labels: what the default queue's answers make of rules and of a learned pair model.

For each set and draw, a queue as the Review page shows it asks about pairs of the usual rule, and the labels answer.
After 50 to 800 answers the groups are measured, as the mean F1 of a listing's group, all obeying the same verdicts: by
the usual rule, by its thresholds as the answers move them, and by the pair model that the answers teach. A draw is
another lot in the queue; of the titles of many shops it is another half of the products too.

The data is read from the folder that TWINSHELF_DATA names; what is encoded is kept in --workspace for the next time.
"""

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from matcher.errors import TooLittleKnown
from matcher.ingest.catalog import Catalog
from matcher.matching.clusters import group_f1
from matcher.matching.metrics import RowPair
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.matching.tuning import tune_recipe
from matcher.pipeline.catalogs import ImportConfig, import_catalog
from matcher.pipeline.default_recipe import default_recipe
from matcher.pipeline.encoding import EncodeConfig, encode_catalog
from matcher.pipeline.pair_model.features import keep_features
from matcher.pipeline.pair_model.learn import Learned, learn
from matcher.pipeline.recipes import last_config
from matcher.review.queue import review_queue
from matcher.review.verdict_curve import estimate_chances
from matcher.storage.names import catalog_id_of
from matcher.storage.records import DIFFERENT, MATCH, Verdict
from matcher.storage.workspace import Workspace, open_workspace
from matcher.vectors.candidate_pairs import CandidatePairs

SETS = ("relisted", "apparel", "pricerunner")
ANSWERS = (50, 100, 200, 400, 800)
POOL = 6_000  # listings of a draw from the titles of many shops
AT_ONCE = 20  # questions that the page takes from the queue at once


@dataclass(frozen=True)
class Shop:
    """A catalog whose labels are known to the curator alone.

    Attributes:
        catalog: N listings without labels.
        codes: Shape (N,). Their true products.
        config: How it is encoded.
        pairs: P candidate pairs.
        features: Of the near ones.
        rule: The usual one, by which the queue asks.
    """

    catalog: Catalog
    codes: np.ndarray
    config: EncodeConfig
    pairs: CandidatePairs
    features: PairFeatures
    rule: Recipe


def open_shop(workspace: Workspace, data: Path, name: str, draw: int) -> Shop:
    """Import and encode a set, or open what an earlier run left."""
    folder = data / name
    called = f"{name} {draw}" if name == "pricerunner" else name
    if catalog_id_of(called) not in {info.id for info in workspace.catalogs()}:
        images = folder / "images"
        table = folder / "listings.csv"
        if name == "pricerunner":
            table = draw_products(table, workspace.root / f"{called}.csv", draw)
        import_catalog(workspace, ImportConfig(str(table), called, str(images) if images.exists() else None))
    catalog_id = catalog_id_of(called)
    config = last_config(workspace, catalog_id)
    encoded = encode_catalog(workspace, config)
    labelled = workspace.load_catalog(catalog_id)
    catalog = Catalog(labelled.listings.assign(label=""), labelled.photos)
    features = keep_features(workspace, catalog, encoded)
    return Shop(catalog, labelled.codes, config, encoded.pairs, features, default_recipe(config))


def draw_products(table: Path, into: Path, draw: int) -> Path:
    """Write the listings of whole products drawn at random, POOL of them or a few more."""
    frame = pd.read_csv(table, dtype=str, keep_default_na=False, quoting=csv.QUOTE_MINIMAL)
    products = frame["label"].unique()
    shuffled = np.random.default_rng(draw).permutation(len(products))
    size = frame["label"].value_counts().reindex(products).to_numpy()[shuffled]
    kept = set(products[shuffled[: int(np.searchsorted(size.cumsum(), POOL)) + 1]])
    frame[frame["label"].isin(kept)].to_csv(into, index=False)
    return into


def answer(shop: Shop, counts: Sequence[int], draw: int) -> Iterator[tuple[int, list[RowPair], list[RowPair]]]:
    """Answer the default queue, and stop where a count is reached: it, pairs that are one product, and pairs not."""
    ids = [f"{draw}-{row}" for row in range(shop.pairs.n)]
    verdicts: list[Verdict] = []
    said: dict[bool, list[RowPair]] = {True: [], False: []}
    for count in counts:
        while len(verdicts) < count:
            asked = review_queue(shop.pairs, shop.rule, ids, verdicts, count=min(AT_ONCE, count - len(verdicts)))
            if not asked:
                return
            for question in asked:
                rows = int(shop.pairs.left[question.pair]), int(shop.pairs.right[question.pair])
                alike = bool(shop.codes[rows[0]] == shop.codes[rows[1]])
                one, other = sorted(ids[row] for row in rows)
                kind = MATCH if alike else DIFFERENT
                verdicts.append(Verdict(len(verdicts), "", one, other, kind, "review", question.sampled, 0.0))
                said[alike].append(rows)
        yield count, [*said[True]], [*said[False]]


def measure(shop: Shop, recipe: Recipe, pairs: CandidatePairs, same: list[RowPair], different: list[RowPair]) -> float:
    """Mean F1 of a listing's group by a recipe, with the verdicts above it."""
    return group_f1(outcome_of(pairs, recipe, decide(pairs, recipe), same, different).group, shop.codes)


def teach(shop: Shop, same: list[RowPair], different: list[RowPair]) -> Learned | None:
    """A pair model from answers alone; None where they are too few."""
    try:
        return learn(shop.pairs, shop.catalog, shop.features, shop.config, shop.rule, same=same, different=different)
    except TooLittleKnown:
        return None


def retune(shop: Shop, same: list[RowPair], different: list[RowPair]) -> Recipe:
    """The rule with its thresholds where the answers put them, as `choose_thresholds` does."""
    if not same:
        return shop.rule
    chance = estimate_chances(shop.pairs, shop.rule, same, different)
    codes = shop.catalog.codes
    return tune_recipe(shop.pairs, codes, shop.rule, same=same, different=different, chance=chance)


def simulate(shop: Shop, name: str, counts: Sequence[int], draw: int) -> list[dict[str, object]]:
    """Figures after each count of answers."""
    plain = measure(shop, shop.rule, shop.pairs, [], [])
    print(f"{name}, draw {draw}: {shop.pairs.n:,} listings, no answers: {plain:.3f}", flush=True)
    rows: list[dict[str, object]] = []
    for count, same, different in answer(shop, counts, draw):
        row: dict[str, object] = {"set": name, "draw": draw, "answers": count, "same": len(same)}
        row["rule"] = measure(shop, shop.rule, shop.pairs, same, different)
        row["retuned"] = measure(shop, retune(shop, same, different), shop.pairs, same, different)
        if learned := teach(shop, same, different):
            row["learned"] = measure(shop, learned.recipe, learned.pairs, same, different)
            row["by itself"] = measure(shop, learned.recipe, learned.pairs, [], [])
            row["suggested"] = learned.model.is_better
            row["as"] = learned.model.model.rung
            row |= {"on pairs": learned.model.f1, "rule on pairs": learned.model.rule_f1}
        rows.append(row)
        shown = (f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items())
        print("  " + ", ".join([*shown][2:]), flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--answers", nargs="+", type=int, default=list(ANSWERS))
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--workspace", type=Path, help="folder for what is encoded; a temporary one by default")
    given = parser.parse_args(arguments)
    data = Path(os.environ.get("TWINSHELF_DATA") or Path(__file__).parents[3] / "shared" / "data")
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(given.workspace or Path(folder))
        rows = [
            row
            for name in given.sets
            for draw in range(given.draws)
            for row in simulate(open_shop(workspace, data, name, draw), name, sorted(given.answers), draw)
        ]
    frame = pd.DataFrame(rows)
    print(frame.groupby(["set", "answers"])[["rule", "retuned", "learned", "by itself", "suggested"]].mean().round(3))


if __name__ == "__main__":
    main()
