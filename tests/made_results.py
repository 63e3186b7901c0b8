"""Results of a comparison for tests, made without training anything; titles and names in it are hostile."""

from matcher.benchmark.measure import Measurement
from matcher.benchmark.results import Apart, Example, Results, Row
from matcher.benchmark.systems import DATA, SYSTEMS
from matcher.matching.bootstrap import Figure

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> & <b>sabun</b>'
SIDES = {"listings": 90} | {
    f"{side}_{what}": 30 for side in ("train", "tune", "test") for what in ("listings", "products")
}


def figure(value: float) -> Figure:
    return Figure(value, value - 0.05, min(1.0, value + 0.05))


def results(catalog: str = "Shop", pairs: int = 24) -> Results:
    """All rows, one of them without figures."""
    rows = []
    for number, system in enumerate(SYSTEMS.values()):
        for data in DATA:
            text, image = 0.4 if system.text else None, 0.2 if system.image else None
            at = figure(0.6 + 0.04 * number)
            measured = Measurement(at, at, at, 90, 30, 30, text, image)
            examples = tuple(Example(f"i{2 * at}", f"i{2 * at + 1}", 0.9, 0.1) for at in range(pairs))
            apart = Apart(pairs, pairs, 3, 2, examples, examples) if system.is_pair else None
            if system.id == "characterbert":
                rows.append(Row(system.id, data, reason=HOSTILE))
            else:
                rows.append(Row(system.id, data, ("tfidf",), measured, measured, 12.0, 100.0, apart))
    return Results("shop", catalog, "v", "b", "light", None, SIDES, tuple(rows))
