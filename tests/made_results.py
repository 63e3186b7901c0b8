"""Results of a comparison for tests, made without training anything; titles and names in it are hostile."""

from matcher.benchmark.measure import Measured
from matcher.benchmark.results import Apart, Example, Row, Standings
from matcher.benchmark.systems import CONTENDERS, DATA
from matcher.matching.bootstrap import Figure

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> & <b>sabun</b>'
SIDES = {"listings": 90} | {
    f"{side}_{what}": 30 for side in ("train", "tune", "test") for what in ("listings", "products")
}


def figure(value: float) -> Figure:
    return Figure(value, value - 0.05, min(1.0, value + 0.05))


def standings(catalog: str = "Shop", pairs: int = 24) -> Standings:
    """All rows, one of them without figures."""
    rows = []
    for number, contender in enumerate(CONTENDERS.values()):
        for data in DATA:
            text, image = 0.4 if contender.text else None, 0.2 if contender.image else None
            at = figure(0.6 + 0.04 * number)
            measured = Measured(at, at, at, 90, 30, 30, text, image)
            examples = tuple(Example(f"i{2 * at}", f"i{2 * at + 1}", 0.9, 0.1) for at in range(pairs))
            apart = Apart(pairs, pairs, 3, 2, examples, examples) if contender.is_pair else None
            if contender.id == "characterbert":
                rows.append(Row(contender.id, data, reason=HOSTILE))
            else:
                rows.append(Row(contender.id, data, ("tfidf",), measured, measured, 12.0, 100.0, apart))
    return Standings("shop", catalog, "v", "b", "light", None, SIDES, tuple(rows))
