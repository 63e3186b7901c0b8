"""The figures that follow a slider in the browser, by the component's own function, against the library's."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from matcher.matching.metrics import scores_of
from matcher.matching.threshold_grid import Rule, pairs_within, threshold_grid
from pages._thresholds import score_map
from pages._thresholds.sliders import SCRIPT

pytestmark = pytest.mark.browser

IMPORT = """async ([script, cases]) => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { figuresAt } = await import(address);
  return cases.map(({ data, thresholds }) => thresholds.map((values) => figuresAt(data, values)));
}"""
BINS = 8


def draw_case(rng: np.random.Generator) -> dict[str, Any]:
    """A random grid of one to three distances, and thresholds on its edges, between them and beyond its ends."""
    axes, count = int(rng.integers(1, 4)), int(rng.integers(0, 60))
    tops = rng.choice([0.3, 1.0, 2.0], axes).tolist()
    distances = [np.where(rng.random(count) < 0.2, np.inf, rng.random(count) * 2.2).astype(np.float32) for _ in tops]
    known = (rng.random(count) < rng.choice([0.0, 0.6, 1.0])).astype(np.float64)
    same = known * (rng.random(count) < rng.choice([0.0, 0.4]))
    grid = threshold_grid(distances, tops, same=same, known=known, bins=BINS)
    places = [0.0, 1.0, -0.1, 1.4, *(rng.integers(0, BINS + 1, 3) / BINS), *rng.random(3)]
    thresholds = [[float(rng.choice(places) * top) for top in tops] for _ in range(12)]
    rule: Rule = "either" if rng.random() < 0.5 else "both"
    missed = int(rng.integers(0, 3))
    nothing_known = rng.random() < 0.15
    return {
        "grid": grid,
        "distances": distances,
        "rule": rule,
        "thresholds": thresholds,
        "true_pairs": None if nothing_known else int(same.sum()) + missed,
    }


def send(case: dict[str, Any]) -> dict[str, Any]:
    """The case as the page sends it to the component."""
    grid = case["grid"]
    data = {
        "rows": [{"top": top} for top in grid.tops],
        "rule": case["rule"],
        "grid": {name: getattr(grid, name).tolist() for name in ("same", "known", "found")},
        "true_pairs": case["true_pairs"],
    }
    return {"data": data, "thresholds": case["thresholds"]}


def expect_figures(case: dict[str, Any], thresholds: list[float]) -> dict[str, float | None]:
    """What the library says of the same thresholds."""
    grid = case["grid"]
    same, known, found = (
        pairs_within(counts, grid.tops, thresholds, case["rule"]) for counts in (grid.same, grid.known, grid.found)
    )
    if case["true_pairs"] is None:
        return {"matches": found, "precision": None, "recall": None, "f1": None}
    return {"matches": found, **vars(scores_of(same, known, case["true_pairs"]))}


def test_the_browser_counts_as_the_library_does(browser: Browser) -> None:
    rng = np.random.default_rng(2026)
    cases = [draw_case(rng) for _ in range(200)]
    page = browser.new_page()
    shown = page.evaluate(IMPORT, [SCRIPT, [send(case) for case in cases]])
    page.close()
    compared = 0
    for case, figures in zip(cases, shown, strict=True):
        for thresholds, found in zip(case["thresholds"], figures, strict=True):
            expected = expect_figures(case, thresholds)
            assert found.keys() == expected.keys()
            for name, value in expected.items():
                assert found[name] == (value if value is None else pytest.approx(value, abs=1e-9)), (name, thresholds)
                compared += value is not None
    assert compared > 5_000


READ_CHANGES = """async ([script, cases]) => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { changesAt, doubtfulAt } = await import(address);
  return cases.map(({ data, thresholds }) => [changesAt(data, ...thresholds), doubtfulAt(data, thresholds[2])]);
}"""


def test_pairs_that_come_and_go_and_those_in_doubt_are_what_two_decisions_say(browser: Browser) -> None:
    rng = np.random.default_rng(11)
    cases = [draw_case(rng) for _ in range(100)]
    sent, expected = [], []
    for case in cases:
        tops = np.array(case["grid"].tops)
        before, after = (rng.integers(0, BINS + 1, len(tops)) / BINS * tops for _ in range(2))
        doubted = rng.random(len(tops)) * tops
        sent.append(send(case | {"thresholds": [values.tolist() for values in (before, after, doubted)]}))
        old, new, grid = decided(case, before), decided(case, after), case["grid"]
        loose, strict = (
            pairs_within(grid.found, grid.tops, (times * doubted).tolist(), case["rule"]) for times in (1.1, 0.9)
        )
        expected.append((int((new & ~old).sum()), int((old & ~new).sum()), loose - strict))
    page = browser.new_page()
    shown = page.evaluate(READ_CHANGES, [SCRIPT, sent])
    page.close()
    found = [(changes["comes"], changes["goes"], doubtful) for changes, doubtful in shown]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-9)
    assert sum(comes + goes for comes, goes, _ in expected) > 500


def decided(case: dict[str, Any], thresholds: Any) -> Any:
    """Which pairs match at these thresholds, one by one."""
    near = [distance <= np.float32(limit) for distance, limit in zip(case["distances"], thresholds, strict=True)]
    return np.logical_and.reduce(near) if case["rule"] == "both" else np.logical_or.reduce(near)


READ_MAP = """async ([script, map, places]) => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { scoreAt } = await import(address);
  return places.map(([x, y]) => scoreAt(map, "F1", x, y));
}"""


def test_the_map_says_what_its_points_say_and_goes_straight_between_them(browser: Browser) -> None:
    rng = np.random.default_rng(7)
    first, second = np.linspace(0, 0.8, 5), np.linspace(0, 1.3, 4)
    scores = rng.random((5, 4))
    points = [(x, y) for x in first for y in second]
    between = [(0.1, 0.0), (0.0, 1.3 / 6), (0.1, 1.3 / 6), (-1.0, 9.0)]
    page = browser.new_page()
    sent = {"first": first.tolist(), "second": second.tolist(), "scores": {"F1": scores.tolist()}}
    found = page.evaluate(READ_MAP, [score_map.SCRIPT, sent, [*points, *between]])
    page.close()
    assert found[:20] == pytest.approx(scores.ravel().tolist())
    middle = [scores[:2, 0].mean(), scores[0, :2].mean(), scores[:2, :2].mean(), scores[0, -1]]
    assert found[20:] == pytest.approx(middle)
