"""The demo catalog: invented goods, drawn photos and titles as sellers write them, all from one seed."""

import csv
from functools import lru_cache
from io import StringIO
from pathlib import Path

import numpy as np
from PIL import Image

from assets.demo.make.goods.lines import all_products
from assets.demo.make.goods.product import Product
from assets.demo.make.goods.sellers import Seller
from assets.demo.make.listings.plan import Listing, plan_listings
from assets.demo.make.photos.edits import edit, encode_jpeg
from assets.demo.make.photos.studio import View, photograph

COLUMNS = ("item_id", "title", "image", "label", "seller", "price", "category")
PRODUCTS = 150


def make_demo(folder: Path, seed: int = 7, products: int = PRODUCTS) -> None:
    """Write the demo catalog: `listings.csv` and `images/*.jpg`.

    The same seed gives the same bytes with the same versions of Pillow, NumPy and SciPy.

    Args:
        folder: Made if missing; files of the same names are overwritten.
        seed: Decides everything but the goods themselves.
        products: How many products, spread over all kinds; at most PRODUCTS.
    """
    chosen = demo_products(products)
    listings = plan_listings(chosen, seed)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "listings.csv").write_text(listings_csv(listings, chosen), encoding="utf-8")
    for position, listing in sorted(enumerate(listings), key=lambda pair: pair[1].shot):  # a shared shot is taken once
        if listing.has_photo and listing.photo_of is None:
            (folder / "images" / image_name(position)).write_bytes(render(listing))


def demo_products(count: int = PRODUCTS) -> list[Product]:
    """The first `count` products when all are taken evenly from the whole range."""
    everything = all_products()
    return [everything[i] for i in np.linspace(0, len(everything) - 1, count).round().astype(int)]


def listings_csv(listings: list[Listing], products: list[Product]) -> str:
    """The table of the catalog as CSV text."""
    labels = {product.key: f"P{number:03d}" for number, product in enumerate(products, start=1)}
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for position, row in enumerate(listings):
        photo = image_name(position if row.photo_of is None else row.photo_of) if row.has_photo else ""
        product = row.product
        writer.writerow(
            (
                item_id(position),
                row.title,
                photo,
                labels[product.key],
                row.seller.name,
                row.price,
                product.kind.category,
            )
        )
    return text.getvalue()


def item_id(position: int) -> str:
    """The id of the listing at a position of the plan."""
    return f"TS-{position + 1:05d}"


def image_name(position: int) -> str:
    """The file name of its photo."""
    return f"{item_id(position)}.jpg"


def render(listing: Listing) -> bytes:
    """The listing's photo as JPEG bytes."""
    rng = np.random.default_rng(listing.seed)
    strength = 0.25 + 0.75 * listing.seller.noise
    photo = shoot(listing.product, listing.view, listing.scene, listing.seller, listing.shot)
    edited = edit(photo.copy(), listing.seller, strength, rng)
    return encode_jpeg(edited, int(rng.integers(62, 79)))


@lru_cache(maxsize=1)
def shoot(product: Product, view: View, scene: str, seller: Seller, seed: int) -> Image.Image:
    """A photo before its seller's edits."""
    return photograph(product, view, scene, seller, np.random.default_rng(seed))
