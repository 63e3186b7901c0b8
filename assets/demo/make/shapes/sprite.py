"""Which drawing belongs to which kind of goods, and how it likes to lie."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from assets.demo.make.drawing.canvas import Pose
from assets.demo.make.goods.product import Product
from assets.demo.make.shapes import containers, drinkware, fashion, footwear, gadgets, packs, watches

Drawing = Callable[[Product, Pose, np.random.Generator], Image.Image]
DRAWINGS: dict[str, Drawing] = {
    "shampoo": containers.shampoo, "serum": containers.serum, "lipstick": containers.lipstick, "jar": containers.jar,
    "mug": drinkware.mug, "tumbler": drinkware.tumbler, "chips": packs.chips, "coffee": packs.coffee,
    "tube": packs.tube, "tea": packs.tea, "milk": packs.milk, "diaper": packs.diaper, "tee": fashion.tee,
    "sneaker": footwear.sneaker, "backpack": fashion.backpack, "case": gadgets.case, "watch": watches.watch,
    "earbuds": gadgets.earbuds, "powerbank": gadgets.powerbank,
}  # fmt: skip
FLAT = frozenset({"tee", "case", "watch", "powerbank"})  # photographed lying, from above


def sprite(product: Product, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """The product cut out: "RGBA", cropped to its outline, some 500 to 900 pixels large."""
    image = DRAWINGS[product.line.kind](product, pose, rng)
    return image.crop(image.getbbox())
