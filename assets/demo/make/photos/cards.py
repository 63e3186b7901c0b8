"""Pictures that show no goods: a product's facts or sizes, and a shop's own card."""

import numpy as np
from PIL import Image, ImageDraw

from assets.demo.make.drawing.canvas import plain
from assets.demo.make.drawing.lettering import write
from assets.demo.make.drawing.motifs import mix, readable
from assets.demo.make.goods.product import Product
from assets.demo.make.goods.sellers import PROMISES, Seller
from assets.demo.make.photos.scenes import SIDE

ROW = 0.125  # height of a row, as a share of the side
SIZES: dict[str, tuple[tuple[str, ...], ...]] = {
    "tee": (("", "P", "L"), ("M", "70", "50"), ("L", "72", "52"), ("XL", "74", "54"), ("XXL", "76", "57")),
    "sneaker": (("EU", "UK", "cm"), ("39", "6", "24.5"), ("40", "6.5", "25"), ("41", "7.5", "26"), ("42", "8", "26.5")),
}


def facts_card(product: Product, rng: np.random.Generator) -> Image.Image:
    """An infographic in the brand's colours: what the product does, or its sizes."""
    line, tone = product.line, product.tone
    pale = readable(line.colours[0], "dark", "light") == "dark"
    ground = mix(line.colours[0], "#ffffff", 0.5) if pale else line.colours[0]
    card, ink = plain(ground, (SIDE, SIDE)), readable(ground)
    ImageDraw.Draw(card).rectangle((0, 0, SIDE, SIDE * 0.2), fill=tone)
    heading = "SIZE CHART" if line.kind in SIZES else "PRODUCT INFO"
    write(card, heading, (SIDE / 2, SIDE * 0.1), SIDE * 0.09, readable(tone), name="heavy")
    if line.kind in SIZES:
        _sizes(card, line.kind, ink)
    else:
        _facts(card, product, ink, rng)
    write(card, line.icon, (SIDE * 0.86, SIDE * 0.88), SIDE * 0.16, mix(tone, ground, 0.35), name="icon")
    return card


def _facts(card: Image.Image, product: Product, ink: str, rng: np.random.Generator) -> None:
    kind, tone, draw = product.kind, product.tone, ImageDraw.Draw(card)
    facts = [*rng.permutation(list(kind.claims_indonesian))[:3], *rng.permutation(list(kind.claims_english))[:2]]
    for row, fact in enumerate(facts):
        x, y, r = SIDE * 0.16, SIDE * (0.31 + row * ROW), SIDE * 0.045
        draw.ellipse((x - r, y - r, x + r, y + r), fill=mix(tone, "#ffffff", 0.1))
        write(card, "check", (x, y), r * 1.6, readable(tone), name="icon")
        write(card, str(fact), (SIDE * 0.26, y), SIDE * 0.065, ink, width=SIDE * 0.6, left=True)


def _sizes(card: Image.Image, kind: str, ink: str) -> None:
    draw = ImageDraw.Draw(card)
    for r, row in enumerate(SIZES[kind]):
        y = SIDE * (0.3 + r * ROW)
        draw.line((SIDE * 0.12, y + SIDE * 0.06, SIDE * 0.88, y + SIDE * 0.06), fill=ink, width=2)
        for c, cell in enumerate(row):
            weight = "sans" if r == 0 or c == 0 else "light"
            write(card, cell, (SIDE * (0.24 + 0.26 * c), y), SIDE * 0.07, ink, name=weight)


def shop_card(seller: Seller) -> Image.Image:
    """The shop's own card, the same for whatever it sells."""
    card = plain(mix(seller.colour, "#ffffff", 0.88), (SIDE, SIDE))
    ink = readable(seller.colour)
    head = (SIDE * 0.06, SIDE * 0.06, SIDE * 0.94, SIDE * 0.38)
    ImageDraw.Draw(card).rounded_rectangle(head, SIDE * 0.05, fill=seller.colour)
    write(card, "storefront", (SIDE * 0.19, SIDE * 0.22), SIDE * 0.15, ink, name="icon")
    write(card, seller.name, (SIDE * 0.31, SIDE * 0.22), SIDE * 0.1, ink, width=SIDE * 0.56, left=True)
    for row, (icon, promise) in enumerate(PROMISES):
        y = SIDE * (0.5 + row * ROW)
        write(card, icon, (SIDE * 0.19, y), SIDE * 0.09, seller.colour, name="icon")
        write(card, promise, (SIDE * 0.31, y), SIDE * 0.065, "#2b2d31", width=SIDE * 0.6, left=True)
    return card
