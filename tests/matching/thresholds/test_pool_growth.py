"""Forecasts of F1 in larger catalogs against catalogs that were larger."""

import os
from pathlib import Path

import numpy as np
import pytest

from matcher.errors import DataError
from matcher.matching.metrics import known_truth, listing_scores, per_listing_scores, truth_of
from matcher.matching.recipe import Recipe, decide
from matcher.matching.thresholds.pool_growth import forecast_f1
from matcher.pipeline.in_memory import encode, read_catalog, tune
from matcher.vectors.candidate_pairs import CandidatePairs

DATA = Path(os.environ.get("TWINSHELF_DATA", Path(__file__).parents[4] / "shared" / "data"))


def made_catalog(products, seed):
    """Products of two to four listings; some listings are easily confused, others hardly."""
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(products), rng.integers(2, 5, products)).astype(np.int32)
    place = rng.normal(size=(products, 8))[codes] * rng.gamma(2, 0.5, products)[codes][:, None]
    place += 0.12 * rng.normal(size=place.shape)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(codes), 1))
    distance = np.minimum(np.linalg.norm(place[left] - place[right], axis=1) / 4, 2).astype(np.float32)
    pairs = CandidatePairs(len(codes), left, right, np.ones(len(left), np.uint16), {"text": distance})
    return pairs, codes


def forecast_errors(pairs, codes, is_match, share, draws):
    """What is forecast from catalogs of some products, less what these listings score among all."""
    whole = per_listing_scores(is_match, truth_of(pairs, codes))[2]
    errors, naive = [], []
    for seed in range(draws):
        products = np.random.default_rng(seed).permutation(np.unique(codes))
        inside = np.isin(codes, products[: int(share * len(products))])
        kept = inside[pairs.left] & inside[pairs.right]
        number = (np.cumsum(inside) - 1).astype(np.int32)
        part = CandidatePairs(
            int(inside.sum()), number[pairs.left[kept]], number[pairs.right[kept]], pairs.rank[kept], {}
        )
        truth = truth_of(part, codes[inside])
        growth = len(codes) / inside.sum()
        found = forecast_f1(is_match[kept], truth, (1.0, growth))
        assert found.f1[0] == pytest.approx(listing_scores(is_match[kept], truth).f1)
        assert found.listings.tolist() == [inside.sum(), len(codes)]
        errors.append(found.f1[1] - whole[inside].mean())
        naive.append(found.f1[0] - whole[inside].mean())
    return np.array(errors), np.array(naive)


@pytest.mark.parametrize(("share", "most"), [(0.5, 0.01), (0.2, 0.02)])
def test_what_is_forecast_from_a_part_is_what_the_whole_scores(share, most):
    pairs, codes = made_catalog(300, 3)
    is_match = decide(pairs, Recipe(text_encoder="tfidf", text_threshold=0.12))
    errors, naive = forecast_errors(pairs, codes, is_match, share, 8)
    assert abs(errors.mean()) < most
    assert naive.mean() > 3 * abs(errors.mean())  # as if nothing changed


def test_forecasts_fall_as_the_catalog_grows_and_say_when_to_tune_again():
    pairs, codes = made_catalog(120, 1)
    truth = truth_of(pairs, codes)
    loose = forecast_f1(pairs.distance["text"] <= 0.15, truth)
    assert (np.diff(loose.f1) < 0).all()
    assert loose.needs_tuning
    strict = forecast_f1(pairs.distance["text"] <= 0.02, truth)
    assert not strict.needs_tuning
    assert strict.f1[-1] <= strict.f1[0]


def test_a_catalog_without_labels_or_one_that_shrinks_has_no_forecast():
    pairs = CandidatePairs(2, *np.array([[0], [1]], np.int32), np.ones(1, np.uint16), {})
    unknown = known_truth(pairs, np.full(2, -1, np.int32))
    with pytest.raises(DataError, match="No listing has a label"):
        forecast_f1(np.ones(1, bool), unknown)
    with pytest.raises(DataError, match="1 time as large"):
        forecast_f1(np.ones(1, bool), truth_of(pairs, np.zeros(2, np.int32)), (0.5,))


@pytest.mark.skipif(not (DATA / "relisted").is_dir(), reason=f"no catalog of relisted goods in {DATA}")
def test_forecasts_hold_on_relisted_goods():
    catalog, _ = read_catalog(DATA / "relisted" / "listings.csv")
    encoded = encode(catalog, "tfidf-char")
    is_match = decide(encoded.pairs, tune(encoded, "either"))
    for share, most in ((0.5, 0.01), (0.2, 0.02)):
        errors, _ = forecast_errors(encoded.pairs, catalog.codes, is_match, share, 6)
        assert abs(errors.mean()) < most
