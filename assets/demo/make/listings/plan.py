"""Who lists what, with which title and which kind of photo; and the label noise, put in on purpose."""

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from assets.demo.make.goods.lines import products_of
from assets.demo.make.goods.product import Product
from assets.demo.make.goods.sellers import SELLERS, Seller
from assets.demo.make.listings.titles import is_generic, official_title, write_title
from assets.demo.make.photos.scenes import BACKDROPS
from assets.demo.make.photos.studio import View

# How many products of 150 have how many listings: most are listed two to four times, a few very often.
LABEL_SIZES: dict[int, int] = {1: 20, 2: 42, 3: 34, 4: 23, 5: 14, 6: 7, 7: 3, 8: 3, 9: 2, 10: 2}
# Own photos: how often which view.
VIEWS: dict[View, float] = {"front": 0.4, "angle": 0.2, "pair": 0.14, "back": 0.07, "flat lay": 0.07, "collage": 0.12}
CARD_SHARE = 0.045  # listings with a card in place of a photo of the goods: only their title can be matched
NOISE_EACH = 0.025  # share of products whose photo, and as many whose title, also stands under another label
COPIED_SHARE = {True: 0.80, False: 0.98}  # photos that are the brand's own, edited: by whether the title is, too
BLANK_EACH = 0.01  # share of listings without a photo, and as many without a title


@dataclass(frozen=True)
class Original:
    """What the brand publishes of a product, and most sellers copy."""

    title: list[str]
    view: View
    scene: str
    shot: int


@dataclass(frozen=True)
class Listing:
    """One row of the demo catalog and what its photo shows."""

    product: Product  # whose label it bears
    seller: Seller
    title: str
    view: View
    scene: str
    price: int  # IDR
    shot: int  # seed of the photo as taken: sellers who copy the brand's photo share it
    seed: int  # of the seller's own edits
    photo_of: int | None = None  # position of the listing whose photo it reuses
    has_photo: bool = True


def plan_listings(products: list[Product], seed: int) -> list[Listing]:
    """Every listing of the demo in catalog order; the same for the same products and seed."""
    rng = np.random.default_rng(seed)
    listings: list[Listing] = []
    for product, count in zip(products, _counts(len(products), rng), strict=True):
        original = _original(product, rng)
        shops = rng.permutation(len(SELLERS))[:count]
        listings += [_listing(product, original, SELLERS[shop], rng) for shop in shops]
    listings = [listings[i] for i in rng.permutation(len(listings))]
    listings = _without_some(listings, rng)
    return listings + _noise(listings, products, rng)


def _counts(products: int, rng: np.random.Generator) -> list[int]:
    """Listings per product, in the proportions of LABEL_SIZES, in random order."""
    sizes = np.repeat(list(LABEL_SIZES), list(LABEL_SIZES.values()))
    spread = sizes[np.linspace(0, len(sizes) - 1, products).round().astype(int)]
    return [int(size) for size in rng.permutation(spread)]


def _original(product: Product, rng: np.random.Generator) -> Original:
    """The brand's own photo and title; it stages the variants of a line differently."""
    view: View = "angle" if rng.random() < 0.3 else "front"
    scenes = sorted(BACKDROPS)
    first, step = crc32(product.line.brand.encode()), products_of(product.line).index(product)
    scene = scenes[(first + 5 * step) % len(scenes)]
    return Original(official_title(product, rng), view, scene, int(rng.integers(2**31)))


def _listing(product: Product, original: Original, seller: Seller, rng: np.random.Generator) -> Listing:
    title, copied = write_title(product, original.title, seller, rng)
    names, weights = list(VIEWS), np.array(list(VIEWS.values()))
    view = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    scene, shot = str(rng.choice(seller.backdrops)), int(rng.integers(2**31))
    if copied and rng.random() < CARD_SHARE:
        view = "facts" if rng.random() < 0.65 else "shop card"
    elif rng.random() < COPIED_SHARE[copied]:  # who writes a title of their own takes the brand's photo more often
        view, scene, shot = original.view, original.scene, original.shot
    return Listing(product, seller, title, view, scene, _price(product, rng), shot, int(rng.integers(2**31)))


def _price(product: Product, rng: np.random.Generator) -> int:
    """A believable price in IDR: more for the larger size and the better model, give or take a tenth."""
    line = product.line
    price = line.price * (
        1 + 0.75 * line.sizes.index(product.size) / max(1, len(line.sizes) - 1) * (len(line.sizes) > 1)
    )
    price *= 1 + 0.3 * line.models.index(product.model)
    price *= 1 + 0.08 * float(np.clip(rng.standard_normal(), -2, 2))
    return int(round(price / 100) * 100 if price < 20000 else round(price / 500) * 500)


def _without_some(listings: list[Listing], rng: np.random.Generator) -> list[Listing]:
    """Take the photo from a few listings and the title from a few others."""
    each = round(len(listings) * BLANK_EACH)
    chosen = [int(i) for i in rng.permutation(len(listings))]
    plain = [
        i for i in chosen if listings[i].view == "front" and not is_generic(listings[i].title, listings[i].product)
    ]
    for i in plain[:each]:
        listings[i] = replace(listings[i], has_photo=False)
    for i in plain[each : 2 * each]:
        listings[i] = replace(listings[i], title="")
    return listings


def _noise(listings: list[Listing], products: list[Product], rng: np.random.Generator) -> list[Listing]:
    """Listings filed under the wrong label: some repeat another label's photo, some another label's title."""
    each = max(1, round(len(products) * NOISE_EACH))
    usable = [
        i for i, listing in enumerate(listings) if listing.has_photo and listing.title and listing.view == "front"
    ]
    extra: list[Listing] = []
    for n, at in enumerate(rng.choice(usable, 2 * each, replace=False)):
        source = listings[int(at)]
        siblings = [p for p in products if p.line is source.product.line and p is not source.product]
        wrong = siblings[int(rng.integers(len(siblings)))] if siblings else products[int(rng.integers(len(products)))]
        if wrong is source.product:
            continue
        other = _listing(wrong, _original(wrong, rng), SELLERS[int(rng.integers(len(SELLERS)))], rng)
        if n < each:
            extra.append(replace(other, photo_of=int(at), view="front"))
        else:
            extra.append(replace(other, title=source.title, view="front"))
    return extra
