"""Amounts in titles: read in any spelling, and not read where there are none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.matching.title_facts.quantities import FACTORS, quantities


def read(title):
    return {(amount.kind, amount.value) for amount in quantities(title)}


@pytest.mark.parametrize(
    ("title", "amounts"),
    [
        ("soap 250 ml", {("volume", 250)}),
        ("soap 250ML", {("volume", 250)}),
        ("soap 0,25 l", {("volume", 250)}),
        ("soap 0.25 litre", {("volume", 250)}),
        ("soap 25 cl", {("volume", 250)}),
        ("soap \uff12\uff15\uff10\uff4d\uff4c", {("volume", 250)}),
        ("soap 250\u3396", {("volume", 250)}),
        ("\u043c\u044b\u043b\u043e 250 \u043c\u043b", {("volume", 250)}),
        ("water 16.9 fl oz", {("volume", 500)}),
        ("water 16.9 fl. oz", {("volume", 500)}),
        ("flour 1 lb", {("mass", 454)}),
        ("flour 1/2 kg", {("mass", 500)}),
        ("flour \u00bd kg", {("mass", 500)}),
        ("flour 2 x 500 g", {("mass", 1000), ("count", 2)}),
        ("flour 2x500g", {("mass", 1000), ("count", 2)}),
        ("flour 500 g \u00d7 2", {("mass", 1000), ("count", 2)}),
        ("flour 5kgx2", {("mass", 10000), ("count", 2)}),
        ("cans 6 pack 330ml", {("count", 6), ("volume", 330)}),
        ("phone 4/64GB", {("storage", 4), ("storage", 64)}),
        ("disk 1 TB", {("storage", 1000)}),
        ("box 10 x 20 x 30 cm", {("length", 100), ("length", 200), ("length", 300)}),
        ("towel 70cm x 1,4m", {("length", 700), ("length", 1400)}),
        ('screen 5.5"', {("length", 140)}),
        ("screen 5.5in black", {("length", 140)}),
        ("bank 10,000 mAh", {("charge", 10000)}),
        ("bank 10.000mah", {("charge", 10000)}),
        ("cable 1.000 m", {("length", 1000)}),
        ("bulb 220-240V 7 W", {("voltage", 220), ("voltage", 240), ("power", 7)}),
        ("eggs pack of 6", {("count", 6)}),
        ("telur isi 12", {("count", 12)}),
        ("telur 1 dus isi12", {("count", 12)}),
        ("piring 2 lusin", {("count", 24)}),
        ("tea 20 tea bags", {("count", 20)}),
        ("teh 20 kantong", {("count", 20)}),
        ("pants xl 26 diapers", {("count", 26)}),
        ("razor 3-pack", {("count", 3)}),
        ("juice 250 ml / 500 ml", {("volume", 250), ("volume", 500)}),
    ],
)
def test_one_amount_is_read_in_every_spelling(title, amounts):
    assert read(title) == amounts


NONE = [
    "mouse M185", "2 in 1 charger", "4g phone", "WH-1000XM4", "size XL", "60/40", 'the "4" shirt', "1 set",
    "iphone 13", "123456789012 g", "0 ml", "100% cotton", "", "x", "2019 edition", "3 a day",
]  # fmt: skip


@pytest.mark.parametrize("title", NONE)
def test_what_only_looks_like_an_amount_is_none(title):
    assert read(title) == set()


UNITS = [(kind, unit, factor) for kind, (_, table) in FACTORS.items() for units, factor in table.items()
         for unit in units.split() if unit.isalpha() and unit not in ("in", "a")]  # fmt: skip


@given(st.sampled_from(UNITS), st.integers(6, 999), st.booleans(), st.booleans())
def test_every_unit_of_the_table_is_read_as_it_says(unit, number, apart, capitals):
    kind, name, factor = unit
    title = f"thing {number}{' ' * apart}{name.upper() if capitals else name} blue"
    assert read(title) == {(kind, float(f"{number * factor:.3g}"))}


@given(st.text(max_size=200))
def test_any_text_can_be_read(title):
    assert all(amount.value > 0 and amount.kind in FACTORS for amount in quantities(title))


@pytest.mark.parametrize("title", ["1-" * 20_000, "1" * 40_000, "1.1," * 10_000, "2 x " * 10_000, "isi " * 10_000])
def test_a_hostile_title_costs_no_more_than_its_length(title):
    start = time.perf_counter()
    quantities(title)
    assert time.perf_counter() - start < 2
