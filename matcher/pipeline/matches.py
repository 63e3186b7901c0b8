"""What a recipe matches in a catalog, and how well."""

from dataclasses import dataclass

import pandas as pd

from matcher.errors import DataError
from matcher.matching.clusters import contradictions
from matcher.matching.metrics import Scores, listing_scores, pair_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.resolve import outcome_of
from matcher.pipeline.encoding import encode_catalog
from matcher.pipeline.recipes import config_of, read_training_rows
from matcher.progress import Report, silent
from matcher.review.verdicts import DIFFERENT, MATCH, judged_rows
from matcher.storage.exports import match_lists
from matcher.storage.workspace import Workspace


@dataclass(frozen=True)
class Evaluation:
    """How a recipe does on a catalog's labels, with verdicts over them.

    Attributes:
        listing: Mean over listings, each counted among its own matches.
        pair: All pairs together.
        candidate_recall: Share of the true pairs that the search reached at all.
        listings: Listings with a label: what the figures are measured on.
        pool: Listings that were searched.
        learned: Listings measured whose products an encoder was trained on: on these the figures flatter.
    """

    listing: Scores
    pair: Scores
    candidate_recall: float
    listings: int
    pool: int
    learned: int = 0


def evaluate(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> Evaluation:
    """Measure a recipe on a catalog's labels, with verdicts over them; what is not encoded yet is encoded.

    Raises:
        DataError: No listing has a label, no two are known to be one product, or the recipe's thresholds are not set.
    """
    with workspace.writing(catalog_id, report):  # so that pairs and labels are of one version
        pairs = encode_catalog(workspace, config_of(catalog_id, recipe), report).pairs
        catalog = workspace.load_catalog(catalog_id)
        learned = read_training_rows(workspace, config_of(catalog_id, recipe))
    judged = judged_rows(catalog.rows, workspace.store.verdicts(catalog_id))
    truth = truth_of(pairs, catalog.codes, judged[MATCH], judged[DIFFERENT])
    if not truth.true_pairs:
        raise DataError(
            "Nothing to measure: neither labels nor verdicts name two listings of one product. Judge some pairs "
            "the same on the Review page, or import a table with labels."
        )
    is_match = decide(truth.pairs, recipe)
    return Evaluation(
        listing_scores(is_match, truth),
        pair_scores(is_match, truth),
        truth.candidate_recall,
        truth.listings,
        truth.pairs.n,
        int(learned[catalog.codes >= 0].sum()),
    )


def match(workspace: Workspace, catalog_id: str, recipe: Recipe, report: Report = silent) -> pd.DataFrame:
    """List each listing's matches: what the recipe says, and verdicts above it; what is not encoded yet is encoded.

    Returns:
        Columns item_id, matches (ids with spaces between them, the listing itself first, then the closest).
    """
    with workspace.writing(catalog_id, report):  # so that pairs and listings are of one version
        pairs = encode_catalog(workspace, config_of(catalog_id, recipe), report).pairs
        catalog = workspace.load_catalog(catalog_id)
    judged = judged_rows(catalog.rows, workspace.store.verdicts(catalog_id))
    outcome = outcome_of(pairs, recipe, decide(pairs, recipe), judged[MATCH], judged[DIFFERENT])
    return match_lists(catalog.listings["item_id"], outcome.left, outcome.right, outcome.strength)


def find_contradictions(workspace: Workspace, catalog_id: str) -> list[tuple[str, str]]:
    """Ids of the pairs judged different that verdicts "same" join all the same; one of them has to be taken back."""
    catalog = workspace.load_catalog(catalog_id)
    judged = judged_rows(catalog.rows, workspace.store.verdicts(catalog_id))
    ids = catalog.listings["item_id"]
    found = contradictions(len(ids), judged[MATCH], judged[DIFFERENT])
    return [(str(ids.iat[one]), str(ids.iat[other])) for one, other in found]
