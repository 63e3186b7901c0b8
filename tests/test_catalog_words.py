"""Titles are read as the whole catalog writes its words, and without what a seller writes on everything."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.catalog_words import learn_words

GOODS = [f"{what} {of}" for what in ("lamp", "chair", "kettle", "tent", "rope") for of in ("birch", "steel", "jute")]
STOCK = "TODAY ONLY cheapest in town + gift box | {} | trusted shop since 1999 fast dispatch"


def read(title, *others):
    return learn_words([title, *others]).words(title)


def test_words_are_joined_as_another_title_joins_them():
    assert read("Wi-Fi router", "wifi plug") == ["wifi", "router"]
    assert read("T-shirt red", "tshirt") == ["tshirt", "red"]
    assert read("3 in 1 cable", "3in1 adapter") == ["3in1", "cable"]
    assert read("Wi-Fi router") == ["wi", "fi", "router"]
    assert read("size X L", "size XL") == ["size", "x", "l"]  # two letters may be two sizes


def test_blanks_between_ideographs_mean_nothing():
    assert read("\u7535\u70ed \u6c34\u58f6") == read("\u7535\u70ed\u6c34\u58f6") == ["\u7535\u70ed\u6c34\u58f6"]


def test_what_one_seller_writes_on_everything_is_left_out():
    titles = [STOCK.format(goods) for goods in GOODS[:12]]
    words = learn_words([*titles, *GOODS, "trusted shop kettle"])
    assert words.words(titles[0]) == ["lamp", "birch"]
    assert words.words(STOCK.format("sofa velvet")) == ["sofa", "velvet"]  # also of a title that is not in the catalog
    assert words.words("trusted shop kettle") == ["trusted", "shop", "kettle"]


def test_the_name_of_goods_that_many_sell_stays():
    name = "acme turbo garden hose reel wall mounted"
    sellers = [f"{name} {length} m {colour}" for length in (10, 20, 30) for colour in ("green", "grey", "black")]
    assert not learn_words(sellers).stock
    brands = [f"{brand} {name}" for brand in ("aro", "belo", "cira", "dano", "elmo", "faro", "galo", "hiro", "ivo")]
    assert not learn_words(brands).stock  # a brand alone does not say what is sold


def test_a_title_of_stock_phrases_alone_keeps_them():
    titles = [STOCK.format(goods) for goods in GOODS[:12]]
    assert len(learn_words([*titles, STOCK.format("")]).words(STOCK.format(""))) > 5


words_of_titles = st.lists(st.sampled_from("a b ab abc d-e de f 1 2 12 xl".split()), max_size=6)
some = st.lists(words_of_titles.map(" ".join), max_size=12)


@given(some, st.randoms())
def test_the_order_of_titles_plays_no_part(titles, random):
    shuffled = titles[:]
    random.shuffle(shuffled)
    assert learn_words(titles) == learn_words(shuffled)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_titles_can_be_read(titles):
    words = learn_words(titles)
    assert all(word for title in titles for word in words.words(title))
