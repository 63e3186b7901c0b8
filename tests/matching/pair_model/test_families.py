"""Families of features: taken where they help on unseen products, and left where they are noise."""

import numpy as np
from test_pair_model import catalog

from matcher.matching.pair_model.families import choose_families, is_better
from matcher.matching.pair_model.features import PairFeatures
from matcher.matching.pair_model.learn import learn_pair_model


def with_families(count=4_000):
    """The law of `catalog`, told by distances; photos tell more of it, lists and conflicts are noise."""
    features, probability, known = catalog(250, count)
    rng = np.random.default_rng(3)
    truth = np.where(known.is_same, 1.0, 0.0) + rng.normal(0, 0.7, count)
    noise = rng.normal(size=(count, 12)).astype(np.float32)
    names = ["distance.text", "words.jaccard"]
    columns = [features.values[:, :2], truth[:, None].astype(np.float32), noise]
    names += ["photo.same", *(f"list.{number}" for number in range(8)), *(f"conflict.{number}" for number in range(4))]
    return PairFeatures(tuple(names), np.concatenate(columns, axis=1)), known, probability


def test_a_family_is_read_only_where_it_helps_on_unseen_products():
    features, known, _ = with_families()
    model = learn_pair_model(features, known)
    assert {name.split(".")[0] for name in model.names} == {"distance", "words", "photo"}


def test_features_of_no_known_family_are_all_read():
    features = PairFeatures(("a.b", "c.d"), np.zeros((3, 2), np.float32))
    assert choose_families(features, lambda _: np.zeros(3), np.arange(3)) == ("a", "c")


def test_better_is_better_by_more_than_luck():
    """Ten pairs of one product say once what ten products say ten times."""
    worse, better = np.ones(10), np.full(10, 0.9)
    assert is_better(better, worse, np.arange(10))
    assert not is_better(better, worse, np.zeros(10, dtype=int))
    assert not is_better(worse, worse, np.arange(10))
    mixed = worse - np.array([1, -1] * 5)
    assert not is_better(mixed, worse, np.arange(10))
