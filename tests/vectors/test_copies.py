"""Contents that more listings share than a row of neighbours has room for, against a search of everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from matcher.matching.clusters import group_listings
from matcher.vectors.candidate_pairs import candidate_pairs
from matcher.vectors.copies import MOST_COPIES, pairs_of_copies
from matcher.vectors.embeddings import embeddings_of, fuse, unit_rows
from matcher.vectors.neighbours import nearest


def rows_with_copies(counts, width=8, seed=0):
    """Distinct non-negative unit rows, each as often as it is told, in mixed order; and which content each row has."""
    rng = np.random.default_rng(seed)
    distinct = unit_rows(np.abs(rng.normal(size=(len(counts), width))).astype(np.float32))
    content = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return distinct[content], content


def made(rows, kind):
    if kind == "sparse":
        return embeddings_of(csr_matrix(rows))
    if kind == "fused":
        return fuse(embeddings_of(csr_matrix(rows)), embeddings_of(rows), 0.5)
    return embeddings_of(rows)


def found_pairs(pairs):
    return set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 8), st.sampled_from(["dense", "sparse", "fused"]))
def test_copies_all_meet_and_hide_no_other_content(seed, k, kind):
    counts = np.random.default_rng(seed).choice([1, 1, 1, 2, 5, 30], 20)
    rows, content = rows_with_copies(counts, seed=seed)
    embeddings = made(rows, kind)
    pairs = found_pairs(candidate_pairs({"text": embeddings}, {"text": nearest(embeddings, k=k)}))
    apart = 1 - rows @ rows.T
    for row in range(len(rows)):
        others = {one if other == row else other for one, other in pairs if row in (one, other)}
        copies = set(np.flatnonzero(content == content[row]).tolist()) - {row}
        if len(copies) > k // 2:
            assert copies <= others
        # No more than half of the places go to copies of one content, so half as many contents as places are found.
        by_distance = [each for each in dict.fromkeys(content[np.argsort(apart[row])]) if each != content[row]]
        seen = {content[other] for other in others}
        crowded = {each for each in range(len(counts)) if counts[each] > max(1, k // 2)}
        if content[row] in crowded:
            room, wanted = k, []
            for each in by_distance:
                wanted += [each]
                room -= min(counts[each], max(1, k // 2))
                if room <= 0:
                    break
            assert set(wanted[:-1]) <= seen


def test_more_titles_alike_than_places_and_a_near_variant():
    rows, content = rows_with_copies([120, 1, 1, 1], seed=3)
    near = unit_rows(rows[[np.flatnonzero(content == 0)[0]]] + np.float32(0.01))
    embeddings = embeddings_of(np.concatenate([rows, near]))
    pairs = candidate_pairs({"text": embeddings}, {"text": nearest(embeddings, k=50)})
    copies = np.flatnonzero(content == 0)
    both = np.isin(pairs.left, copies) & np.isin(pairs.right, copies)
    assert both.sum() == 120 * 119 // 2
    assert (pairs.rank[both] == 1).all()
    assert (pairs.distance["text"][both] == 0).all()
    assert {tuple(sorted((int(copy), len(rows)))) for copy in copies} <= found_pairs(pairs)


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_thousands_of_copies_are_bounded_and_still_one_group(kind):
    rows, content = rows_with_copies([5000, *[1] * 200], seed=1)
    embeddings = made(rows, kind)
    pairs = candidate_pairs({"text": embeddings}, {"text": nearest(embeddings, k=10)})
    copies = content == 0
    assert len(pairs) < 5000 * (MOST_COPIES / 2 + 3 * 10)
    ends = np.concatenate([pairs.left, pairs.right])[np.tile(copies[pairs.left] & copies[pairs.right], 2)]
    assert np.bincount(ends, minlength=len(rows))[copies].min() >= MOST_COPIES
    matched = pairs.distance["text"] == 0
    links = pairs.left[matched], pairs.right[matched], pairs.distance["text"][matched]
    group = group_listings(pairs.n, *links, least_linked=0.25)
    assert len(set(group[copies])) == 1
    assert not set(group[copies]) & set(group[~copies])
    one, other = np.flatnonzero(copies)[[3, 4000]].tolist()
    parted = group_listings(pairs.n, *links, different=[(one, other)], least_linked=0.25)
    assert parted[one] != parted[other]


def test_where_copies_fit_nothing_is_added():
    rows, _ = rows_with_copies([5, 4, 1, 1, 3])
    embeddings = embeddings_of(rows)
    assert [len(side) for side in pairs_of_copies(embeddings, nearest(embeddings, k=10))] == [0, 0, 0]
