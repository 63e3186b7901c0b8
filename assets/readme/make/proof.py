"""Verdicts of a proof, given as the labels of the demo catalog have them."""

from matcher.matching.recipe import decide
from matcher.pipeline import encoding, recipes
from matcher.review.proof.plan import plan_precision
from matcher.review.proof.sample import order_strata, proof_questions, read_sample
from matcher.review.proof.strata import cut_strata, rank_pairs
from matcher.review.verdicts import DIFFERENT, MATCH, PROOF
from matcher.storage.workspace import Workspace

TARGET = 0.95


def nearly_prove(workspace: Workspace, left: int) -> None:
    """Answer what a proof of the rule in force asks, until so many verdicts are missing, or fewer."""
    catalog, encoded = workspace.load_catalog("demo"), encoding.load_encoded(workspace, "demo")
    rule = recipes.current_recipe(workspace, "demo")
    if encoded is None:
        raise RuntimeError("The demo catalog has not been encoded; prepare it first.")
    ids, labels = catalog.listings["item_id"].tolist(), catalog.listings["label"].tolist()
    pairs, is_match = encoded.pairs, decide(encoded.pairs, rule)
    strata = cut_strata(rank_pairs(pairs, rule, is_match), is_match, pairs.n)
    order = order_strata(pairs, strata, ids)
    while True:
        sample = read_sample(pairs, strata, order, ids, workspace.store.verdicts("demo"))
        missing = plan_precision(sample.counts, TARGET).total
        if missing is None:
            raise RuntimeError(f"{TARGET} cannot be proved for the rule of the pictures; make it stricter.")
        if missing <= left:
            return
        for question in proof_questions(sample, "precision", max(1, missing - left)):
            one, other = int(pairs.left[question.pair]), int(pairs.right[question.pair])
            kind = MATCH if labels[one] == labels[other] else DIFFERENT
            workspace.store.add_verdict("demo", ids[one], ids[other], kind, source="review", sampled=PROOF)
