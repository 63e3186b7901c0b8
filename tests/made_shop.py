"""A made-up shop that a pair model learns in a second: products of three listings, every two alike but for a size."""

from pathlib import Path

import numpy as np
import pandas as pd

GOODS = ("teapot glazed", "desk lamp brass", "rain jacket", "garden hose", "wall clock oak", "yoga mat", "bread tin",
         "bike pump", "wool socks", "tool box", "salad bowl", "door mat", "hand drill", "ink pen", "sun hat",
         "camp stove", "pillow case", "kitchen scale", "snow shovel", "water flask", "picture frame", "bath towel",
         "paint brush", "screw set")  # fmt: skip
SIZES = ("250 ml", "500 ml")


def write_shop(file: Path, *, labels: bool = True, listings: int = 3, seed: int = 5) -> None:
    """Write a table of 48 products; ids, titles, hashes and, unless told otherwise, labels."""
    rng = np.random.default_rng(seed)
    rows = []
    for product in range(2 * len(GOODS)):
        goods, size = GOODS[product // 2], SIZES[product % 2]
        photo = int(rng.integers(2**63))
        for number in range(listings):
            words = [*goods.split(), size, *rng.choice(["new", "sale", "top", "original", "gift"], 2, replace=False)]
            flips = sum(1 << int(bit) for bit in rng.choice(64, int(rng.integers(0, 9)), replace=False))
            row = {"id": f"p{product:02}-{number}", "title": " ".join(rng.permutation(words)),
                   "phash": f"{photo ^ flips:016x}"}  # fmt: skip
            rows.append(row | ({"label": f"p{product}"} if labels else {}))
    pd.DataFrame(rows).to_csv(file, index=False)
