"""The demo catalog: what it promises to hold, that it is made again from its seed, and that it can be imported."""

import re
from collections import Counter, defaultdict
from itertools import product as product_of
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from assets.demo.make.catalog import COLUMNS, demo_products, image_name, listings_csv, make_demo, render
from assets.demo.make.drawing.lettering import FACES, FONTS, face
from assets.demo.make.goods.kinds import KINDS
from assets.demo.make.goods.lines import LINES, all_products
from assets.demo.make.goods.product import Product
from assets.demo.make.goods.sellers import PROMISES, SELLERS
from assets.demo.make.listings.plan import plan_listings
from assets.demo.make.listings.titles import is_generic, write_size
from matcher.ingest.catalog import read_catalog

DEMO = Path(__file__).parents[2] / "assets" / "demo"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def products() -> list[Product]:
    return demo_products()


@pytest.fixture(scope="module")
def plan(products):
    return plan_listings(products, seed=7)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(DEMO / "listings.csv", dtype=str, keep_default_na=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_one_seed_makes_the_same_bytes_and_another_seed_does_not(tmp_path):
    for name, seed in (("first", 3), ("second", 3), ("other", 4)):
        make_demo(tmp_path / name, seed=seed, products=3)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert contents(tmp_path / "first") != contents(tmp_path / "other")


def test_the_committed_table_is_what_make_demo_writes(plan, products):
    assert (DEMO / "listings.csv").read_text(encoding="utf-8") == listings_csv(plan, products)


def test_the_committed_photos_are_those_of_the_table(table):
    assert {file.name for file in (DEMO / "images").iterdir()} == set(table["image"]) - {""}


@pytest.mark.parametrize("position", [11, 55, 217, 404])
def test_committed_photos_look_as_make_demo_draws_them(plan, position, tmp_path):
    # With the pinned versions all photos are the same to the last byte where they were made. Elsewhere a processor may
    # round differently before the JPEG is written, so this compares colours on average, and not bytes.
    (tmp_path / "again.jpg").write_bytes(render(plan[position]))
    with Image.open(tmp_path / "again.jpg") as again, Image.open(DEMO / "images" / image_name(position)) as committed:
        assert again.size == committed.size
        difference = ImageStat.Stat(ImageChops.difference(again, committed))
    assert max(difference.mean) < 4  # of 255


def test_letters_and_icons_come_from_the_fonts_beside_the_code():
    assert {file for file, _, _ in FACES.values()} == {file.name for file in FONTS.glob("*.woff2")}
    card = (FONTS / "README.md").read_text(encoding="utf-8")
    for file in FONTS.glob("*.woff2"):
        assert re.search(rf"`{file.name}` .*(OFL 1.1|Apache-2.0)", card)
    letters = "".join(map(chr, range(33, 127)))
    for name in FACES.keys() - {"icon"}:
        missing = face(name, 40).getmask("\N{SNOWMAN}")
        assert not [letter for letter in letters if bytes(face(name, 40).getmask(letter)) == bytes(missing)], name


def test_every_icon_is_one_sign_of_its_font():
    icons = {line.icon for line in LINES} | {icon for icon, _ in PROMISES} | {"check", "storefront"}
    assert {icon for icon in icons if face("icon", 40).getlength(icon) != 40} == set()


def test_it_is_as_large_as_promised(table, products):
    assert len(products) == 150
    assert 480 <= len(table) <= 520
    assert list(table.columns) == list(COLUMNS)
    assert table["item_id"].is_unique
    assert table["label"].nunique() == 150
    assert len({product.line.kind for product in products}) == len(KINDS) >= 8
    assert set(table["seller"]) == {seller.name for seller in SELLERS}
    assert sum(len(content) for content in contents(DEMO).values()) <= 10 * MEGABYTE


def test_labels_are_of_very_different_sizes(table):
    sizes = table["label"].value_counts()
    assert (sizes == 1).sum() >= 10
    assert sizes.max() >= 8
    assert 2 <= sizes.median() <= 4


def test_photos_are_square_rgb_and_small(table):
    for name in table["image"][table["image"] != ""].unique()[::25]:
        with Image.open(DEMO / "images" / name) as photo:
            assert photo.format == "JPEG"
            assert photo.mode == "RGB"
            assert photo.width == photo.height <= 640


def test_some_products_differ_in_one_thing_only():
    axes = Counter(axis for line in LINES for axis in ("words", "sizes", "models") if len(getattr(line, axis)) > 1)
    assert min(axes["words"], axes["sizes"], axes["models"]) >= 5
    sizes = {product.size for product in all_products() if product.line.name == "Silk Repair"}
    assert sizes == {"250 ml", "500 ml"}
    assert len({product.key for product in all_products()}) == len(all_products())


def test_some_labels_are_wrong(table):
    for column in ("image", "title"):
        given = table[table[column] != ""]
        repeated = given.groupby(column)["label"].nunique()
        assert (repeated > 1).sum() >= 3, column


def test_few_listings_lack_a_part_and_none_lacks_both(table):
    no_photo, no_title = table["image"] == "", table["title"] == ""
    assert 3 <= no_photo.sum() <= 10
    assert 3 <= no_title.sum() <= 10
    assert not (no_photo & no_title).any()


def test_some_matches_show_in_the_photo_only(plan):
    same_shot = defaultdict(list)
    for listing in plan:
        if listing.has_photo:
            same_shot[listing.product.key, listing.shot].append(set(listing.title.lower().split()))
    no_common_word = [
        not one & other for titles in same_shot.values() for one in titles for other in titles if one is not other
    ]
    assert sum(no_common_word) >= 40


def test_some_matches_show_in_the_title_only(plan):
    cards = [listing for listing in plan if listing.view in ("facts", "shop card")]
    assert len(cards) >= 8
    assert not any(is_generic(listing.title, listing.product) for listing in cards if listing.title)


def test_a_label_noise_listing_names_a_sibling_product(plan):
    borrowed = [listing for listing in plan if listing.photo_of is not None]
    assert borrowed
    for listing in borrowed:
        assert plan[listing.photo_of].product is not listing.product
        assert plan[listing.photo_of].has_photo


def test_it_is_imported_without_a_rejected_row(tmp_path, table):
    catalog, problems = read_catalog(DEMO / "listings.csv", DEMO / "images", None, tmp_path)
    assert len(catalog.listings) == len(table)
    assert not any(problem.rejected for problem in problems)
    assert (catalog.listings["photo"] == "").sum() == (table["image"] == "").sum()


sizes = st.sampled_from(sorted({size for line in LINES for size in line.sizes if size}))


@given(sizes, st.booleans(), st.integers(0, 2**32 - 1))
def test_every_spelling_of_a_size_keeps_its_amount(size, indonesian, seed):
    spelled = write_size(size, indonesian, np.random.default_rng(seed))
    amount = size.split()[-2]
    thousands = {"mAh": f"{int(amount) // 1000}", "ml": f"{int(amount) / 1000:g}L"}.get(size.split()[-1], amount)
    assert amount in spelled or spelled.startswith(thousands)


def test_the_larger_size_costs_more(plan):
    prices = defaultdict(list)
    for listing in plan:
        prices[listing.product.line, listing.product.word, listing.product.model, listing.product.size].append(
            listing.price
        )
    for line in LINES:
        for word, model, size in product_of(line.words, line.models, line.sizes[1:]):
            assert np.mean(prices[line, word, model, size]) > np.mean(prices[line, word, model, line.sizes[0]])
