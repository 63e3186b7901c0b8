"""Columns of sellers and of prices are known by their names, and prices are read as shops write them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.ingest.columns.shop_columns import find_prices, find_sellers, read_prices


def table(**columns):
    return pd.DataFrame({"item_id": ["1", "2", "3"], "title": ["a", "b", "c"], **columns})


@pytest.mark.parametrize(
    ("cell", "price"),
    [("3.20", 3.2), ("3,20 EUR", 3.2), ("Rp 12.000", 12000), ("1'299.-", 1299), ("1.299,50", 1299.5),
     ("$1,299.50", 1299.5),
     ("12", 12), ("0.500", 0.5), ("1,000,000", 1e6), ("1.000.000,5", 1e6 + 0.5), (".5", 5), ("12 000 Kč", 12000),
     ("19.-", 19), ("3.20 - 5.00", 3.2)],
)  # fmt: skip
def test_prices_are_read_as_they_are_written(cell, price):
    assert read_prices([cell]).tolist() == [price]


@given(st.text(max_size=20))
def test_whatever_stands_there_is_a_price_or_nothing(cell):
    price = read_prices([cell])[0]
    assert np.isnan(price) or price >= 0


@pytest.mark.parametrize("name", ["price", "Preis", "sale_price", "unitPrice", "PRICES", "harga (Rp)"])
def test_prices_are_found_by_name_and_content(name):
    assert find_prices(table(**{name: ["3.2", "", "4"]})) == name
    assert find_prices(table(**{name: ["cheap", "dear", "4"]})) is None


def test_a_currency_is_no_price():
    assert find_prices(table(price_currency=["1", "2", "3"])) is None
    assert find_prices(table(price_old=["1", "2", "3"], price=["1", "2", "3"])) == "price"


@pytest.mark.parametrize("name", ["seller", "Shop name", "shop_id", "Verkäufer", "vendorName", "Sellers"])
def test_sellers_are_found_by_name_where_several_sell(name):
    assert find_sellers(table(**{name: ["x", "y", "x"]})) == name
    assert find_sellers(table(**{name: ["x", "x", "x"]})) is None


def test_no_other_column_is_taken():
    plain = table(shopping=["a", "b", "c"], bookstore=["a", "b", "c"], priceless=["1", "2", "3"])
    assert (find_sellers(plain), find_prices(plain)) == (None, None)
